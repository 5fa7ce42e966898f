"""Sentences of unequal length side by side, without padding.

The first tokens of all sentences stand together, behind them all second tokens, and so on; the longest sentence comes first,
so those that have a token left are always the first ones.

    sizes     3       3       2       1
    tokens    a0 b0 c0  a1 b1 c1  a2 b2   a3

Axes: M tokens of the sentences packed, T tokens of the longest, B sentences.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.intp]


@dataclass(frozen=True)
class Packed:
    """Where tokens stand.

    Args:
        sentences: the numbers of those with tokens, longest first.
        offsets_T, sizes_T: where the tokens of each step begin, and how many they are.
        tokens_M: the token of each place.
        first_B, last_B: places of the first and the last token of each sentence.
    """

    sentences: Places
    offsets_T: Places
    sizes_T: Places
    tokens_M: Places
    first_B: Places
    last_B: Places

    def steps(self) -> Iterator[tuple[slice, slice]]:
        """For each step but the first, the places of the tokens before and of its own."""
        for before, now in pairwise(self.slices()):
            yield slice(before.start, before.start + now.stop - now.start), now

    def slices(self) -> list[slice]:
        """The places of the tokens of each step."""
        starts, sizes = self.offsets_T.tolist(), self.sizes_T.tolist()
        return [slice(start, start + size) for start, size in zip(starts, sizes, strict=True)]

    def rows(self, num_sentences: int) -> Places:
        """For each sentence its place among those packed; 0 for one that is not."""
        rows = np.zeros(num_sentences, dtype=np.intp)
        rows[self.sentences] = np.arange(len(self.sentences))
        return rows


def pack_sentences(ranges: Sequence[tuple[int, int]] | Places, wanted: Places | None = None) -> Packed:
    """Sentences by their token positions `[start, end)`, or those of them that are wanted; empty ones are left out."""
    bounds = np.asarray(ranges, dtype=np.intp).reshape(-1, 2)
    lengths = bounds[:, 1] - bounds[:, 0]
    chosen = np.flatnonzero(lengths) if wanted is None else wanted
    sentences = chosen[np.argsort(-lengths[chosen], kind="stable")]
    starts_B, lengths_B = bounds[sentences, 0], lengths[sentences]
    longest = int(lengths_B.max(initial=0))
    sizes_T = np.searchsorted(-lengths_B, -np.arange(longest), side="left")
    offsets_T = np.cumsum(sizes_T) - sizes_T
    steps_M = np.repeat(np.arange(longest), sizes_T)
    rows_M = np.arange(len(steps_M)) - offsets_T[steps_M]
    last_B = offsets_T[lengths_B - 1] + np.arange(len(sentences))
    return Packed(sentences, offsets_T, sizes_T, starts_B[rows_M] + steps_M, np.arange(len(sentences)), last_B)
