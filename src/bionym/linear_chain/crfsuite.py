"""The library that trains: its trainer, and what stands in its model files."""

import re
from collections.abc import Callable
from pathlib import Path

import pycrfsuite

_ENTRY = re.compile(r"\s*\(\d+\) (.+) --> (.+): (\S+)\s*$")


class Trainer(pycrfsuite.Trainer):  # type: ignore[misc]
    """CRFsuite's trainer, which calls `on_iteration` after each pass with its number, from 1, and the loss in nats."""

    def __new__(cls, on_iteration: Callable[[int, float], None]) -> "Trainer":
        made: Trainer = super().__new__(cls, verbose=False)
        return made

    def __init__(self, on_iteration: Callable[[int, float], None]) -> None:
        super().__init__(verbose=False)
        self.select("lbfgs")
        self._on_iteration = on_iteration
        self._number = 0

    def message(self, message: str) -> None:
        """Called by CRFsuite with each line of its log."""
        if found := re.match(r"\*+ Iteration #(\d+)", message):
            self._number = int(found[1])
        elif found := re.match(r"Loss: (\S+)", message):
            self._on_iteration(self._number, float(found[1]))


def dump(path: str) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], float]]:
    """State and transition weights of a model file of CRFsuite."""
    tagger = pycrfsuite.Tagger()
    tagger.open(path)
    listing = Path(path + ".txt")
    tagger.dump(str(listing))
    tagger.close()
    tables: dict[str, dict[tuple[str, str], float]] = {"TRANSITIONS": {}, "STATE_FEATURES": {}}
    table: dict[tuple[str, str], float] = {}
    with listing.open(encoding="utf-8") as lines:
        for line in lines:
            if line.endswith("= {\n"):
                table = tables.setdefault(line.split(" ")[0], {})
            elif found := _ENTRY.match(line):
                table[found[1], found[2]] = float(found[3])
    return tables["STATE_FEATURES"], tables["TRANSITIONS"]
