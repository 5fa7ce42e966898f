"""A file or folder put in the place of another, such that one of the two always stands there."""

import contextlib
import ctypes
import os
import sys
from pathlib import Path

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # of Linux: linux/fcntl.h, linux/fs.h


def put_in_place(new: Path, out: Path, aside: Path) -> None:
    """Give `new` the name `out`; what stood there is at `aside` or `new` afterwards, for the caller to remove.

    A file is replaced by one rename. A folder is exchanged with the other where the system can do that at once (Linux); elsewhere
    it is put aside first, and put back if the second rename fails.

    Args:
        aside: a free name on the same file system.
    Raises: OSError, with what stood there still in its place.
    """
    if not out.is_dir() or out.is_symlink():
        os.replace(new, out)
    elif not _exchanged(new, out):
        _replace_folder(new, out, aside)


def _replace_folder(new: Path, out: Path, aside: Path) -> None:
    os.replace(out, aside)
    try:
        os.replace(new, out)
    except BaseException:
        os.replace(aside, out)
        raise


def _exchanged(first: Path, second: Path) -> bool:
    """Whether two names were exchanged at once; false where the system or the file system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    with contextlib.suppress(AttributeError, OSError):
        exchange = ctypes.CDLL(None, use_errno=True).renameat2
        names = (os.fsencode(first), os.fsencode(second))
        failed: int = exchange(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE)
        return failed == 0
    return False
