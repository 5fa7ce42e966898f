"""Rows of BigBio's `kb` schema as documents, and back (see `bigbio`)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import product
from typing import Any, NamedTuple

from bionym.data import Argument, Audit, Document, Entity, Passage, Relation, Span
from bionym.errors import SpanError, shown
from bionym.formats import _concepts
from bionym.formats._bigbio_source import as_kb, is_source
from bionym.formats._bioc_dialects import APART
from bionym.formats._json import Record
from bionym.formats._layout import Counted, Laid, Overlap, Part, Piece, cut, lay, lay_so_that_most_fit
from bionym.formats._mentions import DANGLING, Claim, report
from bionym.formats._offsets import CODE_POINTS, Ranges, Repair
from bionym.formats._shapes import Fields, Listed, Named
from bionym.formats._skipping import usable_records

OURS = "bionym"  # a db_name that begins so says what a relation was in Bionym
BETWEEN = "between"  # ends the id of passages that only hold the text between others
PLAIN_ROLES = ("Arg1", "Arg2")
META_SHAPE = {
    "bigbio": Fields(
        {
            "id": str,
            "no_concept": str,
            "passage_ids": Listed(str),
            "db_names": Named(str),
            "events": list,
            "coreferences": list,
            "relations": Listed(Fields({"id": str, "type": str, "arg1_id": str, "arg2_id": str}, needed=("id",))),
        }
    )
}


class Mention(NamedTuple):
    """An entity's record and its ranges."""

    record: Record
    ranges: Ranges

    @property
    def claim(self) -> Claim:
        """What the record says of the text."""
        texts = tuple(self.record.texts("text"))
        return Claim(self.ranges, " ".join(texts) if texts else None, texts if len(texts) == len(self.ranges) else ())


def checked_document(record: Record, audit: Audit, repair: Repair | None) -> Document:
    """As `to_document`. Raises: FormatError for a document that cannot be."""
    try:
        return to_document(record, audit, repair)
    except SpanError as error:
        raise record.error(str(error)) from error


def to_document(record: Record, audit: Audit, repair: Repair | None) -> Document:
    """The document of a row. Raises: FormatError for none or overlapping passages, and entities that differ from the text."""
    if "passages" not in record:
        raise record.error(
            "expected a row with passages", "Check that the file is in BigBio's kb schema, a row a value."
        )
    if is_source(record):
        record = as_kb(record)
    passages = sorted(record.records("passages"), key=lambda one: min(one.ranges("offsets"), default=(0, 0)))
    name = record.text("document_id", record.text("id", ""))
    if repair is not None:
        passages = _apart(passages, name, audit)
    laid, mentions = _placed(record, passages, name, audit, repair)
    gone = {str(one.get("id", "")) for one in record.items("entities") if isinstance(one, dict)}
    gone -= {mention.record.text("id", "") for mention in mentions}
    found = usable_records(record, "relations", _check_relation, _leaving_out("relation", name, audit, repair))
    relations = _without_dangling(_relations(found), gone, name, audit)
    none = _concepts.form_of_none(("|".join(_db_ids(mention.record)) for mention in mentions), "")
    return Document(
        name,
        laid.text,
        tuple(_passages(passages, laid)),
        tuple(_entity(mention, none) for mention in mentions),
        tuple(relation for relation, _ in relations),
        meta={"bigbio": _meta(record, passages, [one.record for one in mentions], relations, none)},
    )


def to_row(document: Document, number: int, audit: Audit, db_name: str) -> dict[str, Any]:
    """The row of a document, the `number`th of its file."""
    meta = document.meta.get("bigbio", {})
    entities = _with_ids(document)
    names = {"": db_name} | dict(meta.get("db_names", {}))
    return {
        "id": meta.get("id", str(number)),
        "document_id": document.id,
        "passages": [_passage_row(part, at, document, audit, meta) for at, part in enumerate(cut(document, audit))],
        "entities": [_entity_row(entity, document, audit, names) for entity in entities],
        "events": meta.get("events", []),
        "coreferences": meta.get("coreferences", []),
        "relations": list(_relation_rows(document, entities, meta)),
    }


