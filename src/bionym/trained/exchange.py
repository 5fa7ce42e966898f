"""Import from and export to the folders of other programs (at present Hugging Face's transformers), and smaller models for
prediction only."""

import shutil
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bionym import plugins
from bionym.data import Audit, Document
from bionym.errors import ModelError, UnknownNameError, UsageError
from bionym.evaluation import evaluate
from bionym.evaluation.report import report
from bionym.files import finishing
from bionym.protocols import Exchangeable
from bionym.trained import store
from bionym.trained.huggingface_card import card
from bionym.trained.record import Fingerprint, Record, describe, measured_weights, read
from bionym.trained.sharing import without_sources

HUGGING_FACE, PREDICTION = "huggingface", "prediction"
TARGETS = (HUGGING_FACE, PREDICTION)


def export_model(
    name: str,
    out: Path,
    *,
    to: str = HUGGING_FACE,
    head: str | None = None,
    audit: Audit | None = None,
    force: bool = False,
) -> tuple[str, ...]:
    """Write a model to a new folder for another program, or without the files that prediction does not need.

    Args:
        head: the one to export, if there are several.
        audit: counts what such a folder cannot hold.
    Returns: the labels it gives there.
    Raises: ModelError if this kind of model cannot be written so; UsageError if a head must be named; OutputError if something
        stands at `out`; MissingExtraError.
    """
    audit = audit if audit is not None else Audit()
    if to not in TARGETS:
        raise UnknownNameError("target", to, TARGETS)
    folder = store.locate(name)
    if to == PREDICTION:
        return _to_predict(folder, out, head=head, force=force)
    kind = store.kind_of(folder)
    part: Any = store.family(kind)
    if not isinstance(part, Exchangeable):
        raise ModelError(
            f"{folder} is a {kind}, which transformers cannot hold. Use --to prediction for a smaller copy of it, or export a transformer: "
            "bionym train DATA --model transformer --set encoder=FOLDER"
        )
    record = without_sources(folder)
    with finishing(out, force=force, may_replace=_may_replace, otherwise="no Hugging Face folder") as unfinished:
        unfinished.mkdir()
        labels: tuple[str, ...] = part.export_folder(folder, unfinished, head=head, audit=audit)
        (unfinished / "README.md").write_text(card(out.name, unfinished, record, audit), encoding="utf-8")
        store.chmod_readable(unfinished)
    return labels


def import_model(
    name: str,
    out: Path,
    *,
    settings: Iterable[str] = (),
    tags: Sequence[str] = (),
    dev: Iterable[Document] = (),
    audit: Audit | None = None,
    force: bool = False,
) -> Record:
    """Import a Hugging Face folder, or hub id, with a network that classifies subwords.

    Args:
        settings: of the transformer; they replace those of the folder and the defaults.
        tags: its tags in order, if its labels do not give them.
        dev: documents to score the model on, and to choose the kind of weights by.
        audit: counts what is left out.
    Returns: the record.
    Raises: ModelError that names what is missing or cannot be read; ConfigError; OutputError; MissingExtraError.
    """
    audit, start, gold = audit if audit is not None else Audit(), time.monotonic(), list(dev)
    store.check_free(out, force=force)
    part = plugins.find("models", "transformer")
    imported = part.import_folder(name, settings=settings, tags=tags, dev=gold, audit=audit)
    tagger = imported.chosen.tagger
    scores = report(evaluate(gold, tagger.predict(gold))) if gold else None
    record = describe(
        tagger, "transformer", Fingerprint(), audit, seconds=time.monotonic() - start, sources=(), scores=scores
    ).with_facts(**{"imported": {"from": Path(name).name, "kind": imported.kind}, "weights": measured_weights(tagger)})
    store.save(tagger, out, record, force=force)
    return record


def _to_predict(folder: Path, out: Path, *, head: str | None, force: bool) -> tuple[str, ...]:
    """Copy a model without the files that prediction does not need."""
    if head is not None:
        raise UsageError("With --to prediction a model keeps all its heads: leave out --head.")
    optional, record = set(store.optional_files(folder)), read(folder)

    def left_out(place: str, names: list[str]) -> list[str]:
        return [each for each in names if Path(place) / each in optional]

    with store.replacing(out, force=force) as unfinished:
        shutil.copytree(folder, unfinished, ignore=left_out)
        tagger = store.load(unfinished)  # what cannot be used must not be shipped
        if record:
            store.write_record(unfinished, record.with_facts(only_predicts=True))
        store.chmod_readable(unfinished)
    return tuple(tagger.labels)


def _may_replace(folder: Path) -> bool:
    return folder.is_dir() and ((folder / "config.json").is_file() or not any(folder.iterdir()))
