"""BioC's infons: which of them is the concept, and relations in both of their forms."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from bionym.data import Argument, Audit, Relation
from bionym.formats._json import Record

OURS = "bionym:"  # in front of an attribute whose name BioC would take for something else
BETWEEN = "bionym"  # the infon of passages that only hold the text between others
COLLECTION = {"source": "Bionym", "date": "", "key": ""}  # of documents that come from no collection
LABEL_KEYS = ("relation", "type")
NOT_ARGUMENTS = frozenset({"novel", "novelty", "score", "annotator", "updated_at", "note", "comment"})
CONCEPT_KEYS = frozenset(
    {"identifier", "concept", "conceptid", "concept id", "databaseid", "database id", "accessionid", "accession id"}
    | {"mesh", "meshid", "mesh id", "omim", "umls", "cui", "chebi", "chembl", "drugbank", "dbsnp", "rsid", "hgnc"}
    | {"gene id", "geneid", "entrez", "entrez gene", "ncbigene", "ncbi gene", "ncbi homologene", "uniprot"}
    | {"taxid", "ncbitaxid", "ncbi taxonomy", "cellosaurus"}
)


def concept_key(infons: Mapping[str, str]) -> str | None:
    """The first infon that names a concept; None if none does.

    >>> concept_key({"type": "Chemical", "MESH": "D009270"})
    'MESH'
    """
    return next((key for key in infons if key.lower().replace("_", " ") in CONCEPT_KEYS), None)


def plain_infons(record: Record, document_id: str, audit: Audit) -> dict[str, str]:
    """The infons as text; numbers, truth values and lists become their JSON, and are counted; null is left out."""
    infons = {key: value for key, value in record.mapping("infons").items() if value is not None}
    others = sum(not isinstance(value, str) for value in infons.values())
    if others:
        audit.change(document_id, "infon", "its value was no text: kept as the text of its JSON", count=others)
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in infons.items()}


def relation_from_tree(tree: Mapping[str, Any]) -> Relation:
    """A relation with nodes, or one whose infons are its arguments (BC5CDR: Chemical, Disease)."""
    key = next((name for name in LABEL_KEYS if name in tree["infons"]), "")
    others = {name: value for name, value in tree["infons"].items() if name != key}
    if tree["nodes"]:
        arguments = [Argument(node["role"], node["refid"]) for node in tree["nodes"]]
        attributes = others
    else:
        arguments = [Argument(*pair) for pair in others.items() if pair[0].lower() not in NOT_ARGUMENTS]
        attributes = {name: value for name, value in others.items() if name.lower() in NOT_ARGUMENTS}
    own = {name.removeprefix(OURS): value for name, value in attributes.items()}
    return Relation(tree["infons"].get(key, ""), tuple(arguments), tree["id"], own)


def relation_tree(relation: Relation, entity_ids: Collection[str]) -> dict[str, Any]:
    """The relation as nodes if it ties entities, as infons if it ties concepts and its roles allow."""
    roles = [argument.role for argument in relation.arguments]
    ties_entities = any(argument.target in entity_ids for argument in relation.arguments)
    is_taken = not {role.lower() for role in roles}.isdisjoint((*LABEL_KEYS, "", *NOT_ARGUMENTS))
    is_other = not {name.lower() for name in relation.attributes} <= NOT_ARGUMENTS
    if ties_entities or not roles or len(set(roles)) < len(roles) or is_taken or is_other:
        nodes = [{"refid": target, "role": role} for role, target in relation.arguments]
        label = {"type": relation.label} if relation.label else {}
        others = {OURS + name if name in LABEL_KEYS else name: value for name, value in relation.attributes.items()}
        return {"id": relation.id, "infons": label | others, "nodes": nodes}
    infons = {"relation": relation.label} | dict(relation.arguments) | dict(relation.attributes)
    return {"id": relation.id, "infons": infons, "nodes": []}
