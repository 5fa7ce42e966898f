"""`bionym combine`: several trained models, averaged into one."""

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
            help="Two or more model folders or names; NAME=FOLDER averages a model with one head with the head NAME of the "
            "others.",
            show_default=False,
        ),
    ],
    *,
    out: Annotated[Path, typer.Option("--out", help="Folder for the ensemble.")],
    shares: Annotated[
        str | None,
        typer.Option("--shares", help="Weight of each model in the mean, such as 0.6,0.4; equal by default."),
    ] = None,
    force: Force = False,
) -> None:
    """Combine trained models into an ensemble that averages their log-scores. Each is copied into the new folder."""
    from bionym.models.ensemble import combining

    weights = _parse_shares(shares) if shares is not None else None
    ensemble = combining.combine(models, out, shares=weights, force=force)
    console.say(f"{out}: an ensemble of {number_of(len(ensemble.members), 'model')} for {', '.join(ensemble.labels)}")
    for member in ensemble.members:
        sources = ", ".join(filter(None, member.sources))
        console.say(
            f"  {member.name}, a {member.kind}, share {member.share:.3g}{f', for {sources}' if sources else ''}"
        )
    console.say("  not scored as an ensemble; prediction takes the time of all members")


def _parse_shares(text: str) -> list[float]:
    """`"0.6,0.4"` as numbers. Raises: UsageError."""
    try:
        return [float(share) for share in text.split(",")]
    except ValueError as error:
        raise UsageError(f"--shares {text!r}: expected numbers separated by commas, for example 0.6,0.4.") from error
