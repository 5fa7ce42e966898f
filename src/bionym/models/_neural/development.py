"""Development data: held out where none is given, scored after every epoch, and asked which weights to predict with."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from bionym.data import Corpus, Document
from bionym.evaluation import evaluate
from bionym.training.split import split

MOST_LOST = 0.002  # of F1 on the development data, for which eight-bit weights are taken


def with_held_out(corpus: Corpus, share: float, seed: int) -> Corpus:
    """With development documents held out of the training ones, if there are none and it is asked for."""
    train = corpus["train"]
    if corpus.splits.get("dev") or not share or len(train) < 2:
        return corpus
    chosen = set(split((one.id for one in train), fraction=share, seed=seed).dev)
    kept = tuple(one for one in train if one.id not in chosen)
    held_out = tuple(one for one in train if one.id in chosen)
    return Corpus({"train": kept, "dev": held_out}, allow_leaks=True) if kept else corpus


def scores(gold: Sequence[Document], predicted: Iterable[Document], labels: Iterable[str]) -> dict[str, float]:
    """Strict scores on the labels that the gold side annotates; on `labels` if it has none at all."""
    known = labels_of(gold) or set(labels)
    micro = evaluate(gold, (_only(one, known) for one in predicted)).counts["strict"].micro
    return {"precision": micro.precision, "recall": micro.recall, "f1": micro.f1}


def mean_f1(dev: Mapping[str, Sequence[Document]], tagger_for: Callable[[str], Any]) -> float:
    """Mean strict F1 over corpora, each by the tagger that speaks for it."""
    found = []
    for name, documents in dev.items():
        labels = labels_of(documents)
        predicted = (_only(one, labels) for one in tagger_for(name).predict(documents))
        found.append(evaluate(documents, predicted).f1)
    return sum(found) / len(found)


def chosen_weights(asked: str, measured: Mapping[str, float]) -> str:
    """The weights that are asked for; or, under auto, eight-bit ones where they lose next to nothing."""
    if asked != "auto":
        return asked
    is_alike = bool(measured) and measured["int8"] >= measured["float32"] - MOST_LOST
    return "int8" if is_alike else "float32"


def labels_of(documents: Iterable[Document]) -> set[str]:
    """The labels of their entities."""
    return {entity.label for document in documents for entity in document.entities}


def _only(document: Document, labels: set[str]) -> Document:
    """Without entities of labels that the gold side never annotates."""
    return document.with_entities(entity for entity in document.entities if entity.label in labels)
