"""Overlap: an entity is right if its label is right and it shares at least one character with a gold entity.

One to one: of all ways to pair the two sides, one with the most pairs counts. So a long prediction over three gold entities
is right once, and two of them are missed. What lies in the gap of a discontinuous entity shares nothing with it.
"""

from bionym.data.counts import Counts
from bionym.evaluation.matching import overlapping
from bionym.evaluation.metrics._matching import best_pairs, count_pairs, distinct
from bionym.evaluation.pairs import Pair

VERSION = 1
TABLES = ("",)
IS_LOCAL = True


def count(pair: Pair) -> tuple[Counts]:
    """True and false positives and false negatives per label."""
    gold, predicted = distinct(pair.gold), distinct(pair.predicted)
    weights: dict[int, dict[int, int]] = {}
    for left, right in overlapping(gold, predicted):
        if gold[left].label == predicted[right].label:
            weights.setdefault(left, {})[right] = 1
    return (count_pairs(gold, predicted, best_pairs(weights)),)
