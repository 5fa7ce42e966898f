"""Files opened for reading, unpacked by what they hold: gzip, xz or nothing."""

import contextlib
import gzip
import lzma
import os
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, cast

from bionym.errors import FormatError, InputError
from bionym.files import BOM, STREAM, decode, open_bytes

GZIP, XZ = b"\x1f\x8b", b"\xfd7zXZ\x00"
LINES_BETWEEN_REPORTS = 1_000


@contextlib.contextmanager
def unpack(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of a file. Raises: InputError if there is none, FormatError if it is packed and damaged."""
    with _opened(path) as raw, _told(path), contextlib.ExitStack() as stack:
        yield stack.enter_context(_unpacking(raw))


def read_lines(path: Path, on_bytes: Callable[[int], None] = lambda num_bytes: None) -> Iterator[str]:
    """The lines of a text without their ends, one at a time; `-` is standard input.

    Args:
        on_bytes: called now and then with how many bytes of the file, packed as it is, were read since the last call.
    Raises: InputError; FormatError with the line that is not UTF-8.
    """
    if path == STREAM:
        yield from _decoded(open_bytes(path), path)
        return
    with _opened(path) as raw, _told(path), _unpacking(raw) as stream:
        reported = 0
        for number, line in enumerate(_decoded(stream, path)):
            yield line
            if number % LINES_BETWEEN_REPORTS == 0:
                on_bytes(raw.tell() - reported)
                reported = raw.tell()
        on_bytes(raw.tell() - reported)


def _decoded(stream: IO[bytes], path: Path) -> Iterator[str]:
    for number, raw in enumerate(stream, start=1):
        text = decode(raw, path=path, line=number).rstrip("\r\n")
        yield text.removeprefix(BOM) if number == 1 else text


def _opened(path: Path) -> IO[bytes]:
    if path.is_dir():
        raise InputError("this is a folder, expected a file", path=path)
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(os.strerror(error.errno or 0).lower(), path=path) from error


def _unpacking(raw: IO[bytes]) -> IO[bytes]:
    magic = raw.read(len(XZ))
    raw.seek(0)
    if magic.startswith(GZIP):
        return cast(IO[bytes], gzip.GzipFile(fileobj=raw))
    return cast(IO[bytes], lzma.LZMAFile(raw)) if magic == XZ else raw


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """Damage of the packing, said without Python's own words, which quote bytes."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile, lzma.LZMAError) as error:
        problem = "the compressed data is damaged or cut short"
        raise FormatError(problem, path=path, fix="Fetch the file again.") from error
