"""A text rebuilt from pieces that know their offsets."""

from collections.abc import Sequence
from typing import NamedTuple

from bionym.formats._offsets import width

MAX_GAP_CHARS = 1_000_000


class Piece(NamedTuple):
    """A stretch of text and the offset at which it begins, in some unit."""

    offset: int
    text: str


class Laid(NamedTuple):
    """The rebuilt text, and where each piece begins and ends in it, in code points."""

    text: str
    places: tuple[tuple[int, int], ...]


class Overlap(Exception):
    """Two pieces claim the same place, or a gap is too wide to be meant."""

    def __init__(self, offset: int) -> None:
        self.offset = offset
        super().__init__(f"overlap at {offset}")


def lay(pieces: Sequence[Piece], unit: str, *, begin: int = 0) -> Laid:
    """The text of pieces sorted by offset; gaps are filled, the last character of a gap being a line break.

    Args:
        unit: what the offsets count; one of `_offsets.UNITS`.
        begin: the offset of the text's first character.
    Raises: Overlap.
    """
    parts: list[str] = []
    places: list[tuple[int, int]] = []
    at = begin
    for piece in pieces:
        gap = piece.offset - at
        if not 0 <= gap <= MAX_GAP_CHARS:
            raise Overlap(piece.offset)
        between = filler(gap, unit)
        start = (places[-1][1] if places else 0) + len(between)
        places.append((start, start + len(piece.text)))
        parts += (between, piece.text)
        at = piece.offset + width(piece.text, unit)
    return Laid("".join(parts), tuple(places))


def filler(gap: int, unit: str) -> str:
    """What stands between two pieces: spaces and one line break, `gap` units wide."""
    break_width = width("\n", unit)
    return " " * (gap - break_width) + "\n" if gap >= break_width else " " * gap
