"""Annotations of other tools against a text: whether all fit it in a unit, and where a mention stands that does not."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from bionym.formats._layout import Laid, Overlap, Piece, lay
from bionym.formats._offsets import CODE_POINTS, UNITS, Ranges, edges


class Claim(NamedTuple):
    """What a file says of one annotation: half-open ranges in some unit, and its text (pieces by one space) or None."""

    ranges: Ranges
    mention: str | None


def fits(text: str, claim: Claim) -> bool:
    """Whether the text holds the mention at these code points."""
    if not claim.ranges or not all(0 <= start < end <= len(text) for start, end in claim.ranges):
        return False
    pieces = " ".join(text[start:end] for start, end in claim.ranges)
    return claim.mention is None or pieces == claim.mention or (len(claim.ranges) > 1 and _alike(pieces, claim.mention))


def fitting(text: str, claims: Sequence[Claim], unit: str) -> list[Ranges] | None:
    """The ranges of all claims in code points; None if one does not fit under the unit."""
    offsets = edges(text, unit)
    found = []
    for claim in claims:
        ranges = tuple((offsets.get(start, -1), offsets.get(end, -1)) for start, end in claim.ranges)
        if not fits(text, Claim(ranges, claim.mention)):
            return None
        found.append(ranges)
    return found


def lay_so_that_all_fit(
    pieces_in: Callable[[str], Sequence[Piece]], claims: Sequence[Claim]
) -> tuple[Laid, list[Ranges]] | None:
    """The text of pieces under the first unit in which all claims fit it, and their ranges in code points; None if none.

    Raises: Overlap if the pieces overlap in code points.
    """
    for unit in UNITS:
        try:
            laid = lay(pieces_in(unit), unit)
        except Overlap:
            if unit == CODE_POINTS:
                raise
            continue
        ranges = fitting(laid.text, claims, unit)
        if ranges is not None:
            return laid, ranges
    return None


def moved(text: str, start: int, mention: str) -> tuple[int, int] | None:
    """The occurrence of a mention that is nearest to an offset; None if it stands nowhere."""
    if not mention:
        return None
    at = min(max(0, start), len(text))
    places = (text.rfind(mention, 0, at + len(mention)), text.find(mention, at))
    found = [place for place in places if place >= 0]
    if not found:
        return None
    nearest = min(found, key=lambda place: abs(place - at))
    return nearest, nearest + len(mention)


def _alike(pieces: str, mention: str) -> bool:
    return pieces.split() == mention.split()
