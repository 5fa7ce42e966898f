"""Confidence intervals by bootstrap: how far a score would move, had other documents of the kind been drawn.

Units (documents, or sentences where there are too few documents) are drawn with replacement, as many as there are, many
times; the interval holds the middle of the scores so found (the percentile method). A draw without
any entity of a label, gold or predicted, says nothing of that label, and is left out of its interval.

Source: Efron and Tibshirani 1993, chapter 13; for F1 over documents, Berg-Kirkpatrick et al. 2012.
Leaves out: that the training data were drawn too, and the seeds of training; score several seeds for that.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bionym.evaluation.tally import Tally

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NUM_RESAMPLES = 10_000
MAX_DRAWS = 50_000_000  # of units in all; beyond it, with more than 5,000 units, fewer resamples do, but 1,000 at least
LEVEL = 0.95
MIN_UNITS = 10  # below it an interval would be a guess
VALUES = ("precision", "recall", "f1")
AVERAGES = ("micro", "macro", "weighted")
_CHUNK = 5_000_000  # units drawn at a time


@dataclass(frozen=True)
class Intervals:
    """Intervals of a table's scores.

    Args:
        level: the share of draws inside, 0.95.
        num_resamples: draws.
        kind, num_units: what was drawn: "document" or "sentence"; and how many there are.
        averages: (low, high) by "micro", "macro" or "weighted", then "precision", "recall" or "f1".
        labels: the same by label; a score without any meaning has (nan, nan).
    """

    level: float
    num_resamples: int
    kind: str
    num_units: int
    averages: dict[str, dict[str, tuple[float, float]]]
    labels: dict[str, dict[str, tuple[float, float]]]


def intervals(
    tally: Tally, *, num_resamples: int | None = None, level: float = LEVEL, seed: int = 0
) -> Intervals | None:
    """Intervals of every score of a table; None if fewer than 10 units stand behind it, or no resamples are asked for.

    Args:
        num_resamples: None takes 10,000, or fewer, but 1,000 at least, where there are more than 5,000 units.
    """
    labels = tally.total.labels
    num_resamples = enough_resamples(len(tally.units)) if num_resamples is None else num_resamples
    if len(tally.units) < MIN_UNITS or num_resamples < 1 or not labels:
        return None
    import numpy as np

    counts_ULK = tally.counts_ULK(labels)
    drawn = [scores_of(sums_BLK) for sums_BLK in resample(counts_ULK, num_resamples, seed)]
    averages_BAV, labels_BLV = (np.concatenate([part[which] for part in drawn]) for which in (0, 1))
    return Intervals(
        level,
        num_resamples,
        tally.kind,
        len(tally.units),
        {name: _middle(averages_BAV[:, place], level) for place, name in enumerate(AVERAGES)},
        {name: _middle(labels_BLV[:, place], level) for place, name in enumerate(labels)},
    )


def enough_resamples(num_units: int) -> int:
    """How many resamples to take of so many units."""
    return min(NUM_RESAMPLES, max(1_000, MAX_DRAWS // max(1, num_units)))


def resample(counts_ULK: "NDArray[np.float64]", num_resamples: int, seed: int) -> "Iterator[NDArray[np.float64]]":
    """Sums over units drawn with replacement: resamples x labels x kinds, some resamples at a time."""
    import numpy as np

    num_units = len(counts_ULK)
    generator = np.random.default_rng(seed)
    flat = counts_ULK.reshape(num_units, -1).astype(np.float32)
    chunk = max(1, _CHUNK // num_units)
    for start in range(0, num_resamples, chunk):
        size = min(chunk, num_resamples - start)
        draws = generator.integers(0, num_units, (size, num_units), dtype=np.int32)
        draws += (np.arange(size, dtype=np.int32) * num_units)[:, None]
        times_BU = np.bincount(draws.ravel(), minlength=size * num_units).reshape(size, num_units)
        yield (times_BU.astype(np.float32) @ flat).reshape(size, *counts_ULK.shape[1:]).astype(np.float64)


def scores_of(sums_BLK: "NDArray[np.float64]") -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
    """Precision, recall and F1 (the last axis) of sums of counts: micro, macro and weighted, and of each label.

    A score without meaning is not a number.
    """
    import numpy as np

    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)  # means of nothing
        labels_BLV = _values(sums_BLK)
        support_BL = sums_BLK[..., 0] + sums_BLK[..., 2]
        weighted_BV = np.nansum(labels_BLV * support_BL[..., None], axis=1) / support_BL.sum(axis=1)[:, None]
        micro_BV, macro_BV = _values(sums_BLK.sum(axis=1)), np.nanmean(labels_BLV, axis=1)
    return np.stack((micro_BV, macro_BV, weighted_BV), axis=1), labels_BLV


def _values(sums: "NDArray[np.float64]") -> "NDArray[np.float64]":
    import numpy as np

    right, spurious, missed = sums[..., 0], sums[..., 1], sums[..., 2]
    f1 = 2 * right / (2 * right + spurious + missed)
    precision = np.where(right + spurious > 0, right / (right + spurious), 0 * f1)  # 0 where nothing was predicted
    recall = np.where(right + missed > 0, right / (right + missed), 0 * f1)
    return np.stack((precision, recall, f1), axis=-1)


def _middle(drawn_BV: "NDArray[np.float64]", level: float) -> dict[str, tuple[float, float]]:
    import numpy as np

    tail = (1 - level) / 2
    interval = {}
    for place, value in enumerate(VALUES):
        column = drawn_BV[:, place]
        column = column[~np.isnan(column)]
        low, high = np.quantile(column, (tail, 1 - tail)) if len(column) else (np.nan, np.nan)
        interval[value] = (float(low), float(high))
    return interval
