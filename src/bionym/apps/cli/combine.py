"""`bionym combine`: several trained models that decide together, as one model."""

from pathlib import Path
from typing import Annotated

import typer

from bionym.apps.cli._console import console, number_of
from bionym.apps.cli._options import Force
from bionym.errors import UsageError

EPILOG = (
    "For models of several corpora: bionym combine models/multi BC5CDR=models/crf_cdr --out models/both\n\n"
    "Example: bionym combine models/crf models/bilstm --out models/both"
)


def add_to(app: typer.Typer) -> None:
    """The verb, among the others."""
    app.command("combine", epilog=EPILOG)(combine)


def combine(
    models: Annotated[
        list[str],
        typer.Argument(
            help="Model folders or names, two or more; NAME=FOLDER: this model, which has one head, speaks for the head NAME "
            "of the others.",
            show_default=False,
        ),
    ],
    *,
    out: Annotated[Path, typer.Option("--out", help="The folder of the ensemble.")],
    shares: Annotated[
        str | None, typer.Option("--shares", help="The weight of each model in the mean: 0.6,0.4; else all alike.")
    ] = None,
    force: Force = False,
) -> None:
    """Let trained models decide together: their log-scores are averaged. Each is copied into the new folder."""
    from bionym.models.ensemble import combining

    made = combining.combine(models, out, shares=_numbers(shares) if shares is not None else None, force=force)
    console.say(f"{out}: {number_of(len(made.members), 'model')} that find {', '.join(made.labels)} together")
    for one in made.members:
        sources = ", ".join(filter(None, one.sources))
        console.say(f"  {one.name}, a {one.kind}, share {one.share:.3g}{f', for {sources}' if sources else ''}")
    console.say("  not scored as an ensemble; predicting takes the time of all members")


def _numbers(text: str) -> list[float]:
    """`"0.6,0.4"` as numbers. Raises: UsageError."""
    try:
        return [float(one) for one in text.split(",")]
    except ValueError as error:
        raise UsageError(f"--shares {text!r}: expected numbers with commas between, for example 0.6,0.4.") from error
