"""What several heads found in one document.

Overlaps of different labels stay: they are what several corpora are for. Of finds that overlap under one label, the one
with the highest score stays; of equal scores the longer, then the first. Each says which head gave it; where heads gave the
very same, the surest is named.
"""

from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple


class Find(NamedTuple):
    """An entity on tokens `[start, end)` of a document. Sorted, the strongest stand first."""

    minus_score: float
    minus_length: int
    start: int
    source: str
    label: str

    @property
    def end(self) -> int:
        """The token behind the last one."""
        return self.start - self.minus_length


def merge_finds(finds: Iterable[Find]) -> list[Find]:
    """The finds that stay, in no particular order."""
    merged: list[Find] = []
    taken: dict[str, list[tuple[int, int]]] = {}
    for find in sorted(finds):
        start, end = find.start, find.start - find.minus_length
        same = taken.setdefault(find.label, [])
        place = bisect_left(same, (start, end))
        is_free_after = place == len(same) or same[place][0] >= end
        if is_free_after and (place == 0 or same[place - 1][1] <= start):
            same.insert(place, (start, end))
            merged.append(find)
    return merged
