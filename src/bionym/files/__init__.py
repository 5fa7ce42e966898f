"""Files as every format needs them: found, opened, decoded and named."""

import contextlib
import gzip
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, NamedTuple

from bionym.errors import FormatError, InputError, OutputError, UsageError
from bionym.files._cells import CsvWriter as CsvWriter
from bionym.files._cells import harmless as harmless
from bionym.files._names import FileNames as FileNames
from bionym.files._names import document_id_of as document_id_of
from bionym.files._unpacking import unpacked
from bionym.replacing import put_in_place

STREAM = Path("-")  # standard input or output
BOM = "\ufeff"


class Line(NamedTuple):
    """One line of a file: its 1-based number and its text without the line end."""

    number: int
    text: str


def read_text(path: Path, *, encoding: str = "utf-8") -> str:
    """A whole file, decoded; line ends and a byte order mark are left as they are.

    Raises: InputError if there is no such file, FormatError where the bytes are not of the encoding.
    """
    with open_bytes(path) as stream:
        return decode(stream.read(), path=path, encoding=encoding)


def read_lines(path: Path, *, encoding: str = "utf-8") -> Iterator[Line]:
    r"""The lines of a file, one at a time, without a byte order mark.

    "\n" and "\r\n" end a line; so does "\r" in a file that has no "\n".
    """
    with open_bytes(path) as stream:
        for number, raw in enumerate(_raw_lines(stream), start=1):
            text = decode(raw, path=path, line=number, encoding=encoding)
            text = text.removesuffix("\n").removesuffix("\r")
            yield Line(number, text.removeprefix(BOM) if number == 1 else text)


def with_line_feeds(text: str) -> str:
    r"""The text with "\n" for "\r" if the latter are its only line ends; every offset stays."""
    return text if "\n" in text else text.replace("\r", "\n")


def refuse_carriage_return(line: Line, path: Path) -> None:
    r"""Raises: FormatError if there is a "\r" within the line, where it most likely ends another one."""
    if "\r" in line.text:
        found = "a carriage return within the line: some lines of the file end with CR, others with LF"
        fix = f"Convert the line ends first, for example: tr '\\r' '\\n' < {path.name} > lf-{path.name}"
        raise FormatError(found, path=path, line=line.number, fix=fix)


def _raw_lines(stream: IO[bytes]) -> Iterator[bytes]:
    first = stream.readline()
    if b"\r" in first and not first.endswith(b"\n"):  # all of the file: there is no line feed in it
        yield from first.removesuffix(b"\r").split(b"\r")
        return
    if first:
        yield first
    yield from stream


def read_head(path: Path, num_chars: int = 4096) -> str:
    """The first characters of a file, whatever its encoding, to recognise its format by."""
    with open_bytes(path) as stream:
        return stream.read(num_chars).decode("utf-8", "replace").removeprefix(BOM)


def decode(raw: bytes, *, path: Path, line: int | None = None, encoding: str = "utf-8") -> str:
    """Bytes as text. Raises: FormatError that names the line and the way out; UsageError for an unknown encoding."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) and encoding == "utf-8":
        raise FormatError("the file is in UTF-16, expected UTF-8", path=path, line=1, fix=_convert(path, "UTF-16"))
    try:
        return raw.decode(encoding)
    except LookupError as error:
        raise UsageError(f"There is no encoding {encoding!r}. Names are such as utf-8, latin-1, cp1252.") from error
    except UnicodeDecodeError as error:
        number = line or raw.count(b"\n", 0, error.start) + 1
        found = f"byte 0x{raw[error.start]:02x} is not {encoding.upper()}"
        raise FormatError(found, path=path, line=number, fix=_convert(path, "LATIN1")) from error


def open_bytes(path: Path) -> IO[bytes]:
    """A file opened for reading, unpacked if its name ends in `.gz`; `-` is standard input."""
    if path == STREAM:
        if sys.stdin.buffer.closed:
            raise InputError("standard input can be read only once", path=path, fix="Put one of the inputs in a file.")
        return sys.stdin.buffer
    try:
        if path.is_dir():
            raise InputError("this is a folder, expected a file", path=path, fix="Name a file in it, or its format.")
        return unpacked(path) if is_packed(path) else path.open("rb")
    except (OSError, ValueError) as error:  # ValueError: NUL in the name
        raise InputError(reason(error), path=path) from error


@contextlib.contextmanager
def open_output(path: Path) -> Iterator[IO[str]]:
    """A file opened for writing UTF-8, packed if its name ends in `.gz`; `-` is standard output."""
    if path == STREAM:
        stream = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", write_through=True)
        try:
            yield stream
            stream.flush()
        finally:
            stream.detach()
    elif is_packed(path):
        with (
            path.open("wb") as raw,
            gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed,
            io.TextIOWrapper(packed, encoding="utf-8", newline="") as stream,
        ):
            yield stream
    else:
        with path.open("w", encoding="utf-8", newline="") as stream:
            yield stream


def write_text(path: Path, text: str) -> None:
    """A whole file at once, folders made as needed, line ends as they are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open_output(path) as stream:
        stream.write(text)


