"""The files that a path, a folder or a glob means, and the document's id of each."""

import glob
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from bionym.data import Audit
from bionym.errors import InputError, UsageError
from bionym.files import STREAM, document_id_of, reason, stem, suffix, without_packing
from bionym.formats._detection import detect
from bionym.formats._registry import find, names, with_suffix
from bionym.protocols import Format

Source = str | os.PathLike[str]
TEXT = ".txt"


class File(NamedTuple):
    """A file to read: where it lies, and the id of its document if it holds one."""

    path: Path
    document_id: str


def files(
    sources: Source | Iterable[Source], format: str | None, audit: Audit, options: Mapping[str, Any]
) -> Iterator[tuple[Format | None, File]]:
    given = [sources] if isinstance(sources, (str, os.PathLike)) else list(sources)
    for source in given:
        part = find(format) if format else None
        if str(source) == "-":
            if part is None:
                raise UsageError("Standard input needs --format")
            yield part, File(STREAM, "stdin")
            continue
        found = _expand(Path(source), part)
        if Path(source).is_dir() and _wants_annotations(options):
            found = _without_bare_texts(found, part, audit)
        if not found:
            raise InputError("no file of the format here", path=Path(source), fix="Check the path, or name --format.")
        for file in found:
            yield part, file


def _expand(source: Path, part: Format | None) -> list[File]:
    """The files of a source. Raises: InputError if there is none, or no file can have such a name."""
    try:
        return _present(source, part)
    except (OSError, ValueError) as error:
        raise InputError(reason(error), path=source, fix="Check the path.") from error


def _present(source: Path, part: Format | None) -> list[File]:
    if source.is_dir():
        root, paths = source, sorted(path for path in source.rglob("*") if path.is_file() and _is_shown(path, source))
    elif source.exists() or not glob.has_magic(str(source)):
        if not source.exists():
            raise InputError("no such file or folder", path=source)
        return [File(source, document_id_of(stem(source)))]
    else:
        paths = sorted(Path(path) for path in glob.glob(str(source), recursive=True) if Path(path).is_file())
        root = Path(os.path.commonpath([path.parent for path in paths])) if paths else source
    paths = [path for path in paths if (suffix(path) in part.SUFFIXES if part else _is_of_a_format(path))]
    return _one_of_each_pair([File(path, _id_below(root, path)) for path in paths], part)


def _id_below(root: Path, path: Path) -> str:
    """The id of a file's document: its place in the folder, without the suffix."""
    return document_id_of(path.relative_to(root).with_name(stem(path)).as_posix())


def _is_of_a_format(path: Path) -> bool:
    """Whether a file among others is to be read: no archive, and known to its formats if all of them look into files."""
    parts = [find(name) for name in with_suffix(suffix(path))]
    looking = [knows for part in parts if (knows := getattr(part, "recognises", None))]
    if len(looking) < len(parts):
        return not any(getattr(part, "IS_ARCHIVE", False) for part in parts)
    return any(knows(path) for knows in looking)


def _one_of_each_pair(files: list[File], part: Format | None) -> list[File]:
    """One file a document where a format keeps several with the same stem (`x.txt`, `x.ann`)."""
    parts = [part] if part else [find(name) for name in names()]
    paired = [one for one in parts if one.ONE_PER_FILE and len(one.SUFFIXES) > 1]
    claims = Counter(name for one in parts for name in one.SUFFIXES)
    leading: dict[str, File] = {}
    present = {(file.document_id, suffix(file.path)) for file in files}
    for file in files:
        for one in paired:
            own = (name for name in one.SUFFIXES if claims[name] == 1 and (file.document_id, name) in present)
            if suffix(file.path) in one.SUFFIXES and next(own, suffix(file.path)) != suffix(file.path):
                break
        else:
            name = without_packing(file.path.name)
            place = str(file.path.with_name(stem(file.path) if part and part in paired else name))
            if place in leading and suffix(leading[place].path) == suffix(file.path):  # x.TXT beside x.txt is no pair
                place = str(file.path.with_name(name))
            leading.setdefault(place, file)
    return list(leading.values())


def _wants_annotations(options: Mapping[str, Any]) -> bool:
    """Whether texts are wanted with annotations alone, which stand beside them."""
    return bool(options.get("require_annotations", True)) and not options.get("beside")


def _without_bare_texts(files: list[File], part: Format | None, audit: Audit) -> list[File]:
    """The files of a folder, but for texts without annotations where others have them; those are counted as lost."""
    parts = [part] if part else [find(name) for name in names()]
    annotations = {name for one in parts if _is_beside_text(one) for name in one.SUFFIXES if name != TEXT}
    if not any(suffix(file.path) in annotations for file in files):
        return files
    kept = []
    for file in files:
        if suffix(file.path) == TEXT and (part or _is_plain_text(file.path)):
            reason = "a text without annotations, in a folder where others have them"
            audit.lose(file.document_id, "file", reason, place=str(file.path))
        else:
            kept.append(file)
    return kept


def _is_plain_text(path: Path) -> bool:
    """Whether a file is of no other format that shares its suffix; one that cannot be opened is not."""
    try:
        return detect(path) == "text"
    except InputError:
        return False


def _is_beside_text(part: Format) -> bool:
    """Whether a format's files stand beside a text, as `x.ann` beside `x.txt`."""
    return part.ONE_PER_FILE and TEXT in part.SUFFIXES[1:]


def _is_shown(path: Path, root: Path) -> bool:
    """Whether neither the file nor a folder between it and the root is hidden, as our own unfinished output is."""
    return not any(part.startswith(".") for part in path.relative_to(root).parts)
