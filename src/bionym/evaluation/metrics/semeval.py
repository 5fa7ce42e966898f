"""SemEval: the four measures of SemEval 2013 task 9.1, after MUC: correct, incorrect, partial, missed, spurious.

    strict    correct: spans and label equal; any other pair is incorrect
    exact     correct: spans equal; any other pair is incorrect
    partial   correct: spans equal; any other pair is partial, which is half a point
    type      correct: label equal; any other pair is incorrect

A pair is a gold and a predicted entity that share a character; what is in no pair is missed or spurious. The pairs are the
same for the four measures, one to one, and the best there are: as many as can be with spans and label equal; then, without
giving up any of these, with spans equal; then with labels equal; then as many as can be at all.

With ACT the predicted and POS the gold entities, precision is (correct + partial / 2) / ACT and recall (correct +
partial / 2) / POS. So each pair gives its points to the gold label, and what it lacks of a whole one is missed under the
gold label and spurious under the predicted one.

Source: Segura-Bedmar et al. 2013; Chinchor and Sundheim 1993. Differs from nervaluate, which pairs in the order
in which it meets the entities, and pairs again for each measure.
"""

from collections.abc import Sequence
from typing import NamedTuple

from bionym.data import Entity
from bionym.data.counts import Counts
from bionym.evaluation.matching import overlapping
from bionym.evaluation.metrics._matching import best_pairs, distinct
from bionym.evaluation.pairs import Pair
from bionym.evaluation.scores import Scores

VERSION = 1
TABLES = ("strict", "exact", "partial", "type")
IS_LOCAL = True


def count(pair: Pair) -> tuple[Counts, ...]:
    """Counts per label, a table each."""
    gold, predicted = distinct(pair.gold), distinct(pair.predicted)
    pairs = _pairs(gold, predicted)
    tables = tuple(Counts() for _ in TABLES)
    for left, right in pairs.items():
        for counts, points in zip(tables, _points(gold[left], predicted[right]), strict=True):
            _add(counts, gold[left].label, predicted[right].label, points)
    taken = set(pairs.values())
    for counts in tables:
        for index, entity in enumerate(gold):
            if index not in pairs:
                counts.add_missed(entity.label)
        for index, entity in enumerate(predicted):
            if index not in taken:
                counts.add_spurious(entity.label)
    return tables


class Outcomes(NamedTuple):
    """What became of the entities of both sides, under one of TABLES; numbers of entities, of all labels together."""

    correct: float
    incorrect: float
    partial: float
    missed: float
    spurious: float


def outcomes(scores: Scores) -> dict[str, Outcomes]:
    """The five numbers of MUC for each of TABLES, which hold them together."""
    micro = {table: scores.counts[f"semeval:{table}"].micro for table in TABLES}
    exact, partial = micro["exact"], micro["partial"]
    num_partial = 2 * (partial.true_positives - exact.true_positives)
    missed = partial.false_negatives - num_partial / 2
    spurious = partial.false_positives - num_partial / 2
    by_measure = {}
    for table, counts in micro.items():
        halves = num_partial if table == "partial" else 0
        correct = counts.true_positives - halves / 2
        by_measure[table] = Outcomes(correct, counts.support - correct - halves - missed, halves, missed, spurious)
    return by_measure


def _pairs(gold: Sequence[Entity], predicted: Sequence[Entity]) -> dict[int, int]:
    one_more = len(gold) + 1  # outweighs all pairs of what ranks below
    weights: dict[int, dict[int, int]] = {}
    for left, right in overlapping(gold, predicted):
        strict, exact, _, same_label = _points(gold[left], predicted[right])
        rank = int(strict * one_more**3 + exact * one_more**2 + same_label * one_more)
        weights.setdefault(left, {})[right] = rank + 1
    return best_pairs(weights)


def _points(gold: Entity, predicted: Entity) -> tuple[float, ...]:
    """What a pair is worth in each of TABLES."""
    exact, same_label = gold.spans == predicted.spans, gold.label == predicted.label
    return exact and same_label, exact, 1 if exact else 0.5, same_label


def _add(counts: Counts, gold: str, predicted: str, points: float) -> None:
    if points:
        counts.add_right(gold, points)
    if points < 1:
        counts.add_missed(gold, 1 - points)
        counts.add_spurious(predicted, 1 - points)
