"""PubAnnotation JSON: a text with denotations, attributes and relations, as PubAnnotation and TextAE exchange it.

    {"sourcedb": "PubMed", "sourceid": "227508", "text": "Naloxone reverses ...",
     "denotations": [{"id": "T1", "span": {"begin": 0, "end": 8}, "obj": "Chemical"}],
     "attributes": [{"id": "A1", "subj": "T1", "pred": "concept", "obj": "MESH:D009270"}],
     "relations": [{"id": "R1", "subj": "T1", "pred": "treats", "obj": "T2"}],
     "divisions": [{"span": {"begin": 0, "end": 59}, "label": "title"}]}

One object, an array, or an object a line. A document is named by `sourceid`, and by `divid` where that is not 0. A discontinuous
entity has several spans (the "bag" model); chains of `_FRAGMENT`s, tied by `_lexicallyChainedTo`, are read too. Attributes named
"concept" and "score" are the entity's own; a modification of an entity is an attribute, "true". If there are only `tracks`, the
first is read, or the one named by the option `project`. Other keys ride in `meta`. Offsets are code points.

Cannot hold, and what then happens: relations of other than two entities and attributes of passages are lost, roles are
changed; all counted. Modifications of relations ride in `meta`.

Source: https://www.pubannotation.org/docs/annotation-format/
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from bionym.data import Argument, Audit, Document, Entity, Passage, Relation
from bionym.formats import _json_kinds, _losses, _stated
from bionym.formats._json import Record
from bionym.formats._json_documents import documents as documents_in
from bionym.formats._json_output import write_values
from bionym.formats._shapes import Fields, Listed
from bionym.formats._stated import Stated, text_or

SUFFIXES = (".json", ".jsonl")
ONE_PER_FILE = False
META = "pubannotation"
META_SHAPE = {META: Fields({"fields": dict, "modifications": Listed(dict)})}
CONCEPT, SCORE = "concept", "score"
FRAGMENT, CHAIN = "_FRAGMENT", "_lexicallyChainedTo"
_TRACK_KEYS = ("denotations", "attributes", "relations", "modifications", "blocks")
_KNOWN = ("sourceid", "divid", "text", "tracks", "divisions", *_TRACK_KEYS)


def read(path: Path, *, project: str | None = None, audit: Audit | None = None) -> Iterator[Document]:
    """Documents of one file, one at a time.

    Args:
        project: the track to read, where a document has several.
    Raises: FormatError with file and line.
    """
    count = audit if audit is not None else Audit()
    yield from documents_in(path, lambda record, name: _document(record, name, project, count))


def write(documents: Iterable[Document], path: Path, *, audit: Audit | None = None) -> None:
    """Documents to one file, an array unless its suffix is `.jsonl`."""
    count = audit if audit is not None else Audit()
    write_values((_row(document, count) for document in documents), path)


def recognises(path: Path) -> bool:
    """Whether a file's records have denotations, or a text and its source."""
    return _json_kinds.kind(path) == "pubannotation"


def extras(document: Document) -> dict[str, int]:
    """Other keys, and modifications of relations."""
    return {"field": len(_stated.fields(document, META)), "modification": len(_modifications(document))}


def _document(record: Record, default_id: str, project: str | None, audit: Audit) -> Document:
    text, name = record.text("text"), _name(record, default_id)
    track = _track(record, project, name, audit)
    said = _said_of(track, {text_or(one, "id") for one in track.records("denotations")})
    stated = [_stated_of(one, said, name, audit) for one in track.records("denotations")]
    stated, relations = _chained(stated, [_relation(one) for one in track.records("relations")])
    meta = {"fields": _stated.rest(record, *_KNOWN), "modifications": _others(track, stated)}
    return Document(
        name,
        text,
        tuple(_passage(one) for one in record.records("divisions")),
        _stated.entities(text, stated, name, audit),
        tuple(relations),
        meta={META: {key: value for key, value in meta.items() if value}} if any(meta.values()) else {},
    )


def _name(record: Record, default_id: str) -> str:
    source, division = text_or(record, "sourceid"), text_or(record, "divid")
    if not source:
        return default_id
    return source if division in ("", "0") else f"{source}-{division}"


def _track(record: Record, project: str | None, name: str, audit: Audit) -> Record:
    """The record that holds the annotations: the document, or one of its tracks."""
    tracks = list(record.records("tracks"))
    if project is None and (record.items("denotations") or not tracks):
        chosen = record
    else:
        of_project = [one for one in tracks if project in (None, text_or(one, "project"))]
        if not of_project and text_or(record, "project") != project:
            raise record.error("there is no track of that project", "Leave out --option project, or name another.")
        chosen = of_project[0] if of_project else record
    num_others = len(tracks) - (chosen is not record)
    if num_others:
        audit.lose(name, "track", "is not the one that is read (option project)", count=num_others)
    return chosen


def _passage(record: Record) -> Passage:
    (start, end) = _span(record)
    return Passage(start, end, text_or(record, "label"))


def _span(record: Record) -> tuple[int, int]:
    inner = record if "begin" in record else Record(record.mapping("span"), record.path, record.line, record.name)
    return inner.whole("begin"), inner.whole("end")


