"""BioC's structure as a `Document`: shared by BioC XML and BioC JSON, which only parse and print.

A tree is the object of BioC JSON: document {id, infons, passages [{offset, infons, text, sentences, annotations
[{id, infons, text, locations [{offset, length}]}], relations [{id, infons, nodes [{refid, role}]}]}], relations}.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from bionym.data import Audit, Document, Entity, Passage, Span
from bionym.errors import SpanError, shown
from bionym.formats import _concepts
from bionym.formats._bioc_dialects import usual
from bionym.formats._bioc_infons import (
    BETWEEN,
    COLLECTION,
    OURS,
    concept_key,
    plain_infons,
    relation_from_tree,
    relation_tree,
)
from bionym.formats._json import Record
from bionym.formats._layout import Counted, Laid, Overlap, Piece, lay, lay_so_that_most_fit
from bionym.formats._mentions import DANGLING, Claim, report
from bionym.formats._offsets import Ranges, Repair
from bionym.formats._shapes import Fields, Fixed, Listed, Named
from bionym.formats._skipping import usable_records

INDIVIDUAL_MENTIONS = "individual_mentions"
COMPOSITE_ROLE = "CompositeRole"
DEFAULT_KEY = "identifier"

_LOCATION = Fields({"offset": int, "length": int}, needed=("offset", "length"))
_ANNOTATION = Fields({"id": str, "infons": Named(str), "text": str, "locations": Listed(_LOCATION)}, needed=("infons",))
_NODE = Fields({"refid": str, "role": str}, needed=("refid", "role"))
_RELATION = Fields({"id": str, "infons": Named(str), "nodes": Listed(_NODE)}, needed=("id", "infons", "nodes"))
_FOLDED = Fields(
    {"of": Fixed(int, int, str), "role": str, "annotation": _ANNOTATION}, needed=("of", "role", "annotation")
)
_COLLECTION = {"source": str, "date": str, "key": str, "infons": dict}
META_SHAPE = {
    "bioc": Fields(
        {
            "collection": Fields(_COLLECTION),
            "infons": dict,
            "no_concept": str,
            "concept_keys": Named(str),
            "relations": Listed(_RELATION),
            "annotations": Listed(_ANNOTATION),
            INDIVIDUAL_MENTIONS: Listed(_FOLDED),
            "sentences": Listed(Fixed(int, int, dict)),
        }
    )
}


class Mention(NamedTuple):
    """An annotation that has locations: its tree, its ranges as written, its infons as text, and where it is held.

    Args:
        passage: number of the passage that holds it; -1 for the document.
        ahead: offset of the sentence that holds it, from the passage's.
    """

    record: Record
    ranges: Ranges
    infons: dict[str, str]
    passage: int = -1
    ahead: int = 0

    @property
    def claim(self) -> Claim:
        """What the annotation says of the text."""
        return Claim(self.ranges, None if self.record.value.get("text") is None else _text(self.record))


@dataclass
class _Parts:
    """What a document's tree holds, passages in order of their offsets."""

    passages: list[Record]
    sentences: list[list[Record]] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    individuals: list[tuple[Record, Mention]] = field(default_factory=list)
    unplaced: list[Any] = field(default_factory=list)
    relations: list[Any] = field(default_factory=list)


def checked_document(
    record: Record, collection: Mapping[str, Any], audit: Audit, repair: Repair | None, *, label: str
) -> Document:
    """As `to_document`, of a tree that another producer may have made (see `_bioc_dialects`).

    Raises: FormatError for a document that cannot be.
    """
    try:
        return to_document(usual(record, audit, label=label, repair=repair), collection, audit, repair)
    except SpanError as error:
        raise record.error(str(error)) from error