def _placed(
    record: Record, passages: list[Record], name: str, audit: Audit, repair: Repair | None
) -> tuple[Laid, list[Mention]]:
    mentions = _mentions(record, name, audit, repair)
    try:
        counted = lay_so_that_most_fit(partial(_pieces, passages), [mention.claim for mention in mentions])
    except Overlap as error:
        fix = "Give passages offsets that count from the document's beginning, or pass --option repair=nearest."
        raise record.error(f"document {shown(name)}: {error}", fix) from error
    return counted.laid, _settled(mentions, counted, name, audit, repair)


def _mentions(record: Record, name: str, audit: Audit, repair: Repair | None) -> list[Mention]:
    """The entities and their offsets."""
    found = usable_records(record, "entities", _check_entity, _leaving_out("entity", name, audit, repair))
    return [Mention(one, tuple(one.ranges("offsets"))) for one in found]


def _leaving_out(what: str, name: str, audit: Audit, repair: Repair | None) -> Callable[[str], None] | None:
    """What counts an entity or relation that is of no form; None where they are errors."""
    reason = "of no form that BigBio has: left out"
    return None if repair is None else lambda place: audit.lose(name, what, reason, place=place)


def _check_entity(one: Record) -> None:
    """Raises: FormatError for an entity whose values are of the wrong kind."""
    one.ranges("offsets")
    one.texts("text")
    one.text("id", "")
    if not one.text("type"):
        raise one.error("an entity without a type")
    for concept in one.records("normalized"):
        concept.text("db_id", "")


def _check_relation(one: Record) -> None:
    """Raises: FormatError for a relation whose values are of the wrong kind."""
    one.text("id", "")
    one.text("type", "")
    one.text("arg1_id")
    one.text("arg2_id")
    for mark in one.records("normalized"):
        mark.text("db_name", "")


def _settled(
    mentions: list[Mention], counted: Counted, name: str, audit: Audit, repair: Repair | None
) -> list[Mention]:
    """The entities where they stand, those that are nowhere left out. Raises: FormatError, without `repair`."""
    origins = tuple(sorted({0, *(start for start, _ in counted.laid.places)}))
    claims = [claim._replace(origins=origins) for claim in counted.claims]
    verdicts = counted.verdicts([one.claim for one in mentions], claims, repair=repair is not None)
    found = []
    for mention, verdict in zip(mentions, verdicts, strict=True):
        if verdict is None:
            start, end = _extent(mention.ranges)
            message = f"the entity at [{start}, {end}) of document {shown(name)} differs from the text there"
            raise mention.record.error(message, "Re-export the file, or pass --option repair=nearest.")
        report(audit, name, mention.record.text("id", ""), mention.claim, verdict)
        if verdict.ranges:
            found.append(mention._replace(ranges=verdict.ranges))
    return found


def _extent(ranges: Ranges) -> tuple[int, int]:
    return (min(ranges)[0], max(end for _, end in ranges)) if ranges else (0, 0)


def _apart(passages: list[Record], name: str, audit: Audit) -> list[Record]:
    """Passages that overlap or have no offsets, one after the other; others as they are."""
    has_all = all(len(one.items("offsets")) == len(one.items("text")) for one in passages)
    try:
        lay(_pieces(passages, CODE_POINTS) if has_all else [Piece(-1, "")], CODE_POINTS)
    except Overlap:
        audit.change(name, "passage", APART, count=len(passages))
        return list(_in_a_row(passages))
    return passages


def _in_a_row(passages: list[Record]) -> Iterator[Record]:
    at = 0
    for passage in passages:
        offsets = []
        for text in passage.texts("text"):
            offsets.append([at, at + len(text)])
            at += len(text) + 1
        yield Record({**passage.value, "offsets": offsets}, passage.path, passage.line, passage.name)


