"""Places in term lists: 1 where a token has one; `sentences` looks them up, since they depend on the whole document.

Axes: B sentences, T tokens of the longest, N tokens of all sentences, K places that a token can have.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

import numpy as np

from bionym.features import gazetteer
from bionym.models.bilstm_crf.inputs.protocol import (
    Arrays,
    Floats,
    NetworkTable,
    Saved,
    SentenceInput,
    TrainedSentenceInput,
    TrainingWords,
)
from bionym.models.bilstm_crf.sentences import Sentence

if TYPE_CHECKING:
    from bionym.models.bilstm_crf.inputs.layers import SentenceLayers


class ListInput(SentenceInput):
    """Places in term lists, as they are.

    Args:
        num_columns: K.
    """

    NAME = "lists"
    PART = "words"

    def __init__(self, num_columns: int) -> None:
        self._num_columns = num_columns

    @classmethod
    def requested_by(cls, network: NetworkTable) -> str | None:
        """`lists`, if there are any."""
        return "lists" if network.lists else None

    @classmethod
    def collect(cls, network: NetworkTable, words: TrainingWords) -> Self:
        """From the settings alone."""
        return cls(len(gazetteer.columns(network.lists)))

    def numbers(self, sentences: Sequence[Sentence]) -> Arrays:
        """The places, B x T x K."""
        lists = [sentence.lists_TK for sentence in sentences]
        lengths_B = np.array([len(lists_TK) for lists_TK in lists])
        lists_BTK = np.zeros((len(lists), int(lengths_B.max()), self._num_columns), dtype=np.float32)
        lists_BTK[np.arange(lists_BTK.shape[1]) < lengths_B[:, None]] = np.concatenate(lists)
        return (lists_BTK,)

    def layers(self) -> "SentenceLayers":
        """The places are the values."""
        from bionym.models.bilstm_crf.inputs.layers import SentenceLayers

        return SentenceLayers(self._num_columns, {})

    @classmethod
    def load(cls, network: NetworkTable, saved: Saved) -> TrainedSentenceInput:
        """There is nothing to load."""
        return _TrainedLists()


class _TrainedLists(TrainedSentenceInput):
    is_sparse = True

    def vectors(self, sentences: Sequence[Sentence]) -> Floats:
        """The places, N x K."""
        return np.concatenate([sentence.lists_TK for sentence in sentences])
