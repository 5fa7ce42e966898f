"""Cells together: one row for each figure, the mean of its seeds.

    benchmark    1, the version of this layout
    bionym, title, plan, seeds
    rows         system, trained_on, protocol, tested_on, split, metric, seeds;
                 average: "micro", "macro" and "labels", each with precision, recall, f1, interval, deviation (over seeds),
                 support, predicted; runs: seed, f1 and report of each; training, tokens, peak_memory_mib, shared
    failed       cells that failed, with the error
    skipped      corpora that are not there
    notes        what a reader of the table must know

Scores are shares from 0 to 1. Of several seeds they are means, with the standard deviation over the seeds beside them; the
interval is that of counts averaged over the seeds, unit by unit: it covers chance in the test data, not in the training.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from bionym.benchmark.grid import Cell, Row
from bionym.data.counts import Counts
from bionym.evaluation import Scores
from bionym.evaluation import report as reports
from bionym.evaluation.significance import mean_counts, union_of_units
from bionym.evaluation.tally import Tally
from bionym.version import __version__

VALUES = ("precision", "recall", "f1")
NUMBERS = (*VALUES, "support", "predicted")

Record = dict[str, Any]
Results = dict[str, Any]


def rows(done: Sequence[tuple[Cell, Path, Record]]) -> list[Record]:
    """One for each system, training, protocol, test corpus and table of a metric.

    Args:
        done: cells with their folders and records, in the order of the plan.
    """
    groups: dict[Row, list[tuple[Path, Record]]] = {}
    for cell, folder, record in done:
        groups.setdefault(cell.row, []).append((folder, record))
    return [row for group in groups.values() for row in _rows_of(group)]


def list_failures(records: Iterable[Record]) -> list[Record]:
    """What the results say of cells that failed."""
    names = ("system", "trained_on", "protocol", "seed", "error")
    return [{name: record[name] for name in names} for record in records]


def collect(title: str, plan: str, rows: list[Record], failures: list[Record], skipped: Mapping[str, str]) -> Results:
    """The results as one plain dict; notes are added by `notes`."""
    return {
        "benchmark": 1,
        "bionym": __version__,
        "title": title or plan,
        "plan": plan,
        "rows": rows,
        "failed": failures,
        "skipped": dict(skipped),
    }


def _rows_of(group: Sequence[tuple[Path, Record]]) -> Iterator[Record]:
    """Of the seeds of one training."""
    first = group[0][1]
    for corpus, test in first["tests"].items():
        contents = [reports.read(folder / record["tests"][corpus]["report"]) for folder, record in group]
        for metric in contents[0]["metrics"]:
            yield {
                **{name: first[name] for name in ("system", "model", "trained_on", "protocol")},
                "tested_on": corpus,
                "split": test["split"],
                "metric": metric,
                "seeds": [record["seed"] for _, record in group],
                **_averaged(contents, metric),
                "fingerprint": reports.fingerprint_of(contents[0], metric.partition(":")[0]),
                "runs": [
                    _run(folder, record, corpus, metric, content)
                    for (folder, record), content in zip(group, contents, strict=True)
                ],
                **_costs([record for _, record in group], corpus),
            }


def _averaged(contents: Sequence[Record], metric: str) -> Record:
    """Micro, macro and labels of a table, over the seeds."""
    tables = [content["metrics"][metric] for content in contents]
    chosen = tables[0] if len(tables) == 1 else _of_mean_counts(contents, metric)
    labels = {
        name: _mean([table["labels"].get(name) for table in tables], values)
        for name, values in chosen["labels"].items()
    }
    averages = {name: _mean([table[name] for table in tables], chosen[name]) for name in ("micro", "macro")}
    return {**averages, "labels": labels, "bootstrap": chosen["bootstrap"]}


def _mean(values: Sequence[Record | None], chosen: Record) -> Record:
    """Means and deviations over the seeds; a label that one of them neither had nor gave scores 0 there."""
    given = [value or dict.fromkeys(NUMBERS, 0.0) for value in values]
    means = {name: mean(value[name] for value in given) for name in NUMBERS if all(name in value for value in given)}
    deviation = {name: stdev(value[name] for value in given) for name in VALUES} if len(given) > 1 else None
    return {**means, "interval": chosen["interval"], "deviation": deviation}


def _of_mean_counts(contents: Sequence[Record], metric: str) -> Record:
    """The table of counts averaged over the seeds, for its intervals."""
    tallies = [reports.tally_of(content, metric, path=Path(str(content["title"]))) for content in contents]
    units, labels = union_of_units(tallies, ())
    counts_ULK = mean_counts(tallies, units, labels).tolist()
    by_unit = {unit: _counts(labels, counts_LK) for unit, counts_LK in zip(units, counts_ULK, strict=True)}
    tally = Tally.of(tallies[0].kind, by_unit)
    table: Record = reports.report(Scores({metric: tally}, {}))["metrics"][metric]
    return table


def _counts(labels: Sequence[str], counts_LK: Sequence[Sequence[float]]) -> Counts:
    counts = Counts()
    for label, (right, spurious, missed) in zip(labels, counts_LK, strict=True):
        if right or spurious or missed:
            counts.add(Counts({label: right}, {label: spurious}, {label: missed}))
    return counts


def _run(folder: Path, record: Record, corpus: str, metric: str, content: Record) -> Record:
    place = Path(folder.parent.name) / folder.name / record["tests"][corpus]["report"]
    return {"seed": record["seed"], "f1": content["metrics"][metric]["micro"]["f1"], "report": place.as_posix()}


def _costs(records: Sequence[Record], corpus: str) -> Record:
    """What training and testing took, on the average of the seeds, and what stood on both sides."""
    trained = [record["training"] for record in records if record["training"]]
    tests = [record["tests"][corpus] for record in records]
    peaks = [record["peak_memory_mib"] for record in records]
    return {
        "training": {**trained[0], "cpu_seconds": mean(training["cpu_seconds"] for training in trained)}
        if trained
        else None,
        "documents": tests[0]["documents"],
        "tokens": tests[0]["tokens"],
        "cpu_seconds": mean(test["cpu_seconds"] for test in tests) if tests[0]["cpu_seconds"] is not None else None,
        "without_prediction": tests[0]["without_prediction"],
        "peak_memory_mib": max(peaks) if None not in peaks else None,
        "shared": tests[0]["shared"],
    }
