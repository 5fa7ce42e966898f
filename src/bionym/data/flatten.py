"""Flattening: which of several overlapping spans stay when only one may."""

from bisect import bisect_left, insort
from collections.abc import Sequence
from typing import Literal, NamedTuple

from bionym.data.entity import Entity

Policy = Literal["longest", "first", "outermost", "priority"]
POLICIES: tuple[Policy, ...] = ("longest", "first", "outermost", "priority")


class Labelled(NamedTuple):
    """A stretch with a label: `[start, end)` in any unit."""

    start: int
    end: int
    label: str


def choose(
    spans: Sequence[tuple[int, int, str]], policy: Policy = "longest", priority: Sequence[str] = ()
) -> list[bool]:
    """Which spans to keep so that no two overlap; equal spans keep the first.

    Args:
        spans: (start, end, label) in any order and unit.
        policy: `longest` keeps longer spans first; `first` the earlier start (then the longer);
            `outermost` drops whatever lies inside another, then goes by length;
            `priority` goes by the order of labels in `priority` (unnamed labels last), then by length.
    Returns: one flag a span, in the order given.
    """
    labelled = [Labelled(*span) for span in spans]
    keep = [False] * len(spans)
    candidates = range(len(spans)) if policy != "outermost" else _outermost(labelled)
    rank = {label: position for position, label in enumerate(priority)}

    def order(index: int) -> tuple[int, ...]:
        start, end, label = labelled[index]
        if policy == "first":
            return start, start - end, index
        return rank.get(label, len(rank)) if policy == "priority" else 0, start - end, start, index

    taken: list[tuple[int, int]] = []
    for index in sorted(candidates, key=order):
        start, end, _ = labelled[index]
        if _is_free(taken, start, end):
            insort(taken, (start, end))
            keep[index] = True
    return keep


def flatten(
    entities: Sequence[Entity], policy: Policy = "longest", priority: Sequence[str] = ()
) -> tuple[tuple[Entity, ...], tuple[Entity, ...]]:
    """Entities that do not overlap, and those dropped for it; a discontinuous one claims its whole extent."""
    keep = choose([(entity.start, entity.end, entity.label) for entity in entities], policy, priority)
    remaining = tuple(entity for entity, stays in zip(entities, keep, strict=True) if stays)
    dropped = tuple(entity for entity, stays in zip(entities, keep, strict=True) if not stays)
    return remaining, dropped


def _is_free(taken: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether [start, end) touches none of `taken`, which is sorted and free of overlaps."""
    position = bisect_left(taken, (start, start))
    after = position < len(taken) and taken[position][0] < end
    before = position > 0 and taken[position - 1][1] > start
    return not (after or before)


def _outermost(spans: Sequence[Labelled]) -> list[int]:
    """Indices of spans that lie inside no other; of equal spans the first."""
    outer, reach = [], -1
    for index in sorted(range(len(spans)), key=lambda index: (spans[index].start, -spans[index].end, index)):
        if spans[index].end > reach:
            outer.append(index)
            reach = spans[index].end
    return outer
