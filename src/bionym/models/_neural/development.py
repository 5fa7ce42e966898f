"""What a network is told of itself after an epoch: scores that decide, and the counts behind them for those who watch."""

from collections.abc import Iterable
from typing import Any

from bionym.data import Document
from bionym.evaluation import evaluate
from bionym.evaluation.confusion import Confusion


def scored(gold: Iterable[Document], predicted: Iterable[Document]) -> dict[str, Any]:
    """Strict precision, recall and F1 of all labels together, as the loop takes them; and two tables for the log.

    "labels" has true positives, false positives and false negatives of each label; "confusion" is that of
    `bionym.evaluation.confusion`.
    """
    confusion = Confusion()
    counts = evaluate(gold, predicted, observers=[confusion.add]).counts["strict"]
    by_label = {label: counts.of(label) for label in counts.labels}
    return {
        **{name: getattr(counts.micro, name) for name in ("precision", "recall", "f1")},
        "labels": {
            label: [int(one.true_positives), int(one.false_positives), int(one.false_negatives)]
            for label, one in by_label.items()
        },
        "confusion": confusion.as_dict(),
    }
