"""Sentences as batches of numbers, for torch.

Axes: B sentences, T tokens of the longest, U distinct words of a batch, C characters of the longest, V distinct words of all
sentences, G groupings of words, K values from term lists, R readings, L tags.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from bionym.heads.head import Head
from bionym.models.bilstm_crf.groups import Groups
from bionym.models.bilstm_crf.network import Batch, Gold, Streams
from bionym.models.bilstm_crf.sentences import Sentence
from bionym.models.bilstm_crf.streams import Stream, StreamReader, side_by_side
from bionym.models.bilstm_crf.words import UNKNOWN, Lexicon

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
    stream: Stream | None = None

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
    """Knows the distinct words of some sentences, so that each is looked up and spelled once.

    Args:
        reader: makes streams of characters, for a network that reads them.
        ranks: of rows, for a network that learns to predict words.
    """

    def __init__(
        self,
        lexicon: Lexicon,
        groups: Groups,
        reader: StreamReader | None = None,
        ranks: Mapping[int, int] | None = None,
    ) -> None:
        self._lexicon, self._groups, self._reader, self._ranks = lexicon, groups, reader, ranks
        self._place: dict[str, int] = {}
        self._rows_V = np.zeros(0, dtype=np.int64)
        self._letters_VC = np.zeros((0, 0), dtype=np.int64)
        self._num_letters_V = np.zeros(0, dtype=np.int64)
        self._groups_VG = groups.rows(())
        self._ranks_V = np.zeros(0, dtype=np.int64)

    def learn(self, sentences: Iterable[Sentence]) -> None:
        """Take in the words of more sentences."""
        for sentence in sentences:
            for word in sentence.words:
                self._place.setdefault(word, len(self._place))
        words = list(self._place)
        self._rows_V = np.array([self._lexicon.row(word) for word in words], dtype=np.int64)
        self._letters_VC, self._num_letters_V = self._lexicon.letters(words)
        self._groups_VG = self._groups.rows(words)
        if self._ranks is not None:
            unknown = self._ranks[UNKNOWN]
            self._ranks_V = np.array([self._ranks.get(row, unknown) for row in self._rows_V.tolist()], dtype=np.int64)

    def spellings(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Places of the known words, short ones first, V; their characters, V x C; and how many each has, V."""
        order_V = np.argsort(self._num_letters_V, kind="stable")
        found = order_V, self._letters_VC[order_V], self._num_letters_V[order_V]
        return torch.from_numpy(found[0]), torch.from_numpy(found[1]), torch.from_numpy(found[2])

    def encoded(self, sentence: Sentence, known: tuple[Known, ...] = ()) -> Encoded:
        """A sentence whose words were taken in."""
        words_T = np.array([self._place[word] for word in sentence.words], dtype=np.int64)
        stream = None if self._reader is None else self._reader.read(sentence.words)
        return Encoded(words_T, sentence, known, stream)

    def batch(self, items: Sequence[Encoded], turn: int = 0) -> Batch:
        """Sentences together, padded; of several readings the one whose turn it is."""
        lengths_B = np.array([len(item) for item in items], dtype=np.int64)
        shape = len(items), int(lengths_B.max())
        is_inside_BT = np.arange(shape[1]) < lengths_B[:, None]
        words_N = np.concatenate([item.words_T for item in items])
        distinct_U, index_N = self._by_length(words_N)
        num_letters_U = self._num_letters_V[distinct_U]
        lists_BTK = np.zeros((*shape, items[0].sentence.lists_TK.shape[1]), dtype=np.float32)
        lists_BTK[is_inside_BT] = np.concatenate([item.sentence.lists_TK for item in items])
        return Batch(
            _padded(self._rows_V[words_N], is_inside_BT),
            _padded(index_N, is_inside_BT),
            torch.from_numpy(distinct_U),
            torch.from_numpy(self._letters_VC[distinct_U, : num_letters_U.max()]),
            torch.from_numpy(num_letters_U),
            torch.from_numpy(self._groups_VG[distinct_U]),
            torch.from_numpy(lists_BTK),
            torch.from_numpy(lengths_B),
            tuple(_gold(each, is_inside_BT, turn) for each in zip(*(item.known for item in items), strict=True)),
            _streams(items),
            _padded(self._ranks_V[words_N], is_inside_BT) if self._ranks is not None else None,
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


def _streams(items: Sequence[Encoded]) -> Streams | None:
    streams = [item.stream for item in items if item.stream is not None]
    return Streams(*map(torch.from_numpy, side_by_side(streams))) if streams else None


def _gold(known: Sequence[Known], is_inside_BT: NDArray[np.bool_], turn: int) -> Gold:
    """What one head learns from sentences."""
    head = known[0].head
    if known[0].possible_TL is None:
        tags = [one.tags_RT[turn % len(one.tags_RT)] for one in known if one.tags_RT is not None]
        return Gold(head, _padded(np.concatenate(tags), is_inside_BT))
    possible_NL = np.concatenate([one.possible_TL for one in known if one.possible_TL is not None])
    possible_BTL = np.ones((*is_inside_BT.shape, possible_NL.shape[1]), dtype=np.bool_)
    possible_BTL[is_inside_BT] = possible_NL
    return Gold(head, possible_BTL=torch.from_numpy(possible_BTL))


def _padded(values_N: NDArray[np.integer[Any]], is_inside_BT: NDArray[np.bool_]) -> torch.Tensor:
    padded_BT = np.zeros(is_inside_BT.shape, dtype=np.int64)
    padded_BT[is_inside_BT] = values_N
    return torch.from_numpy(padded_BT)
