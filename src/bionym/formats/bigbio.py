"""BigBio's `kb` schema: JSON, JSON Lines or Parquet, a document a row.

    {"id": "0", "document_id": "227508",
     "passages": [{"id": "0", "type": "title", "text": ["Naloxone reverses ..."], "offsets": [[0, 59]]}],
     "entities": [{"id": "1", "type": "Chemical", "text": ["Naloxone"], "offsets": [[0, 8]],
                   "normalized": [{"db_name": "MESH", "db_id": "D009270"}]}],
     "relations": [{"id": "2", "type": "CID", "arg1_id": "1", "arg2_id": "3", "normalized": []}],
     "events": [], "coreferences": []}

Offsets count from the document's beginning; the text is the passages at their offsets, a line break between two. An
array, `{"data": [...]}` and a row a line are read; the suffix says which is written (`.json`, `.jsonl`, `.parquet`).

BigBio ties mentions. A relation between concepts is written as one between every two mentions of them, as BigBio does
for BC5CDR; what it was stands in `normalized`, under names that begin with `bionym`, and so do roles. Read back, it is
one relation again. Events, coreferences and the names of databases ride in `meta`.

Read besides, but not written: the `source` schema that BigBio has for BC5CDR, where entities and relations stand in their
passages.

Cannot hold, and what then happens: attributes of entities and passages, and scores, are lost and counted; entities get
an id; of passages that overlap the later is lost.

Source: Fries et al. 2022, BigBio: a framework for data-centric biomedical NLP; schema `kb` 1.0.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bionym.data import Audit, Document
from bionym.files import open_output, suffix
from bionym.formats import _bigbio_parquet
from bionym.formats._bigbio import META_SHAPE as META_SHAPE
from bionym.formats._bigbio import checked_document, to_row
from bionym.formats._characters import without_surrogates
from bionym.formats._json import Record, escape_surrogates
from bionym.formats._json_stream import items
from bionym.formats._offsets import Repair
from bionym.formats._skipping import OnError, documents_of

SUFFIXES = (".json", ".jsonl", ".parquet")
ONE_PER_FILE = False


def read(
    path: Path, *, audit: Audit | None = None, repair: Repair | None = None, on_error: OnError | None = None
) -> Iterator[Document]:
    """Documents of one file, one at a time.

    Args:
        audit: counts converted and repaired offsets.
        repair: "nearest" keeps an entity that resembles the text at its offsets, moves any other to its nearest
            occurrence, and leaves out one that occurs nowhere.
        on_error: told of a document that cannot be read, and the next one is taken; None raises.
    Raises: FormatError with file and line; MissingExtraError for Parquet without pyarrow.
    """
    count = audit if audit is not None else Audit()
    return documents_of(_records(path), lambda record: checked_document(record, count, repair), on_error)


def write(documents: Iterable[Document], path: Path, *, audit: Audit | None = None, db_name: str = "") -> None:
    """Documents to one file; its suffix says which form (standard output: JSON).

    Args:
        db_name: the database of concepts whose source does not name one, such as "MESH".
    """
    count = audit if audit is not None else Audit()
    is_parquet = suffix(path) == ".parquet"
    held = (without_surrogates(document, count, in_id=True) for document in documents) if is_parquet else documents
    rows = (to_row(document, number, count, db_name) for number, document in enumerate(held))
    if is_parquet:
        _bigbio_parquet.write(rows, path)
    else:
        _write_json(rows, path, is_lines=suffix(path) == ".jsonl")


def sniff(head: str) -> bool:
    """Whether a file's beginning is BigBio's."""
    return '"document_id"' in head or ('"passages"' in head and '"offsets"' in head)


def extras(document: Document) -> dict[str, int]:
    """Events and coreferences."""
    meta = document.meta.get("bigbio", {})
    return {"event": len(meta.get("events", ())), "coreference": len(meta.get("coreferences", ()))}


def _records(path: Path) -> Iterator[Record]:
    if suffix(path) == ".parquet":
        for number, row in enumerate(_bigbio_parquet.rows(path), start=1):
            yield Record(row, path, number)
    else:
        for item in items(path, ("data",)):
            yield Record(item.value, path, item.line)


def _write_json(rows: Iterable[dict[str, Any]], path: Path, *, is_lines: bool) -> None:
    first, between, last = ("", "\n", "\n") if is_lines else ("[\n", ",\n", "\n]\n")
    with open_output(path) as stream:
        is_empty = True
        for row in rows:
            stream.write((first if is_empty else between) + escape_surrogates(json.dumps(row, ensure_ascii=False)))
            is_empty = False
        if not (is_empty and is_lines):
            stream.write("[]\n" if is_empty else last)
