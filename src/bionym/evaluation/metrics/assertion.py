"""Assertion: an entity's spans, label and `attributes["assertion"]` are right; one row for each assertion.

Present, absent, possible and so on, as the i2b2 2010 challenge has them. Entities without an assertion are passed over: where
the gold side has one, it is missed.

Source: Uzuner et al. 2011, assertion task. The challenge gave the concepts; predict on the gold ones to compare with it.
"""

from bionym.data import Document
from bionym.data.counts import Counts, count_matches
from bionym.evaluation.pairs import Pair

VERSION = 1
TABLES = ("",)
IS_LOCAL = True
READS = ("attributes",)

ASSERTION = "assertion"


def count(pair: Pair) -> tuple[Counts]:
    """True and false positives and false negatives per assertion."""
    return (count_matches(_items(pair.gold), _items(pair.predicted)),)


def _items(document: Document) -> list[tuple[object, str]]:
    items = (
        ((entity.spans, entity.label), entity.attributes[ASSERTION])
        for entity in document.entities
        if entity.attributes.get(ASSERTION)
    )
    return list(dict.fromkeys(items))
