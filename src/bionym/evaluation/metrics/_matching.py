"""Which predicted entity belongs to which gold one, where spans need not be equal.

Of all ways to pair overlapping entities one to one, one of greatest weight is taken, so that the score depends neither on
the order of files nor on luck.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from bionym.data import Document, Entity
from bionym.data.counts import Counts
from bionym.evaluation.assignment import assign

Weights = Mapping[int, Mapping[int, int]]  # by index of a gold entity, then of a predicted one; all above 0


def distinct(document: Document) -> tuple[Entity, ...]:
    """The entities in text order, those of equal spans and label once."""
    entities = {(entity.spans, entity.label): entity for entity in reversed(document.entities)}
    return tuple(reversed(entities.values()))


def best_pairs(weights: Weights) -> dict[int, int]:
    """The predicted entity of each gold one, one to one, such that the sum of weights is the greatest there is.

    With equal weights this is the greatest number of pairs.
    """
    wanted = Counter(predicted for edges in weights.values() for predicted in edges)
    alone: dict[int, int] = {}
    contested: dict[tuple[int, int], int] = {}
    for gold, edges in weights.items():
        if len(edges) == 1 and wanted[next(iter(edges))] == 1:
            alone[gold] = next(iter(edges))
        else:
            contested |= {(gold, predicted): weight for predicted, weight in edges.items()}
    return alone | dict(assign(contested))


def count_pairs(gold: Sequence[Entity], predicted: Sequence[Entity], pairs: Mapping[int, int]) -> Counts:
    """Counts of paired entities: what is right or missed under the gold label, what is spurious under the predicted."""
    counts = Counts()
    for index, entity in enumerate(gold):
        (counts.add_right if index in pairs else counts.add_missed)(entity.label)
    taken = set(pairs.values())
    for index, entity in enumerate(predicted):
        if index not in taken:
            counts.add_spurious(entity.label)
    return counts
