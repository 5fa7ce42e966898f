"""Models as folders: saved whole or not at all, found by name, loaded without running anything they hold.

A model folder holds `config.toml` (which model, and its whole configuration), the weights (safetensors) and their names
(JSON), the files its features need (`resources/`), `run.json` (data, versions, losses) and `model_card.md`.
A name is looked for as a path, in `./models`, in the folders of `BIONYM_MODELS`, and among the models that ship.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

from bionym import config as configuration
from bionym import plugins
from bionym.errors import ModelError, OutputError, UnknownNameError
from bionym.files import finishing
from bionym.protocols import Family, Tagger
from bionym.resources import SHIPPED
from bionym.trained import checksums
from bionym.trained.card import card
from bionym.trained.record import RUN, Record

CONFIG = "config.toml"
FORMAT = 1  # of a model's folder; goes up when an older version could not read it rightly


class Savable(Protocol):
    """What can be written to a model's folder."""

    def save(self, folder: Path) -> None:
        """Write the files."""


class Found(NamedTuple):
    """A model that can be loaded by its name."""

    name: str
    folder: Path


def save(tagger: Savable, folder: Path, record: Record | None, *, force: bool = False) -> None:
    """A trained model into a new folder, with the record of its training, if there is one, and a card.

    Raises: OutputError if something stands there that is not a model, or if `force` is not given.
    """
    with replacing(folder, force=force) as unfinished:
        unfinished.mkdir()
        tagger.save(unfinished)
        open_to_readers(unfinished)
        mark_format(unfinished)
        if record:
            write_record(unfinished, record)


def mark_format(folder: Path) -> None:
    """Put the version of the format first in a model's configuration, where later versions look for it."""
    path = folder / CONFIG
    text = path.read_text(encoding="utf-8")
    if not text.startswith("format = "):
        path.write_text(f"format = {FORMAT}\n{text}", encoding="utf-8")


def write_record(folder: Path, record: Record) -> None:
    """The record of a training, and the card that tells of it, into a model's folder."""
    (folder / RUN).write_text(json.dumps(record.as_json(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "model_card.md").write_text(card(folder.name, record), encoding="utf-8")


@contextmanager
def replacing(folder: Path, *, force: bool) -> Iterator[Path]:
    """A path to write a model's folder to, as `finishing` gives it; at the end its files get checksums. Raises: OutputError."""
    with finishing(folder, force=force, may_replace=_may_replace, otherwise="not a model folder") as unfinished:
        yield unfinished
        checksums.write(unfinished)


def _may_replace(folder: Path) -> bool:
    """Whether a folder holds a model, or nothing."""
    return (folder / CONFIG).is_file() or not any(folder.iterdir())


def check_free(folder: Path, *, force: bool = False) -> None:
    """Raises: OutputError, before any work, if something stands where a model is to be written."""
    if folder.exists() and not force:
        raise OutputError(f"{folder} exists. Choose another name, or replace it with --force.")


def open_to_readers(folder: Path) -> None:
    """Files with the rights that the user gives new files; some writers keep theirs to the user alone."""
    mask = os.umask(0)
    os.umask(mask)
    for path in (folder, *folder.rglob("*")):
        path.chmod((0o777 if path.is_dir() else 0o666) & ~mask)


def load(name: str | os.PathLike[str]) -> Tagger:
    """The model of this name or in this folder. Raises: UnknownNameError, ModelError."""
    folder = locate(name)
    part = family(kind_of(folder))
    checksums.check(folder, unread=lambda: part.optional_files(folder))
    return part.load(folder)


def kind_of(folder: Path) -> str:
    """Which kind of model lies in a folder. Raises: ModelError if it does not say."""
    settings = configuration.read(folder / CONFIG)
    number, kind = settings.get("format", FORMAT), settings.get("model")
    if not isinstance(number, int) or number > FORMAT:
        raise ModelError(
            f"{folder} is a model of format {number}, and this version of Bionym reads formats up to {FORMAT}. "
            "Install a newer version of Bionym, or ask for the model in an older format."
        )
    if not isinstance(kind, str):
        raise ModelError(f'{folder / CONFIG} does not say which model this is (model = "crf").')
    return kind


def optional_files(folder: Path) -> tuple[Path, ...]:
    """The files of a model, or of its members, that it predicts without. Raises: ModelError if it does not say what it is."""
    return tuple(family(kind_of(folder)).optional_files(folder))


def family(kind: str) -> Family:
    """The module of a kind of model. Raises: UnknownNameError."""
    module: Family = plugins.find("models", kind)
    return module


def locate(name: str | os.PathLike[str]) -> Path:
    """The folder of a model. Raises: UnknownNameError with the nearest name; ModelError if a folder holds none."""
    path = Path(name)
    if (path / CONFIG).is_file():
        return path
    known = {found.name: found.folder for found in available()}
    if str(name) not in known and path.is_dir():
        raise ModelError(f"{path} holds no model: config.toml is missing. Name a folder that 'bionym train' wrote.")
    if str(name) not in known:
        raise UnknownNameError("model", str(name), known)
    return known[str(name)]


def available() -> tuple[Found, ...]:
    """Every model that can be loaded by name, sorted; of equal names the first place wins."""
    places = [Path("models"), *map(Path, os.environ.get("BIONYM_MODELS", "").split(os.pathsep)), SHIPPED / "models"]
    found: dict[str, Found] = {}
    for place in places:
        if place != Path() and place.is_dir():
            for config in sorted(place.glob("*/config.toml")):
                found.setdefault(config.parent.name, Found(config.parent.name, config.parent))
    return tuple(found[name] for name in sorted(found))
