"""Plain text to train on: which files, how large, and their lines."""

import glob
from collections.abc import Iterable, Iterator
from pathlib import Path

from bionym.errors import InputError
from bionym.files import STREAM
from bionym.vectors._opening import read_lines as read_lines

SUFFIXES = ("txt", "txt.gz", "txt.xz")


def text_files(sources: Iterable[str]) -> tuple[Path, ...]:
    """Files, globs and folders as files, each once, in the order given. Raises: InputError if one names nothing."""
    return tuple(dict.fromkeys(path for source in sources for path in _files_of(source)))


def num_bytes(paths: Iterable[Path]) -> int:
    """The size of all files together, packed as they are; standard input has none."""
    return sum(path.stat().st_size for path in paths if path.is_file())


def _files_of(source: str) -> Iterator[Path]:
    path = Path(source)
    if path == STREAM or path.is_file():
        yield path
        return
    paths = _in_folder(path) if path.is_dir() else sorted(map(Path, glob.glob(source, recursive=True)))
    files = [file for file in paths if file.is_file()]
    if not files:
        what = "no text files (.txt, .txt.gz, .txt.xz) in this folder" if path.is_dir() else "no such file or folder"
        raise InputError(what, path=source)
    yield from files


def _in_folder(folder: Path) -> list[Path]:
    return sorted(path for ending in SUFFIXES for path in folder.rglob(f"*.{ending}"))
