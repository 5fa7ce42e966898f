"""`bionym train`: a model from documents with entities."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bionym.apps.cli import _seeds, _watching
from bionym.apps.cli._console import console, fail_for_unreadable, number_of, say_audit
from bionym.apps.cli._options import Beside, Force, Format, ReadOptions, SkipBad, companions, format_options

if TYPE_CHECKING:
    from bionym.data import Audit

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
        typer.Argument(help="Files, folders or quoted globs; none if --config names corpora.", show_default=False),
    ] = None,
    *,
    out: Annotated[Path, typer.Option("--out", help="The folder of the model.")],
    dev: Annotated[
        list[str] | None, typer.Option("--dev", help="Development data: scored, never learned from.")
    ] = None,
    format: Format = None,
    model: Annotated[str, typer.Option("--model", "-m", help="The kind of model.")] = "crf",
    config: Annotated[Path | None, typer.Option("--config", help="A TOML file, over the defaults.")] = None,
    set: Annotated[list[str] | None, typer.Option("--set", help="One setting: training.max_iterations=80.")] = None,
    beside: Beside = None,
    dev_annotations: Annotated[
        list[str] | None, typer.Option("--dev-annotations", help="Where the annotation files of --dev are.")
    ] = None,
    option: ReadOptions = None,
    skip_bad: SkipBad = False,
    tensorboard: Annotated[
        Path | None, typer.Option("--tensorboard", help="For a neural model: a folder for TensorBoard to watch.")
    ] = None,
    show_text: Annotated[
        bool,
        typer.Option("--show-text", help="Let TensorBoard show development texts and words of the training data."),
    ] = False,
    seeds: Annotated[
        int, typer.Option("--seeds", min=1, help="Train with so many seeds, tell all scores, keep the best model.")
    ] = 1,
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="Of several seeds: trained at a time.")] = 1,
    force: Force = False,
) -> None:
    """Train a model, score it on development data if there is any, and save it with its card."""
    from bionym import formats, models, pipeline, plugins
    from bionym.data import Audit
    from bionym.errors import InputError, OutputError
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
    }
    documents = documents if dev else console.counted(documents, "documents")
    folder = checkpoints_of(out)
    watched: dict[str, Any] = {"tensorboard": tensorboard, "live": not console.quiet, "show_text": show_text}
    if seeds > 1:
        made = _seeds.train(seeds, jobs, out, folder, watched, documents=documents, **task)
    elif models.learns_from_corpora(plugins.find("models", model)):
        monitors = _watching.monitors(folder, name=out.name, **watched)
        made = pipeline.train(documents, folder=folder, monitors=monitors, **task)
    else:
        with console.bar("training", _num_iterations(model, config, set or [])) as advance:
            told = lambda one: advance(one.number, f"loss {one.loss:,.0f}")  # noqa: E731
            made = pipeline.train(documents, on_iteration=told, **task)
    made.save(out, force=force)
    _tidy(out, made.run)
    _say(out, made.run, audit)
    fail_for_unreadable(unreadable, "could not be read; the model learned from all others")


def checkpoints_of(out: Path) -> Path:
    """The folder beside a model's in which its training is kept until it is done."""
    return out.with_name(f".{out.name}.training")


def _num_iterations(model: str, config: Path | None, settings: list[str]) -> int:
    from bionym import plugins
    from bionym.training import config as configuration

    chosen = configuration.load(plugins.find("models", model).Config, config, settings)
    return int(chosen.training.max_iterations)


def _tidy(out: Path, run: dict[str, Any]) -> None:
    """Log and page go with the model; the checkpoints have done their work."""
    import os
    import shutil

    folder = checkpoints_of(out)
    if "seeds" in run:
        _seeds.keep(folder, out, run["seeds"])
    for name in _seeds.KEPT:
        if (folder / name).is_file():
            os.replace(folder / name, out / name)
    if folder.is_dir():
        shutil.rmtree(folder)


def _say(out: Path, run: dict[str, Any], audit: "Audit") -> None:
    console.say(
        f"{out}: learned {', '.join(run['labels'])} from {number_of(run['data']['entities'], 'entity')} in "
        f"{number_of(run['data']['documents'], 'document')}, {run['seconds']:.0f} s"
    )
    if run.get("encoder"):
        console.say(f"  encoder: {run['encoder']}")
    say_audit(audit)
    for one in run["shared_documents"]:
        console.say(
            f"  {number_of(one['documents'], 'document')} of the training data{_of(one['corpus'])} also in the "
            f"{one['split']} data{_of(one['other'])}: scores there will be too high"
        )
    scores = run["development_scores"] or {}
    for name, found in (scores.get("corpora") or ({"": scores} if scores else {})).items():
        micro = found["metrics"]["strict"]["micro"]
        around = (micro["interval"] or {}).get("f1")
        shown = f" [{100 * around[0]:.1f}, {100 * around[1]:.1f}]" if around else ""
        console.say(
            f"  development data{_of(name)}, strict: P {100 * micro['precision']:.1f}  "
            f"R {100 * micro['recall']:.1f}  F1 {100 * micro['f1']:.1f}{shown}"
        )
    if "seeds" in run:
        _seeds.say(run["seeds"])
    if (out / "training.html").is_file():
        console.say(f"  {out / 'training.html'}: how it learned")


def _of(name: str) -> str:
    return f" of {name}" if name else ""
