"""Development data: scored after every epoch, with the counts behind it for those who watch; asked which weights to keep."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from bionym.data import Document
from bionym.evaluation import evaluate
from bionym.evaluation.confusion import Confusion
from bionym.training.events import Result

MOST_LOST = 0.002  # of F1 on the development data, for which eight-bit weights are taken


class Fitted(NamedTuple):
    """A trained model, how its training went, and the development documents of each corpus, by its name."""

    tagger: Any
    result: Result
    dev: Mapping[str, Sequence[Document]]


def scored(gold: Sequence[Document], predicted: Iterable[Document]) -> dict[str, Any]:
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


def annotated(
    gold: Sequence[Document], predicted: Iterable[Document], labels: Iterable[str] = ()
) -> Iterator[Document]:
    """What was predicted of labels that the gold side annotates; of `labels` if it annotates nothing at all."""
    known = {entity.label for document in gold for entity in document.entities} or set(labels)
    for document in predicted:
        yield document.with_entities(entity for entity in document.entities if entity.label in known)


def mean_f1(dev: Mapping[str, Sequence[Document]], tagger_for: Callable[[str], Any]) -> float:
    """Mean strict F1 over corpora, each by the tagger that speaks for it."""
    found = [evaluate(gold, annotated(gold, tagger_for(name).predict(gold))).f1 for name, gold in dev.items()]
    return sum(found) / len(found)


def chosen_weights(asked: str, measured: Mapping[str, float]) -> str:
    """The weights that are asked for; or, under auto, eight-bit ones where they lose next to nothing."""
    if asked != "auto":
        return asked
    is_alike = bool(measured) and measured["int8"] >= measured["float32"] - MOST_LOST
    return "int8" if is_alike else "float32"
