"""doccano: JSON Lines, a text and its labelled spans a line, as doccano exports and imports them.

    {"id": 1, "text": "Naloxone reverses ...", "label": [[0, 8, "Chemical"]], "Comments": []}
    {"id": 1, "text": "Naloxone reverses ...",
     "entities": [{"id": 10, "label": "Chemical", "start_offset": 0, "end_offset": 8}],
     "relations": [{"id": 1, "from_id": 10, "to_id": 11, "type": "treats"}], "Comments": []}

Read: spans under `label`, `labels` or `entities`, as [start, end, label] or as objects, and the `annotations` of older
exports; the text under `text` or `data`. Other keys ride in `meta`. Written: the first form, or the second where the
document has relations. Offsets are code points (a doccano project that counts grapheme clusters is not read aright;
doccano states no mentions to tell it by).

Cannot hold, and what then happens: discontinuous entities, relations of other than two entities, passages, concepts,
attributes and scores are lost, and counted.

Source: doccano 1.8, backend/data_export and data_import; for older exports doccano 1.0.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

from bionym.data import Argument, Audit, Document, Entity, Relation
from bionym.formats import _json_kinds, _losses, _stated
from bionym.formats._json import Record
from bionym.formats._json_documents import documents as documents_in
from bionym.formats._json_output import as_number, write_values
from bionym.formats._shapes import Fields
from bionym.formats._stated import Stated, text_or

SUFFIXES = (".jsonl", ".json")
ONE_PER_FILE = False
META = "doccano"
META_SHAPE = {META: Fields({"fields": dict})}
Form = Literal["label", "entities"]
_SPANS = ("label", "labels", "entities", "annotations")
_KNOWN = ("id", "text", "data", "relations", *_SPANS)


def read(path: Path, *, audit: Audit | None = None) -> Iterator[Document]:
    """Documents of one file, one at a time. Raises: FormatError with file and line."""
    count = audit if audit is not None else Audit()
    yield from documents_in(path, lambda record, name: _document(record, name, count))


def write(documents: Iterable[Document], path: Path, *, audit: Audit | None = None, form: Form | None = None) -> None:
    """Documents to one file, JSON Lines unless its suffix is `.json`.

    Args:
        form: "label" writes [start, end, label], "entities" objects and relations; None chooses by the document.
    """
    count = audit if audit is not None else Audit()
    write_values((_row(document, count, form) for document in documents), path, lines_by_default=True)


def recognises(path: Path) -> bool:
    """Whether a file's records have a text and labelled spans in one of doccano's forms."""
    return _json_kinds.kind(path) == "doccano"


def extras(document: Document) -> dict[str, int]:
    """Comments and other keys of the line."""
    return {"field": len(_stated.fields(document, META))}


def _document(record: Record, default_id: str, audit: Audit) -> Document:
    key = "text" if "text" in record else "data"
    text, name = record.text(key), text_or(record, "id", default_id)
    stated = [one for spans in _SPANS for one in _stated_under(record, spans)]
    fields = _stated.rest(record, *_KNOWN)
    meta = {name: value for name, value in fields.items() if value not in ([], {}, None)}
    return Document(
        name,
        text,
        entities=_stated.entities(text, stated, name, audit),
        relations=tuple(_relation(one) for one in record.records("relations")),
        meta={META: {"fields": meta}} if meta else {},
    )


def _stated_under(record: Record, key: str) -> Iterator[Stated]:
    for number, value in enumerate(record.items(key)):
        if isinstance(value, dict):
            one = record.part(key, number)
            place = (one.whole("start_offset"), one.whole("end_offset"))
            yield Stated(one, (place,), one.text("label"), id=text_or(one, "id"))
        else:
            yield Stated(record, (_offsets(record, key, number),), value[2])


def _offsets(record: Record, key: str, number: int) -> tuple[int, int]:
    """The offsets of a triple. Raises: FormatError if it is none."""
    value = record.items(key)[number]
    if not isinstance(value, list) or [type(one) for one in value] != [int, int, str]:
        raise record.error(f"{key}[{number}]: expected [start, end, label]", "Export the spans, not labels of texts.")
    return value[0], value[1]


def _relation(record: Record) -> Relation:
    ends = (Argument("Arg1", record.text("from_id")), Argument("Arg2", record.text("to_id")))
    return Relation(record.text("type"), ends, text_or(record, "id"))


def _row(document: Document, audit: Audit, form: Form | None) -> dict[str, Any]:
    entities = _losses.contiguous(document, audit, "doccano")
    has_objects = form == "entities" or (form is None and bool(document.relations))
    _losses.count(document, audit, "doccano", held=("relation",) if has_objects else ())
    row: dict[str, Any] = {"id": as_number(document.id), "text": document.text}
    if has_objects:
        row |= _objects(document, entities, audit)
    else:
        row["label"] = [[one.start, one.end, one.label] for one in entities]
    return row | {"Comments": []} | _stated.fields(document, META)


def _objects(document: Document, entities: list[Entity], audit: Audit) -> dict[str, Any]:
    entities = _losses.with_ids(entities)
    relations = _losses.binary(document, entities, audit, "doccano")
    return {
        "entities": [
            {"id": as_number(one.id), "label": one.label, "start_offset": one.start, "end_offset": one.end}
            for one in entities
        ],
        "relations": [
            {"id": as_number(one.id or str(number)), "from_id": as_number(_ends(one)[0])}
            | {"to_id": as_number(_ends(one)[1]), "type": one.label}
            for number, one in enumerate(relations, start=1)
        ],
    }


def _ends(relation: Relation) -> list[str]:
    return [argument.target for argument in relation.arguments]
