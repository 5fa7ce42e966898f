"""BioC JSON: the structure of BioC XML as JSON objects.

    {"source": "PubTator", "date": "", "key": "", "infons": {}, "documents": [{"id": "227508", "infons": {}, "passages":
     [{"offset": 0, "infons": {"type": "title"}, "text": "Naloxone reverses ...", "annotations": [{"id": "0",
       "infons": {"type": "Chemical", "identifier": "D009270"}, "text": "Naloxone",
       "locations": [{"offset": 0, "length": 8}]}], "relations": []}], "relations": []}]}

Also read: an array of collections or of documents, one document alone, a document a line, and PubTator 3's exports.
What BioC cannot hold, and what is done about it, stands in `bioc_xml`; JSON holds every character.

Source: Comeau et al. 2019, PMC text mining subset in BioC; the structure is that of Comeau et al. 2013.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bionym.data import Audit, Document
from bionym.files import open_output
from bionym.formats._bioc import META_SHAPE as META_SHAPE
from bionym.formats._bioc import checked_document
from bionym.formats._bioc import extras as extras
from bionym.formats._bioc_write import collection_of, to_tree
from bionym.formats._json import Record, escape_surrogates
from bionym.formats._json_stream import Item, items
from bionym.formats._offsets import Repair
from bionym.formats._skipping import OnError, documents_of

SUFFIXES = (".json",)
ONE_PER_FILE = False
HOLDS = ("sentences", "relation attributes")
COLLECTION_KEYS = ("source", "date", "key", "infons")
DOCUMENT_KEYS = ("documents", "PubTator3")


def read(
    path: Path,
    *,
    audit: Audit | None = None,
    repair: Repair | None = None,
    label: str = "type",
    on_error: OnError | None = None,
) -> Iterator[Document]:
    """Documents of one file, one at a time.

    Args:
        audit: counts converted and repaired offsets, infons that were no text, and annotations without a label.
        repair: "nearest" keeps an annotation that resembles the text at its offsets, moves any other to its nearest
            occurrence, and leaves out one that occurs nowhere. Passages that overlap are laid one after the other.
        label: the infon that holds the label of an annotation, such as "class".
        on_error: told of a document that cannot be read, and the next one is taken; None raises.
    Raises: FormatError with file and line.
    """
    count = audit if audit is not None else Audit()
    found = (one for item in items(path, DOCUMENT_KEYS) for one in _documents(item, path))
    return documents_of(found, lambda one: checked_document(*one, count, repair, label=label), on_error)


def write(documents: Iterable[Document], path: Path, *, audit: Audit | None = None) -> None:
    """Documents to one collection, a document a line."""
    count = audit if audit is not None else Audit()
    header: dict[str, Any] | None = None
    with open_output(path) as stream:
        for document in documents:
            tree = to_tree(document, count)
            if header is None:
                header = collection_of(document)
                stream.write(_printed(header)[:-1] + ', "documents": [\n')
            else:
                stream.write(",\n")
            stream.write(_printed(tree))
        stream.write('{"documents": []}\n' if header is None else "\n]}\n")


def sniff(head: str) -> bool:
    """Whether a file's beginning is BioC JSON's."""
    return '"infons"' in head or '"bioctype"' in head or ('"documents"' in head and '"passages"' in head)


def _documents(item: Item, path: Path) -> Iterator[tuple[Record, dict[str, Any]]]:
    """The documents of one value: a document, or a collection within an array."""
    record = Record(item.value, path, item.line)
    if "documents" in record:
        collection = {key: record.value[key] for key in COLLECTION_KEYS if key in record}
        yield from ((one, collection) for one in record.records("documents"))
    elif "passages" in record:
        yield record, {key: value for key, value in item.header.items() if key in COLLECTION_KEYS}
    else:
        raise record.error("expected a document with passages", "Check that the file is BioC JSON.")


def _printed(value: Any) -> str:
    return escape_surrogates(json.dumps(value, ensure_ascii=False))
