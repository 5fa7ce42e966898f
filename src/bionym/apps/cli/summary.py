"""`bionym summary`: a table of the distinct mentions in annotated documents."""

from typing import Annotated

import typer

from bionym.apps.cli._console import console
from bionym.apps.cli._options import (
    Beside,
    Force,
    Format,
    LabelMap,
    Only,
    ReadOptions,
    Sources,
    companions,
    format_options,
)
from bionym.apps.cli._summarising import say_summary, say_unmet

EPILOG = "Example: bionym summary examples/bc5cdr/test.pubtator --out names.csv --out names.html"


def add_to(app: typer.Typer) -> None:
    """The verb, among the others."""
    app.command("summary", epilog=EPILOG)(summary)


def summary(
    sources: Sources,
    out: Annotated[
        list[str] | None,
        typer.Option("--out", help="A .csv, .json or .html file; may be repeated; - is CSV on standard output."),
    ] = None,
    format: Format = None,
    label_map: LabelMap = None,
    only: Only = None,
    beside: Beside = None,
    force: Force = False,
    option: ReadOptions = None,
) -> None:
    """List the distinct mentions in each document, with counts, first offsets and scores. It quotes text: keep it private."""
    import collections

    from bionym import formats
    from bionym import summary as summaries
    from bionym.data import labels

    renamed = labels.label_map(label_map or (), only or ())
    places = out or ["-"]
    reading = format_options(option) | companions(beside)
    with summaries.writing(places, force=force) as summarised:
        documents = console.counted(formats.read(sources, format, **reading), "documents")
        collections.deque(summarised.passing(map(renamed.apply, documents)), maxlen=0)
    say_summary(summarised, places)
    say_unmet(renamed)
