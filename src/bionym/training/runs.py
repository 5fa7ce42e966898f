"""Logs of runs read again: listed, and compared."""

import json
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from bionym.config import flat
from bionym.errors import InputError

NAME = "run.jsonl"
STILL_SECONDS = 300.0  # a log to which nothing was added for so long is of a run that was killed

RunState = Literal["running", "finished", "interrupted", "failed"]


@dataclass(frozen=True, slots=True)
class Run:
    """What a log says of a run. `development` are the scores of the best epoch, by corpus; `seconds` those of learning."""

    name: str
    folder: Path
    state: RunState
    reason: str
    epochs: int
    seconds: float
    model: str = ""
    metric: str = "f1"
    best_epoch: int | None = None
    best: float | None = None
    development: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "folder": str(self.folder)}


@dataclass(frozen=True, slots=True)
class Difference:
    """What is not the same in all of some runs: a setting or a score, and its value in each; None where it has none."""

    key: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Seeds:
    """Runs that differ in their seed alone; mean and standard deviation of the deciding score, "" being their mean."""

    runs: tuple[Run, ...]
    mean: Mapping[str, float]
    deviation: Mapping[str, float]

    @property
    def seeds(self) -> tuple[int, ...]:
        """In the order of the runs."""
        return tuple(int(run.settings["training"]["seed"]) for run in self.runs)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        folders = [str(run.folder) for run in self.runs]
        return {"runs": folders, "seeds": self.seeds, "mean": dict(self.mean), "deviation": dict(self.deviation)}


def find(folder: Path) -> tuple[Run, ...]:
    """Every run below a folder, by name. Raises: InputError if there is no such folder, or a log is damaged."""
    if not folder.is_dir():
        raise InputError("no such folder", path=folder, fix="Name a folder in which models were trained.")
    return tuple(_run(path, path.parent.relative_to(folder)) for path in sorted(folder.rglob(NAME)))


def read(folder: Path) -> Run:
    """The run whose log lies in a folder. Raises: InputError."""
    if not (folder / NAME).is_file():
        raise InputError(f"there is no {NAME}", path=folder, fix="Name the folder of a run: bionym runs lists them.")
    return _run(folder / NAME, Path())


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a log; a last one that is being written is left out. Raises: InputError for one that is not JSON."""
    with path.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream, start=1):
            if not line.endswith("\n"):
                return
            try:
                yield json.loads(line)
            except ValueError as error:
                raise InputError("this line is not JSON", path=path, line=number) from error


def compare(runs: Sequence[Run]) -> tuple[tuple[Difference, ...], tuple[Difference, ...]]:
    """The settings in which runs differ, and all their scores."""
    return _differences([flat(run.settings) for run in runs]), _scores(runs)


def by_seeds(runs: Sequence[Run]) -> tuple[Seeds, ...]:
    """Those of some runs that differ in their seed alone, two or more together; runs without a score are left out."""
    groups: dict[str, list[Run]] = {}
    for run in runs:
        if run.best is not None and "seed" in run.settings["training"]:
            groups.setdefault(json.dumps(_without_seed(run), sort_keys=True), []).append(run)
    return tuple(_seeds(alike) for alike in groups.values() if len({_seed(run) for run in alike}) == len(alike) > 1)


def state_of(end: Mapping[str, Any] | None, seconds_still: float) -> RunState:
    """The state of a run by its last line, or by how long nothing was added to its log."""
    if end is not None:
        state: RunState = end["state"]
        return state
    return "running" if seconds_still < STILL_SECONDS else "interrupted"


def _run(path: Path, shown: Path) -> Run:
    import time

    start: dict[str, Any] = {}
    ends: list[dict[str, Any]] = []
    last, seconds = None, 0.0
    for line in lines(path):
        seconds = max(seconds, line["seconds"]) if line["kind"] == "step" else seconds
        start = line if line["kind"] == "started" else start
        last = line if line["kind"] == "finished" else last
        ends += [line] if line["kind"] == "epoch" else []
    about, settings = start.get("about", {}), start.get("settings", {})
    metric = settings.get("metric", "f1")
    scored = [end for end in ends if end.get(f"mean_{metric}") is not None]
    best = max(scored, key=lambda end: float(end[f"mean_{metric}"]), default=None)
    return Run(
        name=str(about.get("name") or (shown if shown.parts else path.parent.name)),
        folder=path.parent,
        state=state_of(last, time.time() - path.stat().st_mtime),
        reason=last["reason"] if last else "",
        epochs=len(ends),
        seconds=last["seconds"] if last else seconds,
        model=str(about.get("model", "")),
        metric=metric,
        best_epoch=best["epoch"] if best else None,
        best=best[f"mean_{metric}"] if best else None,
        development=best["development"] if best else {},
        settings={"training": settings, **about},
    )


def _seed(run: Run) -> int:
    return int(run.settings["training"]["seed"])


def _without_seed(run: Run) -> dict[str, Any]:
    training = {key: value for key, value in run.settings["training"].items() if key != "seed"}
    return {**run.settings, "training": training, "name": None}


def _seeds(alike: Sequence[Run]) -> Seeds:
    runs = tuple(sorted(alike, key=_seed))
    scores = {"": [run.best for run in runs if run.best is not None]}
    if all(len(run.development) > 1 for run in runs):
        scores |= {name: [run.development[name][run.metric] for run in runs] for name in runs[0].development}
    return Seeds(
        runs,
        {name: statistics.fmean(values) for name, values in scores.items()},
        {name: statistics.stdev(values) for name, values in scores.items()},
    )


def _scores(runs: Sequence[Run]) -> tuple[Difference, ...]:
    tables = [{f"mean {run.metric}": run.best, **flat(run.development)} for run in runs]
    return tuple(Difference(key, tuple(table.get(key) for table in tables)) for key in _keys(tables))


def _differences(tables: Sequence[Mapping[str, Any]]) -> tuple[Difference, ...]:
    differences = (Difference(key, tuple(table.get(key) for table in tables)) for key in _keys(tables))
    return tuple(
        difference for difference in differences if any(value != difference.values[0] for value in difference.values)
    )


def _keys(tables: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for table in tables for key in table))
