"""Time of the whole HTML report of the BC5CDR test set, beside the scoring alone.

    python benchmarks/report_speed.py PREDICTED --data CORPORA

PREDICTED holds a tagger's entities on the test set, in PubTator or JSON Lines. `bionym evaluate --html` runs in a process of
its own, with intervals, slices, errors with their sentences, and calibration; then without the page. Prints one JSON object.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path


def cpu_seconds(*arguments: str) -> float:
    """Processor time of a `bionym` command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "bionym", "-q", *arguments], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 2)


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("predicted", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="the folder of corpora")
    arguments = parser.parse_args()
    gold = str(arguments.data / "bc5cdr" / "CDR_TestSet.PubTator.txt")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        with_page = cpu_seconds("evaluate", gold, str(arguments.predicted), "--html", str(page), "--show-text")
        size = page.stat().st_size
    alone = cpu_seconds("evaluate", gold, str(arguments.predicted))
    found = {"report_cpu_seconds": with_page, "scores_cpu_seconds": alone, "ratio": round(with_page / alone, 2)}
    print(json.dumps({**found, "page_kilobytes": size // 1000}))


if __name__ == "__main__":
    main()
