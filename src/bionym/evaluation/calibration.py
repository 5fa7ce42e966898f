"""`Calibration`: whether a score of 0.8 is right 8 times in 10, and what a threshold would do; an observer of `evaluate`.

    calibration = Calibration()
    evaluate(gold, predicted, observers=[calibration.add])
    calibration.as_dict()["expected_calibration_error"]

Right is what strict matching says. Scores are probabilities, 0 to 1; an entity without one, or with another number, is
counted as such, stays out of the bins, and is kept at every threshold. Kept are a score and a bit of each prediction.

Source: Guo et al. 2017, "On calibration of modern neural networks", section 2; Brier 1950. Leaves out: what was missed
has no score, so that a model may be well calibrated and find little.
"""

from array import array
from bisect import bisect_left, bisect_right
from typing import NamedTuple

from bionym.data.counts import LabelCounts
from bionym.evaluation.matching import match
from bionym.evaluation.pairs import Pair

NUM_BINS = 10
THRESHOLDS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
_EDGES = [number / NUM_BINS for number in range(NUM_BINS)]

Values = dict[str, float | int | None]


class Bin(NamedTuple):
    """Predictions with scores in `[low, high)`, the last bin with 1.

    Args:
        total_score: sum of the scores.
        num_right: how many are right.
    """

    low: float
    high: float
    number: int
    total_score: float
    num_right: int

    @property
    def gap(self) -> float:
        """Distance of mean score and share right; 0 of an empty bin."""
        return abs(self.total_score - self.num_right) / self.number if self.number else 0.0

    def as_dict(self) -> Values:
        """Ready for JSON; an empty bin has no means."""
        mean, share = (self.total_score / self.number, self.num_right / self.number) if self.number else (None, None)
        return {"low": self.low, "high": self.high, "number": self.number, "mean_score": mean, "share_right": share}


class Calibration:
    """Scores of the predictions, and whether they are right."""

    def __init__(self) -> None:
        self.num_gold = 0
        self._scores = array("d")
        self._is_right = array("b")
        self._unscored = [0, 0]  # spurious, right

    def add(self, both: Pair) -> None:
        """One more pair."""
        matched = match(both)
        self.num_gold += len(matched.right) + len(matched.missed)
        for _, entity in matched.right:
            self._count(entity.score, True)
        for entity in matched.spurious:
            self._count(entity.score, False)

    def as_dict(self) -> dict[str, object] | None:
        """Everything, ready for JSON; None if no prediction has a score."""
        number = len(self._scores)
        if not number:
            return None
        bins = self._bins()
        return {
            "number": number,
            "without_score": sum(self._unscored),
            "expected_calibration_error": sum(part.number * part.gap for part in bins) / number,
            "maximum_calibration_error": max(part.gap for part in bins),
            "brier": sum((score - right) ** 2 for score, right in self._sorted()) / number,
            "bins": [part.as_dict() for part in bins],
            "thresholds": self._thresholds(),
        }

    def _count(self, score: float | None, is_right: bool) -> None:
        if score is None or not 0 <= score <= 1:
            self._unscored[is_right] += 1
        else:
            self._scores.append(score)
            self._is_right.append(is_right)

    def _sorted(self) -> list[tuple[float, int]]:
        """Scores and whether they are right; in order, so that sums do not depend on the order of documents."""
        return sorted(zip(self._scores, self._is_right, strict=True))

    def _bins(self) -> list[Bin]:
        bins = [Bin(low, high, 0, 0.0, 0) for low, high in zip(_EDGES, [*_EDGES[1:], 1.0], strict=True)]
        for score, is_right in self._sorted():
            place = bisect_right(_EDGES, score) - 1
            low, high, number, total, right = bins[place]
            bins[place] = Bin(low, high, number + 1, total + score, right + is_right)
        return bins

    def _thresholds(self) -> list[Values]:
        ordered = self._sorted()
        scores = [score for score, _ in ordered]
        right_below = [0]
        for _, is_right in ordered:
            right_below.append(right_below[-1] + is_right)
        return [self._at(threshold, scores, right_below) for threshold in THRESHOLDS]

    def _at(self, threshold: float, scores: list[float], right_below: list[int]) -> Values:
        """What is left if only scores of the threshold or more are kept."""
        first = bisect_left(scores, threshold)
        right = right_below[-1] - right_below[first] + self._unscored[True]
        num_above = len(scores) - first + sum(self._unscored)
        counts = LabelCounts(right, num_above - right, self.num_gold - right)
        return {"threshold": threshold, "precision": counts.precision, "recall": counts.recall, "f1": counts.f1}
