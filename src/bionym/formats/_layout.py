"""A text rebuilt from pieces that know their offsets, and cut into such pieces."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from bionym.data import Audit, Document, Passage
from bionym.formats._mentions import Claim, Verdict
from bionym.formats._offsets import CODE_POINTS, UNITS, Ruler, width
from bionym.formats._slips import gain, in_unit, standing_in, verdicts_on

MAX_GAP_CHARS = 1_000_000  # of all gaps of a document


class Piece(NamedTuple):
    """A stretch of text and the offset at which it begins, in some unit."""

    offset: int
    text: str


class Laid(NamedTuple):
    """The rebuilt text, and where each piece begins and ends in it, in code points."""

    text: str
    places: tuple[tuple[int, int], ...]


class Overlap(Exception):
    """Two pieces claim the same place, or the gaps between them are too wide to be meant; `str` says which."""

    def __init__(self, offset: int, *, is_gap: bool = False) -> None:
        self.offset = offset
        gap = f"the gaps between passages are wider than {MAX_GAP_CHARS:,} characters in all"
        super().__init__(f"{gap if is_gap else 'two passages overlap'} at offset {offset}")


def lay(pieces: Sequence[Piece], unit: str, *, begin: int = 0) -> Laid:
    """The text of pieces sorted by offset; gaps are filled, the last character of a gap being a line break.

    Args:
        unit: what the offsets count; one of `_offsets.UNITS`.
        begin: the offset of the text's first character.
    Raises: Overlap.
    """
    parts: list[str] = []
    places: list[tuple[int, int]] = []
    at, filled = begin, 0
    for piece in pieces:
        gap = piece.offset - at
        filled += gap
        if gap < 0 or filled > MAX_GAP_CHARS:
            raise Overlap(piece.offset, is_gap=gap >= 0)
        between = filler(gap, unit)
        start = (places[-1][1] if places else 0) + len(between)
        places.append((start, start + len(piece.text)))
        parts += (between, piece.text)
        at = piece.offset + width(piece.text, unit)
    return Laid("".join(parts), tuple(places))


class Counted(NamedTuple):
    """What the offsets of a document count, the text that they then give, and the claims in code points of it."""

    unit: str
    laid: Laid
    claims: list[Claim]

    def verdicts(self, claims: Sequence[Claim], converted: Sequence[Claim], *, repair: bool) -> list[Verdict | None]:
        """Where the mentions stand (see `_slips`).

        Args:
            claims, converted: as the file has them, and in code points, perhaps with their passages.
        """
        note = f"offsets count {self.unit}: converted" if self.unit != CODE_POINTS else ""
        return verdicts_on(self.laid.text, claims, converted, note, repair=repair)


def lay_so_that_most_fit(pieces_in: Callable[[str], Sequence[Piece]], claims: Sequence[Claim]) -> Counted:
    """The text of pieces in code points, unless clearly more mentions fit it in another unit.

    Raises: Overlap if the pieces overlap in code points.
    """
    best = Counted(CODE_POINTS, lay(pieces_in(CODE_POINTS), CODE_POINTS), list(claims))
    standing = standing_in(best.laid.text, claims)
    most = 0
    for unit in UNITS[1:] if not all(standing) else ():
        try:
            laid = lay(pieces_in(unit), unit)
        except Overlap:
            continue
        others = in_unit(Ruler(laid.text, unit), claims)
        num_more = gain(standing, standing_in(laid.text, others))
        if num_more > most:
            best, most = Counted(unit, laid, others), num_more
    return best


class Part(NamedTuple):
    """A stretch of a document that becomes a passage of its own; None where it lies in no passage of the document."""

    start: int
    end: int
    passage: Passage | None


def cut(document: Document, audit: Audit) -> list[Part]:
    """The passages, and the text between them where a gap would not be filled with the same again; at least one part.

    A passage that overlaps the one before is lost.
    """
    parts: list[Part] = []
    reach = 0
    for passage in sorted(document.passages, key=lambda one: (one.start, one.end)):
        if passage.start < reach:
            audit.lose(document.id, "passage", "overlaps another one, which the format cannot hold")
            continue
        _add_between(parts, document.text, reach, passage.start)
        parts.append(Part(passage.start, passage.end, passage))
        reach = passage.end
    if not parts or reach < len(document.text):
        parts.append(Part(reach, len(document.text), None))
    return parts


def _add_between(parts: list[Part], text: str, start: int, end: int) -> None:
    if text[start:end] != filler(end - start, CODE_POINTS):
        parts.append(Part(start, end, None))


def filler(gap: int, unit: str) -> str:
    """What stands between two pieces: spaces and one line break, `gap` units wide."""
    break_width = width("\n", unit)
    return " " * (gap - break_width) + "\n" if gap >= break_width else " " * gap
