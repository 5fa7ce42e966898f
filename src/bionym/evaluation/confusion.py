"""`Confusion`: which labels gold entities were given; an observer of `evaluate`.

A row for each gold label and a column for each predicted one, "none" last: the diagonal is what is right in span and label;
off it stand the errors that name another label; boundary errors, missed and spurious entities stand under "none", so that rows
sum to gold entities and columns to predicted ones.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from bionym.evaluation.error_kinds import Error, classify
from bionym.evaluation.matching import Matched, match
from bionym.evaluation.pairs import Pair

NONE = "none"  # the last row and the last column

Cell = tuple[str | None, str | None]


class Confusion:
    """Counts by gold and predicted label."""

    def __init__(self) -> None:
        self._cells: Counter[Cell] = Counter()

    def add(self, both: Pair) -> None:
        """One more pair."""
        matched = match(both)
        self.count(matched, classify(matched))

    def count(self, matched: Matched, errors: Iterable[Error]) -> None:
        """One more pair, of which somebody has the errors already."""
        self._cells.update((gold.label, gold.label) for gold, _ in matched.right)
        for error in errors:
            self._cells.update(_cells(error))

    def as_dict(self) -> dict[str, Any]:
        """ "labels", and "counts" row by row."""
        labels = [*sorted({label for cell in self._cells for label in cell if label}), None]
        counts = [[self._cells[gold, predicted] for predicted in labels] for gold in labels]
        return {"labels": [label or NONE for label in labels], "counts": counts}


def _cells(error: Error) -> list[Cell]:
    """Where the entities of an error stand: in one cell if the labels differ, else under "none"."""
    if error.kind in ("label", "label-and-boundary"):
        return [(error.gold_label, error.predicted_label)]
    return [(entity.label, None) for entity in error.gold] + [(None, entity.label) for entity in error.predicted]
