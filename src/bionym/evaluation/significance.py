"""Whether two systems differ: paired tests over the units both were scored on.

The p-value is that of approximate randomisation: in each of many rounds the two systems' outputs for a unit (a document, or
a sentence) change sides by the throw of a coin, and p is the share of rounds in which the difference between the sides is
at least as large as the one found, (rounds as large + 1) / (rounds + 1). The interval of the difference is that of a
bootstrap that draws the same units for both.

Source: Noreen 1989; Yeh 2000, "More accurate tests for the statistical significance of result differences".
Leaves out: the randomness of training; give several seeds of each system for that.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bionym.evaluation.intervals import LEVEL, enough_resamples, resample, scores_of
from bionym.evaluation.tally import Tally

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_VALUES = 3  # precision, recall, F1
_CHUNK = 5_000_000  # coins thrown at a time


@dataclass(frozen=True)
class Difference:
    """How much the second system scores above the first.

    Args:
        value: second minus first, -1 to 1.
        low, high: its interval.
        p: probability of a difference as large if the systems were alike, above 0 and up to 1.
    """

    value: float
    low: float
    high: float
    p: float


@dataclass(frozen=True)
class Contrast:
    """Differences of two systems: micro scores by "precision", "recall" and "f1", macro-F1, and F1 by label."""

    micro: dict[str, Difference]
    macro_f1: Difference
    labels: dict[str, Difference]
    num_units: int
    kind: str
    num_rounds: int


def contrast(
    first: Sequence[Tally], second: Sequence[Tally], *, num_rounds: int | None = None, seed: int = 0
) -> Contrast:
    """Differences between two systems, each given by the tally of one run, or of several seeds, whose mean counts.

    Raises: ValueError if nothing was scored on either side.
    """
    import numpy as np

    units, labels = union_of_units(first, second)
    if not units or not labels:
        raise ValueError("there is nothing to compare: neither side has an entity")
    num_rounds = enough_resamples(len(units)) if num_rounds is None else num_rounds
    one_ULK, other_ULK = (mean_counts(side, units, labels) for side in (first, second))
    observed = _differences(one_ULK.sum(axis=0)[None], other_ULK.sum(axis=0)[None])[0]
    permuted = np.concatenate(list(_permute(one_ULK, other_ULK, num_rounds, seed)))
    resampled_differences = np.concatenate(list(_bootstrap(one_ULK, other_ULK, num_rounds, seed)))
    differences = [
        _difference(observed[place], resampled_differences[:, place], permuted[:, place])
        for place in range(len(observed))
    ]
    micro = dict(zip(("precision", "recall", "f1"), differences, strict=False))
    by_label = dict(zip(labels, differences[_VALUES + 1 :], strict=True))
    return Contrast(micro, differences[_VALUES], by_label, len(units), first[0].kind, num_rounds)


def union_of_units(first: Sequence[Tally], second: Sequence[Tally]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Every unit and every label of either side; a unit that a side lacks counts as one with nothing in it."""
    tallies = (*first, *second)
    units = dict.fromkeys(unit for tally in tallies for unit in tally.units)
    return tuple(units), tuple(sorted({label for tally in tallies for label in tally.total.labels}))


def mean_counts(tallies: Sequence[Tally], units: Sequence[str], labels: tuple[str, ...]) -> "NDArray[np.float64]":
    """Units x labels x kinds: the counts of a system, or the mean of those of its seeds."""
    import numpy as np

    place = {unit: number for number, unit in enumerate(units)}
    mean_ULK = np.zeros((len(units), len(labels), 3))
    for tally in tallies:
        np.add.at(mean_ULK, [place[unit] for unit in tally.units], tally.counts_ULK(labels))
    return mean_ULK / len(tallies)


def holm(values: Sequence[float]) -> list[float]:
    """p-values corrected for their number (Holm 1979), in the order given.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    corrected = [0.0] * len(values)
    highest = 0.0
    for rank, place in enumerate(sorted(range(len(values)), key=lambda place: values[place])):
        highest = max(highest, min(1.0, (len(values) - rank) * values[place]))
        corrected[place] = highest
    return corrected


def _permute(
    one_ULK: "NDArray[np.float64]", other_ULK: "NDArray[np.float64]", num_rounds: int, seed: int
) -> "Iterator[NDArray[np.float64]]":
    """Differences after units have changed sides; units that are alike on both sides need no coin."""
    import numpy as np

    sums = one_ULK.sum(axis=0), other_ULK.sum(axis=0)
    differs = (one_ULK != other_ULK).any(axis=(1, 2))
    change = (other_ULK - one_ULK)[differs].reshape(int(differs.sum()), one_ULK[0].size).astype(np.float32)
    generator = np.random.default_rng(seed)
    chunk = max(1, _CHUNK // max(1, len(change)))
    for start in range(0, num_rounds, chunk):
        size = min(chunk, num_rounds - start)
        coins = generator.integers(0, 2, (size, len(change)), dtype=np.int8).astype(np.float32)
        moved_RLK = (coins @ change).reshape(size, *one_ULK.shape[1:]).astype(np.float64)
        yield _differences(sums[0] + moved_RLK, sums[1] - moved_RLK)


def _bootstrap(
    one_ULK: "NDArray[np.float64]", other_ULK: "NDArray[np.float64]", num_rounds: int, seed: int
) -> "Iterator[NDArray[np.float64]]":
    """Differences over resampled units, the same units for both."""
    import numpy as np

    num_labels = one_ULK.shape[1]
    for sums_RLK in resample(np.concatenate((one_ULK, other_ULK), axis=1), num_rounds, seed):
        yield _differences(sums_RLK[:, :num_labels], sums_RLK[:, num_labels:])


def _differences(one_RLK: "NDArray[np.float64]", other_RLK: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Rounds x (micro precision, recall, F1, macro-F1, F1 of each label), the other minus the one; nothing counts as 0."""
    import numpy as np

    sides = []
    for sums in (one_RLK, other_RLK):
        averages, labels = scores_of(sums)
        sides.append(np.concatenate((averages[:, 0], averages[:, 1, 2:], labels[:, :, 2]), axis=1))
    return np.nan_to_num(sides[1]) - np.nan_to_num(sides[0])


def _difference(observed: float, drawn: "NDArray[np.float64]", swapped: "NDArray[np.float64]") -> Difference:
    import numpy as np

    tail = (1 - LEVEL) / 2
    low, high = np.quantile(drawn, (tail, 1 - tail))
    as_large = int((np.abs(swapped) >= abs(observed) - 1e-9).sum())
    return Difference(float(observed), float(low), float(high), (as_large + 1) / (len(swapped) + 1))
