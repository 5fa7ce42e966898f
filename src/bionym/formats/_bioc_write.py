"""A `Document` as a BioC tree (see `_bioc`)."""

from collections.abc import Mapping
from typing import Any

from bionym.data import Audit, Document, Entity, Passage, Span
from bionym.formats import _concepts
from bionym.formats._bioc import COMPOSITE_ROLE, DEFAULT_KEY, INDIVIDUAL_MENTIONS
from bionym.formats._bioc_infons import BETWEEN, COLLECTION, OURS, concept_key, relation_from_tree, relation_tree
from bionym.formats._layout import Overlap, Part, Piece, cut, lay
from bionym.formats._offsets import CODE_POINTS
from bionym.formats._unheld import has_own_sentences


def to_tree(document: Document, audit: Audit) -> dict[str, Any]:
    """The tree of a document; every character of its text lies in a passage, or in a gap that reads back the same."""
    meta = document.meta.get("bioc", {})
    passages = [_passage(part, document, meta) for part in cut(document, audit)]
    starts = [passage["offset"] for passage in passages]
    _count_ambiguous_concepts(document, audit)
    if not any("sentences" in passage for passage in passages) and has_own_sentences(document):
        audit.lose(document.id, "sentence", "they do not make up their passages", count=len(document.sentences))
    for annotation in _annotations(document, meta):
        holder = max(number for number, start in enumerate(starts) if number == 0 or start <= annotation["@start"])
        _place(annotation, passages[holder])
    passages[0]["annotations"] += meta.get("annotations", [])
    ids = {entity.id for entity in document.entities if entity.id}
    unusual = {relation_from_tree(tree): tree for tree in meta.get("relations", [])}
    relations = [unusual.get(relation) or relation_tree(relation, ids) for relation in document.relations]
    return {"id": document.id, "infons": meta.get("infons", {}), "passages": passages, "relations": relations}


def collection_of(document: Document) -> dict[str, Any]:
    """Source, date, key and infons of the collection that a document was read from, or ours."""
    return {**COLLECTION, "infons": {}} | dict(document.meta.get("bioc", {}).get("collection", {}))


def _passage(part: Part, document: Document, meta: Mapping[str, Any]) -> dict[str, Any]:
    infons = {"type": "text", BETWEEN: "between"} if part.passage is None else _passage_infons(part.passage)
    passage: dict[str, Any] = {"offset": part.start, "infons": infons}
    sentences = _sentences(part, document, meta)
    if sentences:
        passage["sentences"] = sentences
    else:
        passage["text"] = document.text[part.start : part.end]
    return passage | {"annotations": [], "relations": []}


def _passage_infons(passage: Passage) -> dict[str, str]:
    infons = {"type": passage.label} if passage.label else {}
    return infons | {OURS + name if name == "type" else name: value for name, value in passage.attributes.items()}


def _sentences(part: Part, document: Document, meta: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The sentences of a passage if its source had any and they make up its whole text."""
    inside = [one for one in meta.get("sentences", []) if part.start <= one[0] and one[1] <= part.end]
    if not inside or not {Span(start, end) for start, end, _ in inside} <= set(document.sentences):
        return []
    found = [
        {"offset": start, "infons": infons, "text": document.text[start:end], "annotations": [], "relations": []}
        for start, end, infons in inside
    ]
    try:
        laid = lay([Piece(one["offset"], one["text"]) for one in found], CODE_POINTS, begin=part.start)
    except Overlap:
        return []
    return found if laid.text == document.text[part.start : part.end] else []


def _count_ambiguous_concepts(document: Document, audit: Audit) -> None:
    for entity in document.entities:
        if _concepts.parse(_concepts.join(entity, none="")) != entity.concepts:
            audit.change(document.id, entity, "its concepts read back otherwise: they hold a separator")


def _annotations(document: Document, meta: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The entities, each followed by the individual mentions that were folded into it."""
    folded: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for one in meta.get(INDIVIDUAL_MENTIONS, []):
        folded.setdefault(tuple(one["of"]), []).append(one)
    found = []
    for entity in document.entities:
        individuals = folded.pop((entity.start, entity.end, entity.label), [])
        role = individuals[0]["role"] if individuals else None
        trees = [_annotation(entity, document, meta, role), *(one["annotation"] for one in individuals)]
        found += [{**tree, "@start": entity.start} for tree in trees]
    return found


def _annotation(entity: Entity, document: Document, meta: Mapping[str, Any], role: str | None) -> dict[str, Any]:
    return {
        "id": entity.id,
        "infons": _entity_infons(entity, meta, role, none=_concepts.none_of(document, "")),
        "text": document.mention(entity),
        "locations": [{"offset": span.start, "length": span.end - span.start} for span in entity.spans],
    }


def _entity_infons(entity: Entity, meta: Mapping[str, Any], role: str | None, *, none: str) -> dict[str, str]:
    concepts = _concepts.join(entity, none=none)
    infons = {"type": entity.label}
    if role:
        infons[COMPOSITE_ROLE] = role
    if concepts:
        infons[meta.get("concept_keys", {}).get(entity.label, DEFAULT_KEY)] = concepts
    if entity.score is not None:
        infons["score"] = repr(float(entity.score))
    for name, value in entity.attributes.items():
        is_written = name == _concepts.AS_WRITTEN and _concepts.parse(value) == entity.concepts
        if not is_written and not (role is not None and name == INDIVIDUAL_MENTIONS):
            infons[_attribute_name(name, infons)] = value
    return infons


def _attribute_name(name: str, infons: Mapping[str, str]) -> str:
    """The infon of an attribute, marked as ours where it would be taken for the type, the score or the concept."""
    is_taken = name in infons or name in ("type", "score") or name.startswith(OURS)
    is_concept = concept_key({name: ""}) is not None and concept_key(infons) is None
    return OURS + name if is_taken or is_concept else name


def _place(annotation: dict[str, Any], passage: dict[str, Any]) -> None:
    """Into the sentence where it begins, or the passage."""
    start = annotation.pop("@start")
    holders = [one for one in passage.get("sentences", []) if one["offset"] <= start]
    (holders[-1] if holders else passage)["annotations"].append(annotation)
