"""`Pipeline`: a tagger as Python code uses it, on strings as well as on documents."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, overload

from bionym import models, plugins
from bionym.data import Audit, Document
from bionym.engines import local
from bionym.evaluation import evaluate
from bionym.evaluation.report import report
from bionym.protocols import Tagger
from bionym.training import config as configuration


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
        models.save(self.tagger, Path(folder), self.run, force=force)


def load(name: str | os.PathLike[str]) -> Pipeline:
    """The model in this folder or of this name. Raises: UnknownNameError, ModelError."""
    return Pipeline(models.load(name))


def train(
    documents: Iterable[Document],
    *,
    model: str = "crf",
    dev: Iterable[Document] = (),
    config: str | os.PathLike[str] | None = None,
    settings: Iterable[str] = (),
    sources: Iterable[str] = (),
    audit: Audit | None = None,
    on_iteration: Callable[[Any], None] = lambda iteration: None,
) -> Pipeline:
    """A tagger that has learned from documents with entities; development documents are scored, never learned from.

    Args:
        model: the kind of model: "crf".
        config: a TOML file laid over the defaults.
        settings: single keys laid over that: `["training.max_iterations=80"]`.
        sources: where the documents come from, for the record.
    Raises: ConfigError, ModelError.
    """
    part = plugins.find("models", model)
    chosen = configuration.load(part.Config, Path(config) if config else None, settings)
    audit, fingerprint, start = audit if audit is not None else Audit(), models.Fingerprint(), time.monotonic()
    tagger = part.fit(fingerprint.of(documents), chosen, audit=audit, on_iteration=on_iteration)
    held_out = list(dev)
    scores = report(evaluate(held_out, tagger.predict(held_out))) if held_out else None
    seconds = time.monotonic() - start
    run = models.describe_run(tagger, fingerprint, audit, seconds=seconds, sources=sources, scores=scores)
    return Pipeline(tagger, run)
