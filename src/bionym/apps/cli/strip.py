"""`bionym strip`: remove the training vocabulary from a model, to share it."""

from pathlib import Path
from typing import Annotated

import typer

from bionym.apps.cli._console import console, number_of
from bionym.apps.cli._options import Force, Json, write_json

EPILOG = "Example: bionym strip models/notes --out models/shared --json strings.json"


def add_to(app: typer.Typer) -> None:
    """The verb, among the others."""
    app.command("strip", epilog=EPILOG)(strip)


def strip(
    name: Annotated[str, typer.Argument(help="A model folder, or the name of a model.", show_default=False)],
    *,
    out: Annotated[Path, typer.Option("--out", help="Folder for the model to share.")],
    json: Json = None,
    force: Force = False,
) -> None:
    """Remove the vocabulary of the training data from a model, and report which strings remain; --json lists each."""
    from bionym.trained import sharing

    done = sharing.strip(name, out, force=force)
    console.say(f"{out}: {number_of(done.removed, 'word')} of the training data removed")
    for what, strings in done.remaining.items():
        console.say(f"  remaining: {len(strings):,} {what}")
    for path, lines in done.lines.items():
        console.say(f"  remaining: {path}, {number_of(lines, 'line')}")
    for caution in done.cautions:
        console.say(f"  {caution}")
    if json:
        write_json(json, {"removed": done.removed, "remaining": done.remaining, "files": done.lines})
