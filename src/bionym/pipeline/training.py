"""Training as programs use it: corpora read, a tagger fitted, scored on development data, and described."""

import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bionym import config as configuration
from bionym.data import Audit, Corpus, Document
from bionym.errors import ConfigError, UsageError
from bionym.evaluation import evaluate
from bionym.evaluation.report import report
from bionym.heads.corpora import read_corpora, shared_documents
from bionym.heads.fitted import Fitted, Trainable
from bionym.pipeline import Pipeline
from bionym.trained import store
from bionym.trained.record import Fingerprint, describe, fingerprint, measured_weights, side_facts
from bionym.training import launch
from bionym.training.events import Monitor
from bionym.training.settings import TrainingSettings


def train(
    documents: Iterable[Document] = (),
    *,
    model: str = "crf",
    dev: Iterable[Document] = (),
    config: str | os.PathLike[str] | None = None,
    settings: Iterable[str] = (),
    sources: Iterable[str] = (),
    audit: Audit | None = None,
    corpora: Mapping[str, Corpus] | None = None,
    monitors: Iterable[Monitor] = (),
    folder: str | os.PathLike[str] | None = None,
    allow_leaks: bool = False,
) -> Pipeline:
    """A tagger that has learned from documents with entities; development documents are scored, never learned from.

    A model with several heads may learn from several corpora, given or named by its configuration; then give no documents.
    It can be stopped from another thread by a `bionym.training.interruption.Stop` among the monitors. Never ends the process.

    Args:
        model: the kind of model: "crf", "bilstm_crf", "transformer".
        config: a TOML file laid over the defaults.
        settings: single keys laid over that: `["training.max_iterations=80"]`.
        sources: where the documents come from, for the record.
        corpora: by name, each with a split "train" and perhaps "dev".
        monitors: watch the training.
        folder: for checkpoints of a model that learns in epochs; what was interrupted there goes on.
        allow_leaks: train although documents of a corpus stand in its development or test split too; the record says so.
    Raises: InputError for such documents; ConfigError, ModelError, MissingExtraError.
    """
    family = trainable(model)
    chosen = configuration.load(family.Config, Path(config) if config else None, settings)
    audit = audit if audit is not None else Audit()
    corpora = corpora or corpora_of(chosen, documents, dev, audit, allow_leaks=allow_leaks)
    place = Path(folder) if folder else None
    return train_on_corpora(corpora, chosen, model=model, sources=sources, audit=audit, monitors=monitors, folder=place)


def train_on_corpora(
    corpora: Mapping[str, Corpus],
    config: Any,
    *,
    model: str,
    sources: Iterable[str] = (),
    audit: Audit | None = None,
    monitors: Iterable[Monitor] = (),
    folder: Path | None = None,
) -> Pipeline:
    """A tagger that has learned from corpora under a whole configuration, with its record; the arguments as in `train`.

    Where several processes learn together, each of them gets the tagger, and the first alone writes and says anything.
    """
    audit, start = audit if audit is not None else Audit(), time.monotonic()
    seen = fingerprint(document for corpus in corpora.values() for document in corpus["train"])
    about = {
        "model": model,
        "data": str(seen),
        "configuration": config.model_dump(mode="json", exclude={"training"}),
    }
    task = (corpora, config, model, about, folder)
    processes = getattr(getattr(config, "training", None), "processes", 1)
    with launch.helpers(processes, _fit, *task) as helping:
        fitted = _fit(*task, audit=audit, monitors=(*monitors, helping))
    return _described(fitted, corpora, config, model, seen, audit, start, [*sources, *_sources(config)])


def trainable(model: str) -> Trainable:
    """The module of a kind of model that can be trained. Raises: UnknownNameError, UsageError."""
    family: Any = store.family(model)
    if not isinstance(family, Trainable):
        raise UsageError(
            f"A model of the kind {model!r} is not trained. An ensemble is made of trained models: bionym combine."
        )
    return family


