"""Rows of the `source` schema that BigBio has for BC5CDR, as rows of its `kb` schema (see `bigbio`).

Entities and relations stand in their passages, passages have no offsets and follow each other with one character between;
those of entities count from the document's beginning. Relations tie concepts, and stand in every passage again.

Source: bigbio/biodatasets/bc5cdr/bc5cdr.py of bigscience-workshop/biomedical, version 01.05.16 of the schema.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bionym.formats._json import Record

OURS = "bionym"  # as in `_bigbio`: what a relation of concepts is
PLAIN_ROLES = ("Arg1", "Arg2")


def is_source(record: Record) -> bool:
    """Whether a row is of this schema: its passages name their document, and have no offsets."""
    passages = list(record.records("passages")) if "passages" in record else []
    return bool(passages) and all("document_id" in one and "offsets" not in one for one in passages)


def as_kb(record: Record) -> Record:
    """The same as a row of the `kb` schema. Raises: FormatError if passages are of different documents."""
    passages = list(record.records("passages"))
    names = {one.text("document_id") for one in passages}
    if len(names) > 1:
        raise record.error(f"its passages are of {len(names)} documents", "Give each document a row of its own.")
    (name,) = names
    entities = [entity for one in passages for entity in one.records("entities")]
    row = {
        "document_id": name,
        "passages": list(_passages(passages, name)),
        "entities": [entity.value for entity in entities],
        "relations": list(_relations(passages, _labels(entities))),
    }
    return Record(row, record.path, record.line)


def _passages(passages: list[Record], name: str) -> Iterator[dict[str, Any]]:
    start = 0
    for number, one in enumerate(passages):
        text = one.text("text")
        offsets = [[start, start + len(text)]]
        yield {"id": f"{name}_P{number}", "type": one.text("type", ""), "text": [text], "offsets": offsets}
        start += len(text) + 1


def _labels(entities: list[Record]) -> Mapping[str, str]:
    """The label of each concept's first mention."""
    found: dict[str, str] = {}
    for entity in entities:
        for one in entity.records("normalized"):
            found.setdefault(one.text("db_id", ""), entity.text("type"))
    return found


def _relations(passages: list[Record], labels: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Every relation once; its roles are the labels of what it ties, as in BC5CDR itself."""
    seen: set[tuple[str, ...]] = set()
    for one in (relation for passage in passages for relation in passage.records("relations")):
        key = one.text("id", ""), one.text("type", ""), one.text("arg1_id"), one.text("arg2_id")
        if key in seen:
            continue
        seen.add(key)
        roles = [labels.get(target, role) for target, role in zip(key[2:], PLAIN_ROLES, strict=True)]
        marks = [{"db_name": OURS, "db_id": key[0]}]
        marks += [{"db_name": f"{OURS}:{role}", "db_id": target} for role, target in zip(roles, key[2:], strict=True)]
        yield {"id": f"{key[0]}.0", "type": key[1], "arg1_id": "", "arg2_id": "", "normalized": marks}
