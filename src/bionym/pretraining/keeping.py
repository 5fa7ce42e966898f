"""What a run keeps in its folder besides checkpoints, so that it goes on as it began: what was asked, counted, measured."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from bionym.config import Settings, refuse_changes
from bionym.errors import InputError
from bionym.files import write_whole
from bionym.pretraining.text import Text

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
        if "asked" in self._facts:
            refuse_changes(folder, self._facts["asked"], asked)
        else:
            self._facts["asked"] = dict(asked)

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """A fact as it was written down; made, and written down, the first time."""
        if name not in self._facts:
            self._facts[name] = make()
            write_whole(self._path, json.dumps(self._facts, indent=1, ensure_ascii=False) + "\n")
        return self._facts[name]


def asked_of(text: Text, config: Settings, *, seed: int, without: Iterable[str] = ()) -> dict[str, Any]:
    """What must be the same for a run to go on: the files, the seed, the settings.

    Those of the training are left out, for its checkpoint compares them; and those without influence on it.
    """
    settings = config.model_dump(mode="json", exclude={"training", *without})
    return {"files": text.counted._asdict(), **settings, "seed": seed}


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found
    except (OSError, ValueError) as error:
        raise InputError("this is not JSON", path=path, fix="Remove its folder to start anew.") from error
