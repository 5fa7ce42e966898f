"""Which predicted entity belongs to which gold one, where spans need not be equal.

Overlapping pairs are found by a sweep over both sides, sorted as documents hold them. Of all ways to pair them one to
one, the one of greatest weight is taken, so the outcome depends neither on the order of files nor on luck.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence

from bionym.data import Document, Entity
from bionym.data.counts import Counts

Weights = Mapping[int, Mapping[int, int]]  # by index of a gold entity, then of a predicted one; all above 0


def distinct(document: Document) -> tuple[Entity, ...]:
    """The entities in text order, those of equal spans and label once."""
    entities = {(entity.spans, entity.label): entity for entity in reversed(document.entities)}
    return tuple(reversed(entities.values()))


def overlapping(gold: Sequence[Entity], predicted: Sequence[Entity]) -> Iterator[tuple[int, int]]:
    """Indices of every gold and predicted entity that share a character; both sides sorted by start."""
    near: list[int] = []
    following = 0
    for index, entity in enumerate(gold):
        start, end = entity.start, entity.end
        while following < len(predicted) and predicted[following].start < end:
            near.append(following)
            following += 1
        near = [other for other in near if predicted[other].end > start]
        for other in near:
            if predicted[other].start < end and _share(entity, predicted[other]):
                yield index, other


def best_pairs(weights: Weights) -> dict[int, int]:
    """The predicted entity of each gold one, one to one, such that the sum of weights is the greatest there is.

    With equal weights this is the greatest number of pairs. Gold entities join one by one; each makes room for itself
    along the alternating path that gains most.
    Source: Kuhn 1955, one row at a time; near-linear where few entities compete for the same one.
    """
    holders: dict[int, int] = {}
    for gold, edges in weights.items():
        favourite = max(edges, key=edges.__getitem__, default=None)
        if favourite is None:
            continue
        if favourite not in holders:  # no path gains more: what was paired before is already best
            holders[favourite] = gold
        else:
            _make_room(gold, weights, holders)
    return {gold: predicted for predicted, gold in holders.items()}


def attributed(gold: Sequence[Entity], predicted: Sequence[Entity], pairs: Mapping[int, int]) -> Counts:
    """Counts of paired entities: what is right or missed under the gold label, what is spurious under the predicted."""
    counts = Counts()
    for index, entity in enumerate(gold):
        (counts.add_right if index in pairs else counts.add_missed)(entity.label)
    taken = set(pairs.values())
    for index, entity in enumerate(predicted):
        if index not in taken:
            counts.add_spurious(entity.label)
    return counts


def _share(gold: Entity, predicted: Entity) -> bool:
    """Whether two entities whose extents overlap share a character."""
    is_simple = len(gold.spans) == 1 == len(predicted.spans)
    return is_simple or gold.overlaps(predicted)


def _make_room(new: int, weights: Weights, holders: dict[int, int]) -> None:
    """Pair a gold entity along the best path; one on the way may lose its partner for it, or `new` gets none."""
    gains = {new: 0}  # by gold entity: what is gained once it stands alone and all before it on the path are paired
    before: dict[int, tuple[int, int]] = {}
    best: tuple[int, int, int | None] = (0, new, None)  # gain, last gold entity, what it takes
    waiting = deque([new])
    while waiting:
        gold = waiting.popleft()
        if gains[gold] > best[0]:
            best = gains[gold], gold, None
        for predicted, weight in weights[gold].items():
            gain = gains[gold] + weight
            holder = holders.get(predicted)
            if holder is None:
                best = max(best, (gain, gold, predicted), key=_gain)
                continue
            gain -= weights[holder][predicted]
            if holder not in gains or gain > gains[holder]:
                gains[holder] = gain
                before[holder] = gold, predicted
                waiting.append(holder)
    _rearrange(new, best[1], best[2], before, holders)


def _rearrange(
    new: int, last: int, taken: int | None, before: Mapping[int, tuple[int, int]], holders: dict[int, int]
) -> None:
    """Follow a path from its end back to `new`; each gold entity on it takes what the next one gives up."""
    if taken is not None:
        holders[taken] = last
    while last != new:
        last, taken = before[last]
        holders[taken] = last


def _gain(path: tuple[int, int, int | None]) -> int:
    return path[0]
