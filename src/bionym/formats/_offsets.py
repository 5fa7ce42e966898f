"""Offsets as producers count them, turned into code points, and mentions that stand somewhere else than claimed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

Repair = Literal["nearest"]
Ranges = tuple[tuple[int, int], ...]

CODE_POINTS = "code points"
_WIDTHS: Mapping[str, Callable[[str], int]] = {
    "UTF-8 bytes": lambda char: len(char.encode("utf-8", "surrogatepass")),
    "UTF-16 units": lambda char: 1 + (char > "\uffff"),
    "characters of CRLF lines": lambda char: 1 + (char == "\n"),
    "characters of LF lines": lambda char: int(char != "\r"),
}
UNITS = (CODE_POINTS, *_WIDTHS)


class Claim(NamedTuple):
    """What a file says of one mention: half-open ranges in some unit, and its text (pieces by one space) or None."""

    ranges: Ranges
    mention: str | None


def width(text: str, unit: str) -> int:
    """The length of a text in a unit of `UNITS`."""
    return len(text) if unit == CODE_POINTS else sum(map(_WIDTHS[unit], text))


def edges(text: str, unit: str) -> Mapping[int, int]:
    """From the offset of each character's edge in `unit` to its offset in code points."""
    if unit == CODE_POINTS:
        return _Same(len(text))
    measure, found, at = _WIDTHS[unit], {0: 0}, 0
    for position, char in enumerate(text, start=1):
        at += measure(char)
        found.setdefault(at, position)  # a character without width ends where the one before it did
    return found


class _Same(Mapping[int, int]):
    """From each offset up to the last to itself, without an entry for each."""

    def __init__(self, last: int) -> None:
        self._offsets = range(last + 1)

    def __getitem__(self, offset: int) -> int:
        if offset not in self._offsets:
            raise KeyError(offset)
        return offset

    def __iter__(self) -> Iterator[int]:
        return iter(self._offsets)

    def __len__(self) -> int:
        return len(self._offsets)


def _converted(ranges: Ranges, offsets: Mapping[int, int]) -> Ranges | None:
    if not all(start in offsets and end in offsets for start, end in ranges):
        return None
    return tuple((offsets[start], offsets[end]) for start, end in ranges)


def fits(text: str, claim: Claim) -> bool:
    """Whether the text holds the mention at these code points."""
    if not all(0 <= start < end <= len(text) for start, end in claim.ranges):
        return False
    if claim.mention is None:
        return True
    if len(claim.ranges) == 1:
        start, end = claim.ranges[0]
        return text[start:end] == claim.mention
    pieces = " ".join(text[start:end] for start, end in claim.ranges)
    return pieces.split() == claim.mention.split()


def other_unit(text: str, claims: Sequence[Claim]) -> tuple[str, list[Ranges]] | None:
    """The unit other than code points under which every claim fits, with the ranges in code points; None if none."""
    for unit in _WIDTHS:
        ranges = all_fitting(text, claims, unit)
        if ranges is not None:
            return unit, ranges
    return None


def all_fitting(text: str, claims: Sequence[Claim], unit: str) -> list[Ranges] | None:
    """The ranges of all claims in code points; None if one does not fit under the unit."""
    offsets = edges(text, unit)
    found = []
    for claim in claims:
        ranges = _converted(claim.ranges, offsets)
        if ranges is None or not fits(text, Claim(ranges, claim.mention)):
            return None
        found.append(ranges)
    return found


def repaired(text: str, start: int, end: int, mention: str) -> tuple[int, int, str] | None:
    """Where a mention that does not stand at [start, end) most likely stands, and what was done; None if nowhere."""
    if text[start:end].casefold() == mention.casefold() and start < end:
        return start, end, "differs from the text in case alone: the text is kept"
    found = _nearest(text, mention, start)
    return None if found is None else (found, found + len(mention), "moved to the nearest occurrence of its mention")


def _nearest(text: str, mention: str, start: int) -> int | None:
    if not mention:
        return None
    before, after = text.rfind(mention, 0, max(0, start) + len(mention)), text.find(mention, max(0, start))
    found = [position for position in (before, after) if position >= 0]
    return min(found, key=lambda position: abs(position - start)) if found else None
