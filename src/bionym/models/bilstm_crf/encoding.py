"""Sentences as batches of numbers, for torch.

Axes: B sentences, T tokens of the longest, N tokens of all, U distinct words of a batch, V distinct words of all sentences,
R readings, L tags.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from bionym.heads.head import Head
from bionym.models.bilstm_crf.inputs.protocol import Arrays, Inputs
from bionym.models.bilstm_crf.network import Batch, Gold, Numbers
from bionym.models.bilstm_crf.sentences import Sentence
from bionym.models.bilstm_crf.words import Lexicon, cut

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Known:
    """What one head learns from a sentence: tags by their place in it, in one reading or several, or which a token may have."""

    head: str
    tags_RT: NDArray[np.integer[Any]] | None = None
    possible_TL: NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True)
class Encoded:
    """A sentence in numbers: its words by their place in the encoder's, and what heads learn from it."""

    words_T: Integers
    sentence: Sentence
    known: tuple[Known, ...] = ()

    def __len__(self) -> int:
        return len(self.words_T)


def known(head: Head, tags: Sequence[str], annotated: Sequence[str]) -> Known:
    """What a head learns from gold tags.

    Args:
        annotated: the labels that their corpus annotates; if the head has others, they are left open.
    """
    if set(head.labels) <= set(annotated):
        return Known(head.name, head.positions(tags)[None])
    return Known(head.name, possible_TL=head.possible(tags, annotated))


class Encoder:
    """Knows the distinct words of some sentences, so that each is looked up once.

    Args:
        inputs: those of the network that reads the batches.
    """

    def __init__(self, lexicon: Lexicon, inputs: Inputs) -> None:
        self._lexicon, self._inputs = lexicon, inputs
        self._place: dict[str, int] = {}
        self._rows_V = np.zeros(0, dtype=np.int64)
        self._num_letters_V = np.zeros(0, dtype=np.int64)
        self._numbers_V: dict[str, Arrays] = {}

    def learn(self, sentences: Iterable[Sentence]) -> None:
        """Take in the words of more sentences."""
        for sentence in sentences:
            for word in sentence.words:
                self._place.setdefault(word, len(self._place))
        words = list(self._place)
        self._rows_V = np.array([self._lexicon.row(word) for word in words], dtype=np.int64)
        self._num_letters_V = np.array([len(cut(word)) for word in words], dtype=np.int64)
        self._numbers_V = {part.NAME: part.numbers(words) for part in self._inputs.of_words}

    def word_numbers(self) -> Numbers:
        """Of each input of words, the numbers of all words that were taken in."""
        return {name: _tensors(arrays) for name, arrays in self._numbers_V.items()}

    def encoded(self, sentence: Sentence, known: tuple[Known, ...] = ()) -> Encoded:
        """A sentence whose words were taken in."""
        words_T = np.array([self._place[word] for word in sentence.words], dtype=np.int64)
        return Encoded(words_T, sentence, known)

    def batch(self, items: Sequence[Encoded], turn: int = 0) -> Batch:
        """Sentences together, padded; of several readings the one whose turn it is."""
        lengths_B = np.array([len(item) for item in items], dtype=np.int64)
        is_inside_BT = np.arange(int(lengths_B.max())) < lengths_B[:, None]
        words_N = np.concatenate([item.words_T for item in items])
        distinct_U, index_N = self._by_length(words_N)
        return Batch(
            _padded(self._rows_V[words_N], is_inside_BT),
            _padded(index_N, is_inside_BT),
            torch.from_numpy(lengths_B),
            self._numbers(distinct_U, [item.sentence for item in items]),
            tuple(_gold(each, is_inside_BT, turn) for each in zip(*(item.known for item in items), strict=True)),
            num_tokens=int(lengths_B.sum()),
        )

    def _numbers(self, distinct_U: Integers, sentences: Sequence[Sentence]) -> Numbers:
        of_words = {
            name: _tensors([array_V[distinct_U] for array_V in arrays]) for name, arrays in self._numbers_V.items()
        }
        return of_words | {part.NAME: _tensors(part.numbers(sentences)) for part in self._inputs.of_sentences}

    def _by_length(self, words_N: Integers) -> tuple[Integers, Integers]:
        """The distinct words, short ones first, so that an input can read words of like length together; and where each
        token's word stands among them."""
        distinct_U, index_N = np.unique(words_N, return_inverse=True)
        order_U = np.argsort(self._num_letters_V[distinct_U], kind="stable")
        place_U = np.empty_like(order_U)
        place_U[order_U] = np.arange(len(order_U))
        return distinct_U[order_U], place_U[index_N]


def _tensors(arrays: Sequence[NDArray[Any]]) -> tuple[torch.Tensor, ...]:
    return tuple(map(torch.from_numpy, arrays))


def _gold(known: Sequence[Known], is_inside_BT: NDArray[np.bool_], turn: int) -> Gold:
    """What one head learns from sentences."""
    head = known[0].head
    if known[0].possible_TL is None:
        tags = [each.tags_RT[turn % len(each.tags_RT)] for each in known if each.tags_RT is not None]
        return Gold(head, _padded(np.concatenate(tags), is_inside_BT))
    possible_NL = np.concatenate([each.possible_TL for each in known if each.possible_TL is not None])
    possible_BTL = np.ones((*is_inside_BT.shape, possible_NL.shape[1]), dtype=np.bool_)
    possible_BTL[is_inside_BT] = possible_NL
    return Gold(head, possible_BTL=torch.from_numpy(possible_BTL))


def _padded(values_N: NDArray[np.integer[Any]], is_inside_BT: NDArray[np.bool_]) -> torch.Tensor:
    padded_BT = np.zeros(is_inside_BT.shape, dtype=np.int64)
    padded_BT[is_inside_BT] = values_N
    return torch.from_numpy(padded_BT)
