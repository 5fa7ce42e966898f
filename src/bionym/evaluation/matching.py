"""Strict matching of one pair, entity by entity: which are right, which missed, which spurious."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from bionym.data import Document, Entity, Span
from bionym.evaluation.pairs import Pair


class Matched(NamedTuple):
    """The entities of a pair, each once, in text order.

    Args:
        right: gold and predicted entities with the same spans and label.
        missed: gold entities that were not predicted so.
        spurious: predicted entities that are not gold so.
    """

    right: tuple[tuple[Entity, Entity], ...]
    missed: tuple[Entity, ...]
    spurious: tuple[Entity, ...]


def match(both: Pair) -> Matched:
    """The entities of a pair under strict matching; one that stands twice on a side counts once, as in the metric.

    Of predicted duplicates the one with the highest score stands for all.
    """
    gold, predicted = _once(both.gold), _once(both.predicted)
    return Matched(
        tuple((entity, predicted[key]) for key, entity in gold.items() if key in predicted),
        tuple(entity for key, entity in gold.items() if key not in predicted),
        tuple(entity for key, entity in predicted.items() if key not in gold),
    )


def overlapping(left: Sequence[Entity], right: Sequence[Entity]) -> Iterator[tuple[int, int]]:
    """Numbers of the entities of two sides that share a character; both sides are in text order."""
    sides = (left, right)
    starts = sorted((entity.start, side, number) for side in (0, 1) for number, entity in enumerate(sides[side]))
    open_entities: tuple[list[int], list[int]] = ([], [])
    for start, side, number in starts:
        others = [other for other in open_entities[1 - side] if sides[1 - side][other].end > start]
        open_entities[1 - side][:] = others
        for other in others:
            if sides[1 - side][other].overlaps(sides[side][number]):
                yield (other, number) if side else (number, other)
        open_entities[side].append(number)


def shared_chars(left: Iterable[Span], right: Iterable[Span]) -> int:
    """Characters that lie in both; the spans of a side do not overlap one another."""
    theirs = tuple(right)
    return sum(max(0, min(a.end, b.end) - max(a.start, b.start)) for a in left for b in theirs)


def num_chars(entity: Entity) -> int:
    """Characters of a mention, gaps left out."""
    return sum(span.end - span.start for span in entity.spans)


def _once(document: Document) -> dict[tuple[tuple[Span, ...], str], Entity]:
    distinct: dict[tuple[tuple[Span, ...], str], Entity] = {}
    for entity in document.entities:
        other = distinct.setdefault((entity.spans, entity.label), entity)
        if other is not entity and _score(entity) > _score(other):
            distinct[entity.spans, entity.label] = entity
    return distinct


def _score(entity: Entity) -> float:
    return -1 if entity.score is None else entity.score
