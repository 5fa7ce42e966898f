"""What an input of the network offers, and what it becomes in a trained model.

An input is of words if its values depend on the word alone: they are computed once for each distinct word, and in prediction
they are remembered. It is of sentences if they depend on the words around.

    training      collect -> numbers -> layers    what has a row; words or sentences as arrays; their values, by torch
    a folder      save, strip, saved_rows         written; copied without words of the training data; read for transfer
    prediction    load -> vectors                 the same values, without torch

Axes: U words, N tokens of all sentences, E values of an input.
"""

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from bionym.models.bilstm_crf.inputs.files import copy_files
from bionym.models.bilstm_crf.sentences import Sentence
from bionym.models.bilstm_crf.words import Lexicon

if TYPE_CHECKING:
    from bionym.models.bilstm_crf.inputs.layers import SentenceLayers, WordLayers

Floats = NDArray[np.float32]
Arrays = tuple[NDArray[Any], ...]
Names = Mapping[str, Sequence[str]]
NetworkTable = Any  # `settings.NetworkSettings`, which has a field for each input, and so stands above them all


class TrainingWords(NamedTuple):
    """What an input is collected from.

    Args:
        counts: how often each word occurs in the training data.
        lexicon: rows of words and characters.
        base: folder of the model that training begins with; what has a row there keeps one.
        is_frozen: the input learns nothing more, so that only what has a row in `base` has one.
    """

    counts: Counter[str]
    lexicon: Lexicon
    base: Path | None = None
    is_frozen: bool = False


class Saved(NamedTuple):
    """Where a trained model's input is read from.

    Args:
        folder: of the network.
        resources: of the model, beside which the files lie that its configuration names.
        lexicon: rows of words and characters.
    """

    folder: Path
    resources: Path
    lexicon: Lexicon


class TrainedWordInput(Protocol):
    """An input of words that only predicts."""

    @abstractmethod
    def vectors(self, words: Sequence[str]) -> Floats:
        """Values of words, U x E."""


class TrainedSentenceInput(Protocol):
    """An input of sentences that only predicts.

    Args:
        is_sparse: every value is 0 or 1, and most tokens have 0 alone; tokens of one word then mostly look the same.
    """

    is_sparse: bool

    @abstractmethod
    def vectors(self, sentences: Sequence[Sentence]) -> Floats:
        """Values of all tokens, one sentence behind the other, N x E; some sentence has a token."""


class Input(Protocol):
    """What both kinds of input offer. Its class is what a configuration asks for; an instance knows what has a row.

    Args:
        NAME: of its layers in the network and of its numbers in a batch.
        PART: what it belongs to where a configuration names parts of a network (`init_parts`, `freeze`).
        FILES: what `save` may write.
        UNSAVED: how the names of those tensors begin that are of use in training only.
    """

    NAME: ClassVar[str]
    PART: ClassVar[Literal["words", "characters"]]
    FILES: ClassVar[tuple[str, ...]] = ()
    UNSAVED: ClassVar[tuple[str, ...]] = ()

    @classmethod
    @abstractmethod
    def requested_by(cls, network: NetworkTable) -> str | None:
        """The setting under [network] that asks for it; None if it is left out."""

    @classmethod
    @abstractmethod
    def collect(cls, network: NetworkTable, words: TrainingWords) -> Self:
        """The input with rows for what the training data hold. Raises: ConfigError for settings that cannot be met."""

    def rows(self) -> Names:
        """For each tensor that has a row for each of some names: the names. All others are transferred whole."""
        return {}

    @classmethod
    def saved_rows(cls, folder: Path, lexicon: Lexicon) -> Names:
        """As `rows`, of the model in a folder, whose lexicon this is."""
        return {}

    @classmethod
    def strip(cls, source: Path, target: Path) -> Names:
        """Write its files into another folder, without words that it only knows from the training data.

        Returns: the strings that remain, by what they are.
        """
        copy_files(cls.FILES, source, target)
        return {}


class WordInput(Input, Protocol):
    """An input of words."""

    @abstractmethod
    def numbers(self, words: Sequence[str]) -> Arrays:
        """What its layers read of words: arrays with the words along the first axis."""

    @abstractmethod
    def layers(self) -> "WordLayers":
        """Its part of the network, untrained."""

    def save(self, layers: "WordLayers", folder: Path) -> None:
        """Write what prediction reads of its layers, which are on the CPU; by default nothing."""

    @classmethod
    @abstractmethod
    def load(cls, network: NetworkTable, saved: Saved) -> TrainedWordInput:
        """The input of a trained model. Raises: ModelError if a file is missing or damaged."""


class SentenceInput(Input, Protocol):
    """An input of sentences."""

    @abstractmethod
    def numbers(self, sentences: Sequence[Sentence]) -> Arrays:
        """What its layers read of sentences: arrays with the sentences along the first axis, padded."""

    @abstractmethod
    def layers(self) -> "SentenceLayers":
        """Its part of the network, untrained."""

    def save(self, layers: "SentenceLayers", folder: Path) -> None:
        """Write what prediction reads of its layers, which are on the CPU; by default nothing."""

    @classmethod
    @abstractmethod
    def load(cls, network: NetworkTable, saved: Saved) -> TrainedSentenceInput:
        """The input of a trained model. Raises: ModelError if a file is missing or damaged."""


@dataclass(frozen=True)
class Inputs:
    """The inputs of a network, in the order of their values in a token's vector: behind its word's, those of words first."""

    of_words: tuple[WordInput, ...] = ()
    of_sentences: tuple[SentenceInput, ...] = ()

    def __iter__(self) -> Iterator[WordInput | SentenceInput]:
        return iter((*self.of_words, *self.of_sentences))
