"""What of a file can be read, past what cannot: documents, and the records of one document."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from bionym.data import Document
from bionym.errors import FormatError, InputError
from bionym.formats._json import Record

Part = TypeVar("Part")
OnError = Callable[[InputError], None]


def documents_of(
    parts: Iterable[Part], document: Callable[[Part], Document], on_error: OnError | None
) -> Iterator[Document]:
    """The document of each part; `on_error` is told of one that cannot be made, and the next is taken; None raises."""
    for part in parts:
        try:
            made = document(part)
        except InputError as error:
            if on_error is None:
                raise
            on_error(error)
        else:
            yield made


def usable_records(
    holder: Record, key: str, check: Callable[[Record], None], leave_out: Callable[[str], None] | None
) -> Iterator[Record]:
    """The objects of an array, but for those that `check` refuses.

    Args:
        leave_out: told of the place of each that is refused; None takes all, unchecked.
    """
    if leave_out is None:
        yield from holder.records(key)
        return
    for number in range(len(holder.items(key))):
        try:
            one = holder.part(key, number)
            check(one)
        except FormatError as error:
            leave_out(f"{key}[{number}], line {error.line}")
        else:
            yield one
