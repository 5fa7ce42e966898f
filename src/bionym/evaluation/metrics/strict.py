"""Strict: an entity is right if all its spans and its label are right.

Works on nested, overlapping and discontinuous entities; an entity that stands twice in a document counts once. On tagged
sentences it gives the numbers of conlleval and of seqeval's strict mode.
"""

from bionym.data import Document
from bionym.data.counts import Counts, count_matches
from bionym.evaluation.pairs import Pair

VERSION = 1
TABLES = ("",)
IS_LOCAL = True


def count(pair: Pair) -> tuple[Counts]:
    """True and false positives and false negatives per label."""
    return (count_matches(_items(pair.gold), _items(pair.predicted)),)


def _items(document: Document) -> list[tuple[object, str]]:
    """Spans and label of each entity, duplicates once."""
    return list(dict.fromkeys((entity.spans, entity.label) for entity in document.entities))
