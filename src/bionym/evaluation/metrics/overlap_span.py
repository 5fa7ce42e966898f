"""Overlap span: an entity is right if it shares at least one character with a gold entity, whatever its label.

One to one: of all ways to pair the two sides, one with the most pairs counts, and of those one with the most equal labels.
What is right or missed counts under the gold label, what is spurious under the predicted one. Which of two gold entities
under one prediction is missed may be open; then the one further back in the text is. The sum of all labels is never open.
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
    one_more_pair = len(gold) + 1  # outweighs any number of equal labels
    weights: dict[int, dict[int, int]] = {}
    for left, right in overlapping(gold, predicted):
        is_same = gold[left].label == predicted[right].label
        weights.setdefault(left, {})[right] = one_more_pair + is_same
    return (count_pairs(gold, predicted, best_pairs(weights)),)
