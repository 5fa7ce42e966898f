"""The report of an evaluation as one plain dict: what `--json` writes, and what pages and tables are made of.

    report       1, the version of this layout
    bionym       version of the program
    title, documents, only_gold, only_predicted
    protocols    by metric: fingerprint, version, hash of gold, label map, split
    metrics      by table: micro, macro, weighted, labels; bootstrap: level, resamples, unit, units
    per_unit     by table: unit -> label -> [true positives, false positives, false negatives]; asked for only
    slices, errors, calibration, learning_curve; each absent if it was not asked for, or there is nothing to show

Every score is from 0 to 1 and has its interval `[low, high]` beside it, null where there is none.
"""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from bionym.data.counts import Counts, LabelCounts
from bionym.errors import FormatError
from bionym.evaluation.intervals import AVERAGES, VALUES, Intervals, intervals
from bionym.evaluation.scores import Scores
from bionym.evaluation.tally import Tally
from bionym.version import __version__

VERSION = 1

Report = dict[str, Any]
Ranges = Mapping[str, tuple[float, float]]


def report(
    scores: Scores, *, title: str = "", num_resamples: int | None = None, per_unit: bool = False, **parts: Any
) -> Report:
    """The report of scores.

    Args:
        num_resamples: of the bootstrap; None takes enough, 0 none.
        per_unit: whether to keep the counts of every document, from which `bionym compare` can test.
        parts: "slices", "errors", "calibration", "learning_curve" as their rooms give them; None leaves one out.
    """
    content: Report = {
        "report": VERSION,
        "bionym": __version__,
        "title": title or None,
        "documents": scores.num_documents,
        "only_gold": list(scores.only_gold),
        "only_predicted": list(scores.only_predicted),
        "protocols": {name: protocol.as_dict() for name, protocol in scores.protocols.items()},
        "metrics": {
            name: _table(tally.total, intervals(tally, num_resamples=num_resamples))
            for name, tally in scores.tables.items()
        },
    }
    if per_unit:
        content["per_unit"] = {name: _per_unit(tally) for name, tally in scores.tables.items()}
    return content | {name: part for name, part in parts.items() if part}


def read(path: Path) -> Report:
    """A report that `--json` wrote. Raises: FormatError for anything else."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FormatError(f"no report: {type(error).__name__}", path=path) from error
    if not isinstance(content, dict) or content.get("report") != VERSION or "metrics" not in content:
        fix = "Make one with: bionym evaluate GOLD PREDICTED --json FILE --per-document"
        raise FormatError(f"no report of layout {VERSION}", path=path, fix=fix)
    return cast(Report, content)


def tally_of(content: Report, table: str, *, path: Path) -> Tally:
    """The counts of every unit that a report holds. Raises: FormatError if it holds none."""
    if table not in content["metrics"]:
        known = ", ".join(content["metrics"])
        raise FormatError(f"the report has no scores under {table!r}", path=path, fix=f"It has: {known}.")
    held = content.get("per_unit", {}).get(table)
    if held is None:
        fix = "Make the report again with --per-document."
        raise FormatError(f"the report holds no counts per document for {table!r}", path=path, fix=fix)
    units = {unit: _counts(labels) for unit, labels in held["units"].items()}
    return Tally.of(held["unit"], units)


def fingerprint_of(content: Report, metric: str) -> str:
    """The fingerprint of the protocol behind a report's metric, "" if it has not that metric."""
    return str(content["protocols"].get(metric, {}).get("fingerprint", ""))


def _table(counts: Counts, ranges: Intervals | None) -> dict[str, Any]:
    averages = ranges.averages if ranges else {}
    labels = ranges.labels if ranges else {}
    return {
        "micro": _values(counts.micro, averages.get("micro")),
        **{name: _average(counts, name, averages.get(name)) for name in AVERAGES[1:]},
        "labels": {label: _values(counts.of(label), labels.get(label)) for label in counts.labels},
        "bootstrap": ranges
        and {
            "level": ranges.level,
            "resamples": ranges.num_resamples,
            "unit": ranges.kind,
            "units": ranges.num_units,
        },
    }


def _average(counts: Counts, name: str, ranges: Ranges | None) -> dict[str, Any]:
    mean = counts.macro if name == "macro" else counts.weighted
    return {**{value: mean(value) for value in VALUES}, "interval": _interval(ranges)}


def _values(counts: LabelCounts, ranges: Ranges | None) -> dict[str, Any]:
    return {**counts.as_dict(), "interval": _interval(ranges)}


def _interval(ranges: Ranges | None) -> dict[str, list[float] | None] | None:
    """Low and high of each score; JSON has no word for "not a number"."""
    if ranges is None:
        return None
    return {value: None if math.isnan(low) else [low, high] for value, (low, high) in ranges.items()}


def _per_unit(tally: Tally) -> dict[str, Any]:
    labels = tally.total.labels
    counts_ULK = tally.counts_ULK(labels)
    units = {
        unit: {label: _whole(row[place]) for place, label in enumerate(labels) if row[place].any()}
        for unit, row in zip(tally.units, counts_ULK, strict=True)
    }
    return {"unit": tally.kind, "units": units}


def _whole(numbers: Sequence[float]) -> list[float]:
    return [int(number) if float(number).is_integer() else float(number) for number in numbers]


def _counts(labels: Mapping[str, Sequence[float]]) -> Counts:
    counts = Counts()
    for label, (right, spurious, missed) in labels.items():
        counts.add(Counts({label: right}, {label: spurious}, {label: missed}))
    return counts
