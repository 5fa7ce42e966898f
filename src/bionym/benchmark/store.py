"""The folder of results: a folder for each cell, which stands there whole or not at all.

    cells/crf.NCBI-disease.train-6c1f...-09ab.../
        cell.json               what was done and at what cost; or the error, if it failed
        reports/CORPUS.json     scores on a corpus, as `bionym evaluate --json` writes them, for `bionym compare`
        predicted/CORPUS.jsonl  asked for only
        model/                  asked for only

The two hashes are those of the training and of the scoring: see `keys`.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bionym.benchmark.grid import Cell
from bionym.benchmark.keys import Keys
from bionym.files import finishing, write_whole

RECORD = "cell.json"
_UNSAFE = re.compile(r"[^\w+-]+")
_MAX_CHARS = 120


class Store:
    """The cells under a folder."""

    def __init__(self, out: Path) -> None:
        self.cells = out / "cells"

    def folder(self, cell: Cell, keys: Keys) -> Path:
        """Where a cell stands, or will stand."""
        parts = (cell.system, "+".join(cell.train), cell.protocol, "" if cell.seed is None else f"seed{cell.seed}")
        name = ".".join(_UNSAFE.sub("_", part) for part in parts if part)[:_MAX_CHARS]
        return self.cells / f"{name}-{keys.training}-{keys.scoring}"

    def record(self, folder: Path) -> dict[str, Any] | None:
        """The record of a cell that is done; None if it is not, or failed."""
        try:
            found: dict[str, Any] = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return None if found.get("error") else found

    def model(self, keys: Keys) -> Path | None:
        """A model that was kept from the same training."""
        found = sorted(self.cells.glob(f"*-{keys.training}-*/model/config.toml"))
        return found[0].parent if found else None

    @contextmanager
    def writing(self, folder: Path) -> Iterator[Path]:
        """A folder to write to, moved to its place when all went well, removed when not."""
        with finishing(folder, force=True, may_replace=Path.is_dir) as unfinished:
            unfinished.mkdir()
            yield unfinished


def write_json(path: Path, value: object) -> None:
    """A value as JSON, whole or not at all."""
    write_whole(path, json.dumps(value, indent=1, ensure_ascii=False) + "\n")
