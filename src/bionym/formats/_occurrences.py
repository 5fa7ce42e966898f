"""Where a mention stands in a text, wherever its offsets point."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import cached_property

from bionym.formats import _folding

Place = tuple[int, int]
NUM_SEARCHED = 1_000  # occurrences of one mention that are looked at on either side of its offsets
MIN_FOLDED_CHARS = 2


class Searched:
    """A text in which mentions are searched; folded at the first need."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def folded(self) -> _folding.Folded:
        """The text as mentions compare."""
        return _folding.with_origins(self.text)

    def nearest(self, mention: str, start: int, is_free: Callable[[Place], bool]) -> Place | None:
        """The occurrence nearest to an offset: as spelled, else as folded; whole words first, free places first."""
        for places in (self.occurrences(mention, start), self.folded_occurrences(mention, start)):
            found = list(places)
            if found:
                return min(found, key=lambda place: self._rank(place, start, is_free))
        return None

    def occurrences(self, mention: str, start: int) -> Iterator[Place]:
        """Places that are spelled like the mention."""
        yield from ((at, at + len(mention)) for at in beginnings(self.text, mention, max(0, start)))

    def folded_occurrences(self, mention: str, start: int) -> Iterator[Place]:
        """Places of whole words that are like the mention when both are folded."""
        wanted = _folding.names_spelled(mention)
        if len(wanted) < MIN_FOLDED_CHARS:
            return
        text, origins = self.folded
        for at in beginnings(text, wanted, bisect_left(origins, start)):
            place = origins[at], origins[at + len(wanted) - 1] + 1
            if self.is_whole(place):
                yield place

    def is_whole(self, place: Place) -> bool:
        """Whether both edges are edges of words, and neither is white space."""
        start, end = place
        inside = self.text[start:end]
        return inside == inside.strip() != "" and self._is_edge(start) and self._is_edge(end)

    def _is_edge(self, at: int) -> bool:
        return not (0 < at < len(self.text) and self.text[at - 1].isalnum() and self.text[at].isalnum())

    def _rank(self, place: Place, start: int, is_free: Callable[[Place], bool]) -> tuple[bool, bool, int, int]:
        return not is_free(place), not self.is_whole(place), abs(place[0] - start), place[0]


def beginnings(text: str, wanted: str, start: int, most: int = NUM_SEARCHED) -> Iterator[int]:
    """Where `wanted` begins: at most so many places on either side of `start`, the nearest."""
    if not wanted:
        return
    at = text.find(wanted, start)
    for _ in range(most):
        if at < 0:
            break
        yield at
        at = text.find(wanted, at + 1)
    at = text.rfind(wanted, 0, start + len(wanted) - 1)
    for _ in range(most):
        if at < 0:
            break
        yield at
        at = text.rfind(wanted, 0, at + len(wanted) - 1)
