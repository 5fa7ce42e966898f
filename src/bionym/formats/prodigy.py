"""Prodigy: JSON Lines, a text with spans (and tokens) a line, as Prodigy's `db-out` gives them and spaCy scripts share them.

    {"text": "Naloxone reverses ...", "spans": [{"start": 0, "end": 8, "label": "Chemical", "token_start": 0,
     "token_end": 0}], "tokens": [{"text": "Naloxone", "start": 0, "end": 8, "id": 0, "ws": true}],
     "relations": [{"child": 0, "head": 6, "child_span": {"start": 0, "end": 8, "label": "Chemical"},
                    "head_span": {"start": 40, "end": 47, "label": "Disease"}, "label": "treats"}],
     "answer": "accept", "meta": {"source": "..."}, "_input_hash": -1438389674}

Read: a relation ties two spans of the line, first the head; a span's `text`, if it is there, must stand in the text. Lines
answered "reject" or "ignore" are left out, and counted. Documents are named by `id`, else by `meta.id`, else numbered.
Other keys ride in `meta`. Offsets are code points.

Cannot hold, and what then happens: discontinuous entities, relations of other than two entities, passages and attributes
are lost; of several concepts the first stays (`kb_id`). All is counted.

Source: Prodigy 1.11, "Annotation interfaces" (ner_manual, spans, relations).
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from bionym.data import Argument, Audit, Document, Entity, Relation, Span
from bionym.data.align import align
from bionym.errors import SpanError
from bionym.files import stem
from bionym.formats import _json_kinds, _losses, _stated
from bionym.formats._json import Record
from bionym.formats._json_output import write_values
from bionym.formats._json_stream import items
from bionym.formats._offsets import Repair
from bionym.formats._shapes import Fields
from bionym.formats._stated import Stated, text_or
from bionym.text.prepare import tokenized

SUFFIXES = (".jsonl", ".json")
ONE_PER_FILE = False
HOLDS = ("tokens",)
META = "prodigy"
META_SHAPE = {META: Fields({"fields": dict})}
Answers = Literal["accept", "all"]
_KNOWN = ("id", "text", "spans", "tokens", "relations")


def read(
    path: Path, *, answers: Answers = "accept", audit: Audit | None = None, repair: Repair | None = None
) -> Iterator[Document]:
    """Documents of one file, one at a time.

    Args:
        answers: "accept" leaves out lines with another answer; "all" reads them too.
        repair: "nearest" keeps a span that resembles the text at its offsets, moves any other to the nearest
            occurrence of its `text`, and leaves out one that occurs nowhere.
    Raises: FormatError with file and line.
    """
    count = audit if audit is not None else Audit()
    for number, item in enumerate(items(path, ()), start=1):
        record = Record(item.value, path, item.line)
        if answers == "accept" and text_or(record, "answer", "accept") != "accept":
            count.lose(_name(record, f"{stem(path)}-{number}"), "document", "was not answered with accept")
            continue
        try:
            yield _document(record, f"{stem(path)}-{number}", count, repair)
        except SpanError as error:
            raise record.error(str(error)) from error


def write(documents: Iterable[Document], path: Path, *, audit: Audit | None = None) -> None:
    """Documents to one file, JSON Lines unless its suffix is `.json`; with tokens where there are any, or relations."""
    count = audit if audit is not None else Audit()
    write_values((_row(document, count) for document in documents), path, lines_by_default=True)


def recognises(path: Path) -> bool:
    """Whether a file's records have a text and spans, or an answer."""
    return _json_kinds.kind(path) == "prodigy"


def extras(document: Document) -> dict[str, int]:
    """Hashes, meta and other keys of the line."""
    return {"field": len(_stated.fields(document, META))}


def _name(record: Record, default: str) -> str:
    meta = record.value.get("meta")
    inner = Record(meta, record.path, record.line, "meta") if isinstance(meta, dict) else None
    return text_or(record, "id", text_or(inner, "id", default) if inner else default)


def _document(record: Record, default_id: str, audit: Audit, repair: Repair | None) -> Document:
    text, name = record.text("text"), _name(record, default_id)
    stated = [_stated_of(one, name, audit) for one in record.records("spans")]
    relations, ids = _relations(record, stated)
    stated = [replace(one, id=ids.get(_key(one), one.id)) for one in stated]
    fields = _stated.rest(record, *_KNOWN)
    return Document(
        name,
        text,
        entities=_stated.entities(text, stated, name, audit, repair=repair),
        relations=relations,
        tokens=tuple(_token(one) for one in record.records("tokens")),
        meta={META: {"fields": fields}} if fields else {},
    )


