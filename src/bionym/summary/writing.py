"""Summaries to files: each whole or not at all, for its owner's eyes alone, while the documents pass."""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from os import PathLike
from pathlib import Path
from typing import IO, Protocol

from bionym.data import Document
from bionym.errors import OutputError, UsageError
from bionym.files import STREAM, finishing, open_output, suffix
from bionym.summary import _csv, _html, _json
from bionym.summary.names import Name, names_of

PRIVATE = 0o600  # a summary quotes the documents


class Writer(Protocol):
    """What writes the names of one document after the other to an open file."""

    def add(self, document_id: str, names: Sequence[Name]) -> None:
        """The names of one more document."""

    def end(self) -> None:
        """What stands behind the last document."""


WRITERS: dict[str, Callable[[IO[str]], Writer]] = {
    ".csv": _csv.Csv,
    ".json": _json.Json,
    ".html": _html.Html,
    ".htm": _html.Html,
}
SUFFIXES = tuple(WRITERS)


class Summary:
    """A summary that is being written: give it each document, and read its counts when all have passed."""

    def __init__(self, writers: Sequence[Writer]) -> None:
        self._writers = writers
        self.num_documents = 0
        self.num_names = 0
        self.num_without = 0

    def add(self, document: Document) -> None:
        """One more document."""
        names = names_of(document)
        self.num_documents += 1
        self.num_names += len(names)
        self.num_without += not names
        for writer in self._writers:
            writer.add(document.id, names)

    def passing(self, documents: Iterable[Document]) -> Iterator[Document]:
        """The documents, each added as it passes."""
        for document in documents:
            self.add(document)
            yield document


def write(documents: Iterable[Document], path: str | PathLike[str], *, force: bool = False) -> Summary:
    """The summary of documents to a file; its suffix says in which form. Raises: as `writing`."""
    with writing([path], force=force) as summary:
        for document in documents:
            summary.add(document)
    return summary


@contextmanager
def writing(paths: Iterable[str | PathLike[str]], *, force: bool = False) -> Iterator[Summary]:
    """A summary to one file or several; they take their names when the block ends well, else nothing is left of them.

    Args:
        paths: files with a suffix of `SUFFIXES`; `-` is CSV to standard output.
        force: replace files that stand there.
    Raises: UsageError for another suffix, OutputError for a path that is taken, both before any work.
    """
    targets = [Path(path) for path in paths]
    makers = [_maker(target) for target in targets]
    repeated = next((target for target in targets if targets.count(target) > 1), None)
    if repeated:
        raise UsageError(f"The summary {repeated} is named twice. Name it once.")
    with ExitStack() as opened:
        streams = [opened.enter_context(_private(target, force)) for target in targets]
        writers = [make(stream) for make, stream in zip(makers, streams, strict=True)]
        yield Summary(writers)
        for writer in writers:
            writer.end()


def _maker(target: Path) -> Callable[[IO[str]], Writer]:
    wanted = ".csv" if target == STREAM else suffix(target)
    if wanted not in WRITERS:
        raise UsageError(f"The summary {target} has the suffix {wanted or '(none)'}. Known: {', '.join(WRITERS)}.")
    return WRITERS[wanted]


@contextmanager
def _private(target: Path, force: bool) -> Iterator[IO[str]]:
    """A file that only its owner may read, or standard output; what UTF-8 cannot hold stands there as `\\udce9`."""
    with ExitStack() as opened:
        place = target
        if target != STREAM:
            if target.is_dir():
                raise OutputError(f"{target} is a folder; a summary is a file. Choose another name.")
            place = opened.enter_context(finishing(target, force=force))
            place.touch(mode=PRIVATE)
        stream = opened.enter_context(open_output(place))
        assert isinstance(stream, io.TextIOWrapper)
        stream.reconfigure(errors="backslashreplace")
        yield stream
