"""Concept: which identifiers a document holds, each with its label; where they stand does not matter.

So BioCreative V scored the normalisation of diseases. An entity without a concept says nothing. Each identifier counts by
itself: of an entity with several, and of one written `D001|D002` or `D001+D002`, every one. `MESH:D001` is `D001`;
otherwise identifiers must be equal to the letter.

Source: Wei et al. 2016 (BioCreative V CDR, disease named entity recognition and normalization).
"""

import re
from collections.abc import Iterator

from bionym.data import Document
from bionym.data.counts import Counts, count_matches
from bionym.evaluation.pairs import Pair

VERSION = 1
TABLES = ("",)
IS_LOCAL = False  # a concept in two sentences counts once
READS = ("concepts",)

_JOINERS = re.compile(r"[|+]")
_MESH = re.compile(r"mesh:", re.IGNORECASE)


def count(pair: Pair) -> tuple[Counts]:
    """True and false positives and false negatives per label."""
    return (count_matches(_items(pair.gold), _items(pair.predicted)),)


def _items(document: Document) -> list[tuple[object, str]]:
    items = ((concept, entity.label) for entity in document.entities for concept in _each(entity.concepts))
    return list(dict.fromkeys(items))


def _each(concepts: tuple[str, ...]) -> Iterator[str]:
    for field in concepts:
        pieces = [_MESH.sub("", piece.strip(), count=1) for piece in _JOINERS.split(field)]
        yield from (piece for piece in pieces if piece)
