"""A model folder as bytes, for `nlp.to_bytes`: a zip archive, uncompressed, so that equal folders give equal bytes."""

import io
import zipfile
from pathlib import Path, PurePosixPath

from bionym.errors import ModelError


def pack(folder: Path) -> bytes:
    """Every file of a folder."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            archive.writestr(zipfile.ZipInfo(path.relative_to(folder).as_posix()), path.read_bytes())
    return content.getvalue()


def unpack(content: bytes, folder: Path) -> None:
    """The files, into a folder that is there. Raises: ModelError if the bytes are no folder, or lead out of it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if not all(_is_inside(name) for name in archive.namelist()):
                raise ModelError("The bytes hold files outside a model's folder, so nothing was taken from them.")
            archive.extractall(folder)
    except zipfile.BadZipFile as error:
        raise ModelError("The bytes hold no model. Write them again with nlp.to_bytes().") from error


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name and ":" not in name
