"""`bionym train`: a model from documents with entities."""

from pathlib import Path
from typing import Annotated

import typer

from bionym.apps.cli._console import console, number_of, say_audit
from bionym.apps.cli._options import Beside, Force, Format, ReadOptions, Sources, companions, format_options

EPILOG = (
    "With i2b2 files: bionym train 'notes/*.txt' --annotations 'notes/*.con' --format i2b2 --out models/notes\n\n"
    "Example: bionym train examples/bc5cdr/train.pubtator --model crf --out models/first"
)


def add_to(app: typer.Typer) -> None:
    """The verb, among the others."""
    app.command("train", epilog=EPILOG)(train)


def train(
    sources: Sources,
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
    documents = formats.read(sources, format, **reading, **companions(beside))
    held_out = formats.read(dev, format, **reading, **companions(dev_annotations)) if dev else ()
    with console.bar("training", _iterations(model, config, set or [])) as advance:
        made = pipeline.train(
            console.counted(documents, "documents") if not dev else documents,
            model=model,
            dev=held_out,
            config=config,
            settings=set or [],
            sources=sources,
            audit=audit,
            on_iteration=lambda iteration: advance(iteration.number, f"loss {iteration.loss:,.0f}"),
        )
    made.save(out, force=force)
    run = made.run
    console.say(
        f"{out}: learned {', '.join(run['labels'])} from {number_of(run['data']['entities'], 'entity')} in "
        f"{number_of(run['data']['documents'], 'document')}, {run['seconds']:.0f} s"
    )
    say_audit(audit)
    if run["development_scores"]:
        micro = run["development_scores"]["metrics"]["strict"]["micro"]
        console.say(
            f"  development data, strict: P {100 * micro['precision']:.1f}  R {100 * micro['recall']:.1f}  F1 {100 * micro['f1']:.1f}"
        )


def _iterations(model: str, config: Path | None, settings: list[str]) -> int:
    from bionym import plugins
    from bionym.training import config as configuration

    chosen = configuration.load(plugins.find("models", model).Config, config, settings)
    return int(chosen.training.max_iterations)
