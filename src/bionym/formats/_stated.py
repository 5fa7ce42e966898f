"""Annotations that records state by offsets, as entities: the unit of the offsets is told, every mention is checked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bionym.data import Audit, Document, Entity, Span
from bionym.errors import SpanError
from bionym.formats._claims import Claim, fits, fitting, moved
from bionym.formats._json import Record
from bionym.formats._offsets import CODE_POINTS, UNITS, Ranges, Repair, edges

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
        unit: what the format's offsets count. Where a mention is stated with every annotation, and they do not fit,
            the other units are tried; offsets of a unit that is not the format's are counted as changed.
        repair: "nearest" moves an annotation to the nearest occurrence of its mention; one without any is lost.
    Raises: FormatError at the first annotation that is empty, outside the text, or not where it says.
    """
    claims = [one.claim for one in stated]
    found = fitting(text, claims, unit)
    if found is None and all(claim.mention is not None for claim in claims):
        for other in UNITS:
            found = fitting(text, claims, other)
            if found is not None:
                audit.change(document_id, "entity", f"offsets were {other}, now code points", count=len(found))
                break
    if found is not None:
        return tuple(_entity(one, ranges) for one, ranges in zip(stated, found, strict=True))
    placed = (_moved(one, text, document_id, audit, unit, repair) for one in stated)
    return tuple(entity for entity in placed if entity is not None)


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


def _entity(stated: Stated, ranges: Ranges) -> Entity:
    try:
        spans = tuple(Span(*place) for place in ranges)
        return Entity(spans, stated.label, stated.concepts, stated.attributes, stated.score, stated.id)
    except SpanError as error:
        raise stated.record.error(str(error), "Check its offsets and its label.") from error


def _moved(
    stated: Stated, text: str, document_id: str, audit: Audit, unit: str, repair: Repair | None
) -> Entity | None:
    ranges = _in_code_points(text, stated, unit)
    if ranges is not None:
        return _entity(stated, ranges)
    start, end = (stated.ranges[0][0], stated.ranges[-1][1]) if stated.ranges else (0, 0)
    if repair is None or stated.mention is None:
        fix = "Export the file again" + (", or pass --option repair=nearest." if stated.mention else ".")
        raise stated.record.error(_difference(text, start, end), fix)
    place = moved(text, start, stated.mention)
    if place is None:
        audit.lose(document_id, "entity", "its mention does not occur in the text")
        return None
    audit.change(document_id, "entity", "moved to the nearest occurrence of its mention")
    return _entity(stated, (place,))


def _in_code_points(text: str, stated: Stated, unit: str) -> Ranges | None:
    offsets = edges(text, unit)
    ranges = tuple((offsets.get(start, -1), offsets.get(end, -1)) for start, end in stated.ranges)
    return ranges if ranges and fits(text, Claim(ranges, stated.mention)) else None


def _difference(text: str, start: int, end: int) -> str:
    if start >= end:
        return f"the annotation at [{start}, {end}) is empty or reversed"
    if end > len(text):
        return f"the annotation at [{start}, {end}) ends beyond the {len(text)} characters of the text"
    return f"the annotation at [{start}, {end}) differs from the text there"
