"""`Counts`: true positives, false positives and false negatives, and what follows from them.

Numbers are whole, but for metrics that give half a point to a partial match.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LabelCounts:
    """Counts of one label, or of all together."""

    true_positives: float
    false_positives: float
    false_negatives: float

    @property
    def support(self) -> float:
        """Gold entities."""
        return self.true_positives + self.false_negatives

    @property
    def num_predicted(self) -> float:
        """Predicted entities."""
        return self.true_positives + self.false_positives

    @property
    def precision(self) -> float:
        """Share of the predicted that are right, 0 to 1; 0 if nothing was predicted."""
        return self.true_positives / self.num_predicted if self.num_predicted else 0.0

    @property
    def recall(self) -> float:
        """Share of the gold that were found, 0 to 1; 0 if there is no gold."""
        return self.true_positives / self.support if self.support else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall, 0 to 1; 0 if there is neither gold nor prediction."""
        total = 2 * self.true_positives + self.false_positives + self.false_negatives
        return 2 * self.true_positives / total if total else 0.0

    def as_dict(self) -> dict[str, float]:
        """The scores and the counts, as reports hold them; "support" is the number of gold entities."""
        return {
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "support": self.support,
            "predicted": self.num_predicted,
            "true_positives": self.true_positives,
            "false_positives": self.false_positives,
            "false_negatives": self.false_negatives,
        }


@dataclass(slots=True)
class Counts:
    """Counts per label, added up document by document."""

    true_positives: dict[str, float] = field(default_factory=dict)
    false_positives: dict[str, float] = field(default_factory=dict)
    false_negatives: dict[str, float] = field(default_factory=dict)

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label of gold or predicted entities, sorted."""
        return tuple(sorted({*self.true_positives, *self.false_positives, *self.false_negatives}))

    def of(self, label: str) -> LabelCounts:
        """Counts of one label."""
        right, spurious, missed = self.true_positives, self.false_positives, self.false_negatives
        return LabelCounts(right.get(label, 0), spurious.get(label, 0), missed.get(label, 0))

    @property
    def micro(self) -> LabelCounts:
        """Counts of all labels together."""
        kinds = (self.true_positives, self.false_positives, self.false_negatives)
        return LabelCounts(*(sum(counts.values()) for counts in kinds))

    def macro(self, value: str) -> float:
        """Mean over the labels of "precision", "recall" or "f1", each label counting the same."""
        values = [getattr(self.of(label), value) for label in self.labels]
        return sum(values) / len(values) if values else 0.0

    def weighted(self, value: str) -> float:
        """Mean over the labels of "precision", "recall" or "f1", each label counting by its gold entities."""
        parts = [self.of(label) for label in self.labels]
        support = sum(part.support for part in parts)
        return sum(getattr(part, value) * part.support for part in parts) / support if support else 0.0

    def add(self, other: "Counts") -> None:
        """Add the counts of another document."""
        _add(self.true_positives, other.true_positives)
        _add(self.false_positives, other.false_positives)
        _add(self.false_negatives, other.false_negatives)

    def add_right(self, label: str, number: float = 1) -> None:
        """Add true positives."""
        self.true_positives[label] = self.true_positives.get(label, 0) + number

    def add_spurious(self, label: str, number: float = 1) -> None:
        """Add false positives."""
        self.false_positives[label] = self.false_positives.get(label, 0) + number

    def add_missed(self, label: str, number: float = 1) -> None:
        """Add false negatives."""
        self.false_negatives[label] = self.false_negatives.get(label, 0) + number


def count_matches(gold: Iterable[tuple[object, str]], predicted: Iterable[tuple[object, str]]) -> Counts:
    """Counts of equal (span, label) pairs; each gold item matches one predicted item, duplicates count each."""
    counts = Counts()
    left = Counter(predicted)
    for item in gold:
        if left.get(item):
            left[item] -= 1
            counts.add_right(item[1])
        else:
            counts.add_missed(item[1])
    for (_, label), number in left.items():
        if number:
            counts.add_spurious(label, number)
    return counts


def _add(counts: dict[str, float], more: Mapping[str, float]) -> None:
    for label, number in more.items():
        counts[label] = counts.get(label, 0) + number