def write_whole(path: Path, text: str, *, is_durable: bool = False) -> None:
    """A report or a record, whole or not at all; what stood there is replaced. Raises: OutputError for a folder.

    Args:
        is_durable: see `writing_whole`.
    """
    if path.is_dir():
        raise OutputError(f"{path} is a folder. Name a file.")
    path.parent.mkdir(parents=True, exist_ok=True)
    with writing_whole(path, is_durable=is_durable) as unfinished:
        unfinished.write_text(text, encoding="utf-8")


@contextlib.contextmanager
def writing_whole(path: Path, *, is_durable: bool = False) -> Iterator[Path]:
    """A path to write a file to; it takes the name `path` when the block ends well, else it is removed.

    Args:
        is_durable: the file is on the disk under its name at the end, so that a power failure leaves the old or the new one.
    """
    unfinished = unfinished_name(path)
    try:
        yield unfinished
        if is_durable:
            _flush(unfinished)
        os.replace(unfinished, path)
        if is_durable:
            _flush_names(path.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def unfinished_name(path: Path) -> Path:
    """The name of a file until it is whole."""
    return path.with_name(f".{path.name}.unfinished")


@contextlib.contextmanager
def finishing(
    out: Path, *, force: bool, may_replace: Callable[[Path], bool] = Path.is_file, otherwise: str = "something else"
) -> Iterator[Path]:
    """A path to write a file or folder to; it takes the name `out` when the block ends well, else it is removed.

    It lies in a folder of its own beside `out`, that no other user can read; the block may put scratch files there.

    Args:
        may_replace: whether what stands at `out` is of the kind that `force` replaces.
        otherwise: what it is if not, for the message.
    Raises: OutputError, before any work, if `out` stands in the way.
    """
    stands = out.exists() or out.is_symlink()
    if stands and not force:
        raise OutputError(f"{out} exists. Choose another name, or replace it with --force.")
    if stands and not may_replace(out):
        raise OutputError(f"{out} is {otherwise}, so it is not replaced. Choose another name.")
    out.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".bionym-", dir=out.parent))
    try:
        yield scratch / out.name
        put_in_place(scratch / out.name, out, scratch / f"{out.name}.replaced")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def is_packed(path: Path) -> bool:
    """Whether a file is packed, by its name: `.gz` in any case."""
    return path.suffix.lower() == ".gz"


def without_packing(name: str) -> str:
    """A file's name without `.gz`: "a.json.GZ" gives "a.json"."""
    return name[:-3] if name.lower().endswith(".gz") else name


def stem(path: Path) -> str:
    """The name without `.gz` and without the suffix of its format: `a/b.json.gz` gives "b", `-` "stdin"."""
    return "stdin" if path == STREAM else Path(without_packing(path.name)).stem


def suffix(path: Path) -> str:
    """The suffix of the format, lower-cased: `a/b.JSON.gz` gives ".json"."""
    return Path(without_packing(path.name)).suffix.lower()


def companion(path: Path, wanted: str, beside: Iterable[Path] = ()) -> Path | None:
    """The file with the same stem and the wanted suffix, in lower case, capitals or capitalised, perhaps with `.gz`.

    It is looked for in `beside` (files or folders), else next to `path`.
    """
    names = [stem(path) + ending + packed for ending in _spellings(wanted) for packed in ("", ".gz", ".GZ")]
    for place in beside:
        if place.is_file() and stem(place) == stem(path) and suffix(place) == wanted:
            return place
        found = next((place / name for name in names if (place / name).is_file()), None)
        if found is not None:
            return found
    return next((path.with_name(name) for name in names if path.with_name(name).is_file()), None)


def _spellings(ending: str) -> tuple[str, ...]:
    return ending, ending.upper(), ending[:1] + ending[1:].capitalize()


def _flush(path: Path) -> None:
    """See that the bytes of a file are on the disk."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _flush_names(folder: Path) -> None:
    """See that the names in a folder are on the disk, where the system can say so."""
    if hasattr(os, "O_DIRECTORY"):
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _convert(path: Path, encoding: str) -> str:
    return f"Convert it first, for example: iconv -f {encoding} -t UTF-8 {path.name} > utf8-{path.name}"


def reason(error: OSError | ValueError) -> str:
    """Why the operating system, or Python, does not take a path."""
    if isinstance(error, ValueError):
        return "no file can have this name"
    return os.strerror(error.errno).lower() if error.errno else str(error)
