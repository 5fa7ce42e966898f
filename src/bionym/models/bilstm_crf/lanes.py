"""Sentences one behind the other in lanes, which are read side by side.

    lane 0   the first sentence . a second .
    lane 1   one more , a longer one . . . .
    lane 2   the last ones  . and so on . .

Long sentences come first and each goes to the lane with most room, so that next to nothing stands empty.

Axes: T steps of the longest lane, B lanes, N tokens.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heapreplace

import numpy as np
from numpy.typing import NDArray

MOST_LANES = 128
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Lanes:
    """Where tokens stand.

    Args:
        shape: T, B.
        places_N: of every token its place among the T x B.
        first, last: those of the first and the last token of each sentence.
    """

    shape: tuple[int, int]
    places_N: Places
    first: Places
    last: Places

    def marked(self, places: Places) -> NDArray[np.bool_]:
        """True at these places, T x B x 1."""
        is_marked_TB1 = np.zeros((*self.shape, 1), dtype=np.bool_)
        is_marked_TB1.flat[places] = True
        return is_marked_TB1


def lanes(lengths: Sequence[int]) -> Lanes:
    """Where the tokens of sentences stand that have so many each, one or more."""
    longest = max(lengths)
    num_lanes = min(MOST_LANES, -(-sum(lengths) // longest))
    room = [(0, lane) for lane in range(num_lanes)]
    heapify(room)
    starts = np.zeros((len(lengths), 2), dtype=np.intp)
    for sentence in sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True):
        filled, lane = room[0]
        starts[sentence] = filled, lane
        heapreplace(room, (filled + lengths[sentence], lane))
    counts = np.array(lengths, dtype=np.intp)
    ends = np.cumsum(counts)
    steps_N = np.arange(ends[-1]) - np.repeat(ends - counts, counts)
    places_N = np.repeat(starts @ (num_lanes, 1), counts) + num_lanes * steps_N
    return Lanes((max(room)[0], num_lanes), places_N, places_N[ends - counts], places_N[ends - 1])
