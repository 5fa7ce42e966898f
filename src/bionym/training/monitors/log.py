"""The log of a run: JSON Lines, one line when it starts, one a group of steps, one an epoch, one at the end.

Lines are only ever added. When a run goes on from a checkpoint, what was logged past that checkpoint is cut off first,
for it will be logged again; so no line stands there twice, and a line that a power cut tore is gone. No line holds text
of a document.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bionym.training.events import EpochEnd, Result, Started, StepGroup

NAME = "run.jsonl"


class Log:
    """Writes `run.jsonl` into a folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._metric = "f1"

    def started(self, info: Started) -> None:
        """A first line for a new run; an old one is cut back to where it goes on."""
        self._metric = str(info.settings["metric"])
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if info.step and self.path.is_file():
            _cut(self.path, info)
            return
        self.path.write_bytes(b"")
        keys = ("about", "settings", "device", "num_parameters", "epochs")
        self._add("started", {key: getattr(info, key) for key in keys})

    def step(self, info: StepGroup) -> None:
        """A line."""
        self._add("step", asdict(info))

    def epoch(self, info: EpochEnd) -> None:
        """A line, on the disk when this returns."""
        values = asdict(info)
        values[f"mean_{self._metric}"] = values.pop("mean")
        self._add("epoch", values)
        with self.path.open("rb+") as stream:
            os.fsync(stream.fileno())

    def finished(self, result: Result) -> None:
        """A line."""
        best_epochs = {
            "best": asdict(result.best) if result.best else None,
            "best_of": {corpus: asdict(best) for corpus, best in result.best_of.items()},
        }
        keys = ("state", "reason", "epochs", "steps", "seconds")
        self._add("finished", {**{key: getattr(result, key) for key in keys}, **best_epochs})

    def _add(self, kind: str, values: Mapping[str, Any]) -> None:
        line = json.dumps({"kind": kind, **_short(dict(values))}, ensure_ascii=False)
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write(line + "\n")


def _short(value: Any) -> Any:
    """Numbers with the digits they deserve."""
    if isinstance(value, dict):
        return {key: _short(inner) for key, inner in value.items()}
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _cut(path: Path, info: Started) -> None:
    """Keep the lines up to where a run goes on."""
    num_bytes = 0
    with path.open("rb+") as stream:
        for line in stream:
            if not line.endswith(b"\n") or _is_past(json.loads(line), info):
                break
            num_bytes += len(line)
        stream.truncate(num_bytes)


def _is_past(line: Mapping[str, Any], info: Started) -> bool:
    if line["kind"] == "epoch":
        return bool(line["epoch"] > info.num_epochs_done)
    return bool(line["kind"] == "finished" or (line["kind"] == "step" and line["step"] > info.reported_step))
