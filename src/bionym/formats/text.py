"""Plain text: one document a file, no entities.

Written, it is the bare text: entities, relations and passages are lost, and counted; so is every lone surrogate (U+FFFD).
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from bionym.data import Audit, Document
from bionym.files import BOM, read_text, stem, write_text
from bionym.formats._characters import without_surrogates
from bionym.formats._file_names import file_names

SUFFIXES = (".txt", ".text")
ONE_PER_FILE = True


def read(path: Path, *, encoding: str = "utf-8") -> Iterator[Document]:
    """The file as one document; a byte order mark is dropped, line ends stay."""
    yield Document(stem(path), read_text(path, encoding=encoding).removeprefix(BOM))


def write(documents: Iterable[Document], path: Path, *, audit: Audit | None = None) -> None:
    """One `.txt` a document in the folder `path`."""
    audit = audit if audit is not None else Audit()
    names = file_names(audit)
    for document in documents:
        document = without_surrogates(document, audit)
        for entity in document.entities:
            audit.lose(document.id, entity, "plain text holds no entities")
        if document.relations:
            audit.lose(document.id, "relation", "plain text holds no relations", count=len(document.relations))
        if document.passages:
            audit.lose(document.id, "passage", "plain text holds no passages", count=len(document.passages))
        mark = BOM * document.text.startswith(BOM)  # which readers drop
        write_text(path / f"{names.of(document.id)}.txt", mark + document.text)
