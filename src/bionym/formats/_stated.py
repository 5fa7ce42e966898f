"""Annotations that records state by offsets, as entities: the unit of the offsets is told, every mention is checked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bionym.data import Audit, Document, Entity, Span
from bionym.errors import FormatError, SpanError
from bionym.formats._json import Record
from bionym.formats._mentions import Claim, Verdict, report
from bionym.formats._offsets import CODE_POINTS, UNITS, Ranges, Repair, Ruler
from bionym.formats._slips import gain, in_unit, standing_in, verdicts_on

MAX_DEPTH = 50  # of what rides along in `meta`; deeper values would end Python's own recursion


@dataclass(frozen=True, slots=True)
class Stated:
    """What a record says of one entity.

    Args:
        record: where it stands, for messages.
        ranges: half-open, in the file's unit, in text order.
        mention: the text it should cover (pieces joined by a space); None if the file does not say.
    """

    record: Record
    ranges: Ranges
    label: str
    mention: str | None = None
    id: str = ""
    concepts: tuple[str, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)
    score: float | None = None

    @property
    def claim(self) -> Claim:
        """Ranges and mention."""
        return Claim(self.ranges, self.mention)


def entities(
    text: str,
    stated: Sequence[Stated],
    document_id: str,
    audit: Audit,
    *,
    unit: str = CODE_POINTS,
    repair: Repair | None = None,
) -> tuple[Entity, ...]:
    """The entities of a text, in the order of the records.

    Args:
        unit: what the format's offsets count. Where a mention is stated with every annotation, and clearly more of them
            fit in another unit, that one is taken, and those that it moves are counted as changed.
        repair: "nearest" keeps an annotation that resembles the text at its offsets, moves any other to the nearest
            occurrence of its mention, and leaves out one that occurs nowhere (see `_mentions`).
    Raises: FormatError at the first annotation that is empty, outside the text, or not where it says, without `repair`.
    """
    claims = [one.claim for one in stated]
    own = _converted(text, claims, unit)
    counted, converted = _as_counted(text, claims, own, unit)
    note = f"offsets were {counted}, not {unit}" if counted != unit else ""
    verdicts = verdicts_on(text, own, converted, note, repair=repair is not None)
    placed = []
    for one, verdict in zip(stated, verdicts, strict=True):
        if verdict is None:
            raise _misplaced(one, text)
        report(audit, document_id, one.id, one.claim, verdict)
        placed += [_entity(one, verdict)] if verdict.ranges else []
    return tuple(placed)


def text_or(record: Record, key: str, default: str = "") -> str:
    """A string or the digits of a number; the default if the key is absent or null."""
    return default if record.value.get(key) is None else record.text(key)


def probability(record: Record, key: str, document_id: str, audit: Audit) -> float | None:
    """A score from 0 to 1, or None; any other number is lost, and counted."""
    found = record.value.get(key)
    if found is None:
        return None
    if not isinstance(found, (int, float)) or isinstance(found, bool):
        raise record.error(f"{key}: expected a number")
    if 0 <= found <= 1:
        return found
    audit.lose(document_id, "score", "is no probability from 0 to 1")
    return None


def rest(record: Record, *known: str) -> dict[str, Any]:
    """The values under other keys, to ride along in `meta`. Raises: FormatError if one is nested too deep."""
    others = {key: value for key, value in record.value.items() if key not in known and key != Record.LINE}
    if any(_depth_exceeds(value, MAX_DEPTH) for value in others.values()):
        raise record.error(f"a value is nested more than {MAX_DEPTH} deep", "Remove it.")
    return others


def fields(document: Document, name: str, key: str = "fields") -> dict[str, Any]:
    """What rode along in `meta` under a format's name."""
    held = document.meta.get(name)
    found = held.get(key) if isinstance(held, Mapping) else None
    return dict(found) if isinstance(found, Mapping) else {}


def _depth_exceeds(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return False
    return True


def _inside(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _as_counted(text: str, claims: Sequence[Claim], own: Sequence[Claim], unit: str) -> tuple[str, Sequence[Claim]]:
    """The unit in which most mentions stand, the format's own unless clearly more do in another, and the claims in it."""
    standing = standing_in(text, own)
    best, converted, most = unit, own, 0
    if all(standing) or any(claim.mention is None for claim in claims):
        return best, converted
    for other in UNITS:
        others = _converted(text, claims, other)
        if (num_more := gain(standing, standing_in(text, others))) > most:
            best, converted, most = other, others, num_more
    return best, converted


def _converted(text: str, claims: Sequence[Claim], unit: str) -> list[Claim]:
    """The claims in code points; one without a mention whose offsets cut a character, or lie outside, keeps them outside."""
    ruler = Ruler(text, unit)
    return [_or_nowhere(claim, ruler) if claim.mention is None else in_unit(ruler, [claim])[0] for claim in claims]


def _or_nowhere(claim: Claim, ruler: Ruler) -> Claim:
    return claim._replace(ranges=ruler.to_text(claim.ranges) or tuple((-1, -1) for _ in claim.ranges))


def _entity(stated: Stated, verdict: Verdict) -> Entity:
    try:
        spans = tuple(Span(*place) for place in verdict.ranges)
        return Entity(spans, stated.label, stated.concepts, stated.attributes, stated.score, stated.id)
    except SpanError as error:
        raise stated.record.error(str(error), "Check its offsets and its label.") from error


def _misplaced(stated: Stated, text: str) -> FormatError:
    start, end = (stated.ranges[0][0], stated.ranges[-1][1]) if stated.ranges else (0, 0)
    fix = "Export the file again" + (", or pass --option repair=nearest." if stated.mention else ".")
    return stated.record.error(_difference(text, start, end), fix)


def _difference(text: str, start: int, end: int) -> str:
    if start >= end:
        return f"the annotation at [{start}, {end}) is empty or reversed"
    if end > len(text):
        return f"the annotation at [{start}, {end}) ends beyond the {len(text)} characters of the text"
    return f"the annotation at [{start}, {end}) differs from the text there"
