"""How long it takes to load a CRF in a new process, beside importing numpy alone.

    python benchmarks/load_time.py --model MODEL [--runs 15]

Each run starts `python -c "import numpy"` and `python -c "import bionym; bionym.load(MODEL)"`, one after the other; `load` is
the time that the import and the load take inside the second process, `load_processor` the part of it in which a processor
worked. Medians over the runs, and the fastest run, which a busy machine disturbs least. Prints one JSON object with seconds,
and the ratio of the two processes.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

NUMPY = "import numpy"
LOAD = """
import sys, time
start, busy = time.perf_counter(), time.process_time()
import bionym
bionym.load(sys.argv[1])
print(time.perf_counter() - start, time.process_time() - busy)
"""


def seconds(code: str, *arguments: str) -> tuple[float, str]:
    """How long a process takes that runs some code, and what it prints."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code, *arguments], check=True, capture_output=True, text=True)
    return time.perf_counter() - start, done.stdout


def summary(times: Sequence[float]) -> dict[str, float]:
    """Median and least, in seconds."""
    return {"median": round(statistics.median(times), 4), "least": round(min(times), 4)}


def measured(model: Path, runs: int) -> dict[str, object]:
    """Both processes, in turn; the first run of each warms the disk and does not count."""
    names = ("import_numpy", "process", "load", "load_processor")
    rows = [_run(model) for _ in range(runs + 1)][1:]
    times = dict(zip(names, zip(*rows, strict=True), strict=True))
    ratio = min(times["process"]) / min(times["import_numpy"])
    return {**{name: summary(each) for name, each in times.items()}, "ratio": round(ratio, 2), "runs": runs}


def _run(model: Path) -> tuple[float, ...]:
    """Each process once."""
    numpy, _ = seconds(NUMPY)
    process, printed = seconds(LOAD, str(model))
    return numpy, process, *map(float, printed.split())


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description="Time to load a CRF, beside importing numpy.")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=15)
    given = parser.parse_args()
    print(json.dumps(measured(given.model, given.runs), indent=2))


if __name__ == "__main__":
    main()