def _token(record: Record) -> Span:
    return Span(record.whole("start"), record.whole("end"))


def _stated_of(record: Record, name: str, audit: Audit) -> Stated:
    concept = text_or(record, "kb_id")
    return Stated(
        record,
        ((record.whole("start"), record.whole("end")),),
        record.text("label"),
        text_or(record, "text") or None,
        text_or(record, "id"),
        (concept,) if concept else (),
        score=_stated.probability(record, "score", name, audit),
    )


def _key(stated: Stated) -> tuple[int, int, str]:
    return (*stated.ranges[0], stated.label)


def _relations(record: Record, stated: list[Stated]) -> tuple[tuple[Relation, ...], dict[tuple[int, int, str], str]]:
    """The relations, and the ids that they need their spans to have, by offsets and label."""
    ids = {_key(one): one.id for one in stated}
    used: dict[tuple[int, int, str], str] = {}
    found = []
    for number, relation in enumerate(record.records("relations"), start=1):
        ends = []
        for role, name in (("Arg1", "head_span"), ("Arg2", "child_span")):
            end = Record(relation.mapping(name), record.path, record.line, f"{relation.name}.{name}")
            key = (end.whole("start"), end.whole("end"), text_or(end, "label"))
            if key not in ids:
                raise relation.error(f"{name} is none of the spans", "Give its span to `spans`, or remove it.")
            used.setdefault(key, ids[key] or f"T{len(used) + 1}")
            ends.append(Argument(role, used[key]))
        found.append(Relation(relation.text("label"), tuple(ends), text_or(relation, "id", f"R{number}")))
    return tuple(found), used


def _row(document: Document, audit: Audit) -> dict[str, Any]:
    entities = _losses.with_ids(_losses.contiguous(document, audit, "Prodigy"))
    _losses.count(document, audit, "Prodigy", held=("relation", "concept", "score"))
    relations = list(_losses.binary(document, entities, audit, "Prodigy"))
    tokens = document.tokens or (tokenized(document).tokens if relations else ())
    row: dict[str, Any] = {"id": document.id, "text": document.text}
    row["spans"] = [_span(one, tokens, document.id, audit) for one in entities]
    if tokens:
        row["tokens"] = [_token_row(number, tokens, document.text) for number in range(len(tokens))]
    if relations:
        by_id = {one.id: one for one in entities}
        row["relations"] = [_relation_row(one, by_id, tokens) for one in relations]
    fields = _stated.fields(document, META)
    return row | {"answer": "accept"} | fields


def _span(entity: Entity, tokens: tuple[Span, ...], document_id: str, audit: Audit) -> dict[str, Any]:
    values: dict[str, Any] = {"start": entity.start, "end": entity.end, "label": entity.label, "id": entity.id}
    aligned = align(tokens, entity.extent)
    if aligned is not None:
        values |= {"token_start": aligned.start, "token_end": aligned.end - 1}
    if entity.concepts:
        values["kb_id"] = entity.concepts[0]
    if len(entity.concepts) > 1:
        audit.lose(document_id, "concept", "Prodigy holds one for a span", count=len(entity.concepts) - 1)
    return values | ({} if entity.score is None else {"score": entity.score})


def _token_row(number: int, tokens: tuple[Span, ...], text: str) -> dict[str, Any]:
    token = tokens[number]
    is_followed = text[token.end : token.end + 1].isspace()
    return {"text": token.of(text), "start": token.start, "end": token.end, "id": number, "ws": is_followed}


def _relation_row(relation: Relation, by_id: dict[str, Entity], tokens: tuple[Span, ...]) -> dict[str, Any]:
    head, child = (by_id[argument.target] for argument in relation.arguments)
    return {
        "head": _last_token(head, tokens),
        "child": _last_token(child, tokens),
        "head_span": {"start": head.start, "end": head.end, "label": head.label},
        "child_span": {"start": child.start, "end": child.end, "label": child.label},
        "label": relation.label,
        "id": relation.id,
    }


def _last_token(entity: Entity, tokens: tuple[Span, ...]) -> int:
    """The position of the token in which an entity ends, as Prodigy draws an arrow's end."""
    return max(0, bisect_left(tokens, entity.end, key=lambda token: token.start) - 1)
