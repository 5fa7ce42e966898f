"""Exact span: an entity is right if all its spans are right, whatever its label.

Where several entities have the same spans, each answers for one of the other side, those of equal labels first. What is
right or missed counts under the gold label, what is spurious under the predicted one: so the rows of two labels may both
be short of one that was confused. The first two rows of the i2b2 2010 scorer count so.
"""

from bionym.data import Document
from bionym.data.counts import Counts
from bionym.evaluation.pairs import Pair

VERSION = 1
TABLES = ("",)
IS_LOCAL = True


def count(pair: Pair) -> tuple[Counts]:
    """True and false positives and false negatives per label."""
    counts = Counts()
    gold, predicted = _labels(pair.gold), _labels(pair.predicted)
    for spans in dict.fromkeys((*gold, *predicted)):
        _compare(gold.get(spans, set()), predicted.get(spans, set()), counts)
    return (counts,)


def _labels(document: Document) -> dict[object, set[str]]:
    labels_of: dict[object, set[str]] = {}
    for entity in document.entities:
        labels_of.setdefault(entity.spans, set()).add(entity.label)
    return labels_of


def _compare(gold: set[str], predicted: set[str], counts: Counts) -> None:
    """The labels of one place; those that only one side has are paired in alphabetical order."""
    missed, spurious = sorted(gold - predicted), sorted(predicted - gold)
    num_confused = min(len(missed), len(spurious))
    for label in (*sorted(gold & predicted), *missed[:num_confused]):
        counts.add_right(label)
    for label in missed[num_confused:]:
        counts.add_missed(label)
    for label in spurious[num_confused:]:
        counts.add_spurious(label)
