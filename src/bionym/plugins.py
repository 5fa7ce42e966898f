"""Find a part by its name: the file's name is the part's name; then installed entry points.

`find("formats", "brat")` is the module `bionym.formats.brat`, or what an installed package registered under the entry
point group `bionym.formats`. Dashes and underscores are the same. Files whose name begins with "_" are no parts.
"""

import importlib
import importlib.util
import pkgutil
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any

from bionym.errors import UnknownNameError


def names(room: str) -> tuple[str, ...]:
    """Every part of a room, sorted: ours, then those of installed packages."""
    ours = [module.name for module in pkgutil.iter_modules(_package(room).__path__) if not module.name.startswith("_")]
    return tuple(sorted({*ours, *(point.name for point in entry_points(group=f"bionym.{room}"))}))


def find(room: str, name: str) -> Any:
    """The part of this name. Raises: UnknownNameError, with the nearest name and all there are."""
    wanted = name.replace("-", "_").lower()
    if wanted.startswith("_") or not wanted.isidentifier():
        raise UnknownNameError(_singular(room), name, names(room))
    if importlib.util.find_spec(f"bionym.{room}.{wanted}"):
        return importlib.import_module(f"bionym.{room}.{wanted}")
    for point in entry_points(group=f"bionym.{room}"):
        if point.name.replace("-", "_").lower() == wanted:
            return point.load()
    raise UnknownNameError(_singular(room), name, names(room))


def _package(room: str) -> ModuleType:
    return importlib.import_module(f"bionym.{room}")


def _singular(room: str) -> str:
    return room.rsplit(".", 1)[-1].removesuffix("s")
