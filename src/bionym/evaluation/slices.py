"""`Slices`: strict precision, recall and F1 of parts of the entities, such as long or rare ones; an observer of `evaluate`.

    slices = Slices(by=("length", "seen"), seen=Seen.of(bionym.read("train/")))
    evaluate(gold, predicted, observers=[slices.add])
    slices.as_dict()["length"]

What is right counts in the slice of the gold entity, and so does what was missed; what is spurious counts in the slice of
the predicted entity. The slices of each name so add up to the strict counts. A slice's precision tells of the predictions
that lie in it, which may belong to gold entities of other slices. Kept are counts, and with "frequency" each mention once.
"""

from collections.abc import Iterator, Sequence

from bionym.data import Entity
from bionym.data.counts import LabelCounts
from bionym.errors import UnknownNameError
from bionym.evaluation.matching import match
from bionym.evaluation.pairs import Pair
from bionym.evaluation.seen import Seen
from bionym.evaluation.slicers import NAMES, NEED_TRAINING, ORDER, SLICERS, Side, Surroundings, frequency

__all__ = ["NAMES", "Slices"]

Values = dict[str, str | int | float]
RIGHT, SPURIOUS, MISSED = range(3)


class Slices:
    """The counts of every slice.

    Args:
        by: names of `NAMES`, which `slicers` explains.
        seen: what the model has learned from; "seen" and "concept" need it, and are left out without.
    Raises: UnknownNameError for a name that does not exist.
    """

    def __init__(self, by: Sequence[str] = NAMES, *, seen: Seen | None = None) -> None:
        for name in by:
            if name not in NAMES:
                raise UnknownNameError("slice", name, NAMES)
        self.by = tuple(name for name in by if name not in NEED_TRAINING or seen is not None)
        self._seen = seen
        self._counts: dict[str, dict[str, list[int]]] = {name: {} for name in self.by}
        self._mentions: dict[str, list[int]] = {}

    def add(self, both: Pair) -> None:
        """One more pair."""
        around = Surroundings(both.gold)
        gold = Side(both.gold.entities, around, self._seen)
        predicted = Side(both.predicted.entities, around, self._seen)
        matched = match(both)
        for entity, _ in matched.right:
            self._count(entity, gold, RIGHT)
        for entity in matched.missed:
            self._count(entity, gold, MISSED)
        for entity in matched.spurious:
            self._count(entity, predicted, SPURIOUS)

    def as_dict(self) -> dict[str, list[Values]]:
        """The slices that have entities, by name, in their natural order; labels and passages by the alphabet."""
        counts = self._counts | ({"frequency": self._by_frequency()} if "frequency" in self.by else {})
        return {name: list(_rows(name, counts[name])) for name in self.by}

    def _count(self, entity: Entity, side: Side, outcome: int) -> None:
        for name in self.by:
            if name == "frequency":
                _increase(self._mentions, side.mention(entity), outcome)
            else:
                _increase(self._counts[name], SLICERS[name](entity, side), outcome)

    def _by_frequency(self) -> dict[str, list[int]]:
        summed: dict[str, list[int]] = {}
        for numbers in self._mentions.values():
            there = summed.setdefault(frequency(numbers[RIGHT] + numbers[MISSED]), [0, 0, 0])
            there[:] = map(sum, zip(there, numbers, strict=True))
        return summed


def _increase(counts: dict[str, list[int]], key: str, outcome: int) -> None:
    counts.setdefault(key, [0, 0, 0])[outcome] += 1


def _rows(name: str, counts: dict[str, list[int]]) -> Iterator[Values]:
    order = {known: place for place, known in enumerate(ORDER.get(name, ()))}
    last = order.get("other section", len(order))
    for slice in sorted(counts, key=lambda one: (order.get(one, last - 0.5), one)):
        yield {"slice": slice, **LabelCounts(*counts[slice]).as_dict()}