def to_document(record: Record, collection: Mapping[str, Any], audit: Audit, repair: Repair | None) -> Document:
    """The document of a tree.

    Args:
        record: the document's tree.
        collection: source, date, key and infons of the collection; kept in `meta`.
        audit: counts converted and repaired offsets, and infons that were no text.
        repair: "nearest" keeps an annotation that resembles the text, moves any other, and leaves out what it cannot
            place or read.
    Raises: FormatError for passages that overlap, and annotations that differ from the text.
    """
    parts = _parts(record, audit, repair)
    laid, mentions = _placed(parts, record, audit, repair)
    fields = [_field(mention.infons) for mention in mentions]
    none = _concepts.form_of_none(fields, "")
    entities, folded = _entities(parts, mentions, none)
    passages = [(one, place) for one, place in zip(parts.passages, laid.places, strict=True) if not _is_between(one)]
    meta = _meta(record, collection, parts, mentions, none) | {INDIVIDUAL_MENTIONS: folded}
    sentences = _sentences(parts, laid)
    meta["sentences"] = [[span.start, span.end, infons] for span, infons in sentences]
    return Document(
        record.text("id", ""),
        laid.text,
        tuple(_passage(one, place, audit, record.text("id", "")) for one, place in passages),
        tuple(entities),
        tuple(relation_from_tree(tree) for tree in parts.relations),
        sentences=tuple(span for span, _ in sentences),
        meta={"bioc": kept} if (kept := {name: value for name, value in meta.items() if value}) else {},
    )


def extras(document: Document) -> dict[str, int]:
    """Infons of the document, and annotations without a place."""
    meta = document.meta.get("bioc", {})
    return {"infon": len(meta.get("infons", ())), "annotation without a place": len(meta.get("annotations", ()))}


def _parts(record: Record, audit: Audit, repair: Repair | None) -> _Parts:
    parts = _Parts(sorted(record.records("passages"), key=lambda one: one.whole("offset", 0)))
    document_id = record.text("id", "")
    for number, passage in enumerate(parts.passages):
        sentences = list(passage.records("sentences"))
        parts.sentences.append(sentences)
        for holder in (passage, *sentences):
            ahead = holder.whole("offset", 0) - passage.whole("offset", 0)
            _collect(holder, parts, document_id, audit, repair, passage=number, ahead=ahead)
    _collect(record, parts, document_id, audit, repair)
    return parts


def _pieces(parts: _Parts, unit: str) -> list[Piece]:
    """The passages' texts; one without a text of its own is made of its sentences."""
    found = []
    for passage, sentences in zip(parts.passages, parts.sentences, strict=True):
        offset = passage.whole("offset", 0)
        if sentences and passage.value.get("text") is None:
            texts = [Piece(one.whole("offset"), _text(one)) for one in sentences]
            found.append(Piece(offset, lay(texts, unit, begin=offset).text))
        else:
            found.append(Piece(offset, _text(passage)))
    return found


def _text(record: Record) -> str:
    return "" if record.value.get("text") is None else record.text("text")


def _collect(
    holder: Record,
    parts: _Parts,
    document_id: str,
    audit: Audit,
    repair: Repair | None,
    *,
    passage: int = -1,
    ahead: int = 0,
) -> None:
    """The annotations and relations of a passage, a sentence or a document."""
    no_entity, no_relation = (
        None if repair is None else partial(_leave_out, document_id, what, audit) for what in ("entity", "relation")
    )
    for one in usable_records(holder, "annotations", _check, no_entity):
        mention = Mention(one, _ranges(one), plain_infons(one, document_id, audit), passage, ahead)
        whole = _composite_of(mention, parts.mentions)
        if not mention.ranges:
            text = {} if one.value.get("text") is None else {"text": one.text("text")}
            parts.unplaced.append({"id": one.text("id", ""), "infons": mention.infons, **text, "locations": []})
        elif whole is not None:
            parts.individuals.append((whole.record, mention))
        else:
            parts.mentions.append(mention)
    for one in usable_records(holder, "relations", _check, no_relation):
        nodes = [{"refid": node.text("refid", ""), "role": node.text("role", "")} for node in one.records("nodes")]
        infons = plain_infons(one, document_id, audit)
        parts.relations.append({"id": one.text("id", ""), "infons": infons, "nodes": nodes})


