"""The transformer: a pretrained encoder, fine-tuned on whole documents, with a head for each corpus it learned from.

Trained with torch and transformers, by the loop of `bionym.training`; predicts behind onnxruntime and tokenizers, without
either.

A model folder holds `encoder/` (the encoder as transformers reads it), `heads.json`, `heads.safetensors`, `tagger.onnx`,
`tagger.int8.onnx`, `config.toml`, `weights.json`, F1 on the development data with each kind of weights, and `teacher.json`, how
much raw text another model labelled for it.

Source: Devlin et al. 2019, section 5.3; Lee et al. 2020 (BioBERT).
"""

import copy
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bionym import config as configuration
from bionym.data import Document
from bionym.data.tags import find_scheme
from bionym.errors import ModelError, UnknownNameError, require
from bionym.heads.batches import tag_in_batches
from bionym.heads.potentials import Potentials
from bionym.models.transformer import heads
from bionym.models.transformer.runtime import FLOAT32, INT8, OneByOne, Runtime, onnx_reader
from bionym.models.transformer.settings import Config as Config

if TYPE_CHECKING:
    from bionym.models.transformer.reading import Reader

ENCODER = "encoder"


class Transformer:
    """A trained transformer that predicts.

    Args:
        config: what it was trained with.
        finders: its heads, in the order of the scores that `runtime` gives.
        folder: where its files lie.
    """

    PACKAGES = ("torch", "transformers", "tokenizers", "onnxruntime", "numpy")  # versions for the record of a training

    def __init__(
        self, config: Config, finders: Sequence[heads.Finder], reader: "Reader", runtime: Runtime, folder: Path
    ) -> None:
        self.config, self.folder = config, folder
        self._finders, self._reader, self._runtime = tuple(finders), reader, runtime
        self._columns = slice(None)  # of the scores that the heads take
        self.encoder = _about(reader, folder)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels it can give, sorted."""
        return tuple(sorted({label for finder in self._finders for label in finder.labels}))

    @property
    def sources(self) -> tuple[str, ...]:
        """The corpora it learned from, unless all share one head."""
        return tuple(dict.fromkeys(finder.source for finder in self._finders))

    @property
    def overlaps(self) -> str:
        """Which of its entities may overlap, for the card."""
        if any(isinstance(finder, heads.SpanFinder) for finder in self._finders):
            return "entities may nest and overlap."
        if len(self._finders) > 1:
            return "entities of one label do not overlap."
        return "nested and overlapping entities are not found."

    def of_source(self, name: str) -> "Transformer":
        """The same model, with the heads of one corpus only, so that a corpus is scored by its own heads.

        Raises: UnknownNameError if there is no such corpus.
        """
        if name not in self.sources:
            raise UnknownNameError("source", name, self.sources)
        chosen = [place for place, finder in enumerate(self._finders) if finder.source == name]
        first = sum(finder.num_scores for finder in self._finders[: chosen[0]])
        alone = copy.copy(self)
        alone._finders = tuple(self._finders[place] for place in chosen)
        first += self._columns.start or 0
        alone._columns = slice(first, first + sum(finder.num_scores for finder in alone._finders))
        return alone

    def predict(self, documents: Iterable[Document]) -> Iterator[Document]:
        """The same documents, in order, with this model's entities, each with its probability.

        With heads of several corpora, each entity names its own in `attributes["source"]`; see `merging` for overlaps.
        """
        return tag_in_batches(documents, lambda some: heads.decode_documents(some, *self._read(some), self._finders))

    def potentials(self, documents: Sequence[Document]) -> Potentials:
        """What its heads say of tokenised documents. Raises: ModelError if they give spans, which are no chain."""
        ranges, scores_NS = self._read(documents)
        return Potentials(ranges, heads.potentials(scores_NS, self._finders))

    def _read(self, documents: Sequence[Document]) -> tuple[list[list[tuple[int, int]]], heads.Floats]:
        """What is read together, and the scores of all its tokens for the heads."""
        from bionym.models.transformer.reading import pieces_of

        texts = [self._reader.texts(self._reader.prepared(document)) for document in documents]
        ranges = [[(text.start, text.end) for text in of_document] for of_document in texts]
        pieces = pieces_of(text for of_document in texts for text in of_document)
        if not pieces:
            return ranges, np.zeros((0, sum(finder.num_scores for finder in self._finders)))
        return ranges, self._runtime.scores(pieces)[:, self._columns]

    def save(self, folder: Path) -> None:
        """Every file of the model into `folder`."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)


def load(folder: Path, config: Config | None = None) -> Transformer:
    """A saved model, or one under another configuration than its own.

    Raises: ModelError if it is not whole, ConfigError if its configuration is not valid, MissingExtraError.
    """
    if config is None:
        config = configuration.of_model(Config, folder / "config.toml")
    need("tokenizers", extra="subwords")
    from bionym.encoders.subwords import Subwords
    from bionym.models.transformer.reading import Reader

    finders = heads.read(folder, find_scheme(config.scheme))
    reader = Reader(Subwords.load(folder / ENCODER), config.context, window=config.window, overlap=config.overlap)
    return Transformer(config, finders, reader, _runtime(folder, config), folder)


def optional_files(folder: Path) -> Iterator[Path]:
    """What prediction does not read: the weights that another model goes on from, and the other kind of weights."""
    config = configuration.of_model(Config, folder / "config.toml")
    if config.weights != "torch":
        yield from (folder / ENCODER).glob("*.safetensors*")
        yield folder / (FLOAT32 if config.weights == "int8" else INT8)


def _about(reader: "Reader", folder: Path) -> str:
    from bionym.encoders.folders import CONFIG, read_json
    from bionym.encoders.subwords import about

    return about(read_json(folder / ENCODER / CONFIG), reader.subwords)


def _runtime(folder: Path, config: Config) -> Runtime:
    if config.weights == "torch":
        need("torch", "transformers")
        from bionym.models.transformer.files import reader_of

        return OneByOne(reader_of(folder), config.network.pooling)
    graph = folder / (INT8 if config.weights == "int8" else FLOAT32)
    if not graph.is_file():
        raise ModelError(f"{folder} holds no {graph.name}. Copy it again, or predict with weights = torch.")
    return OneByOne(onnx_reader(graph, folder / FLOAT32), config.network.pooling)


def need(*packages: str, extra: str = "transformers") -> None:
    """Raises: MissingExtraError where one of the packages is not installed."""
    require(*packages, extra=extra, purpose="A transformer")
