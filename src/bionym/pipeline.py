"""`Pipeline`: a tagger as Python code uses it, on strings as well as on documents."""

import collections
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, overload

from bionym import config as configuration
from bionym import plugins
from bionym.data import Audit, Corpus, Document
from bionym.data.labels import LabelMap
from bionym.engines import local
from bionym.errors import ConfigError, UsageError
from bionym.evaluation import evaluate
from bionym.evaluation.report import report
from bionym.heads.corpora import read_corpora, shared_documents
from bionym.protocols import Tagger
from bionym.trained import card, store
from bionym.training import launch
from bionym.training.events import Monitor


class Pipeline:
    """A trained model, ready to use.

    >>> tagger = bionym.load("models/ncbi")                                  # doctest: +SKIP
    >>> tagger.predict("Mild ataxia-telangiectasia.").entities               # doctest: +SKIP
    """

    def __init__(self, tagger: Tagger, run: dict[str, Any] | None = None) -> None:
        self.tagger = tagger
        self.run = run or {}

    @overload
    def predict(self, source: str) -> Document: ...
    @overload
    def predict(self, source: Iterable[Document]) -> Iterator[Document]: ...
    def predict(self, source: str | Iterable[Document]) -> Document | Iterator[Document]:
        """Entities of a text, as one document; or of a stream of documents, as a stream."""
        if isinstance(source, str):
            return next(local.run(self.tagger, [Document("text", source)]))
        return local.run(self.tagger, source)

    def save(self, folder: str | os.PathLike[str], *, force: bool = False) -> None:
        """Write the model to a folder, whole or not at all."""
        store.save(self.tagger, Path(folder), self.run, force=force)


def load(name: str | os.PathLike[str]) -> Pipeline:
    """The model in this folder or of this name. Raises: UnknownNameError, ModelError."""
    return Pipeline(store.load(name), store.run_of(name))


def train(
    documents: Iterable[Document] = (),
    *,
    model: str = "crf",
    dev: Iterable[Document] = (),
    config: str | os.PathLike[str] | None = None,
    settings: Iterable[str] = (),
    sources: Iterable[str] = (),
    audit: Audit | None = None,
    on_iteration: Callable[[Any], None] = lambda iteration: None,
    corpora: Mapping[str, Corpus] | None = None,
    monitors: Iterable[Monitor] = (),
    folder: str | os.PathLike[str] | None = None,
) -> Pipeline:
    """A tagger that has learned from documents with entities; development documents are scored, never learned from.

    A neural model may learn from several corpora, given or named by its configuration; then give no documents.

    Args:
        model: the kind of model: "crf", "bilstm_crf", "transformer".
        config: a TOML file laid over the defaults.
        settings: single keys laid over that: `["training.max_iterations=80"]`.
        sources: where the documents come from, for the record.
        on_iteration: told after each pass of the CRF's training.
        corpora: by name, each with a split "train" and perhaps "dev".
        monitors: watch the training of a neural model.
        folder: for checkpoints of a neural model; what was interrupted there goes on.
    Raises: ConfigError, ModelError, MissingExtraError; SystemExit in a process that only helped another one to learn.
    """
    part = plugins.find("models", model)
    chosen = configuration.load(part.Config, Path(config) if config else None, settings)
    audit = audit if audit is not None else Audit()
    if store.learns_from_corpora(part):
        corpora = corpora or corpora_of(chosen, documents, dev, audit)
        place = Path(folder) if folder else None
        return learned(corpora, chosen, model=model, sources=sources, audit=audit, monitors=monitors, folder=place)
    seen, held_out, start = store.Fingerprint(), list(dev), time.monotonic()
    tagger = part.fit(seen.of(documents), chosen, audit=audit, on_iteration=on_iteration)
    scores = report(evaluate(held_out, tagger.predict(held_out))) if held_out else None
    seconds = time.monotonic() - start
    run = store.describe_run(tagger, model, seen, audit, seconds=seconds, sources=sources, scores=scores)
    return Pipeline(tagger, run | {"shared_documents": []})


