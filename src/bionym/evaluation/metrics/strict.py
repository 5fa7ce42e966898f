"""Strict: an entity is right if all its spans and its label are right.

Works on nested, overlapping and discontinuous entities. On tagged sentences it gives the numbers of conlleval and of
seqeval's strict mode.
"""

from collections.abc import Iterable

from bionym.data import Document
from bionym.data.counts import Counts, count_matches
from bionym.evaluation.pairs import Pair


def score(pairs: Iterable[Pair]) -> Counts:
    """True and false positives and false negatives per label, over all documents."""
    counts = Counts()
    for gold, predicted in pairs:
        counts.add(count_matches(_items(gold), _items(predicted)))
    return counts


def _items(document: Document) -> list[tuple[object, str]]:
    """Spans and label of each entity, duplicates once."""
    return list(dict.fromkeys((entity.spans, entity.label) for entity in document.entities))
