"""`bionym predict`: entities of texts, in any format."""

import time
from collections.abc import Iterable, Iterator
from typing import Annotated, Any

import typer

from bionym.apps.cli._console import console, say_audit
from bionym.apps.cli._options import Force, ReadOptions, Sources, format_options
from bionym.data import Audit, Document
from bionym.errors import InputError

EPILOG = "Example: bionym predict notes/ --model models/first --to brat --out predicted/"


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
    force: Force = False,
    option: ReadOptions = None,
) -> None:
    """Find entities; those the input may hold already are ignored."""
    from bionym import formats, pipeline

    start, audit = time.monotonic(), Audit()
    reading = format_options(option) | {"require_annotations": False}
    unreadable: list[InputError] = []
    documents = formats.read(sources, format or "text", audit=audit, on_error=unreadable.append, **reading)
    predicted = _timed(pipeline.load(model).predict(console.counted(documents, "documents")), audit)
    if show_text:
        predicted = _shown(predicted)
    if out == "-" and to is None and show_text:
        for _ in predicted:
            pass
    else:
        to = to or ("jsonl" if out == "-" else None)
        formats.write(predicted, out, to, force=force, audit=audit, **_writing(format, to))
    seconds = max(time.monotonic() - start, 1e-9)
    console.say(
        f"{audit.read['documents']:,} documents, {audit.read['tokens']:,} tokens: {audit.read['found']:,} entities to "
        f"{'standard output' if out == '-' else out} in {seconds:.1f} s ({audit.read['tokens'] / seconds:,.0f} tokens/s)"
    )
    say_audit(audit)
    _say_unreadable(unreadable)


def _say_unreadable(errors: list[InputError]) -> None:
    if errors:
        console.say(f"{len(errors):,} files could not be read; all others are done:")
        for error in errors:
            console.say(f"  {error}")
        raise typer.Exit(1)


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
