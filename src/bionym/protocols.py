"""The seams: what a part must offer to be used. Structural typing; there is nothing to inherit.

Format    a module that reads and writes one file format
Feature   a module that says something about each token
Tagger    a model that adds entities to documents
Metric    a module that compares a predicted document with its gold one
Engine    a way to run a tagger over many documents
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

from bionym.data import Document
from bionym.data.counts import Counts


class Format(Protocol):
    """One file format; see `bionym.formats`."""

    SUFFIXES: tuple[str, ...]
    ONE_PER_FILE: bool

    def read(self, path: Path, **options: Any) -> Iterator[Document]:
        """The documents of one file."""

    def write(self, documents: Iterable[Document], path: Path, **options: Any) -> None:
        """Documents to one file, or into one folder."""


class Tagger(Protocol):
    """A model that adds entities to documents."""

    def predict(self, documents: Iterable[Document]) -> Iterator[Document]:
        """The same documents, in order, with the model's entities instead of their own."""

    def save(self, folder: Path) -> None:
        """Write the model to a folder, which `bionym.load` reads again."""


class Metric(Protocol):
    """One way to score: a module of `bionym.evaluation.metrics`.

    VERSION goes up whenever it would count otherwise. TABLES names the tables it counts in, `("",)` if there is only one.
    IS_LOCAL tells whether the counts of a document are the sum of those of its sentences. A module may also have READS, those of
    "concepts", "attributes" and "relations" that it reads besides spans and labels, and `layout(scores)`, the text that the
    program it reproduces would print.
    """

    VERSION: int
    TABLES: tuple[str, ...]
    IS_LOCAL: bool

    def count(self, pair: Any) -> tuple[Counts, ...]:
        """Counts per label of a `bionym.evaluation.Pair`, for each of TABLES. Raises: InputError where it refuses."""


class Engine(Protocol):
    """A way to run a tagger; the same output in the same order as `local`, document for document."""

    def run(self, tagger: Tagger, documents: Iterable[Document]) -> Iterator[Document]:
        """The documents, with entities."""
