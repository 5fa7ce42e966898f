"""Files packed by gzip, read through one door: damage is an error that names the file, and size has a bound."""

import gzip
import io
import os
import zlib
from pathlib import Path
from typing import IO, cast

from bionym.errors import FormatError, UsageError

GIB = 1 << 30
BOUND = "BIONYM_MAX_UNPACKED_GIB"  # the environment variable that raises the bound
DEFAULT_GIB = 2.0


def unpacked(path: Path) -> IO[bytes]:
    """A packed file opened for reading.

    Raises: OSError if it cannot be opened. Reading raises FormatError where the data is damaged, cut short or no gzip,
        and where it would unpack to more than the bound (2 GiB, or what `BIONYM_MAX_UNPACKED_GIB` says).
    """
    return cast(IO[bytes], io.BufferedReader(_Unpacked(path), 1 << 16))


class _Unpacked(io.RawIOBase):
    """The unpacked bytes of a file; whatever gzip has to say of them is a FormatError."""

    def __init__(self, path: Path) -> None:
        self._path, self._bound, self._num_bytes = path, max_bytes(), 0
        self._stream = gzip.GzipFile(path, "rb")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        try:
            data = self._stream.read(len(buffer))
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise _damaged(self._path) from None  # Python's own words quote the first bytes
        self._num_bytes += len(data)
        if self._num_bytes > self._bound:
            raise _too_large(self._path, self._bound)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


def max_bytes() -> int:
    """How many bytes a packed file may hold. Raises: UsageError if the environment variable is no number above 0."""
    written = os.environ.get(BOUND, "")
    try:
        gibibytes = float(written) if written else DEFAULT_GIB
        if not gibibytes > 0:
            raise ValueError
        return int(min(gibibytes * GIB, float(1 << 62)))
    except ValueError:
        raise UsageError(f"{BOUND} is {written!r}: expected a number of GiB above 0, such as 8.") from None


def _damaged(path: Path) -> FormatError:
    return FormatError("the compressed data is damaged, cut short, or no gzip", path=path, fix="Fetch the file again.")


def _too_large(path: Path, bound: int) -> FormatError:
    found = f"unpacked, the file is larger than {bound / GIB:.4g} GiB"
    return FormatError(found, path=path, fix=f"If it is meant to be, set {BOUND} to a higher number of GiB.")
