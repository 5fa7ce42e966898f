"""Output that appears whole or not at all."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bionym.errors import OutputError


@contextlib.contextmanager
def finishing(out: Path, *, force: bool, may_replace: Callable[[Path], bool] = Path.is_file) -> Iterator[Path]:
    """A path to write a file or folder to; it takes the name `out` when the block ends well, else it is removed.

    It lies in a folder of its own beside `out`, that nobody else can read; the block may put scratch files there.

    Args:
        may_replace: whether what stands at `out` is of the kind that `force` replaces.
    Raises: OutputError, before any work, if `out` stands in the way.
    """
    if out.exists() and not force:
        raise OutputError(f"{out} exists. Choose another --out, or replace it with --force.")
    if out.exists() and not may_replace(out):
        raise OutputError(f"{out} is something else, so it is not replaced. Choose another --out.")
    out.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".bionym-", dir=out.parent))
    try:
        yield scratch / out.name
        if out.exists():
            os.replace(out, scratch / f"{out.name}.replaced")
        os.replace(scratch / out.name, out)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
