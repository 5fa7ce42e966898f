"""`bionym inspect`: what a corpus holds, and what in it needs attention."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from bionym.apps.cli._console import console, fail_for_unreadable, number_of, table
from bionym.apps.cli._options import Beside, Format, Json, ReadOptions, Sources, companions, format_options, write_json

EPILOG = "Example: bionym inspect examples/bc5cdr/train.pubtator examples/bc5cdr/test.pubtator"
NUM_SHOWN = 20


def add_to(app: typer.Typer) -> None:
    """The verb, among the others."""
    app.command("inspect", epilog=EPILOG)(inspect)


def inspect(
    sources: Sources,
    format: Format = None,
    list_places: Annotated[
        bool, typer.Option("--list", help="List each nested, crossing, misaligned ... entity.")
    ] = False,
    show_text: Annotated[bool, typer.Option("--show-text", help="Show the most frequent mentions.")] = False,
    beside: Beside = None,
    option: ReadOptions = None,
    json: Json = None,
) -> None:
    """Count documents, entities and labels; find nesting, gaps, misalignment, duplicates and leaks between splits.

    Each source is a split of its own; in a single folder the folders below it are.
    """
    from bionym.errors import InputError
    from bionym.evaluation import census

    damaged: list[InputError] = []
    reading = format_options(option) | companions(beside)
    found = census.take(_splits(sources, format, damaged, reading))
    if json:
        write_json(
            json, {**found.as_dict(num_mentions=NUM_SHOWN if show_text else 0), "unreadable": list(map(str, damaged))}
        )
    if json != "-":
        _print(found, list_places, show_text)
    fail_for_unreadable(damaged, "cannot be read, or not all of it")


def _splits(sources: list[str], format: str | None, damaged: list[Any], reading: dict[str, Any]) -> dict[str, Any]:
    from bionym import formats

    def documents(source: str) -> Iterator[Any]:
        return console.counted(formats.read(source, format, on_error=damaged.append, **reading), "documents")

    if len(sources) == 1 and Path(sources[0]).is_dir():
        return _by_folder(documents(sources[0]))
    return {source: documents(source) for source in sources}


def _by_folder(documents: Iterable[Any]) -> dict[str, list[Any]]:
    splits: dict[str, list[Any]] = {}
    for document in documents:
        splits.setdefault(document.id.rpartition("/")[0].partition("/")[0] or "all", []).append(document)
    return splits


def _print(found: Any, list_places: bool, show_text: bool) -> None:
    summary = found.as_dict()
    typer.echo(
        f"{number_of(found.num_documents, 'document')}, {number_of(found.num_tokens, 'token')}, "
        f"{number_of(found.num_entities, 'entity')}, {number_of(len(found.labels), 'label')}; {found.nested:,} nested, {found.crossing:,} crossing, "
        f"{found.same_label:,} overlap with the same label, {found.discontinuous:,} discontinuous"
    )
    if len(found.splits) > 1:
        typer.echo("splits: " + ", ".join(f"{split} {number:,}" for split, number in found.splits.items()))
    if found.labels:
        typer.echo()
        typer.echo(
            table(("label", "entities"), [(label, f"{number:,}") for label, number in found.labels.most_common()])
        )
        length = summary["length_tokens"]
        typer.echo(f"\nlength in tokens: median {length['median']:g}, longest {length['max']:,}")
    if found.relations:
        typer.echo(
            table(("relation", "count"), [(label, f"{number:,}") for label, number in found.relations.most_common()])
        )
    _print_attention(found)
    if list_places:
        typer.echo(table(("document", "what", "entity", "start", "end"), found.places))
    if show_text:
        rows = [(mention, label, f"{number:,}") for (label, mention), number in found.mentions.most_common(NUM_SHOWN)]
        typer.echo("\n" + table(("mention", "label", "count"), rows))


def _print_attention(found: Any) -> None:
    lines = [
        (found.misaligned, "entity", "with an edge inside a token of ours"),
        (found.duplicates, "entity", "standing twice in a document"),
        (len(found.repeated_ids), "id", f"standing twice in a split: {', '.join(list(found.repeated_ids)[:5])}"),
        (
            len(found.leaks),
            "document",
            f"standing in several splits: {', '.join(leak.document_id for leak in found.leaks[:5])}",
        ),
    ]
    shown = [f"  {number_of(number, what)} {message}" for number, what, message in lines if number]
    if shown:
        typer.echo("\n" + "\n".join(shown))