def _leave_out(document_id: str, what: str, audit: Audit, place: str) -> None:
    audit.lose(document_id, what, "of no form that BioC has: left out", place=place)


def _check(one: Record) -> None:
    """Raises: FormatError for an annotation or relation whose values are of the wrong kind."""
    _ranges(one)
    _text(one)
    one.mapping("infons")
    one.text("id", "")
    for node in one.records("nodes"):
        node.text("refid", "")
        node.text("role", "")


def _ranges(annotation: Record) -> Ranges:
    places = [(place.whole("offset"), place.whole("length")) for place in annotation.records("locations")]
    return tuple(sorted((offset, offset + length) for offset, length in places))


def _composite_of(mention: Mention, before: list[Mention]) -> Mention | None:
    """The composite mention that an individual one belongs to: the last one before it that it touches."""
    if mention.infons.get(COMPOSITE_ROLE) != "IndividualMention" or not mention.ranges:
        return None
    start, end = mention.ranges[0][0], mention.ranges[-1][1]
    return next((one for one in reversed(before) if one.ranges[0][0] < end and start < one.ranges[-1][1]), None)


def _placed(parts: _Parts, record: Record, audit: Audit, repair: Repair | None) -> tuple[Laid, list[Mention]]:
    """The text, and the mentions in code points of it, under the first unit that fits all."""
    document_id = record.text("id", "")
    try:
        counted = lay_so_that_most_fit(partial(_pieces, parts), [mention.claim for mention in parts.mentions])
    except Overlap as error:
        fix = "Give passages offsets that count from the document's beginning, or pass --option repair=nearest."
        raise record.error(f"document {shown(document_id)}: {error}", fix) from error
    found = _settled(parts.mentions, counted, document_id, audit, repair)
    _leave_out_dangling(parts, found, document_id, audit)
    return counted.laid, found


def _settled(
    mentions: list[Mention], counted: Counted, document_id: str, audit: Audit, repair: Repair | None
) -> list[Mention]:
    """The mentions where they stand, those that are nowhere left out. Raises: FormatError, without `repair`."""
    claims = [
        claim._replace(origins=(counted.laid.places[one.passage][0] + one.ahead,) if one.passage >= 0 else ())
        for one, claim in zip(mentions, counted.claims, strict=True)
    ]
    verdicts = counted.verdicts([one.claim for one in mentions], claims, repair=repair is not None)
    found = []
    for mention, verdict in zip(mentions, verdicts, strict=True):
        if verdict is None:
            start, end = mention.ranges[0][0], mention.ranges[-1][1]
            message = f"the annotation at [{start}, {end}) of document {shown(document_id)} differs from the text there"
            raise mention.record.error(message, "Re-export the file, or pass --option repair=nearest.")
        report(audit, document_id, mention.record.text("id", ""), mention.claim, verdict)
        if verdict.ranges:
            found.append(mention._replace(ranges=verdict.ranges))
    return found


def _leave_out_dangling(parts: _Parts, mentions: list[Mention], document_id: str, audit: Audit) -> None:
    """Leave out relations that name an annotation which was left out."""
    if len(mentions) == len(parts.mentions):
        return
    gone = _ids(parts.mentions) - _ids(mentions)
    kept = [one for one in parts.relations if not any(node["refid"] in gone for node in one["nodes"])]
    if len(kept) < len(parts.relations):
        audit.lose(document_id, "relation", DANGLING, count=len(parts.relations) - len(kept))
    parts.relations[:] = kept


def _ids(mentions: list[Mention]) -> set[str]:
    return {name for one in mentions if (name := one.record.text("id", ""))}


