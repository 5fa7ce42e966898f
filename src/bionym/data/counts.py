"""`Counts`: true positives, false positives and false negatives, and what follows from them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LabelCounts:
    """Counts of one label, or of all together."""

    true_positives: int
    false_positives: int
    false_negatives: int

    @property
    def support(self) -> int:
        """Gold entities."""
        return self.true_positives + self.false_negatives

    @property
    def num_predicted(self) -> int:
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


@dataclass(slots=True)
class Counts:
    """Counts per label, added up document by document."""

    true_positives: Counter[str] = field(default_factory=Counter)
    false_positives: Counter[str] = field(default_factory=Counter)
    false_negatives: Counter[str] = field(default_factory=Counter)

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label of gold or predicted entities, sorted."""
        return tuple(sorted({*self.true_positives, *self.false_positives, *self.false_negatives}))

    def of(self, label: str) -> LabelCounts:
        """Counts of one label."""
        return LabelCounts(self.true_positives[label], self.false_positives[label], self.false_negatives[label])

    @property
    def micro(self) -> LabelCounts:
        """Counts of all labels together."""
        return LabelCounts(self.true_positives.total(), self.false_positives.total(), self.false_negatives.total())

    def macro(self, value: str) -> float:
        """Mean over the labels of "precision", "recall" or "f1", each label counting the same."""
        values = [getattr(self.of(label), value) for label in self.labels]
        return sum(values) / len(values) if values else 0.0

    def add(self, other: "Counts") -> None:
        """Add the counts of another document."""
        self.true_positives.update(other.true_positives)
        self.false_positives.update(other.false_positives)
        self.false_negatives.update(other.false_negatives)


def count_matches(gold: Iterable[tuple[object, str]], predicted: Iterable[tuple[object, str]]) -> Counts:
    """Counts of equal (span, label) pairs; each gold item matches one predicted item, duplicates count each."""
    gold_items, predicted_items = Counter(gold), Counter(predicted)
    counts = Counts()
    for (_, label), number in (gold_items & predicted_items).items():
        counts.true_positives[label] += number
    for (_, label), number in (predicted_items - gold_items).items():
        counts.false_positives[label] += number
    for (_, label), number in (gold_items - predicted_items).items():
        counts.false_negatives[label] += number
    return counts
