"""A place to write to that is whole or not there."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bionym.errors import OutputError
from bionym.files import reason


@contextmanager
def whole(target: Path, *, is_folder: bool, force: bool) -> Iterator[Path]:
    """A place to write to, moved to `target` when all went well, removed when not."""
    _refuse_impossible(target)
    if target.is_dir() != is_folder and target.exists():
        wanted, found = ("folder", "file") if is_folder else ("file", "folder")
        raise OutputError(f"{target} is a {found}; this format writes a {wanted}. Choose another name.")
    if target.exists() and not target.is_file() and not is_folder:
        yield target  # a device or a pipe: nothing can be moved there
        return
    if target.exists() and not force and not (is_folder and not any(target.iterdir())):
        raise OutputError(f"{target} exists. Choose another name, or replace it with --force.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _refuse_impossible(target)
        scratch = Path(tempfile.mkdtemp(prefix=".bionym-", dir=target.parent))
    except OSError as error:
        raise OutputError(f"{target.parent} cannot be written to: {error.strerror}") from error
    try:
        unfinished = scratch / target.name
        if is_folder:
            unfinished.mkdir()
        yield unfinished
        _move(unfinished, target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _refuse_impossible(target: Path) -> None:
    """Raises: OutputError for a name that no file can have."""
    try:
        target.lstat()
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        raise OutputError(f"{str(target)[:80]!r}: {reason(error)}. Choose another name.") from error


def _move(finished: Path, target: Path) -> None:
    if not finished.is_dir() or not target.exists():
        os.replace(finished, target)
        return
    for path in sorted(finished.rglob("*")):
        if path.is_file():
            place = target / path.relative_to(finished)
            place.parent.mkdir(parents=True, exist_ok=True)
            os.replace(path, place)