def _entities(parts: _Parts, mentions: list[Mention], none: str) -> tuple[list[Entity], list[Any]]:
    """Entities, and the individual mentions that were folded into them, as trees with their composite's place."""
    found, folded = [], []
    for mention in mentions:
        entity = _entity(mention, none)
        individuals = [one for whole, one in parts.individuals if whole is mention.record]
        whole = {"of": [entity.start, entity.end, entity.label], "role": mention.infons.get(COMPOSITE_ROLE, "")}
        shift = mention.ranges[0][0] - _ranges(mention.record)[0][0]
        folded += [{**whole, "annotation": _shifted(one, shift)} for one in individuals]
        found.append(_with_individuals(entity, [_text(one.record) for one in individuals]))
    return found, folded


def _with_individuals(entity: Entity, texts: list[str]) -> Entity:
    if not texts:
        return entity
    attributes = {**entity.attributes, INDIVIDUAL_MENTIONS: "|".join(texts)}
    attributes.pop(COMPOSITE_ROLE, None)
    return Entity(entity.spans, entity.label, entity.concepts, attributes, entity.score, entity.id)


def _entity(mention: Mention, none: str) -> Entity:
    infons = dict(mention.infons)
    label, key = infons.pop("type", "") or "Entity", concept_key(infons)
    written = _field(infons)
    attributes = _concepts.attributes(written, none=none)
    infons.pop(key or "", None)
    score = _score(infons)
    attributes |= {name.removeprefix(OURS): value for name, value in infons.items()}
    try:
        spans = tuple(Span(*place) for place in mention.ranges)
        return Entity(spans, label, _concepts.parse(written), attributes, score, mention.record.text("id", ""))
    except SpanError as error:
        raise mention.record.error(str(error), "Check the annotation's locations.") from error


def _field(infons: Mapping[str, str]) -> str:
    key = concept_key(infons)
    return infons[key] if key else ""


def _score(infons: dict[str, str]) -> float | None:
    """Takes the score out of the infons if it is a probability written as Python writes numbers."""
    try:
        score = float(infons.get("score", ""))
    except ValueError:
        return None
    if repr(score) != infons["score"] or not 0 <= score <= 1:
        return None
    del infons["score"]
    return score


def _passage(record: Record, place: tuple[int, int], audit: Audit, document_id: str) -> Passage:
    infons = plain_infons(record, document_id, audit)
    label = infons.pop("type", "")
    return Passage(*place, label, {name.removeprefix(OURS): value for name, value in infons.items()})


def _is_between(passage: Record) -> bool:
    """Whether we wrote this passage only to hold text that lies in none."""
    return passage.mapping("infons").get(BETWEEN) == "between"


def _sentences(parts: _Parts, laid: Laid) -> list[tuple[Span, dict[str, Any]]]:
    """The sentences' spans and infons; one that its passage does not hold is passed over."""
    found = []
    for (reach, end), sentences in zip(laid.places, parts.sentences, strict=True):
        for one in sentences:
            text = _text(one)
            start = laid.text.find(text, reach, end) if text else -1
            if start >= 0:
                reach = start + len(text)
                found.append((Span(start, reach), one.mapping("infons")))
    return found


def _meta(
    record: Record, collection: Mapping[str, Any], parts: _Parts, mentions: list[Mention], none: str
) -> dict[str, Any]:
    """What the model does not hold, and how the source writes what could be written otherwise."""
    keys = {mention.infons.get("type", ""): concept_key(mention.infons) for mention in reversed(mentions)}
    ids = {mention.record.text("id", "") for mention in mentions}
    return {
        "collection": {key: value for key, value in collection.items() if value and value != COLLECTION.get(key)},
        "infons": record.mapping("infons"),
        "no_concept": none,
        "concept_keys": {label: key for label, key in keys.items() if key not in (None, DEFAULT_KEY)},
        "relations": [tree for tree in parts.relations if relation_tree(relation_from_tree(tree), ids) != tree],
        "annotations": parts.unplaced,
    }


def _shifted(mention: Mention, by: int) -> dict[str, Any]:
    """An individual mention's tree, moved as far as its composite was."""
    locations = [{"offset": start + by, "length": end - start} for start, end in mention.ranges]
    record = mention.record
    return {"id": record.text("id", ""), "infons": mention.infons, "text": _text(record), "locations": locations}
