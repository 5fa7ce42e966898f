"""Documents of a file, past those that cannot be read."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from bionym.data import Document
from bionym.errors import InputError

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
