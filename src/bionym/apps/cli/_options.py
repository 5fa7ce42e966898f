"""Options that several verbs share, and the values behind them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from bionym.errors import UsageError

Sources = Annotated[
    list[str], typer.Argument(help="Files, folders or quoted globs; - is standard input.", show_default=False)
]
Format = Annotated[
    str | None, typer.Option("--format", "-f", help="Input format; by default recognised from name and content.")
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite existing output.")]
Json = Annotated[
    str | None, typer.Option("--json", help="Write the result as JSON to this file; - is standard output.")
]
ReadOptions = Annotated[
    list[str] | None, typer.Option("--option", "-o", help="Option of the input format: key=value; may be repeated.")
]
SkipBad = Annotated[
    bool,
    typer.Option("--skip-bad", help="Go on past what cannot be read; it is listed at the end, and the exit code is 1."),
]
LabelMap = Annotated[
    list[str] | None,
    typer.Option("--label-map", help="Rename a label: OLD=NEW; OLD= drops it; may be repeated."),
]
Only = Annotated[list[str] | None, typer.Option("--only", help="Keep only this label (its new name); may be repeated.")]
AllowLeaks = Annotated[
    bool,
    typer.Option(
        "--allow-leaks", help="Continue although training documents are also in the development or test data."
    ),
]
Beside = Annotated[
    list[str] | None, typer.Option("--annotations", help="Where the annotation files are, if not next to the texts.")
]


def format_options(given: Sequence[str] | None) -> dict[str, Any]:
    """`["scheme=BIO", "tag_column=3"]` as keywords, numbers and booleans converted. Raises: UsageError."""
    options: dict[str, Any] = {}
    for pair in given or ():
        key, equals, value = pair.partition("=")
        if not equals:
            raise UsageError(f"--option {pair!r}: expected key=value")
        options[key.replace("-", "_")] = _value(value)
    return options


def companions(given: Sequence[str] | None) -> dict[str, Any]:
    """`--annotations 'x/*.con'` as the `beside` option of formats that keep text and annotations apart."""
    if not given:
        return {}
    import glob

    places = [Path(path) for pattern in given for path in (sorted(glob.glob(pattern)) or [pattern])]
    missing = [str(place) for place in places if not place.exists()]
    if missing:
        raise UsageError(f"--annotations {missing[0]}: no such file or folder")
    return {"beside": places}


def places(given: Sequence[str]) -> list[Path]:
    """Folders in which an annotation file without a text beside it may find one."""
    return [Path(place) if Path(place).is_dir() else Path(place).parent for place in given]


def write_json(path: str, value: object) -> None:
    """A value as JSON to a file, whole or not at all, or to standard output."""
    import json

    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    if path == "-":
        typer.echo(text, nl=False)
    else:
        from bionym.files import write_whole

        write_whole(Path(path), text)


def _value(text: str) -> Any:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if text.lower() == "none":
        return None
    try:
        return int(text)
    except ValueError:
        return text.replace("\\t", "\t")