def _pieces(passages: list[Record], unit: str) -> list[Piece]:
    """The texts of all passages; BigBio allows a passage to have several."""
    found = []
    for passage in passages:
        texts, offsets = passage.texts("text"), passage.ranges("offsets")
        if len(texts) != len(offsets):
            raise passage.error(f"{len(texts)} texts have {len(offsets)} offsets", "Give each text its [start, end].")
        found += [Piece(start, text) for (start, _), text in zip(offsets, texts, strict=True)]
    return found


def _passages(passages: list[Record], laid: Laid) -> Iterator[Passage]:
    places = iter(laid.places)
    for passage in passages:
        own = [next(places) for _ in passage.items("text")]
        if own and not passage.text("id", "").endswith(BETWEEN):
            yield Passage(own[0][0], own[-1][1], passage.text("type", ""))


def _entity(mention: Mention, none: str) -> Entity:
    record = mention.record
    found = _db_ids(record)
    concepts = tuple(name for name in found if name not in _concepts.NONE)
    attributes = {_concepts.AS_WRITTEN: found[0]} if found and not concepts and found[0] != none else {}
    try:
        spans = tuple(Span(*place) for place in mention.ranges)
        return Entity(spans, record.text("type"), concepts, attributes, id=record.text("id", ""))
    except SpanError as error:
        raise record.error(str(error), "Check the entity's offsets and type.") from error


def _db_ids(entity: Record) -> list[str]:
    return [one.text("db_id", "") for one in entity.records("normalized")]


def _relations(records: Iterable[Record]) -> list[tuple[Relation, dict[str, Any]]]:
    """Relations with their rows; rows that we made of one relation are one again."""
    found: list[tuple[Relation, dict[str, Any]]] = []
    for one in records:
        ours = [mark for mark in one.records("normalized") if mark.text("db_name", "").startswith(OURS)]
        number = one.text("id", "").rpartition(".")[2]
        if not ours:
            targets = (one.text("arg1_id"), one.text("arg2_id"))
            found.append((Relation(one.text("type", ""), _plain(targets), one.text("id", "")), one.value))
        elif number == "0" or not found:
            roles = [mark.text("db_name").removeprefix(f"{OURS}:") for mark in ours[1:]]
            arguments = tuple(Argument(role, mark.text("db_id")) for role, mark in zip(roles, ours[1:], strict=True))
            found.append((Relation(one.text("type", ""), arguments, ours[0].text("db_id")), {}))
    return found


def _without_dangling(
    relations: list[tuple[Relation, dict[str, Any]]], gone: set[str], name: str, audit: Audit
) -> list[tuple[Relation, dict[str, Any]]]:
    """The relations but for those that name an entity which was left out."""
    kept = [pair for pair in relations if not any(end.target in gone for end in pair[0].arguments if end.target)]
    if len(kept) < len(relations):
        audit.lose(name, "relation", DANGLING, count=len(relations) - len(kept))
    return kept


def _plain(targets: Iterable[str]) -> tuple[Argument, ...]:
    return tuple(map(Argument, PLAIN_ROLES, targets))


def _meta(
    record: Record,
    passages: list[Record],
    entities: list[Record],
    relations: list[tuple[Relation, dict[str, Any]]],
    none: str,
) -> dict[str, Any]:
    """What the model does not hold."""
    normalized = (one for entity in entities for one in entity.records("normalized"))
    kept = {
        "id": record.text("id", ""),
        "no_concept": none,
        "passage_ids": [one.text("id", "") for one in passages if not one.text("id", "").endswith(BETWEEN)],
        "db_names": {one.text("db_id", ""): name for one in normalized if (name := one.text("db_name", ""))},
        "events": record.items("events"),
        "coreferences": record.items("coreferences"),
        "relations": [row for _, row in relations if row.get("normalized")],
    }
    return {name: value for name, value in kept.items() if value}


