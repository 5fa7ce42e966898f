"""`bionym train`: a model from documents with entities."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bionym.apps.cli._console import console, number_of, say_audit
from bionym.apps.cli._options import Beside, Force, Format, ReadOptions, companions, format_options

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
    tensorboard: Annotated[
        Path | None, typer.Option("--tensorboard", help="For a neural model: a folder for TensorBoard to watch.")
    ] = None,
    force: Force = False,
) -> None:
    """Train a model, score it on development data if there is any, and save it with its card."""
    from bionym import formats, pipeline
    from bionym.data import Audit
    from bionym.errors import OutputError

    if out.exists() and not force:
        raise OutputError(f"{out} exists. Choose another --out, or replace it with --force.")
    reading = format_options(option)
    audit = Audit()
    documents = formats.read(sources, format, **reading, **companions(beside)) if sources else iter(())
    held_out = formats.read(dev, format, **reading, **companions(dev_annotations)) if dev else ()
    with _watched(model, config, set or [], out, tensorboard) as watching:
        made = pipeline.train(
            console.counted(documents, "documents") if not dev else documents,
            model=model,
            dev=held_out,
            config=config,
            settings=set or [],
            sources=sources or [],
            audit=audit,
            **watching,
        )
    made.save(out, force=force)
    _tidy(out)
    _say(out, made.run, audit)


def checkpoints_of(out: Path) -> Path:
    """The folder beside a model's in which its training is kept until it is done."""
    return out.with_name(f".{out.name}.training")


@contextmanager
def _watched(
    model: str, config: Path | None, settings: list[str], out: Path, tensorboard: Path | None
) -> Iterator[dict[str, Any]]:
    """What watches the training of this kind of model: a bar, or the monitors of a neural one."""
    from bionym import models, plugins
    from bionym.training import config as configuration

    part = plugins.find("models", model)
    chosen = configuration.load(part.Config, config, settings)
    if not models.learns_from_corpora(part):
        with console.bar("training", int(chosen.training.max_iterations)) as advance:
            yield {"on_iteration": lambda one: advance(one.number, f"loss {one.loss:,.0f}")}
        return
    from bionym.training.monitors.log import Log
    from bionym.training.monitors.terminal import Terminal

    folder = checkpoints_of(out)
    monitors: list[Any] = [Log(folder)]
    if not console.quiet:
        monitors.append(Terminal(console.rich()))
    if tensorboard:
        from bionym.training.monitors.tensorboard import TensorBoard

        monitors.append(TensorBoard(tensorboard))
    yield {"folder": folder, "monitors": monitors}


def _tidy(out: Path) -> None:
    """The log goes with the model; the checkpoints have done their work."""
    import os
    import shutil

    folder = checkpoints_of(out)
    if folder.is_dir():
        log = folder / "run.jsonl"
        if log.is_file():
            os.replace(log, out / "run.jsonl")
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


def _of(name: str) -> str:
    return f" of {name}" if name else ""
