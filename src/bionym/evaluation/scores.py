"""`evaluate`: one or several metrics over two streams of documents, as tables and JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bionym import plugins
from bionym.data import Document
from bionym.data.counts import Counts, LabelCounts
from bionym.evaluation.pairs import Pair, pair


@dataclass(frozen=True)
class Scores:
    """Counts under each metric, and how many documents they rest on.

    Args:
        counts: by name of the metric.
        num_documents: of both sides together, a pair counting once.
        only_gold, only_predicted: ids of documents that stood on one side only.
    """

    counts: Mapping[str, Counts]
    num_documents: int
    only_gold: tuple[str, ...] = ()
    only_predicted: tuple[str, ...] = ()

    @property
    def f1(self) -> float:
        """Micro-F1 of the first metric, 0 to 1."""
        return next(iter(self.counts.values())).micro.f1

    def as_dict(self) -> dict[str, object]:
        """What `--json` writes: for each metric micro, macro and per label."""
        return {
            "documents": self.num_documents,
            "only_gold": list(self.only_gold),
            "only_predicted": list(self.only_predicted),
            "metrics": {name: _as_dict(counts) for name, counts in self.counts.items()},
        }


def evaluate(gold: Iterable[Document], predicted: Iterable[Document], metrics: Sequence[str] = ("strict",)) -> Scores:
    """Scores of predicted documents, paired with the gold ones by id.

    Raises: UnknownNameError for a metric that does not exist; InputError if two paired texts differ.
    """
    parts = {name: plugins.find("evaluation.metrics", name) for name in metrics}
    gold, predicted = list(gold), list(predicted)
    pairs: list[Pair] = list(pair(gold, predicted))
    given = {id(document) for document in (*gold, *predicted)}
    return Scores(
        {name: part.score(pairs) for name, part in parts.items()},
        len(pairs),
        tuple(sorted(gold.id for gold, predicted in pairs if id(predicted) not in given)),
        tuple(sorted(predicted.id for gold, predicted in pairs if id(gold) not in given)),
    )


def _as_dict(counts: Counts) -> dict[str, object]:
    return {
        "micro": _values(counts.micro),
        "macro": {value: counts.macro(value) for value in ("precision", "recall", "f1")},
        "labels": {label: _values(counts.of(label)) for label in counts.labels},
    }


def _values(counts: LabelCounts) -> dict[str, float]:
    return {
        "precision": counts.precision,
        "recall": counts.recall,
        "f1": counts.f1,
        "support": counts.support,
        "predicted": counts.num_predicted,
        "true_positives": counts.true_positives,
        "false_positives": counts.false_positives,
        "false_negatives": counts.false_negatives,
    }
