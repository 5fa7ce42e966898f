"""`bionym inspect`: statistics of a corpus, and problems in it."""

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

    Each source is one split; of a single folder, each subfolder is.
    """
    from bionym.errors import InputError
    from bionym.evaluation import census

    damaged: list[InputError] = []
    reading = format_options(option) | companions(beside)
    counts = census.take(_splits(sources, format, damaged, reading))
    if json:
        write_json(
            json, {**counts.as_dict(num_mentions=NUM_SHOWN if show_text else 0), "unreadable": list(map(str, damaged))}
        )
    if json != "-":
        _print(counts, list_places, show_text)
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


def _print(counts: Any, list_places: bool, show_text: bool) -> None:
    summary = counts.as_dict()
    typer.echo(
        f"{number_of(counts.num_documents, 'document')}, {number_of(counts.num_tokens, 'token')}, "
        f"{number_of(counts.num_entities, 'entity')}, {number_of(len(counts.labels), 'label')}; {counts.nested:,} nested, {counts.crossing:,} crossing, "
        f"{counts.same_label:,} overlap with the same label, {counts.discontinuous:,} discontinuous"
    )
    if len(counts.splits) > 1:
        typer.echo("splits: " + ", ".join(f"{split} {number:,}" for split, number in counts.splits.items()))
    if counts.labels:
        typer.echo()
        typer.echo(
            table(("label", "entities"), [(label, f"{number:,}") for label, number in counts.labels.most_common()])
        )
        length = summary["length_tokens"]
        typer.echo(f"\nentity length in tokens: median {length['median']:g}, longest {length['max']:,}")
    if counts.relations:
        typer.echo(
            table(("relation", "count"), [(label, f"{number:,}") for label, number in counts.relations.most_common()])
        )
    _print_attention(counts)
    if list_places:
        typer.echo(table(("document", "what", "entity", "start", "end"), counts.places))
    if show_text:
        rows = [(mention, label, f"{number:,}") for (label, mention), number in counts.mentions.most_common(NUM_SHOWN)]
        typer.echo("\n" + table(("mention", "label", "count"), rows))


def _print_attention(counts: Any) -> None:
    lines = [
        (counts.misaligned, "entity", "with an edge inside a token"),
        (counts.duplicates, "entity", "that occurs twice in a document"),
        (len(counts.repeated_ids), "id", f"that occurs twice in a split: {', '.join(list(counts.repeated_ids)[:5])}"),
        (
            len(counts.leaks),
            "document",
            f"in several splits: {', '.join(leak.document_id for leak in counts.leaks[:5])}",
        ),
    ]
    shown = [f"  {number_of(number, what)} {message}" for number, what, message in lines if number]
    if shown:
        typer.echo("\n" + "\n".join(shown))
