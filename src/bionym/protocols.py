"""The seams: what a part must offer to be used. Structural typing; there is nothing to inherit.

Format    a module that reads and writes one file format
Feature   a module that says something about each token
Tagger    a model that adds entities to documents
Metric    a module that compares two streams of documents
Engine    a way to run a tagger over many documents
"""

from collections.abc import Iterable, Iterator, Sequence
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
    """One way to score; see `bionym.evaluation.metrics`."""

    def score(self, gold: Sequence[Document], predicted: Sequence[Document]) -> Counts:
        """True positives, false positives and false negatives per label."""


class Engine(Protocol):
    """A way to run a tagger; the same output in the same order as `local`, document for document."""

    def run(self, tagger: Tagger, documents: Iterable[Document]) -> Iterator[Document]:
        """The documents, with entities."""
