"""Sentences as batches of numbers, for torch.

Axes: B sentences, T tokens of the longest, U distinct words of a batch, C characters of the longest, V distinct words of all
sentences, K values from term lists, L tags.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from bionym.models._neural.heads import Head
from bionym.models._neural.network import Batch
from bionym.models._neural.sentences import Sentence
from bionym.models._neural.words import Lexicon

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Encoded:
    """A sentence in numbers: its words by their place in the encoder's, and its gold tags by their place in a head."""

    words_T: Integers
    sentence: Sentence
    tags_T: Integers | None = None
    possible_TL: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.words_T)


class Encoder:
    """Knows the distinct words of some sentences, so that each is looked up and spelled once."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._place: dict[str, int] = {}
        self._rows_V = np.zeros(0, dtype=np.int64)
        self._letters_VC = np.zeros((0, 0), dtype=np.int64)
        self._num_letters_V = np.zeros(0, dtype=np.int64)

    def learn(self, sentences: Iterable[Sentence]) -> None:
        """Take in the words of more sentences."""
        for sentence in sentences:
            for word in sentence.words:
                self._place.setdefault(word, len(self._place))
        words = list(self._place)
        self._rows_V = np.array([self._lexicon.row(word) for word in words], dtype=np.int64)
        self._letters_VC, self._num_letters_V = self._lexicon.letters(words)

    def encoded(self, sentence: Sentence, head: Head | None = None, annotated: Sequence[str] = ()) -> Encoded:
        """A sentence whose words are known, with its gold tags for a head.

        Args:
            annotated: the labels that its corpus annotates; if the head has others, they are left open.
        """
        words_T = np.array([self._place[word] for word in sentence.words], dtype=np.int64)
        if head is None:
            return Encoded(words_T, sentence)
        if set(head.labels) <= set(annotated):
            return Encoded(words_T, sentence, head.positions(sentence.tags))
        return Encoded(words_T, sentence, None, head.possible(sentence.tags, annotated))

    def batch(self, items: Sequence[Encoded], head: str) -> Batch:
        """Sentences together, padded."""
        lengths_B = np.array([len(item) for item in items], dtype=np.int64)
        shape = len(items), int(lengths_B.max())
        is_inside_BT = np.arange(shape[1]) < lengths_B[:, None]
        words_N = np.concatenate([item.words_T for item in items])
        distinct_U, index_N = self._by_length(words_N)
        num_letters_U = self._num_letters_V[distinct_U]
        lists_BTK = np.zeros((*shape, items[0].sentence.lists_TK.shape[1]), dtype=np.float32)
        lists_BTK[is_inside_BT] = np.concatenate([item.sentence.lists_TK for item in items])
        tags_BT, possible_BTL = _gold(items, is_inside_BT)
        return Batch(
            head,
            _padded(self._rows_V[words_N], is_inside_BT),
            _padded(index_N, is_inside_BT),
            torch.from_numpy(self._letters_VC[distinct_U, : num_letters_U.max()]),
            torch.from_numpy(num_letters_U),
            torch.from_numpy(lists_BTK),
            torch.from_numpy(lengths_B),
            tags_BT,
            possible_BTL,
            num_tokens=int(lengths_B.sum()),
        )

    def _by_length(self, words_N: Integers) -> tuple[Integers, Integers]:
        """The distinct words, short ones first, so that the network can spell words of like length together; and where
        each token's word stands among them."""
        distinct_U, index_N = np.unique(words_N, return_inverse=True)
        order_U = np.argsort(self._num_letters_V[distinct_U], kind="stable")
        place_U = np.empty_like(order_U)
        place_U[order_U] = np.arange(len(order_U))
        return distinct_U[order_U], place_U[index_N]


def _gold(items: Sequence[Encoded], is_inside_BT: NDArray[np.bool_]) -> tuple[torch.Tensor | None, torch.Tensor | None]:
    if items[0].tags_T is not None:
        return _padded(np.concatenate([item.tags_T for item in items if item.tags_T is not None]), is_inside_BT), None
    if items[0].possible_TL is None:
        return None, None
    possible_NL = np.concatenate([item.possible_TL for item in items if item.possible_TL is not None])
    possible_BTL = np.ones((*is_inside_BT.shape, possible_NL.shape[1]), dtype=np.bool_)
    possible_BTL[is_inside_BT] = possible_NL
    return None, torch.from_numpy(possible_BTL)


def _padded(values_N: Integers, is_inside_BT: NDArray[np.bool_]) -> torch.Tensor:
    padded_BT = np.zeros(is_inside_BT.shape, dtype=np.int64)
    padded_BT[is_inside_BT] = values_N
    return torch.from_numpy(padded_BT)
