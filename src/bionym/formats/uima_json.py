"""UIMA CAS JSON 0.4: a CAS and its types in one JSON object, as INCEpTION exports it; a document a file.

    {"%TYPES": {...}, "%FEATURE_STRUCTURES": [
       {"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaNum": 1, "sofaID": "_InitialView", "sofaString": "Naloxone reverses ..."},
       {"%ID": 2, "%TYPE": "...NamedEntity", "@sofa": 1, "begin": 0, "end": 8, "value": "Chemical"}], "%VIEWS": {...}}

What is read and written, and what is lost, is as in `uima_xmi`. Needs dkpro-cassis: pip install 'bionym[uima]'.

Source: UIMA JSON CAS serialization, apache/uima-uimaj-io-jsoncas.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from bionym.data import Audit, Document
from bionym.errors import InputError, SpanError
from bionym.files import read_text, stem, write_text
from bionym.formats import _json_kinds, _uima
from bionym.formats._file_names import file_names
from bionym.formats._json import parse

SUFFIXES = (".json",)
ONE_PER_FILE = True
HOLDS = ("tokens", "sentences")


def read(path: Path, *, types: str | None = None, audit: Audit | None = None) -> Iterator[Document]:
    """The document of one file.

    Args:
        types: names of the types to read, whole or their last parts, with commas between.
    Raises: InputError with the file; MissingExtraError without dkpro-cassis.
    """
    package = _uima.cassis()
    count = audit if audit is not None else Audit()
    text = read_text(path)
    parse(text, path=path)
    cas = _uima.loaded(lambda: package.load_cas_from_json(text), path)
    try:
        yield _uima.to_document(cas, stem(path), path, types, count)
    except SpanError as error:
        raise InputError(str(error), path=path, fix="Export the file again.") from error


def write(documents: Iterable[Document], path: Path, *, audit: Audit | None = None) -> None:
    """One `.json` a document in the folder `path`."""
    count = audit if audit is not None else Audit()
    names = file_names(count)
    for document in documents:
        cas, _ = _uima.to_cas(document, count)
        write_text(path / f"{names.of(document.id)}.json", cas.to_json(pretty_print=True))


def recognises(path: Path) -> bool:
    """Whether a file's object has types or feature structures of UIMA."""
    return _json_kinds.kind(path) == "uima_json"
