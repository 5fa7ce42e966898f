"""`compare`: several systems on one gold standard, as a table of scores and one of differences."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from statistics import mean, stdev
from typing import Any

from bionym.errors import UsageError
from bionym.evaluation.intervals import LEVEL, enough_resamples, resample, scores_of
from bionym.evaluation.significance import Contrast, Difference, contrast, holm, mean_counts, union_of_units
from bionym.evaluation.tally import Tally

VERSION = 1


@dataclass
class Run:
    """One output of a system, scored.

    Args:
        source: where it came from, for messages.
        tally: its counts under the table that is compared.
        fingerprint: of the protocol it was scored under.
        num_missing: gold documents it says nothing of.
        num_unknown: documents of it that gold does not have.
    """

    source: str
    tally: Tally
    fingerprint: str
    num_missing: int = 0
    num_unknown: int = 0


@dataclass
class System:
    """A name and the runs of it, several where it was trained from several seeds."""

    name: str
    runs: list[Run] = field(default_factory=list)

    @property
    def tallies(self) -> list[Tally]:
        """Of its runs."""
        return [run.tally for run in self.runs]


def compare(systems: Sequence[System], *, num_rounds: int | None = None) -> dict[str, Any]:
    """Scores of each system, and the difference of every two: the second minus the first.

    Returns: {"systems": [...], "differences": [...], "unit", "units", "rounds", "level"}; p-values of the micro-F1 are given
        as they are and corrected for the number of pairs (Holm 1979). Where a system has several runs its counts are the
        mean of theirs, unit by unit, and "seeds" holds mean and standard deviation of their F1.
    """
    units, labels = union_of_units([tally for system in systems for tally in system.tallies], ())
    pairs = list(combinations(systems, 2))
    contrasts = [contrast(first.tallies, second.tallies, num_rounds=num_rounds) for first, second in pairs]
    corrected = holm([pair_contrast.micro["f1"].p for pair_contrast in contrasts])
    return {
        "comparison": VERSION,
        "unit": systems[0].runs[0].tally.kind,
        "units": len(units),
        "rounds": enough_resamples(len(units)) if num_rounds is None else num_rounds,
        "level": LEVEL,
        "systems": [_scores(system, units, labels) for system in systems],
        "differences": [
            {"first": first.name, "second": second.name, **_differences(pair_contrast), "p_corrected": p}
            for (first, second), pair_contrast, p in zip(pairs, contrasts, corrected, strict=True)
        ],
    }


def check(systems: Iterable[System], fingerprint: str) -> list[str]:
    """Why the systems do not compare; empty if they do.

    Args:
        fingerprint: of the protocol they are compared under.
    """
    runs = [run for system in systems for run in system.runs]
    first = runs[0]
    reasons = [
        f"{run.source} was scored under another protocol ({run.fingerprint}) than this one ({fingerprint})"
        for run in runs
        if run.fingerprint != fingerprint
    ]
    reasons += [
        f"{run.source} lacks {run.num_missing:,} gold documents and {first.source} {first.num_missing:,}"
        for run in runs
        if run.num_missing != first.num_missing
    ]
    return reasons + [
        f"{run.source} holds {run.num_unknown:,} documents that gold does not have" for run in runs if run.num_unknown
    ]


def systems_of(named: Sequence[tuple[str, Run]]) -> list[System]:
    """Runs by name, in the order the names first came. Raises: UsageError if there are fewer than two systems."""
    systems: dict[str, System] = {}
    for name, run in named:
        systems.setdefault(name, System(name)).runs.append(run)
    if len(systems) < 2:
        raise UsageError("compare needs two systems or more; give runs of one system the same NAME=")
    return list(systems.values())


def _scores(system: System, units: Sequence[str], labels: tuple[str, ...]) -> dict[str, Any]:
    import numpy as np

    counts_ULK = mean_counts(system.tallies, units, labels)
    averages, by_label = scores_of(counts_ULK.sum(axis=0)[None])
    resamples = [scores_of(sums) for sums in resample(counts_ULK, enough_resamples(len(units)), seed=0)]
    resampled_f1 = np.concatenate([part[0] for part in resamples])[:, 0, 2]
    low, high = np.nanquantile(resampled_f1, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    runs = [run.tally.total.micro.f1 for run in system.runs]
    return {
        "name": system.name,
        **dict(zip(("precision", "recall", "f1"), map(_number, averages[0, 0]), strict=True)),
        "interval": [float(low), float(high)],
        "macro_f1": _number(averages[0, 1, 2]),
        "labels": {label: _number(by_label[0, place, 2]) for place, label in enumerate(labels)},
        "seeds": {"f1": runs, "mean": mean(runs), "deviation": stdev(runs)} if len(runs) > 1 else None,
    }


def _number(value: float) -> float:
    """A score, 0 where there is nothing to score."""
    return 0.0 if value != value else float(value)


def _differences(pair_contrast: Contrast) -> Mapping[str, Any]:
    return {
        **{value: _as_dict(difference) for value, difference in pair_contrast.micro.items()},
        "macro_f1": _as_dict(pair_contrast.macro_f1),
        "labels": {label: _as_dict(difference) for label, difference in pair_contrast.labels.items()},
    }


def _as_dict(difference: Difference) -> dict[str, Any]:
    return {"value": difference.value, "interval": [difference.low, difference.high], "p": difference.p}
