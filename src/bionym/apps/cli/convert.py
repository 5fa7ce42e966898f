"""`bionym convert`: convert between formats, with an audit of losses."""

from typing import Annotated

import typer

from bionym.apps.cli._console import console, fail_for_unreadable, number_of, say_audit
from bionym.apps.cli._options import (
    Beside,
    Force,
    Json,
    ReadOptions,
    SkipBad,
    Sources,
    companions,
    format_options,
    write_json,
)

EPILOG = "Example: bionym convert examples/bc5cdr/test.pubtator --to brat --out gold/"


def add_to(app: typer.Typer) -> None:
    """The verb, among the others."""
    app.command("convert", epilog=EPILOG)(convert)


def convert(
    sources: Sources,
    to: Annotated[str, typer.Option("--to", "-t", help="Output format.")],
    out: Annotated[
        str, typer.Option("--out", help="File; or folder, for formats with one file a document; - is standard output.")
    ],
    source: Annotated[
        str | None, typer.Option("--from", help="Input format; by default recognised from name and content.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Fail if anything would be lost or changed.")] = False,
    force: Force = False,
    beside: Beside = None,
    option: ReadOptions = None,
    skip_bad: SkipBad = False,
    write_option: Annotated[
        list[str] | None,
        typer.Option("--write-option", help="Option of the output format: key=value; may be repeated."),
    ] = None,
    json: Json = None,
) -> None:
    """Convert documents, and report what was read, written, changed and lost."""
    from bionym import formats
    from bionym.data import Audit
    from bionym.errors import InputError, UsageError

    if out == json == "-":
        raise UsageError("--out and --json cannot both be standard output: name a file for one of them")
    audit, unreadable = Audit(strict=strict), list[InputError]()
    on_error = unreadable.append if skip_bad else None
    reading = format_options(option) | companions(beside)
    documents = console.counted(formats.read(sources, source, audit=audit, on_error=on_error, **reading), "documents")
    formats.write(documents, out, to, force=force, audit=audit, **format_options(write_option))
    console.say(
        f"{number_of(audit.read['documents'], 'document')} to {out}: {number_of(audit.read['entities'], 'entity')} read, "
        f"{audit.written['entities']:,} written, {audit.num_changed:,} changed, {audit.num_lost:,} lost; "
        f"{number_of(audit.read['relations'], 'relation')} read, {audit.written['relations']:,} written"
    )
    say_audit(audit)
    if json:
        write_json(json, {**audit.as_dict(), **({"unreadable": list(map(str, unreadable))} if skip_bad else {})})
    fail_for_unreadable(unreadable, "could not be read; all others are done")
