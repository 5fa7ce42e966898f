"""Offsets as producers count them, turned into code points and back."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Literal

from bionym.files import BOM

Repair = Literal["nearest"]
Ranges = tuple[tuple[int, int], ...]

CODE_POINTS = "code points"
WITH_MARK = ", byte order mark included"
_WIDTHS: Mapping[str, Callable[[str], int]] = {
    "UTF-8 bytes": lambda char: len(char.encode("utf-8", "surrogatepass")),
    "UTF-16 units": lambda char: 1 + (char > "\uffff"),
    "characters of CRLF lines": lambda char: 1 + (char == "\n"),
    "characters of LF lines": lambda char: int(char != "\r"),
}
UNITS = (CODE_POINTS, *_WIDTHS)


class Ruler:
    """Offsets of a file to those of the text and back.

    Args:
        unit: of `UNITS`, perhaps followed by `WITH_MARK`.
    """

    def __init__(self, text: str, unit: str = CODE_POINTS) -> None:
        self.text, self.unit = text, unit

    def to_text(self, ranges: Ranges) -> Ranges | None:
        """Ranges of the file in the text; None if one is empty, reversed or outside, or cuts a character."""
        if self.unit == CODE_POINTS:
            return ranges if all(0 <= start < end <= len(self.text) for start, end in ranges) else None
        found = tuple((self._to_text.get(start, -1), self._to_text.get(end, -1)) for start, end in ranges)
        return found if all(0 <= start < end for start, end in found) else None

    def near_in_text(self, ranges: Ranges) -> Ranges:
        """Ranges of the file in the text: a character that is cut is taken whole, what lies outside stays outside."""
        if self.unit == CODE_POINTS:
            return ranges
        return tuple((self._at_or_before(start), self._at_or_behind(end)) for start, end in ranges)

    def to_file(self, ranges: Ranges) -> Ranges:
        """Ranges of the text as the file counts."""
        if self.unit == CODE_POINTS:
            return ranges
        return tuple((self._to_file[start], self._to_file[end]) for start, end in ranges)

    @cached_property
    def _to_text(self) -> dict[int, int]:
        has_mark = self.unit.endswith(WITH_MARK)
        counted = edges(BOM * has_mark + self.text, self.unit.removesuffix(WITH_MARK))
        return {theirs: ours - has_mark for theirs, ours in counted.items()}

    @cached_property
    def _to_file(self) -> dict[int, int]:
        return {ours: theirs for theirs, ours in reversed(self._to_text.items())}

    @cached_property
    def _theirs(self) -> list[int]:
        return list(self._to_text)

    def _at_or_before(self, offset: int) -> int:
        return self._to_text[self._theirs[max(0, bisect_right(self._theirs, offset) - 1)]]

    def _at_or_behind(self, offset: int) -> int:
        outside = max(0, offset - self._theirs[-1])
        return self._to_text[self._theirs[min(len(self._theirs) - 1, bisect_left(self._theirs, offset))]] + outside


def rulers(text: str, *, has_mark: bool = False) -> Iterator[Ruler]:
    """Every way to count that gives other offsets for this text than code points do.

    Args:
        has_mark: whether the file has a byte order mark, which may be counted.
    """
    if has_mark:
        yield Ruler(text, CODE_POINTS + WITH_MARK)
    for unit in UNITS[1:] if not text.isascii() or "\n" in text or "\r" in text else ():
        if width(text, unit) != len(text):
            yield Ruler(text, unit)
            if has_mark:
                yield Ruler(text, unit + WITH_MARK)


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
