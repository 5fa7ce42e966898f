"""Windows as batches of numbers, for torch.

Axes: B windows, T subwords of the longest, N scored tokens of the longest, L tags or labels, W lengths of a span in tokens.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bionym.models.transformer.network import Batch, Gold
from bionym.models.transformer.reading import Piece


@dataclass(frozen=True, slots=True)
class Known:
    """What one head learns from one window: tags, possible tags, or spans, as `network.Gold` has them.

    Args:
        spans: first token, length less one, and place of the label of each entity; None if the head gives tags.
    """

    tags_N: NDArray[np.int64] | None = None
    possible_NL: NDArray[np.bool_] | None = None
    spans: tuple[tuple[int, int, int], ...] | None = None
    known_L: NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A window to train on, and what is known of it for each head: annotated once, or sampled several times by a teacher."""

    piece: Piece
    samples: tuple[tuple[Known, ...], ...]

    def __len__(self) -> int:
        return len(self.piece)

    def known(self, turn: int) -> tuple[Known, ...]:
        """What is known for each head, from the sample whose turn it is."""
        return self.samples[turn % len(self.samples)]


def batch_of(
    pieces: Sequence[Piece],
    padding: int,
    *,
    places: tuple[int, ...] = (),
    known: Sequence[tuple[Known, ...]] = (),
    span_tokens: int = 0,
    below_BTH: Tensor | None = None,
) -> Batch:
    """Windows together, padded; `below_BTH` has the states of frozen layers, if they are cached."""
    lengths_B = np.array([len(piece.firsts_N) for piece in pieces], dtype=np.int64)
    golds = [_gold([of_heads[number] for of_heads in known], lengths_B, span_tokens) for number in range(len(places))]
    return Batch(
        _padded([piece.ids_T for piece in pieces], padding),
        torch.tensor([len(piece) for piece in pieces]),
        _padded([piece.firsts_N for piece in pieces], 0),
        _padded([piece.counts_N for piece in pieces], 0),
        torch.from_numpy(lengths_B),
        places,
        tuple(golds),
        int(lengths_B.sum()),
        below_BTH,
    )


def _gold(known: Sequence[Known], lengths_B: NDArray[np.int64], span_tokens: int) -> Gold:
    first = known[0]
    if first.tags_N is not None:
        return Gold(tags_BN=_padded([item.tags_N for item in known if item.tags_N is not None], 0))
    shape = len(known), int(lengths_B.max())
    if first.possible_NL is not None:
        possible_BNL = np.ones((*shape, first.possible_NL.shape[1]), dtype=np.bool_)
        for row, item in enumerate(known):
            assert item.possible_NL is not None
            possible_BNL[row, : len(item.possible_NL)] = item.possible_NL
        return Gold(possible_BNL=torch.from_numpy(possible_BNL))
    assert first.known_L is not None
    spans_BNWL = np.zeros((*shape, span_tokens, len(first.known_L)), dtype=np.float32)
    for row, item in enumerate(known):
        for start, more, label in item.spans or ():
            spans_BNWL[row, start, more, label] = 1
    return Gold(spans_BNWL=torch.from_numpy(spans_BNWL), known_L=torch.from_numpy(first.known_L))


def _padded(rows: Sequence[NDArray[np.int64]], padding: int) -> Tensor:
    padded_BX = np.full((len(rows), max(map(len, rows))), padding, dtype=np.int64)
    for number, row in enumerate(rows):
        padded_BX[number, : len(row)] = row
    return torch.from_numpy(padded_BX)
