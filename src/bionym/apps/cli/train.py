"""`bionym train`: a model from documents with entities."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bionym.apps.cli import _seeds, _watching
from bionym.apps.cli._console import console, fail_for_unreadable, number_of, say_audit
from bionym.apps.cli._options import (
    AllowLeaks,
    Beside,
    Force,
    Format,
    ReadOptions,
    SkipBad,
    companions,
    format_options,
)

if TYPE_CHECKING:
    from bionym.data import Audit
    from bionym.trained.record import Record

EPILOG = (
    "With i2b2 files: bionym train 'notes/*.txt' --annotations 'notes/*.con' --format i2b2 --out models/notes\n\n"
    "Example: bionym train examples/bc5cdr/train.pubtator --model crf --out models/first"
)


def add_to(app: typer.Typer) -> None:
    """The verb, among the others."""
    app.command("train", epilog=EPILOG)(train)


def train(
    sources: Annotated[
        list[str] | None,
        typer.Argument(help="Files, folders or quoted globs; omit if --config names corpora.", show_default=False),
    ] = None,
    *,
    out: Annotated[Path, typer.Option("--out", help="Folder for the model.")],
    dev: Annotated[list[str] | None, typer.Option("--dev", help="Development data: scored, never trained on.")] = None,
    format: Format = None,
    model: Annotated[str, typer.Option("--model", "-m", help="Kind of model: crf, bilstm_crf or transformer.")] = "crf",
    config: Annotated[
        Path | None, typer.Option("--config", help="TOML file of settings that replace the defaults.")
    ] = None,
    set: Annotated[
        list[str] | None, typer.Option("--set", help="Set one setting: training.max_iterations=80; may be repeated.")
    ] = None,
    beside: Beside = None,
    dev_annotations: Annotated[
        list[str] | None, typer.Option("--dev-annotations", help="Where the annotation files of --dev are.")
    ] = None,
    option: ReadOptions = None,
    skip_bad: SkipBad = False,
    tensorboard: Annotated[
        Path | None, typer.Option("--tensorboard", help="Write TensorBoard logs to this folder (neural models).")
    ] = None,
    show_text: Annotated[
        bool,
        typer.Option("--show-text", help="Include development texts and training words in the TensorBoard logs."),
    ] = False,
    seeds: Annotated[
        int, typer.Option("--seeds", min=1, help="Train N times with different seeds; report all, keep the best.")
    ] = 1,
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="Trainings to run in parallel.")] = 1,
    allow_leaks: AllowLeaks = False,
    force: Force = False,
) -> None:
    """Train a model, score it on development data if given, and save it with its model card."""
    from bionym import formats
    from bionym.data import Audit
    from bionym.errors import InputError, OutputError
    from bionym.pipeline import training
    from bionym.training import launch

    console.quiet = console.quiet or launch.is_helper()

    if out.exists() and not force:
        raise OutputError(f"{out} exists. Choose another --out, or replace it with --force.")
    audit, unreadable = Audit(), list[InputError]()
    reading: dict[str, Any] = {"audit": audit, "on_error": unreadable.append if skip_bad else None}
    reading |= format_options(option)
    documents = formats.read(sources, format, **reading, **companions(beside)) if sources else iter(())
    held_out = formats.read(dev, format, **reading, **companions(dev_annotations)) if dev else ()
    task: dict[str, Any] = {
        "model": model,
        "dev": held_out,
        "config": config,
        "settings": set or [],
        "sources": sources or [],
        "audit": audit,
        "allow_leaks": allow_leaks,
    }
    documents = documents if dev else console.counted(documents, "documents")
    folder = checkpoints_of(out)
    watched: dict[str, Any] = {"tensorboard": tensorboard, "live": not console.quiet, "show_text": show_text}
    if seeds > 1:
        tagger = _seeds.train(seeds, jobs, out, folder, watched, documents=documents, **task)
    else:
        monitors = _watching.monitors_for(model, folder, name=out.name, **watched)
        tagger = training.train(documents, folder=folder, monitors=monitors, **task)
    if launch.is_helper():
        return  # the first process does all writing and printing
    tagger.save(out, force=force)
    assert tagger.record is not None
    _tidy(out, tagger.record)
    _say(out, tagger.record, audit)
    fail_for_unreadable(unreadable, "could not be read; the model was trained on all others")


def checkpoints_of(out: Path) -> Path:
    """The folder beside a model's that holds its checkpoints until training is done."""
    return out.with_name(f".{out.name}.training")


def _tidy(out: Path, record: "Record") -> None:
    """Move log and page to the model; remove the checkpoints."""
    import os
    import shutil

    folder = checkpoints_of(out)
    if record.seeds:
        _seeds.keep(folder, out, record.seeds)
    for name in _seeds.KEPT:
        if (folder / name).is_file():
            os.replace(folder / name, out / name)
    if folder.is_dir():
        shutil.rmtree(folder)


def _say(out: Path, record: "Record", audit: "Audit") -> None:
    console.say(
        f"{out}: trained on {number_of(record.data.entities, 'entity')} ({', '.join(record.labels)}) in "
        f"{number_of(record.data.documents, 'document')}, {record.seconds:.0f} s"
    )
    if record.encoder:
        console.say(f"  encoder: {record.encoder}")
    say_audit(audit)
    for shared in record.shared_documents:
        console.say(
            f"  {number_of(shared.documents, 'document')} of the training data{_of(shared.corpus)} also in the "
            f"{shared.split} data{_of(shared.other)}: scores there will be too high"
        )
    for name, scores in record.scores_by_corpus().items():
        micro = scores["metrics"]["strict"]["micro"]
        around = (micro["interval"] or {}).get("f1")
        shown = f" [{100 * around[0]:.1f}, {100 * around[1]:.1f}]" if around else ""
        console.say(
            f"  development data{_of(name)}, strict: P {100 * micro['precision']:.1f}  "
            f"R {100 * micro['recall']:.1f}  F1 {100 * micro['f1']:.1f}{shown}"
        )
    if record.seeds:
        _seeds.say(record.seeds)
    if (out / "training.html").is_file():
        console.say(f"  {out / 'training.html'}: losses and scores by epoch")


def _of(name: str) -> str:
    return f" of {name}" if name else ""
