"""BigBio's `kb` schema as Parquet; the one place that needs pyarrow."""

import io
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from bionym.errors import FormatError, MissingExtraError, OutputError, shown
from bionym.files import STREAM, open_bytes

_ROWS_A_BATCH = 100


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a file, in batches. Raises: FormatError, MissingExtraError."""
    arrow, parquet = _pyarrow()
    with open_bytes(path) as stream:
        source = stream if stream.seekable() else io.BytesIO(stream.read())
        try:
            for batch in parquet.ParquetFile(source).iter_batches(batch_size=_ROWS_A_BATCH):
                yield from batch.to_pylist()
        except UnicodeDecodeError:
            raise FormatError("a text in it is not UTF-8", path=path, fix="Export it again, as UTF-8.") from None
        except (arrow.ArrowException, OSError):  # their words may quote the file
            raise FormatError("not a Parquet file that can be read", path=path, fix="Export it again.") from None


def write(found: Iterable[dict[str, Any]], path: Path) -> None:
    """Rows to a file, in batches. Raises: MissingExtraError."""
    arrow, parquet = _pyarrow()
    schema, remaining = _schema(arrow), iter(found)
    with parquet.ParquetWriter(sys.stdout.buffer if path == STREAM else path, schema) as writer:
        while batch := list(islice(remaining, _ROWS_A_BATCH)):
            writer.write_table(_table(arrow, batch, schema))


def _table(arrow: Any, batch: list[dict[str, Any]], schema: Any) -> Any:
    try:
        return arrow.Table.from_pylist(batch, schema=schema)
    except (arrow.ArrowException, TypeError, ValueError, OverflowError):
        found = f"One of the documents from {shown(batch[0]['document_id'])} on holds events or coreferences of another form"
        raise OutputError(f"{found} than BigBio's kb schema, which Parquet needs. Write .json instead.") from None


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise MissingExtraError("pyarrow", extra="parquet", purpose="Parquet") from error
    return pyarrow, parquet


def _schema(arrow: Any) -> Any:
    """The `kb` schema 1.0."""
    text = arrow.string()
    texts, offsets = arrow.list_(text), arrow.list_(arrow.list_(arrow.int32()))
    stretch = {"text": texts, "offsets": offsets}
    normalized = arrow.list_(arrow.struct({"db_name": text, "db_id": text}))
    argument = arrow.struct({"role": text, "ref_id": text})
    named = {"id": text, "type": text}
    fields = {
        "passages": {**named, **stretch},
        "entities": {**named, **stretch, "normalized": normalized},
        "events": {**named, "trigger": arrow.struct(stretch), "arguments": arrow.list_(argument)},
        "coreferences": {"id": text, "entity_ids": texts},
        "relations": {**named, "arg1_id": text, "arg2_id": text, "normalized": normalized},
    }
    columns = {name: arrow.list_(arrow.struct(inside)) for name, inside in fields.items()}
    return arrow.schema({"id": text, "document_id": text, **columns})
