"""The kinds of error: every missed and every spurious entity of a pair in exactly one error.

    left, right, both-edges   the label is right; the beginning, the end or both are not
    gap                       label, beginning and end are right, the pieces between are not (discontinuous entities)
    split                     one gold entity, several predicted ones of its label
    merge                     several gold entities of a label, one predicted one
    label                     the same spans, another label
    label-and-boundary        overlapping, with another label and other spans
    missed                    gold, and no error above has it
    spurious                  predicted, and no error above has it

Gold and predicted entities are brought together in three steps, each on what the one before has left over: those of the
same spans; overlapping ones of the same label; overlapping ones of another label. A step pairs them one to one so that
the sum of their overlaps is greatest, an overlap being the characters in both over the characters in either; the order
of entities plays no part. Behind the second step, an entity still alone joins the pair of its label that it overlaps
most, if it lies clear of the entity on its own side: that makes a split or a merge. What shares no character, as an
entity in another's gap, does not overlap.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from bionym.data import Entity
from bionym.evaluation.assignment import assign
from bionym.evaluation.matching import Matched, num_chars, overlapping, shared_chars

BOUNDARY = ("left", "right", "both-edges", "gap", "split", "merge")
KINDS = (*BOUNDARY, "label", "label-and-boundary", "missed", "spurious")
_FINE = 10**9  # overlaps are compared to the ninth digit, as whole numbers, so that no sum is rounded


class Error(NamedTuple):
    """One error, and the entities that it explains: of each side none, one, or several."""

    kind: str
    gold: tuple[Entity, ...]
    predicted: tuple[Entity, ...]

    @property
    def gold_label(self) -> str | None:
        """Label of the gold side, None if there is none."""
        return self.gold[0].label if self.gold else None

    @property
    def predicted_label(self) -> str | None:
        """Label of the predicted side, None if there is none."""
        return self.predicted[0].label if self.predicted else None

    @property
    def score(self) -> float | None:
        """The highest score of what was predicted, None if there is none."""
        return max((entity.score for entity in self.predicted if entity.score is not None), default=None)

    @property
    def extent(self) -> tuple[int, int]:
        """From the first character of either side to behind the last."""
        entities = (*self.gold, *self.predicted)
        return min(entity.start for entity in entities), max(entity.end for entity in entities)


class _Group(NamedTuple):
    """Numbers of the missed and of the spurious entities that go together."""

    gold: list[int]
    predicted: list[int]


_Overlaps = Mapping[tuple[int, int], int]


def classify(matched: Matched) -> tuple[Error, ...]:
    """The errors of a pair, in text order.

    >>> from bionym.data import entity
    >>> [error.kind for error in classify(Matched((), (entity(0, 8, "Drug"),), (entity(2, 8, "Drug"),)))]
    ['left']
    """
    gold, predicted = matched.missed, matched.spurious
    errors = [
        Error(kind, tuple(gold[i] for i in group.gold), tuple(predicted[j] for j in group.predicted))
        for kind, group in _groups(gold, predicted)
    ]
    return tuple(sorted(errors, key=_text_order))


def _groups(gold: Sequence[Entity], predicted: Sequence[Entity]) -> Iterator[tuple[str, _Group]]:
    overlaps = _overlaps(gold, predicted)
    same_spans = _paired(_where(overlaps, lambda i, j: gold[i].spans == predicted[j].spans))
    overlaps = _without(overlaps, same_spans)
    of_one_label = _where(overlaps, lambda i, j: gold[i].label == predicted[j].label)
    same_label = _paired(of_one_label)
    _join(same_label, of_one_label, gold, predicted)
    others = _paired(_without(overlaps, same_label))
    yield from (("label", group) for group in same_spans)
    yield from ((_boundary(group, gold, predicted), group) for group in same_label)
    yield from (("label-and-boundary", group) for group in others)
    done_gold, done_predicted = _numbers((*same_spans, *same_label, *others))
    yield from (("missed", _Group([i], [])) for i in range(len(gold)) if i not in done_gold)
    yield from (("spurious", _Group([], [j])) for j in range(len(predicted)) if j not in done_predicted)


def _overlaps(gold: Sequence[Entity], predicted: Sequence[Entity]) -> _Overlaps:
    """The overlap of each two that have one: characters in both over characters in either."""
    overlaps = {}
    for i, j in overlapping(gold, predicted):
        both = shared_chars(gold[i].spans, predicted[j].spans)
        either = num_chars(gold[i]) + num_chars(predicted[j]) - both
        overlaps[i, j] = max(1, _FINE * both // either)
    return overlaps


def _paired(overlaps: _Overlaps) -> list[_Group]:
    return [_Group([i], [j]) for i, j in assign(overlaps)]


def _where(overlaps: _Overlaps, holds: Callable[[int, int], bool]) -> _Overlaps:
    return {(i, j): weight for (i, j), weight in overlaps.items() if holds(i, j)}


def _without(overlaps: _Overlaps, used: Sequence[_Group]) -> _Overlaps:
    gold, predicted = _numbers(used)
    return _where(overlaps, lambda i, j: i not in gold and j not in predicted)


def _numbers(groups: Sequence[_Group]) -> tuple[set[int], set[int]]:
    return {i for group in groups for i in group.gold}, {j for group in groups for j in group.predicted}


def _join(groups: list[_Group], overlaps: _Overlaps, gold: Sequence[Entity], predicted: Sequence[Entity]) -> None:
    """Put entities that are still alone to the pair which they overlap most, the greatest overlap first."""
    of_gold = {group.gold[0]: group for group in groups}
    of_predicted = {group.predicted[0]: group for group in groups}
    for i, j in sorted(overlaps, key=lambda at: (-overlaps[at], at)):
        if i in of_gold and j not in of_predicted:
            group = of_gold[i]
            if len(group.gold) == 1 and _is_clear(predicted[j], [predicted[other] for other in group.predicted]):
                group.predicted.append(j)
                of_predicted[j] = group
        elif j in of_predicted and i not in of_gold:
            group = of_predicted[j]
            if len(group.predicted) == 1 and _is_clear(gold[i], [gold[other] for other in group.gold]):
                group.gold.append(i)
                of_gold[i] = group
    for group in groups:
        group.gold.sort()
        group.predicted.sort()


def _is_clear(entity: Entity, others: Sequence[Entity]) -> bool:
    return not any(entity.overlaps(other) for other in others)


def _boundary(group: _Group, gold: Sequence[Entity], predicted: Sequence[Entity]) -> str:
    if len(group.predicted) > 1:
        return "split"
    if len(group.gold) > 1:
        return "merge"
    mine, theirs = gold[group.gold[0]], predicted[group.predicted[0]]
    differs = mine.start != theirs.start, mine.end != theirs.end
    return {(True, False): "left", (False, True): "right", (True, True): "both-edges", (False, False): "gap"}[differs]


def _text_order(error: Error) -> tuple[object, ...]:
    entities = (*error.gold, *error.predicted)
    return error.extent, KINDS.index(error.kind), tuple((entity.spans, entity.label) for entity in entities)
