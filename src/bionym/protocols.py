"""The seams: what a part must offer to be used. Structural typing; there is nothing to inherit.

Format      a module that reads and writes one file format
Feature     a module that says something about each token
Tagger      a trained model that adds entities to documents
Family      a kind of model: a module of `bionym.models`; what only some of them offer:
  Strippable      a copy without the vocabulary of the training data
  Exchangeable    folders of other programs
  Pretrainable    raw text, before any label (see `bionym.heads.fitted` for Trainable, `.potentials` for Combinable)
Step        documents in, the same documents enriched out; a tagger's `predict` replaces their entities instead
Metric      a module that compares a predicted document with its gold one
Engine      a way to run a tagger over many documents
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from bionym.data import Audit, Document
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
    """A model that adds entities to documents. Where its files lie it may tell as `folder`."""

    @property
    def PACKAGES(self) -> tuple[str, ...]:
        """Those whose versions the record of a training names."""

    @property
    def config(self) -> Any:
        """The configuration it was trained with."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels it can give, sorted."""

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of its heads, mostly of the corpora it learned from; `("",)` for one head without a name."""

    def of_source(self, name: str) -> "Tagger":
        """The same model with one head alone. Raises: UnknownNameError if there is no such head."""

    def predict(self, documents: Iterable[Document]) -> Iterator[Document]:
        """The same documents, in order, with the model's entities instead of their own."""

    def save(self, folder: Path) -> None:
        """Write the model to a folder, which `bionym.load` reads again."""


class Family(Protocol):
    """A kind of model: a module, or a package, of `bionym.models`."""

    Config: type[Any]

    def load(self, folder: Path) -> Tagger:
        """A saved model. Raises: ModelError if it is not whole, ConfigError if its configuration is not valid."""

    def optional_files(self, folder: Path) -> Iterable[Path]:
        """The files of a saved model that it predicts without."""


@runtime_checkable
class Strippable(Protocol):
    """A family whose models can be copied without the vocabulary of their training data."""

    def strip(self, source: Path, target: Path) -> Any:
        """Write the copy; a `bionym.trained.sharing.Stripped` says what was removed, and what remains."""


@runtime_checkable
class Exchangeable(Protocol):
    """A family whose models come from folders of another program, and go there."""

    def export_folder(self, folder: Path, out: Path, *, head: str | None, audit: Audit) -> tuple[str, ...]:
        """A saved model as files of the other program; the labels it gives there."""

    def import_folder(
        self, name: str, *, settings: Iterable[str], tags: Sequence[str], dev: Sequence[Document], audit: Audit
    ) -> Any:
        """A model made of a folder of the other program."""


@runtime_checkable
class Pretrainable(Protocol):
    """A family whose models can begin with what was learned from raw text."""

    PretrainingConfig: type[Any]

    def pretrain(self, text: Any, config: Any, **how: Any) -> Any:
        """See `bionym.pretraining.running`."""


class Step(Protocol):
    """Documents in, the same documents out, in order, their entities kept and enriched: concept ids, assertion, sections."""

    def __call__(self, documents: Iterable[Document], /) -> Iterator[Document]:
        """The documents, enriched."""


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
