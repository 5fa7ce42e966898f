"""Values written as JSON: an array with a value a line, or JSON Lines; and files that hold bytes."""

import contextlib
import gzip
import json
import math
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, cast

from bionym.files import STREAM, open_output, suffix
from bionym.formats._json import escape_surrogates

LINES = (".jsonl", ".ndjson")


def write_values(values: Iterable[Any], path: Path, *, lines_by_default: bool = False) -> None:
    """Values to a file: JSON Lines if its suffix says so (on standard output as the default has it), else an array."""
    is_lines = lines_by_default if path == STREAM else suffix(path) in LINES
    first, between, last = ("", "\n", "\n") if is_lines else ("[\n", ",\n", "\n]\n")
    with open_output(path) as stream:
        is_empty = True
        for value in values:
            stream.write((first if is_empty else between) + printed(value))
            is_empty = False
        if not (is_empty and is_lines):
            stream.write("[]\n" if is_empty else last)


def printed(value: Any) -> str:
    """A value on one line; lone surrogates are escapes, infinite numbers null, dates and the like text."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, default=str)
    except ValueError:
        text = json.dumps(_finite(value), ensure_ascii=False, default=str)
    return escape_surrogates(text)


def as_number(name: str) -> int | str:
    """An id as a whole number if it is written as one."""
    is_number = name.isascii() and name.isdigit() and len(name) < 16 and str(int(name)) == name
    return int(name) if is_number else name


@contextlib.contextmanager
def open_binary(path: Path) -> Iterator[IO[bytes]]:
    """A file opened for writing bytes, packed if its name ends in `.gz`; `-` is standard output."""
    if path == STREAM:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    elif path.suffix == ".gz":
        with path.open("wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
            yield cast(IO[bytes], packed)
    else:
        with path.open("wb") as stream:
            yield stream


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
