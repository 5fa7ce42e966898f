"""The formats by their names and suffixes."""

import functools
from pathlib import Path

from bionym import plugins
from bionym.errors import UnknownNameError, UsageError
from bionym.files import suffix
from bionym.formats import _foreign
from bionym.protocols import Format


def names() -> tuple[str, ...]:
    """Every format, sorted."""
    return plugins.names("formats")


def find(name: str) -> Format:
    """The format of this name. Raises: UnknownNameError."""
    try:
        found: Format = plugins.find("formats", name)
    except UnknownNameError as error:
        raise _foreign.nearest(name) or error from error
    return found


@functools.cache
def with_suffix(wanted: str) -> list[str]:
    return [name for name in names() if wanted in find(name).SUFFIXES]


def by_name(path: Path, candidates: list[str]) -> list[str]:
    """Of several formats with a suffix the one that is named like it, or those that it leads."""
    named = [name for name in candidates if suffix(path) == f".{name}"]
    return named or [name for name in candidates if suffix(path) == find(name).SUFFIXES[0]]


def by_suffix(path: Path) -> Format:
    """The format to write to a path."""
    named = with_suffix(suffix(path))
    candidates = [name for name in named if not hasattr(find(name), "recognises")] or named
    chosen = candidates if len(candidates) == 1 else by_name(path, candidates)
    if len(chosen) != 1:
        raise UsageError(f"The format of {path} cannot be told from its name. Name it: {', '.join(names())}")
    return find(chosen[0])
