"""Entities of several heads in one document.

Overlaps of different labels stay: they are what several corpora are for. Of entities that overlap under one label, the one
with the highest score stays; of equal scores the longer, then the first. Each says in `attributes["source"]` which head
gave it; where heads gave the very same, the surest is named.
"""

from collections.abc import Iterable

from bionym.data import Entity


def merged(entities: Iterable[Entity]) -> list[Entity]:
    """The entities that stay, in no particular order."""
    kept: dict[str, list[Entity]] = {}
    for entity in sorted(entities, key=_strength):
        same = kept.setdefault(entity.label, [])
        if not any(other.overlaps(entity) for other in same):
            same.append(entity)
    return [entity for same in kept.values() for entity in same]


def _strength(entity: Entity) -> tuple[float, int, int, str]:
    return -(entity.score or 0.0), entity.start - entity.end, entity.start, entity.attributes.get("source", "")
