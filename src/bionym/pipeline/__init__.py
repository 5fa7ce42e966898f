"""A tagger as Python code uses it, and the compositions that programs share.

Pipeline, load      a trained model on strings and documents
training            train: corpora read, a tagger fitted, scored and described
prediction          predict_files: documents read, tagged, relabelled, summarised and written
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import overload

from bionym.data import Document
from bionym.engines import local
from bionym.protocols import Tagger
from bionym.trained import record as records
from bionym.trained import store
from bionym.trained.record import Record


class Pipeline:
    """A trained model, ready to use.

    Args:
        record: of its training, if it was kept.

    >>> tagger = bionym.load("models/ncbi")                                  # doctest: +SKIP
    >>> tagger.predict("Mild ataxia-telangiectasia.").entities               # doctest: +SKIP
    """

    def __init__(self, tagger: Tagger, record: Record | None = None) -> None:
        self.tagger, self.record = tagger, record

    @overload
    def predict(self, source: str) -> Document: ...
    @overload
    def predict(self, source: Iterable[Document]) -> Iterator[Document]: ...
    def predict(self, source: str | Iterable[Document]) -> Document | Iterator[Document]:
        """Entities of a text, as one document; or of a stream of documents, as a stream."""
        if isinstance(source, str):
            return next(local.run(self.tagger, [Document("text", source)]))
        return local.run(self.tagger, source)

    def save(self, folder: str | os.PathLike[str], *, force: bool = False) -> None:
        """Write the model to a folder, whole or not at all."""
        store.save(self.tagger, Path(folder), self.record, force=force)


def load(name: str | os.PathLike[str]) -> Pipeline:
    """The model in this folder or of this name. Raises: UnknownNameError, ModelError."""
    folder = store.locate(name)
    return Pipeline(store.load(folder), records.read(folder))
