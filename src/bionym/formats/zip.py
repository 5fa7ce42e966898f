"""A zip of a folder: of brat's files, or of any other format of files that are read by themselves.

The archive is unpacked into a folder of its own, that nobody else can read and that is removed afterwards. Members that would
leave it, links and encrypted ones are refused, and so is what unpacks to more than the bounds: 200,000 files, 2 GiB in all, 512 MiB
a file. Hidden files and `__MACOSX` are passed over.

What can be held is what the format inside holds: the option `inner` names it; in reading it is told from the files, in writing it
is brat.

Source: PKWARE APPNOTE 6.3, as Python's `zipfile` reads it.
"""

import io
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from bionym import formats
from bionym.data import Audit, Document
from bionym.errors import FormatError, InputError, UsageError
from bionym.files import open_bytes, stem
from bionym.formats._json_output import open_binary

SUFFIXES = (".zip",)
ONE_PER_FILE = False
IS_ARCHIVE = True
KEEPS_META = True  # what the inner format has no place for, it counts itself
MAX_FILES = 200_000
MAX_BYTES = 2 << 30
MAX_FILE_BYTES = 512 << 20
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_CHUNK_BYTES = 1 << 20


def read(path: Path, *, inner: str | None = None, audit: Audit | None = None) -> Iterator[Document]:
    """Documents of the files in the archive, in the order of their names.

    Args:
        inner: the format of the files; None tells it.
    Raises: InputError with the archive and, where it is known, the file in it.
    """
    _refuse_itself(inner)
    with tempfile.TemporaryDirectory(prefix="bionym-") as name:
        folder = Path(name) / (stem(path) or "archive")
        folder.mkdir()
        _unpack(path, folder)
        if not any(folder.iterdir()):
            return
        try:
            yield from formats.read(folder, inner, audit=_within(audit))
        except InputError as error:
            raise _inside(error, path, folder) from error


def write(documents: Iterable[Document], path: Path, *, inner: str = "brat", audit: Audit | None = None) -> None:
    """Documents to one archive.

    Args:
        inner: the format of the files in it.
    """
    _refuse_itself(inner)
    part = formats.find(inner)
    with tempfile.TemporaryDirectory(prefix="bionym-") as name:
        folder = Path(name) / "files"
        target = folder if part.ONE_PER_FILE else folder / f"documents{part.SUFFIXES[0]}"
        folder.mkdir()
        formats.write(documents, target, inner, force=True, audit=_within(audit))
        packed = Path(name) / "packed"
        with packed.open("wb") as plain:
            _pack(folder, plain)
        with packed.open("rb") as plain, open_binary(path) as stream:
            shutil.copyfileobj(plain, stream)


def _refuse_itself(inner: str | None) -> None:
    if inner == "zip":
        raise UsageError("Option 'inner': an archive within an archive is not read or written")


def _within(audit: Audit | None) -> Audit:
    """An audit that shares what is lost and changed, but not what is read and written, which is counted outside."""
    outer = audit if audit is not None else Audit()
    return Audit(outer.strict, lost=outer.lost, changed=outer.changed, examples=outer.examples)


def _unpack(path: Path, folder: Path) -> None:
    """Every file of the archive into the folder. Raises: FormatError."""
    with open_bytes(path) as stream:
        source: IO[bytes] = stream if stream.seekable() else io.BytesIO(stream.read())
        try:
            with zipfile.ZipFile(source) as archive:
                total = 0
                for member in _members(archive, path):
                    total += _copy(archive, member, folder, path, MAX_BYTES - total)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, struct.error) as error:
            raise FormatError("not a zip archive that can be read", path=path, fix="Pack it again.") from error


def _members(archive: zipfile.ZipFile, path: Path) -> Iterator[zipfile.ZipInfo]:
    """The files to unpack, each name once."""
    members = [one for one in archive.infolist() if not one.is_dir()]
    if len(members) > MAX_FILES:
        raise FormatError(f"the archive holds {len(members)} files, more than {MAX_FILES}", path=path, fix="Split it.")
    seen: set[str] = set()
    for number, member in enumerate(members, start=1):
        parts = PurePosixPath(member.filename.replace("\\", "/")).parts
        is_link = (member.external_attr >> 16) & 0o170000 == 0o120000
        if not parts or parts[0] == "/" or ":" in parts[0] or ".." in parts or is_link or "\0" in member.filename:
            raise FormatError(f"file {number} of the archive is a link, or would leave its folder", path=path)
        if member.flag_bits & 1:
            raise FormatError(
                f"file {number} of the archive is encrypted", path=path, fix="Pack it without a password."
            )
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FormatError(f"file {number} of the archive is packed in a rare way", path=path, fix="Pack it again.")
        if "__MACOSX" in parts or any(part.startswith(".") for part in parts):
            continue
        name = "/".join(parts)
        if name in seen:
            raise FormatError(f"file {number} of the archive has the name of another", path=path, fix="Pack it again.")
        seen.add(name)
        yield member


def _copy(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path, path: Path, budget: int) -> int:
    """Unpack one file, no further than the bounds whatever the archive says of its size; its size."""
    target = folder.joinpath(*PurePosixPath(member.filename.replace("\\", "/")).parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with archive.open(member) as packed, target.open("wb") as plain:
        while chunk := packed.read(_CHUNK_BYTES):
            size += len(chunk)
            if size > min(budget, MAX_FILE_BYTES):
                raise FormatError("the archive unpacks to more than the bounds", path=path, fix="Unpack it yourself.")
            plain.write(chunk)
    return size


def _inside(error: InputError, path: Path, folder: Path) -> InputError:
    """The error with the name of the archive for that of the folder."""
    place = Path(error.path) if error.path is not None else folder
    inner = place.relative_to(folder) if place.is_relative_to(folder) else Path()
    name = path if inner == Path() else path / inner
    return type(error)(error.message, path=name, line=error.line, fix=error.fix)


def _pack(folder: Path, stream: IO[bytes]) -> None:
    """All files of a folder, by name; the same files give the same archive."""
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(one for one in folder.rglob("*") if one.is_file()):
            info = zipfile.ZipInfo(file.relative_to(folder).as_posix(), _FIXED_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            with file.open("rb") as plain, archive.open(info, "w") as packed:
                shutil.copyfileobj(plain, packed)
