"""`bionym predict`: entities of texts, in any format."""

import collections
import contextlib
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bionym.apps.cli._console import console, fail_for_unreadable, number_of, say_audit
from bionym.apps.cli._options import Force, LabelMap, Only, ReadOptions, Sources, format_options
from bionym.apps.cli._summarising import say_summary, say_unmet
from bionym.data import Audit, Document
from bionym.errors import InputError, UsageError

if TYPE_CHECKING:
    from bionym.summary import Summary

EPILOG = (
    "A table of what each note names: bionym predict examples/notes --model models/first --summary summary.csv\n\n"
    "Example: bionym predict examples/notes --model models/first --to brat --out predicted/"
)


def add_to(app: typer.Typer) -> None:
    """The verb, among the others."""
    app.command("predict", epilog=EPILOG)(predict)


def predict(
    sources: Sources,
    model: Annotated[str, typer.Option("--model", "-m", help="A model folder, or the name of a model.")],
    to: Annotated[str | None, typer.Option("--to", "-t", help="The format to write; else told from --out.")] = None,
    out: Annotated[str, typer.Option("--out", help="File, or folder for formats of one file a document.")] = "-",
    format: Annotated[
        str | None, typer.Option("--format", "-f", help="The format of the input; raw text if none.")
    ] = None,
    show_text: Annotated[
        bool, typer.Option("--show-text", help="Print the texts with their entities highlighted.")
    ] = False,
    summary: Annotated[
        list[str] | None,
        typer.Option(
            "--summary",
            help="Write the names found in each document, with counts, first offsets and scores: .csv, .json or .html; "
            "may be repeated. Alone, nothing else is written.",
        ),
    ] = None,
    label_map: LabelMap = None,
    only: Only = None,
    force: Force = False,
    option: ReadOptions = None,
) -> None:
    """Find entities; those the input may hold already are ignored."""
    from bionym import formats, pipeline
    from bionym.data import labels

    start, audit = time.monotonic(), Audit()
    renamed = labels.label_map(label_map or (), only or ())
    writes = out != "-" or to is not None or not (show_text or summary)
    _refuse_one_place_for_two(out if writes else None, summary or [])
    tagger = pipeline.load(model)
    if format is None:
        _say_if_not_text(sources)
    reading = format_options(option) | {"require_annotations": False}
    unreadable: list[InputError] = []
    documents = formats.read(sources, format or "text", audit=audit, on_error=unreadable.append, **reading)
    found = map(renamed.apply, tagger.predict(console.counted(documents, "documents")))
    with _summarising(summary, force) as summarised:
        predicted = _timed(found, audit)
        if summarised is not None:
            predicted = summarised.passing(predicted)
        if show_text:
            predicted = _shown(predicted)
        if writes:
            to = to or ("jsonl" if out == "-" else None)
            formats.write(predicted, out, to, force=force, audit=audit, **_writing(format, to))
        else:
            collections.deque(predicted, maxlen=0)
    seconds = max(time.monotonic() - start, 1e-9)
    places = ", ".join([out] if writes or show_text else summary or [])
    console.say(
        f"{number_of(audit.read['documents'], 'document')}, {number_of(audit.read['tokens'], 'token')}: "
        f"{number_of(audit.read['found'], 'entity')} to {'standard output' if places == '-' else places} "
        f"in {seconds:.1f} s ({audit.read['tokens'] / seconds:,.0f} tokens/s)"
    )
    if summarised is not None:
        say_summary(summarised, summary or [])
    say_unmet(renamed)
    say_audit(audit)
    fail_for_unreadable(unreadable, "could not be read; all others are done")


def _summarising(paths: list[str] | None, force: bool) -> AbstractContextManager["Summary | None"]:
    if not paths:
        return contextlib.nullcontext()
    from bionym import summary

    return summary.writing(paths, force=force)


def _refuse_one_place_for_two(out: str | None, summaries: list[str]) -> None:
    if out in summaries:
        place = "standard output" if out == "-" else out
        raise UsageError(f"--out and --summary cannot both be {place}: name a file for one of them")


def _say_if_not_text(sources: list[str]) -> None:
    """A file of another format that would be tagged with its markup is named."""
    from bionym import formats

    for source in sources:
        with contextlib.suppress(InputError, OSError):
            found = formats.detect(Path(source)) if Path(source).is_file() else "text"
            if found not in ("text", "brat", "i2b2"):
                console.say(f"{source} is read as raw text, markup and all; if it is {found}, add --format {found}")


def _writing(source: str | None, to: str | None) -> dict[str, Any]:
    """Over CoNLL the prediction is a further column."""
    return {"append": True} if source == "conll" and to == "conll" else {}


def _timed(documents: Iterable[Document], audit: Audit) -> Iterator[Document]:
    for document in documents:
        audit.read.update(tokens=len(document.tokens), found=len(document.entities))
        yield document


def _shown(documents: Iterable[Document]) -> Iterator[Document]:
    from rich.console import Console

    from bionym.apps.cli._highlight import highlighted

    terminal = Console(soft_wrap=True)
    for document in documents:
        terminal.print(highlighted(document))
        yield document