def _said_of(track: Record, ids: set[str]) -> dict[str, list[tuple[str, Any]]]:
    """What attributes and modifications say, by the id of the entity they are about."""
    said: dict[str, list[tuple[str, Any]]] = {}
    for one in track.records("attributes"):
        value = one.value.get("obj", True)
        if not isinstance(value, (str, int, float)):
            raise one.error("obj: expected text, a number or true")
        said.setdefault(one.text("subj"), []).append((one.text("pred"), value))
    for one in track.records("modifications"):
        if one.text("obj") in ids:
            said.setdefault(one.text("obj"), []).append((one.text("pred"), True))
    return said


def _stated_of(record: Record, said: dict[str, list[tuple[str, Any]]], name: str, audit: Audit) -> Stated:
    entity_id = text_or(record, "id")
    concepts: list[str] = []
    attributes: dict[str, str] = {}
    scores: dict[str, Any] = {}
    for predicate, value in said.get(entity_id, ()) if entity_id else ():
        if predicate == CONCEPT:
            concepts.append(str(value))
        elif predicate == SCORE and isinstance(value, (int, float)):
            scores = {SCORE: value}
        else:
            attributes[predicate] = str(value).lower() if isinstance(value, bool) else str(value)
    score = _stated.probability(Record(scores, record.path, record.line), SCORE, name, audit)
    return Stated(record, _ranges(record), record.text("obj"), None, entity_id, tuple(concepts), attributes, score)


def _ranges(record: Record) -> tuple[tuple[int, int], ...]:
    if isinstance(record.value.get("span"), list):
        return tuple(sorted(_span(one) for one in record.records("span")))
    return (_span(record),)


def _relation(record: Record) -> Relation:
    ends = (Argument("Arg1", record.text("subj")), Argument("Arg2", record.text("obj")))
    return Relation(record.text("pred"), ends, text_or(record, "id"))


def _chained(stated: list[Stated], relations: list[Relation]) -> tuple[list[Stated], list[Relation]]:
    """Fragments joined to what they are chained to, from the end of each chain."""
    by_id = {one.id: one for one in stated if one.id}
    links = [tuple(end.target for end in one.arguments) for one in relations if one.label == CHAIN]
    head_of = {fragment: head for head, fragment in links if by_id.keys() >= {head, fragment}}
    for fragment in head_of:
        head, seen = fragment, {fragment}
        while head in head_of and head_of[head] not in seen:
            head = head_of[head]
            seen.add(head)
        if head != fragment and by_id[fragment].label == FRAGMENT:
            ranges = tuple(sorted({*by_id[head].ranges, *by_id[fragment].ranges}))
            by_id[head] = replace(by_id[head], ranges=ranges)
    joined = {fragment for fragment in head_of if by_id[fragment].label == FRAGMENT}
    kept = [by_id.get(one.id, one) for one in stated if one.id not in joined]
    return kept, [one for one in relations if one.label != CHAIN or one.arguments[1].target not in joined]


def _others(track: Record, stated: list[Stated]) -> list[Any]:
    """Modifications of what is no entity."""
    ids = {one.id for one in stated}
    return [one.value for one in track.records("modifications") if one.text("obj") not in ids]


def _modifications(document: Document) -> list[Any]:
    held = document.meta.get(META, {}).get("modifications", [])
    return held if isinstance(held, list) else []


def _row(document: Document, audit: Audit) -> dict[str, Any]:
    entities = _losses.with_ids(document.entities)
    for passage in document.passages:
        if passage.attributes:
            audit.lose(document.id, "attribute", "PubAnnotation has none of divisions", count=len(passage.attributes))
    fields = _stated.fields(document, META)
    row: dict[str, Any] = {"sourcedb": fields.pop("sourcedb", ""), "sourceid": document.id, "text": document.text}
    row["denotations"] = [{"id": one.id, "span": _span_row(one), "obj": one.label} for one in entities]
    lists = {
        "attributes": [
            {"id": f"A{number}"} | attribute for number, attribute in enumerate(_attribute_rows(entities), start=1)
        ],
        "relations": [
            {"id": one.id or f"R{number}", "subj": one.arguments[0].target, "pred": one.label}
            | {"obj": one.arguments[1].target}
            for number, one in enumerate(_losses.binary(document, entities, audit, "PubAnnotation"), start=1)
        ],
        "modifications": _modifications(document),
        "divisions": [{"span": {"begin": one.start, "end": one.end}, "label": one.label} for one in document.passages],
    }
    return row | {key: value for key, value in lists.items() if value} | fields


def _span_row(entity: Entity) -> Any:
    spans = [{"begin": span.start, "end": span.end} for span in entity.spans]
    return spans if entity.is_discontinuous else spans[0]


def _attribute_rows(entities: list[Entity]) -> Iterator[dict[str, Any]]:
    for entity in entities:
        said: list[tuple[str, Any]] = [(CONCEPT, concept) for concept in entity.concepts]
        said += entity.attributes.items()
        said += [] if entity.score is None else [(SCORE, entity.score)]
        yield from ({"subj": entity.id, "pred": predicate, "obj": value} for predicate, value in said)