def _with_ids(document: Document) -> list[Entity]:
    """The entities, each with an id."""
    used = {entity.id for entity in document.entities}
    fresh = (f"{document.id}_T{number}" for number in range(1, len(used) + 2 * len(document.entities) + 1))
    free = (name for name in fresh if name not in used)
    return [
        one if one.id else Entity(one.spans, one.label, one.concepts, one.attributes, one.score, next(free))
        for one in document.entities
    ]


def _passage_row(part: Part, number: int, document: Document, audit: Audit, meta: Mapping[str, Any]) -> dict[str, Any]:
    ids, name = meta.get("passage_ids", []), f"{document.id}_P{number}"
    if part.passage is None:
        name, label = f"{name}_{BETWEEN}", "text"
    else:
        name, label = ids[number] if len(ids) == len(document.passages) else name, part.passage.label
        if part.passage.attributes:
            audit.lose(document.id, "attribute", "BigBio holds no attributes", count=len(part.passage.attributes))
    place = [part.start, part.end]
    return {"id": name, "type": label, "text": [document.text[part.start : part.end]], "offsets": [place]}


def _entity_row(entity: Entity, document: Document, audit: Audit, names: Mapping[str, str]) -> dict[str, Any]:
    written = entity.attributes.get(_concepts.AS_WRITTEN)
    attributes = len(entity.attributes) - (written is not None and _concepts.parse(written) == entity.concepts)
    if attributes:
        audit.lose(document.id, "attribute", "BigBio holds no attributes", count=attributes)
    if entity.score is not None:
        audit.lose(document.id, "score", "BigBio holds no scores")
    none = _concepts.none_of(document, "")
    ambiguous = sum(one in _concepts.NONE for one in entity.concepts)
    if ambiguous:
        audit.change(document.id, entity, "a concept of it reads back as none")
    concepts = entity.concepts or ((written,) if written in _concepts.NONE and written else (none,) if none else ())
    return {
        "id": entity.id,
        "type": entity.label,
        "text": [span.of(document.text) for span in entity.spans],
        "offsets": [[span.start, span.end] for span in entity.spans],
        "normalized": [{"db_name": names.get(one, names[""]), "db_id": one} for one in concepts],
    }


def _relation_rows(document: Document, entities: list[Entity], meta: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of relations: a tie of two entities is one, a tie of concepts one for every two of their mentions."""
    ids = {entity.id for entity in entities}
    known = {row["id"]: row for row in meta.get("relations", [])}
    for number, relation in enumerate(document.relations):
        targets = [argument.target for argument in relation.arguments]
        name = relation.id or f"{document.id}_R{number}"
        roles = tuple(argument.role for argument in relation.arguments)
        if roles == PLAIN_ROLES and relation.id and ids.issuperset(targets):
            row = {"id": name, "type": relation.label, "arg1_id": targets[0], "arg2_id": targets[1], "normalized": []}
            source = known.get(name, {})
            yield source if {**source, "normalized": []} == row else row
        else:
            yield from _pair_rows(relation, name, entities, ids)


def _pair_rows(relation: Relation, name: str, entities: list[Entity], ids: set[str]) -> Iterator[dict[str, Any]]:
    """A row for every two mentions, each saying what the relation is; the rows are numbered behind a dot."""
    marks = [{"db_name": OURS, "db_id": relation.id}]
    marks += [{"db_name": f"{OURS}:{role}", "db_id": target} for role, target in relation.arguments]
    ends = [_mentions_of(argument.target, entities, ids) for argument in relation.arguments[:2]]
    ends += [[""]] * (2 - len(ends))
    for number, (left, right) in enumerate(product(*ends)):
        yield {
            "id": f"{name}.{number}",
            "type": relation.label,
            "arg1_id": left,
            "arg2_id": right,
            "normalized": marks,
        }


def _mentions_of(target: str, entities: list[Entity], ids: set[str]) -> list[str]:
    """The ids of a target's mentions; the target itself if it is an id, or has none."""
    mentions = [entity.id for entity in entities if target in entity.concepts]
    return [target] if target in ids or not mentions else mentions
