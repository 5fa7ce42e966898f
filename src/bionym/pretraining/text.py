"""Raw text on the disk, as a stream of documents, some of them held out.

A document is chosen by a hash of its own text. So the choice is the same in every run, whatever stands beside it; equal
documents fall on one side; and with a larger sample the smaller one stays in it, and what is held out stays held out.
"""

import functools
import os
from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import Field

from bionym.config import Settings
from bionym.errors import InputError
from bionym.files import STREAM
from bionym.vectors.sources import SUFFIXES, read_lines, text_files

_HASHES = 2**64

OnRead = Callable[[int, int], None]  # bytes read in this pass, and of all files, packed as they are


def no_progress(read: int, total: int) -> None:
    """Nobody listens."""


class TextSettings(Settings):
    """How text becomes documents, and which of them are learned from."""

    documents: Literal["lines", "blocks", "files"] = Field(
        default="lines", description="What one document is: a line, what stands between blank lines, or a file."
    )
    held_out: float = Field(default=0.01, gt=0, lt=0.5, description="Share of documents held out, to measure on.")
    held_out_tokens: int = Field(
        default=50_000, ge=1, description="Of these so many subwords are measured on, at most."
    )
    sample: float = Field(default=1.0, gt=0, le=1, description="Share of the other documents that is learned from.")


class Piece(NamedTuple):
    """A document, and the side it is on."""

    text: str
    is_held_out: bool


class Files(NamedTuple):
    """How many files there are, their size, packed as they are, and a hash of their names, sizes and times."""

    number: int
    num_bytes: int
    fingerprint: str


class Text:
    """Documents of text files, as often as they are gone through.

    Args:
        sources: files, globs and folders of .txt, packed or not; standard input only the first time.
        on_read: told now and then how much of the text was read.
    """

    def __init__(self, sources: Iterable[str], settings: TextSettings, *, on_read: OnRead = no_progress) -> None:
        self.sources, self.settings, self._on_read = tuple(dict.fromkeys(sources)), settings, on_read

    def files(self) -> Iterator[Path]:
        """Every file, in an order that stays; of a folder the names of a part at a time. Raises: InputError."""
        for source in self.sources:
            if Path(source).is_dir():
                yield from _in_folder(source)
            else:
                yield from text_files([source])

    @functools.cached_property
    def counted(self) -> Files:
        """The files, without reading them. Raises: InputError if a source names nothing."""
        number, num_bytes, seen = 0, 0, blake2b(digest_size=16)
        for path in self.files():
            size, time = (0, 0) if path == STREAM else (path.stat().st_size, path.stat().st_mtime_ns)
            seen.update(f"{path}\n{size}\n{time}\n".encode("utf-8", "surrogateescape"))
            number, num_bytes = number + 1, num_bytes + size
        return Files(number, num_bytes, seen.hexdigest())

    def __iter__(self) -> Iterator[Piece]:
        """Every document that is taken; blank ones are none. Raises: InputError, FormatError with the line."""
        for text in self._documents():
            place = place_of(text)
            if place < self.settings.held_out:
                yield Piece(text, True)
            elif place < self.settings.held_out + self.settings.sample * (1 - self.settings.held_out):
                yield Piece(text, False)

    def training(self) -> Iterator[str]:
        """The documents that are learned from."""
        return (piece.text for piece in self if not piece.is_held_out)

    def _documents(self) -> Iterator[str]:
        read = 0

        def on_bytes(number: int) -> None:
            nonlocal read
            read += number
            self._on_read(read, self.counted.num_bytes)

        for path in self.files():
            lines = read_lines(path, on_bytes)
            if self.settings.documents == "lines":
                yield from (line for line in lines if line.strip())
            else:
                yield from _joined(lines, at_blanks=self.settings.documents == "blocks")


def place_of(text: str) -> float:
    """A number from 0 to 1 that belongs to a text."""
    return int.from_bytes(blake2b(text.encode("utf-8"), digest_size=8).digest(), "big") / _HASHES


def _in_folder(folder: str) -> Iterator[Path]:
    found = False
    endings = tuple(f".{ending}" for ending in SUFFIXES)
    for place, inner, names in os.walk(folder):
        inner.sort()
        for name in sorted(name for name in names if name.endswith(endings)):
            found = True
            yield Path(place, name)
    if not found:
        raise InputError("no text files (.txt, .txt.gz, .txt.xz) in this folder", path=folder)


def _joined(lines: Iterable[str], *, at_blanks: bool) -> Iterator[str]:
    """Lines as documents of several: all of them one, or one up to each blank line."""
    held: list[str] = []
    for line in lines:
        if line.strip() or not at_blanks:
            held.append(line)
        elif held:
            yield "\n".join(held)
            held = []
    if any(map(str.strip, held)):
        yield "\n".join(held)
