"""Whether a model's folder is as it was saved: a checksum for each file, and the settings that its configuration had.

    MODEL/checksums.json    {"files": {"weights.safetensors": "5f0c..."}, "settings": ["scheme", "training.c1", ...]}

Values of the configuration may be edited by hand, and the card; a setting that is gone means that the file was cut. A file that
the model predicts without may be deleted. Of a folder within that has checksums of its own, a member of an ensemble, only those
are in the table. Models that were saved before have no checksums and are read as they are.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b, file_digest
from pathlib import Path
from typing import Any

from bionym import config as configuration
from bionym.errors import ModelError
from bionym.files import write_whole

NAME, CONFIG = "checksums.json", "config.toml"
EDITED = (NAME, CONFIG, "model_card.md")  # by hand, perhaps


def write(folder: Path) -> None:
    """Write the checksums of what a model's folder holds now."""
    files = {name: _checksum(path) for name, path in _covered(folder)}
    settings = sorted(configuration.flat(configuration.read(folder / CONFIG)))
    write_whole(folder / NAME, json.dumps({"files": files, "settings": settings}, indent=1) + "\n")


def check(folder: Path, *, unread: Callable[[], Iterable[Path]] = tuple) -> None:
    """Compare a model's folder with its checksums, if it has any.

    Args:
        unread: gives the files that are not read, and so not compared.
    Raises: ModelError that names the first file that changed, or that leads out of the folder.
    """
    for name, path in _files(folder):
        if path.is_symlink() and not path.resolve().is_relative_to(folder.resolve()):
            raise ModelError(f"{folder}: {name} is a link that leads out of the model's folder. Copy the model again.")
    known = _read(folder / NAME)
    if known is None:
        return
    left_out = set(unread())
    for name, path in _covered(folder):
        if name in known["files"] and path not in left_out and _checksum(path) != known["files"][name]:
            raise ModelError(f"{folder}: {name} is not as it was saved. Copy the model again, or train it again.")
    gone = sorted(set(known["settings"]) - set(configuration.flat(configuration.read(folder / CONFIG))))
    if gone:
        raise ModelError(
            f"{folder / CONFIG} has lost {len(gone)} settings, such as {gone[0]}: it was cut. Copy the model again."
        )


def _read(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(known["files"], dict) or not all(isinstance(name, str) for name in known["settings"]):
            raise TypeError
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(f"{path} is damaged ({type(error).__name__}). Copy the model again.") from error
    table: dict[str, Any] = known
    return table


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path


def _covered(folder: Path) -> Iterator[tuple[str, Path]]:
    """The files that are in the table."""
    own = [path.parent for path in folder.rglob(NAME) if path.parent != folder]
    for name, path in _files(folder):
        is_elsewhere = any(path.is_relative_to(inner) for inner in own) and path.name != NAME
        if name not in EDITED and not is_elsewhere:
            yield name, path


def _checksum(path: Path) -> str:
    with path.open("rb") as stream:
        return file_digest(stream, lambda: blake2b(digest_size=16)).hexdigest()
