"""`Tally`: the counts of every unit, a document or a sentence, under one table of a metric; what is resampled."""

from array import array
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bionym.data.counts import Counts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Tally:
    """Counts unit by unit, kept small: one row for each unit and label that has any.

    Args:
        kind: what a unit is: "document" or "sentence".
    """

    def __init__(self, kind: str = "document") -> None:
        self.kind = kind
        self.total = Counts()
        self.units: list[str] = []
        self._labels: dict[str, int] = {}
        self._places = array("q")  # unit, label, one after the other
        self._numbers = array("d")  # true positives, false positives, false negatives

    def add(self, unit: str, counts: Counts) -> None:
        """Counts of one more unit, by its name."""
        self.total.add(counts)
        for label in {**counts.true_positives, **counts.false_positives, **counts.false_negatives}:
            of = counts.of(label)
            self._places.extend((len(self.units), self._labels.setdefault(label, len(self._labels))))
            self._numbers.extend((of.true_positives, of.false_positives, of.false_negatives))
        self.units.append(unit)

    def counts_ULK(self, labels: tuple[str, ...]) -> "NDArray[np.float64]":
        """Units x labels (in the order given, which names all) x (true positives, false positives, false negatives)."""
        import numpy as np

        counts_ULK = np.zeros((len(self.units), len(labels), 3))
        if self._places:
            where = np.array([labels.index(label) for label in self._labels])
            places = np.frombuffer(self._places, dtype=np.int64).reshape(-1, 2)
            counts_ULK[places[:, 0], where[places[:, 1]]] = np.frombuffer(self._numbers).reshape(-1, 3)
        return counts_ULK

    @classmethod
    def of(cls, kind: str, units: Mapping[str, Counts]) -> "Tally":
        """A tally from counts by unit, as a report holds them."""
        tally = cls(kind)
        for unit, counts in units.items():
            tally.add(unit, counts)
        return tally
