"""What a run keeps in its folder besides checkpoints, so that it goes on as it began: what was asked, counted, measured."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bionym.config import flat
from bionym.errors import ConfigError, InputError
from bionym.files import write_whole

NAME = "pretraining.json"


class Kept:
    """Facts in a file, each made once.

    Args:
        folder: of the run.
        asked: what must be the same for a run to go on.
    Raises: ConfigError that names what changed; InputError if the file is damaged.
    """

    def __init__(self, folder: Path, asked: Mapping[str, Any]) -> None:
        self._path = folder / NAME
        self._facts = _read(self._path)
        now = json.loads(json.dumps(dict(asked)))
        self._check(flat(self._facts.setdefault("asked", now)), flat(now), folder)

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """A fact as it was written down; made, and written down, the first time."""
        if name not in self._facts:
            self._facts[name] = make()
            write_whole(self._path, json.dumps(self._facts, indent=1, ensure_ascii=False) + "\n")
        return self._facts[name]

    def _check(self, before: Mapping[str, Any], now: Mapping[str, Any], folder: Path) -> None:
        changed = [key for key in sorted({*before, *now}) if before.get(key) != now.get(key)]
        if changed:
            said = "; ".join(f"{key} was {before.get(key)!r}, is {now.get(key)!r}" for key in changed)
            raise ConfigError(
                f"{folder} holds a run that was not asked the same: {said}. Set it back, or remove this folder to start anew."
            )


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found
    except (OSError, ValueError) as error:
        raise InputError("this is not JSON", path=path, fix="Remove its folder to start anew.") from error
