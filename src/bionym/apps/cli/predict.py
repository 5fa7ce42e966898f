"""`bionym predict`: find entities in texts, and write them in any format."""

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bionym.apps.cli._console import console, fail_for_unreadable, number_of, say_audit
from bionym.apps.cli._options import Force, LabelMap, Only, ReadOptions, Sources, format_options
from bionym.apps.cli._summarising import say_summary, say_unmet
from bionym.data import Document
from bionym.errors import InputError, UsageError

if TYPE_CHECKING:
    from bionym.pipeline.prediction import Destination, Outcome

EPILOG = (
    "A table of the entities in each note: bionym predict examples/notes --model models/first --summary summary.csv\n\n"
    "Example: bionym predict examples/notes --model models/first --to brat --out predicted/"
)


def add_to(app: typer.Typer) -> None:
    """The verb, among the others."""
    app.command("predict", epilog=EPILOG)(predict)


def predict(
    sources: Sources,
    model: Annotated[str, typer.Option("--model", "-m", help="A model folder, or the name of a model.")],
    to: Annotated[
        str | None, typer.Option("--to", "-t", help="Output format; by default recognised from --out.")
    ] = None,
    out: Annotated[str, typer.Option("--out", help="File; or folder, for formats with one file a document.")] = "-",
    format: Annotated[str | None, typer.Option("--format", "-f", help="Input format; raw text by default.")] = None,
    show_text: Annotated[
        bool, typer.Option("--show-text", help="Print the texts with the entities highlighted.")
    ] = False,
    summary: Annotated[
        list[str] | None,
        typer.Option(
            "--summary",
            help="Write a table of the distinct mentions in each document, with counts, first offsets and scores, to a .csv, "
            ".json or .html file; may be repeated. Without --out or --to, only the table is written.",
        ),
    ] = None,
    label_map: LabelMap = None,
    only: Only = None,
    force: Force = False,
    option: ReadOptions = None,
) -> None:
    """Find entities in documents; existing annotations of the input are ignored."""
    from bionym import pipeline
    from bionym.data import labels
    from bionym.pipeline.prediction import Destination, predict_files

    renamed = labels.label_map(label_map or (), only or ())
    writes = out != "-" or to is not None or not (show_text or summary)
    destination = Destination(out if writes else None, to, summary or (), force)
    _refuse_one_place_for_two(destination)
    tagger = pipeline.load(model).tagger
    if format is None:
        _say_if_not_text(sources)
    outcome = predict_files(
        tagger,
        sources,
        destination,
        format=format,
        options=format_options(option),
        labels=renamed,
        progress=lambda documents: console.counted(documents, "documents"),
        watch=_shown if show_text else iter,
    )
    places = ", ".join([out] if writes or show_text else destination.summary)
    _say_outcome(outcome, "standard output" if places == "-" else places)
    if outcome.summary is not None:
        say_summary(outcome.summary, destination.summary)
    say_unmet(renamed)
    say_audit(outcome.audit)
    fail_for_unreadable(outcome.unreadable, "could not be read; all others are done")


def _say_outcome(outcome: "Outcome", place: str) -> None:
    console.say(
        f"{number_of(outcome.num_documents, 'document')}, {number_of(outcome.num_tokens, 'token')}: "
        f"{number_of(outcome.num_entities, 'entity')} to {place} "
        f"in {outcome.seconds:.1f} s ({outcome.num_tokens / outcome.seconds:,.0f} tokens/s)"
    )


def _refuse_one_place_for_two(destination: "Destination") -> None:
    if destination.out in destination.summary:
        place = "standard output" if destination.out == "-" else destination.out
        raise UsageError(f"--out and --summary cannot both be {place}: name a file for one of them")


def _say_if_not_text(sources: list[str]) -> None:
    """Warn of a file in another format, whose markup would be tagged."""
    from bionym import formats

    for source in sources:
        with contextlib.suppress(InputError, OSError):
            detected = formats.detect(Path(source)) if Path(source).is_file() else "text"
            if detected not in ("text", "brat", "i2b2"):
                console.say(
                    f"{source} is read as raw text, including markup; if it is {detected}, add --format {detected}"
                )


def _shown(documents: Iterable[Document]) -> Iterator[Document]:
    from rich.console import Console

    from bionym.apps.cli._highlight import highlight

    terminal = Console(soft_wrap=True)
    for document in documents:
        terminal.print(highlight(document))
        yield document
