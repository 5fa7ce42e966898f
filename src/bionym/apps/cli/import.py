"""`bionym import`: a model from a Hugging Face folder."""

from pathlib import Path
from typing import Annotated

import typer

from bionym.apps.cli._console import console, say_audit
from bionym.apps.cli._options import Beside, Force, Format, ReadOptions, companions, format_options

EPILOG = "Example: bionym import exported/tuned --out models/again"


def add_to(app: typer.Typer) -> None:
    """The verb, among the others."""
    app.command("import", epilog=EPILOG)(import_)


def import_(
    name: Annotated[
        str, typer.Argument(help="A Hugging Face folder for token classification, or its id.", show_default=False)
    ],
    *,
    out: Annotated[Path, typer.Option("--out", help="Folder for the model.")],
    tags: Annotated[
        str, typer.Option("--tags", help="Its tags in order, if its configuration lacks them: O,B-Drug,I-Drug.")
    ] = "",
    set: Annotated[
        list[str] | None, typer.Option("--set", help="Set one setting: scheme=BIO or context=document.")
    ] = None,
    dev: Annotated[
        list[str] | None,
        typer.Option("--dev", help="Development data: scores the model and chooses its weights (float32 or int8)."),
    ] = None,
    format: Format = None,
    beside: Beside = None,
    option: ReadOptions = None,
    strict: Annotated[bool, typer.Option("--strict", help="Fail if anything would be lost or changed.")] = False,
    force: Force = False,
) -> None:
    """Import a Hugging Face model for token classification; it then predicts without torch, like any other model."""
    from bionym import formats
    from bionym.data import Audit
    from bionym.models.transformer import foreign_tags
    from bionym.trained import exchange

    audit = Audit(strict=strict)
    documents = formats.read(dev, format, **format_options(option), **companions(beside)) if dev else ()
    record = exchange.import_model(
        name, out, settings=set or (), tags=foreign_tags.parse_tag_names(tags), dev=documents, audit=audit, force=force
    )
    assert record.imported is not None
    console.say(f"{out}: finds {', '.join(record.labels)}; imported from a {record.imported.kind}, {record.encoder}")
    say_audit(audit)
    for scores in record.scores_by_corpus().values():
        micro = scores["metrics"]["strict"]["micro"]
        values = "  ".join(
            f"{name} {100 * micro[key]:.1f}" for name, key in (("P", "precision"), ("R", "recall"), ("F1", "f1"))
        )
        weights = f"; weights: {record.weights.chosen}" if record.weights else ""
        console.say(f"  development data, strict: {values}{weights}")