def learned(
    corpora: Mapping[str, Corpus],
    config: Any,
    *,
    model: str,
    sources: Iterable[str] = (),
    audit: Audit | None = None,
    monitors: Iterable[Monitor] = (),
    folder: Path | None = None,
) -> Pipeline:
    """A neural tagger that has learned from corpora, with the record of its training; the arguments as in `train`.

    Where several processes learn together, those that help start here too, and end here.
    """
    audit, start = audit if audit is not None else Audit(), time.monotonic()
    seen = store.Fingerprint()
    for corpus in corpora.values():
        collections.deque(seen.of(corpus["train"]), maxlen=0)
    about = {
        "model": model,
        "data": str(seen),
        "configuration": config.model_dump(mode="json", exclude={"training"}),
    }
    task = (corpora, config, model, about, folder)
    with launch.helpers(config.training.processes, _fit, *task) as helping:
        fitted = _fit(*task, audit=audit, monitors=(*monitors, helping))
    if launch.is_helper():
        raise SystemExit
    seconds = time.monotonic() - start
    named, scores = [*sources, *_sources(config)], _scores(fitted)
    run = store.describe_run(fitted.tagger, model, seen, audit, seconds=seconds, sources=named, scores=scores)
    return Pipeline(fitted.tagger, run | card.describe_fit(fitted, corpora) | {"shared_documents": _shared(corpora)})


def _fit(
    corpora: Mapping[str, Corpus],
    config: Any,
    model: str,
    about: Mapping[str, Any],
    folder: Path | None,
    *,
    audit: Audit | None = None,
    monitors: Iterable[Monitor] = (),
) -> Any:
    part = plugins.find("models", model)
    return part.fit_corpora(corpora, config, audit=audit, monitors=monitors, folder=folder, about=about)


def corpora_of(
    chosen: Any, documents: Iterable[Document], dev: Iterable[Document], audit: Audit
) -> Mapping[str, Corpus]:
    """The corpora that a configuration names, or the one that was given. Raises: ConfigError, UsageError."""
    given = tuple(documents)
    if chosen.corpora and given:
        raise ConfigError("The configuration names corpora, so documents cannot be given besides. Name them there too.")
    if chosen.corpora:
        return read_corpora(chosen.corpora, audit)
    if not given:
        raise UsageError(
            "There is nothing to learn from: give documents, or a configuration with [corpora.NAME] tables."
        )
    return {"": Corpus({"train": given, "dev": tuple(dev)}, allow_leaks=True)}


def _sources(chosen: Any) -> list[str]:
    """Where the corpora of a configuration come from."""
    named = {name: corpus.train for name, corpus in chosen.corpora.items()}
    return [
        f"{name}: {path}" for name, paths in named.items() for path in ([paths] if isinstance(paths, str) else paths)
    ]


def _shared(corpora: Mapping[str, Corpus]) -> list[dict[str, Any]]:
    """Documents that one corpus teaches and one holds back for development or test."""
    return [
        {"corpus": corpus, "other": other, "split": split, "documents": len(leaks)}
        for (corpus, other, split), leaks in shared_documents(corpora).items()
    ]


def _scores(fitted: Any) -> dict[str, Any] | None:
    """Scores on development data: of one corpus, or of the first with those of every corpus beside them."""
    by_corpus = {}
    for name, documents in fitted.dev.items():
        labels = {entity.label for document in documents for entity in document.entities}
        of_corpus = LabelMap(only=tuple(labels))
        predicted = predict_as(fitted.tagger, name, documents)
        by_corpus[name] = report(evaluate(documents, map(of_corpus.apply, predicted)))
    if len(by_corpus) < 2:
        return next(iter(by_corpus.values()), None)
    return {**next(iter(by_corpus.values())), "corpora": by_corpus}


def predict_as(tagger: Any, corpus: str, documents: Iterable[Document]) -> Iterator[Document]:
    """What a tagger that learned from several corpora finds by the head of one; all it finds, if it has no such head."""
    if corpus in getattr(tagger, "sources", ()):
        tagger = tagger.of_source(corpus)
    predicted: Iterator[Document] = tagger.predict(documents)
    return predicted