def learns_in_epochs(model: str) -> bool:
    """Whether a kind of model learns by the loop of `bionym.training`: with a seed, checkpoints and a log."""
    field = trainable(model).Config.model_fields.get("training")
    return field is not None and issubclass(field.annotation, TrainingSettings)


def corpora_of(
    chosen: Any, documents: Iterable[Document], dev: Iterable[Document], audit: Audit, *, allow_leaks: bool = False
) -> Mapping[str, Corpus]:
    """The corpora that a configuration names, or the one that was given.

    Raises: InputError if a document stands in two splits; ConfigError, UsageError.
    """
    given = tuple(documents)
    if chosen.corpora and given:
        raise ConfigError("The configuration names corpora, so documents cannot be given besides. Name them there too.")
    if chosen.corpora:
        return read_corpora(chosen.corpora, audit, allow_leaks=allow_leaks)
    if not given:
        raise UsageError(
            "There is nothing to learn from: give documents, or a configuration with [corpora.NAME] tables."
        )
    held_out = tuple(dev)
    return {"": Corpus({"train": given, **({"dev": held_out} if held_out else {})}, allow_leaks=allow_leaks)}


def _fit(
    corpora: Mapping[str, Corpus],
    config: Any,
    model: str,
    about: Mapping[str, Any],
    folder: Path | None,
    *,
    audit: Audit | None = None,
    monitors: Iterable[Monitor] = (),
) -> Fitted:
    return trainable(model).fit(corpora, config, audit=audit, monitors=monitors, folder=folder, about=about)


def _described(
    fitted: Fitted,
    corpora: Mapping[str, Corpus],
    config: Any,
    model: str,
    seen: Fingerprint,
    audit: Audit,
    start: float,
    sources: Iterable[str],
) -> Pipeline:
    """The tagger with the record of its training."""
    scores, seconds = _scores(fitted), time.monotonic() - start
    record = describe(fitted.tagger, model, seen, audit, seconds=seconds, sources=sources, scores=scores)
    return Pipeline(
        fitted.tagger, record.with_facts(**_how_it_learned(fitted, corpora), shared_documents=_shared(corpora))
    )


def _how_it_learned(fitted: Fitted, corpora: Mapping[str, Corpus]) -> dict[str, Any]:
    """What the record adds for a model that learned in epochs."""
    result = fitted.result
    if result is None:
        return {}
    return {
        "training": {
            "epochs": result.epochs,
            "steps": result.steps,
            "reason": result.reason,
            "best_epoch": result.best.epoch if result.best else None,
            "best_score": result.best.score if result.best else None,
            "metric": fitted.tagger.config.training.metric,
        },
        "weights": measured_weights(fitted.tagger),
        "teacher": side_facts(fitted.tagger, "teacher.json"),
        "development_documents": {name: len(both.gold) for name, both in fitted.predicted.items()},
        "held_out": [name for name in fitted.predicted if not corpora[name].splits.get("dev")],
    }


def _sources(chosen: Any) -> list[str]:
    """Where the corpora of a configuration come from."""
    named = {name: corpus.train for name, corpus in chosen.corpora.items()}
    return [
        f"{name}: {path}" for name, paths in named.items() for path in ([paths] if isinstance(paths, str) else paths)
    ]


def _shared(corpora: Mapping[str, Corpus]) -> list[dict[str, Any]]:
    """Documents that one corpus is trained on and one holds back for development or test."""
    return [
        {"corpus": corpus, "other": other, "split": split, "documents": len(leaks)}
        for (corpus, other, split), leaks in shared_documents(corpora).items()
    ]


def _scores(fitted: Fitted) -> dict[str, Any] | None:
    """Scores on development data: of one corpus, or of the first with those of every corpus beside them."""
    by_corpus = {name: report(evaluate(*both)) for name, both in fitted.predicted.items()}
    if len(by_corpus) < 2:
        return next(iter(by_corpus.values()), None)
    return {**next(iter(by_corpus.values())), "corpora": by_corpus}
