"""Concepts as one field: "D014786|D006311" in a column or an infon, and back.

A field is split at `|`, `+`, `;` and `,` where every piece holds a digit; so a mutation's `c|SUB|T|1799|A` stays whole.
Where joining the concepts by `|` does not give the field again, the entity keeps it in `attributes["identifiers"]`.
"""

import re
from collections.abc import Iterable, Mapping

from bionym.data import Document, Entity

AS_WRITTEN = "identifiers"  # the attribute that keeps a field joined otherwise than by "|"
NONE = ("", "-", "-1")  # how producers write that there is no concept
_JOINERS = re.compile(r"[|+;,]")


def parse(field: str) -> tuple[str, ...]:
    """The identifiers of a field.

    >>> parse("D004829+D003294"), parse("-1"), parse("D001|-1")
    (('D004829', 'D003294'), (), ('D001',))
    """
    pieces = [piece.strip() for piece in _JOINERS.split(field)]
    if not all(any(map(str.isdigit, piece)) for piece in pieces):
        pieces = [field]
    return tuple(piece for piece in pieces if piece not in NONE)


def attributes(field: str, *, none: str) -> dict[str, str]:
    """What to remember of a field so that `join` writes it again; `none` is what the document writes for no concept."""
    concepts = parse(field)
    return {} if field == ("|".join(concepts) if concepts else none) else {AS_WRITTEN: field}


def join(entity: Entity, *, none: str) -> str:
    """The field of an entity: as its source wrote it while that still says the same, else joined by `|`."""
    written = entity.attributes.get(AS_WRITTEN)
    if written is not None and parse(written) == entity.concepts:
        return written
    return "|".join(entity.concepts) if entity.concepts else none


def none_of(document: Document, default: str) -> str:
    """How the source of a document says that there is no concept, whatever format it was read from."""
    remembered = (
        document.meta[name].get("no_concept") for name in ("pubtator", "bioc", "bigbio") if name in document.meta
    )
    return next((form for form in remembered if form in NONE), default)


def form_of_none(fields: Iterable[str], default: str) -> str:
    """How most of these fields say that there is no concept."""
    counts: Mapping[str, int] = dict.fromkeys(NONE, 0)
    found = [field for field in fields if field in counts]
    return max(NONE, key=found.count) if found else default
