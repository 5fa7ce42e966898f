"""Development data: scored after every epoch, with the counts behind it for those who watch; asked which weights to keep."""

import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from bionym.data import Document
from bionym.data.labels import LabelMap
from bionym.evaluation import evaluate
from bionym.evaluation.confusion import Confusion
from bionym.heads.fitted import Predicted
from bionym.protocols import Tagger

MOST_LOST = 0.002  # of F1 on the development data, for which eight-bit weights are taken


def score_development(gold: Sequence[Document], predicted: Iterable[Document]) -> dict[str, Any]:
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
            label: [int(count.true_positives), int(count.false_positives), int(count.false_negatives)]
            for label, count in by_label.items()
        },
        "confusion": confusion.as_dict(),
    }


def only_annotated_labels(
    gold: Sequence[Document], predicted: Iterable[Document], labels: Iterable[str] = ()
) -> Iterator[Document]:
    """What was predicted of labels that the gold side annotates; of `labels` if it annotates nothing at all."""
    known = {entity.label for document in gold for entity in document.entities} or set(labels)
    for document in predicted:
        yield document.with_entities(entity for entity in document.entities if entity.label in known)


class Chosen(NamedTuple):
    """A trained model with the kind of weights that serves it best.

    Args:
        measured: mean strict F1 on the development data with each kind of weights; empty without such data.
        predicted: what the model predicts for the development documents of each corpus.
    """

    tagger: Any
    measured: Mapping[str, float]
    predicted: Mapping[str, Predicted]


def choose_weights(
    asked: str,
    kinds: Sequence[str],
    dev: Mapping[str, Sequence[Document]],
    load: Callable[[str], Tagger],
) -> Chosen:
    """The model as it predicts best: each kind of weights is loaded once and predicts the development data once.

    Args:
        asked: a kind of weights, or "auto": int8 where it loses at most `MOST_LOST`.
        kinds: those to measure, if there is development data.
        load: the saved model with a kind of weights.
    """
    taggers = {kind: load(kind) for kind in (kinds if dev else ())}
    predicted = {kind: predict_development(tagger, dev) for kind, tagger in taggers.items()}
    measured = {kind: mean_f1(by_corpus) for kind, by_corpus in predicted.items()}
    kind = chosen_weights(asked, measured)
    tagger = taggers[kind] if kind in taggers else load(kind)
    return Chosen(tagger, measured, predicted.get(kind) or predict_development(tagger, dev))


def predict_development(tagger: Tagger, dev: Mapping[str, Sequence[Document]]) -> dict[str, Predicted]:
    """What a model predicts for development documents, each corpus by its own head, of the labels that its gold side has."""
    return {
        name: Predicted(gold, tuple(_restrict_labels(gold, predict_as(tagger, name, gold))))
        for name, gold in dev.items()
    }


def predict_as(tagger: Tagger, corpus: str, documents: Iterable[Document]) -> Iterator[Document]:
    """What a model finds by the head of one corpus; all that it finds, if it has no such head."""
    return (tagger.of_source(corpus) if corpus in tagger.sources else tagger).predict(documents)


def mean_f1(predicted: Mapping[str, Predicted]) -> float:
    """Mean strict F1 over corpora."""
    return statistics.fmean(evaluate(*both).f1 for both in predicted.values())


def chosen_weights(asked: str, measured: Mapping[str, float]) -> str:
    """The weights that are asked for; or, under auto, int8 where it loses next to nothing."""
    if asked != "auto":
        return asked
    is_alike = bool(measured) and measured["int8"] >= measured["float32"] - MOST_LOST
    return "int8" if is_alike else "float32"


def _restrict_labels(gold: Sequence[Document], predicted: Iterable[Document]) -> Iterator[Document]:
    labels = {entity.label for document in gold for entity in document.entities}
    return map(LabelMap(only=tuple(labels)).apply, predicted)
