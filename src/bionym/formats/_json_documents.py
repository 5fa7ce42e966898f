"""The records of a JSON file, each as one document."""

from collections.abc import Callable, Iterator
from pathlib import Path

from bionym.data import Document
from bionym.errors import SpanError
from bionym.files import stem
from bionym.formats._json import Record
from bionym.formats._json_stream import items


def documents(
    path: Path, document_of: Callable[[Record, str], Document], *, streamed: tuple[str, ...] = ()
) -> Iterator[Document]:
    """The documents that `document_of` makes of records and of ids, "NAME-1" and so on, for those that have none.

    Args:
        streamed: keys of an object whose values are the records, as `items` takes them.
    Raises: FormatError with file and line, for spans that fit no document too.
    """
    for number, item in enumerate(items(path, streamed), start=1):
        record = Record(item.value, path, item.line)
        try:
            yield document_of(record, f"{stem(path)}-{number}")
        except SpanError as error:
            raise record.error(str(error)) from error
