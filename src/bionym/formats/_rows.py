"""Rows of tables with named columns: CSV, TSV, JSON, Parquet and Arrow, a mapping a row, and the line it stands on."""

import csv
import io
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from bionym.errors import FormatError, MissingExtraError, UsageError
from bionym.files import decode, open_bytes, suffix
from bionym.formats._json import Record
from bionym.formats._json_stream import items

TEXT_SUFFIXES = (".csv", ".tsv")
ARROW_SUFFIXES = (".parquet", ".arrow")
MAX_FIELD_CHARS = 1 << 28
_ROWS_A_BATCH = 100


def rows(path: Path, *, delimiter: str | None = None, encoding: str = "utf-8") -> Iterator[Record]:
    """The rows of a table, by its suffix; JSON for any that is none of a table's.

    Args:
        delimiter: of CSV; None takes a tab for `.tsv`, a comma for others.
        encoding: of CSV and TSV.
    Raises: FormatError with file and line (row, for Arrow and Parquet); MissingExtraError for these without pyarrow.
    """
    if suffix(path) in TEXT_SUFFIXES:
        yield from _csv_rows(path, delimiter or ("\t" if suffix(path) == ".tsv" else ","), encoding)
    elif suffix(path) in ARROW_SUFFIXES:
        for number, row in enumerate(_arrow_rows(path), start=1):
            yield Record(row, path, number)
    else:
        for item in items(path, ("data",)):
            yield Record(item.value, path, item.line)


def arrow_metadata(path: Path) -> Mapping[bytes, bytes]:
    """What a Parquet or Arrow file says of itself. Raises: FormatError, MissingExtraError."""
    with open_bytes(path) as stream:
        return dict(_opened(path, stream)[0].metadata or {})


def column_names(path: Path) -> list[str]:
    """The columns of a Parquet or Arrow file; none if it cannot be read."""
    try:
        with open_bytes(path) as stream:
            return list(_opened(path, stream)[0].names)
    except (FormatError, MissingExtraError):
        return []


def pyarrow(purpose: str) -> Any:
    """The package. Raises: MissingExtraError."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise MissingExtraError("pyarrow", extra="parquet", purpose=purpose) from error
    return pyarrow


def _csv_rows(path: Path, delimiter: str, encoding: str) -> Iterator[Record]:
    if len(delimiter) != 1:
        raise UsageError("Option 'delimiter': expected one character")
    lines = _CountedLines(path, encoding)
    csv.field_size_limit(MAX_FIELD_CHARS)  # of the whole process; a note may be longer than csv's 131,072
    try:
        parsed = csv.reader(lines, delimiter=delimiter, strict=True)
        header = next(parsed, None)
        if header is None:
            return
        if len(set(header)) < len(header):
            raise FormatError("two columns have the same name", path=path, line=1, fix="Rename one.")
        start = parsed.line_num + 1
        for row in parsed:
            if row:
                yield _record(header, row, path, start)
            start = parsed.line_num + 1
    except csv.Error as error:
        found = f"not a table that can be read ({error})"
        raise FormatError(found, path=path, line=lines.number, fix="Check quotes and delimiter.") from error
    finally:
        lines.close()


def _record(header: list[str], row: list[str], path: Path, line: int) -> Record:
    if len(row) != len(header):
        found = f"expected {len(header)} columns, found {len(row)}"
        raise FormatError(found, path=path, line=line, fix="Quote fields that hold the delimiter or a line break.")
    return Record({Record.LINE: line} | dict(zip(header, row, strict=True)), path, line)


class _CountedLines:
    """The lines of a file, decoded one by one with their ends."""

    def __init__(self, path: Path, encoding: str) -> None:
        self.path, self.encoding, self.number = path, encoding, 0
        self._stream = open_bytes(path)

    def __iter__(self) -> Iterator[str]:
        for raw in self._stream:
            self.number += 1
            text = decode(raw, path=self.path, line=self.number, encoding=self.encoding)
            yield text.removeprefix("\ufeff") if self.number == 1 else text

    def close(self) -> None:
        """Close the file, unless it is standard input."""
        if self._stream is not sys.stdin.buffer:
            self._stream.close()


def _arrow_rows(path: Path) -> Iterator[dict[str, Any]]:
    with open_bytes(path) as stream:
        _, batches = _opened(path, stream)
        arrow = pyarrow("Parquet")
        try:
            for batch in batches:
                batch.validate(full=True)  # damaged Arrow data would else be read beyond its buffers
                yield from batch.to_pylist()
        except (arrow.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
            raise _unreadable(path) from error


def _opened(path: Path, stream: IO[bytes]) -> tuple[Any, Iterator[Any]]:
    """The schema, and the rows in batches."""
    arrow = pyarrow("Arrow" if suffix(path) == ".arrow" else "Parquet")
    source = stream if stream.seekable() else io.BytesIO(stream.read())
    try:
        if suffix(path) == ".parquet":
            file = arrow.parquet.ParquetFile(source)
            return file.schema_arrow, file.iter_batches(batch_size=_ROWS_A_BATCH)
        try:
            reader = arrow.ipc.open_stream(source)
        except arrow.ArrowInvalid:
            source.seek(0)
            file = arrow.ipc.open_file(source)
            return file.schema, (file.get_batch(number) for number in range(file.num_record_batches))
    except (arrow.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
        raise _unreadable(path) from error
    return reader.schema, iter(reader)


def _unreadable(path: Path) -> FormatError:
    kind = "an Arrow" if suffix(path) == ".arrow" else "a Parquet"
    return FormatError(f"not {kind} file that can be read", path=path, fix="Export it again.")
