"""In this process, one document after the other."""

from collections.abc import Iterable, Iterator

from bionym.data import Document
from bionym.protocols import Tagger


def run(tagger: Tagger, documents: Iterable[Document]) -> Iterator[Document]:
    """The documents, in order, with the tagger's entities."""
    return tagger.predict(documents)
