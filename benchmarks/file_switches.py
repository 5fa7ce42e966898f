"""How often execution passes from one file of Bionym to another while `bionym predict` tags one note.

    python benchmarks/file_switches.py --model MODEL [--note NOTE]

A switch is a call of a function, or the resumption of a generator, in another file than that of the nearest function of
Bionym above it on the stack, and so is the return, or the yield. Calls through other libraries count as if they were direct.
The command runs twice in this process, and the second run is counted, so imports are no part of it. Prints one JSON object:
all switches, and the pairs of files with the most.
"""

import argparse
import contextlib
import io
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path
from types import CodeType, FrameType

import bionym
from bionym.apps.cli import main as command

SOURCE = Path(bionym.__file__).parent
NOTE = "She takes famotidine 20 mg twice a day for reflux. No ataxia-telangiectasia, but breast cancer in 2011.\n"
NUM_PAIRS = 15


class Switches:
    """Counts switches, as a profile function."""

    def __init__(self) -> None:
        self.pairs: Counter[tuple[str, str]] = Counter()
        self._names: dict[CodeType, str] = {}

    def __call__(self, frame: FrameType, event: str, argument: object) -> None:
        """A call or a return."""
        if event not in ("call", "return") or not (name := self._name(frame)):
            return
        above = frame.f_back
        while above is not None and not self._name(above):
            above = above.f_back
        caller = self._name(above) if above is not None else name
        if caller != name:
            self.pairs[(caller, name) if event == "call" else (name, caller)] += 1

    def _name(self, frame: FrameType) -> str:
        """The file of a frame, seen from Bionym's folder; empty for others."""
        code = frame.f_code
        if code not in self._names:
            path = Path(code.co_filename)
            self._names[code] = path.relative_to(SOURCE).as_posix() if path.is_relative_to(SOURCE) else ""
        return self._names[code]


def switches(model: Path, note: Path) -> Counter[tuple[str, str]]:
    """Pairs of files, and how often execution passed from the first to the second."""
    arguments = ["predict", str(note), "--model", str(model), "--to", "jsonl"]
    with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO())), contextlib.redirect_stderr(io.StringIO()):
        if command(arguments):
            raise SystemExit(f"bionym {' '.join(arguments)} failed")
        counting = Switches()
        sys.setprofile(counting)
        try:
            command(arguments)
        finally:
            sys.setprofile(None)
    return counting.pairs


def main() -> None:
    """Count, and print."""
    parser = argparse.ArgumentParser(description="Count passages between files of Bionym in one prediction.")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--note", type=Path, help="a note to tag; else a short one is made")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        note = given.note or Path(scratch) / "note.txt"
        if given.note is None:
            note.write_text(NOTE, encoding="utf-8")
        pairs = switches(given.model, note)
    together: Counter[tuple[str, ...]] = Counter()
    for pair, number in pairs.items():
        together[tuple(sorted(pair))] += number
    rows = [{"files": list(files), "switches": number} for files, number in together.most_common(NUM_PAIRS)]
    print(json.dumps({"switches": pairs.total(), "pairs": rows}, indent=2))


if __name__ == "__main__":
    main()
