"""Every format in and out: `read` and `write` find the part, the files and the way.

A format is a module of this folder with four names:

    SUFFIXES        the suffixes of its files, the leading one first: (".ann", ".txt")
    ONE_PER_FILE    whether a file (or a pair of files) holds one document; then `write` fills a folder
    read(path, ...) documents of one file; keyword options are the format's own; `on_error`, where it takes it, is told
                    of a document that cannot be read, and the next one follows
    write(documents, path, ...)   to one file, or into one folder

and, where there is need:

    sniff(head)         whether a file's beginning is the format's, where others have the same suffix
    recognises(path)    in the place of `sniff`: whether a file is the format's, by more than a glance; where others have
                        the suffix, the format is told in no other way, and it goes before those that only glance
    only_here(document) what the format's `meta` holds and no other format writes, counted by its name
    IS_ARCHIVE          True where a file holds files: one in a folder is read only if the format is named
    META_SHAPE          by its name in `meta`, the shape of what the format puts there (see `_shapes`)
    KEEPS_META          True where all of `meta` is written
    HOLDS               which of "tokens", "sentences" and "relation attributes" it has a place for; all under KEEPS_META
"""

import functools
import glob
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from bionym import plugins
from bionym.data import Audit, Document
from bionym.errors import FormatError, InputError, OutputError, SpanError, UnknownNameError, UsageError
from bionym.files import STREAM, companion, document_id_of, read_head, reason, stem, suffix, without_packing
from bionym.formats import _foreign, _options, _shapes
from bionym.formats._unheld import count_unheld, with_usable_scores
from bionym.protocols import Format

__all__ = ["detect", "find", "names", "read", "write"]

Source = str | os.PathLike[str]
TEXT = ".txt"
_COUNTED = {"entity": "entities", "relation": "relations"}  # what is lost, by its name among what is read and written


class File(NamedTuple):
    """A file to read: where it lies, and the id of its document if it holds one."""

    path: Path
    document_id: str


def names() -> tuple[str, ...]:
    """Every format, sorted."""
    return plugins.names("formats")


def find(name: str) -> Format:
    """The format of this name. Raises: UnknownNameError."""
    try:
        found: Format = plugins.find("formats", name)
    except UnknownNameError as error:
        raise _foreign.nearest(name) or error from error
    return found


def read(
    sources: Source | Iterable[Source],
    format: str | None = None,
    *,
    audit: Audit | None = None,
    on_error: Callable[[InputError], None] | None = None,
    skip_bad: bool = False,
    **options: Any,
) -> Iterator[Document]:
    """Documents of files, folders, globs or `-` (standard input), one at a time.

    In a folder that has annotation files (`.ann`, `.con`), a `.txt` without one belongs to no document: it is left out,
    and counted as a lost file.

    Args:
        sources: one or several paths; a folder gives all its files of the format, deep, sorted by name.
        format: a name of `names()`; None recognises it by suffix and content.
        audit: counts what was read, and what the format's reader could not keep.
        on_error: told of a file, or of a document among several in a file, that cannot be read, and the next one is
            taken; None raises.
        skip_bad: go on past them too, where there is no `on_error`: they are counted as lost files.
        options: the format's own, such as `scheme="BIO"`.
    Raises: InputError and FormatError with file, line and fix; UsageError for an option the format does not have.
    """
    count = audit if audit is not None else Audit()
    if skip_bad and on_error is None:
        on_error = functools.partial(_count_unreadable, count)
    for named, file in _files(sources, format, count, options):
        try:
            part = named or find(detect(file.path))
            given = _options.taken(part.read, options | {"audit": audit, "on_error": on_error})
            yield from _counted_in(_read_file(part, file, given), count)
        except InputError as error:
            if on_error is None:
                raise
            on_error(error)


def write(
    documents: Iterable[Document],
    path: Source,
    format: str | None = None,
    *,
    force: bool = False,
    audit: Audit | None = None,
    **options: Any,
) -> None:
    """Documents to a file, or to a folder where the format puts one document in a file; whole, or not at all.

    Args:
        path: file or folder; `-` is standard output.
        format: a name of `names()`; None recognises it by the suffix of `path`.
        force: replace what stands there.
        audit: counts what was written, lost and changed.
    Raises: OutputError if something stands there and `force` is not given, or a document cannot be written; LossError
        under a strict audit.
    """
    target = Path(path)
    part = find(format) if format else _by_suffix(target)
    count = audit if audit is not None else Audit()
    given = _options.taken(part.write, options | {"audit": count})
    if target == STREAM:
        if part.ONE_PER_FILE:
            raise UsageError("This format writes a file for each document: name a folder with --out, not '-'")
        _write_to(part, documents, target, count, given)
        return
    with _whole(target, is_folder=part.ONE_PER_FILE, force=force) as unfinished:
        _write_to(part, documents, unfinished, count, given)


def detect(path: Path) -> str:
    """The name of a file's format, by suffix and, where several share it, by content. Raises: InputError."""
    candidates = _with_suffix(suffix(path))
    if len(candidates) > 1:
        candidates = _recognising(path, candidates) or _told_by_head(path, candidates)
    if len(candidates) != 1:
        fix = _foreign.way_out(path) or f"Name it with --format: {', '.join(names())}"
        raise InputError("the format cannot be told from the name", path=path, fix=fix)
    return candidates[0]


def _recognising(path: Path, candidates: list[str]) -> list[str]:
    """Those of the candidates that look into the file, and know it."""
    return [name for name in candidates if (knows := getattr(find(name), "recognises", None)) and knows(path)]


def _told_by_head(path: Path, candidates: list[str]) -> list[str]:
    """Of the candidates that do not look into the file those whose beginning it has, or whose pair, or whose name."""
    candidates = [name for name in candidates if not hasattr(find(name), "recognises")]
    if len(candidates) < 2:
        return candidates
    head = read_head(path)
    sniffing = [name for name in candidates if (sniff := getattr(find(name), "sniff", None)) and sniff(head)]
    pairs = [name for name in candidates if not hasattr(find(name), "sniff") and _has_pair(path, find(name))]
    return sniffing or pairs or _by_name(path, candidates)


def _read_file(part: Format, file: File, options: dict[str, Any]) -> Iterator[Document]:
    try:
        for document in part.read(file.path, **options):
            if getattr(part, "KEEPS_META", False) and document.meta:  # anybody can have written it
                document = _shapes.without_misshapen(document, _meta_shapes(), options.get("audit") or Audit())
            yield replace(document, id=file.document_id) if part.ONE_PER_FILE and file.document_id else document
    except SpanError as error:
        raise FormatError(str(error), path=file.path) from error
    except RecursionError:
        raise FormatError("values are nested too deep", path=file.path, fix="Check that the file is whole.") from None


def _count_unreadable(audit: Audit, error: InputError) -> None:
    line = f", line {error.line}" if error.line is not None else ""
    audit.lose("", "file", "could not be read, or not all of it", place=f"{error.path}{line}")


def _write_to(part: Format, documents: Iterable[Document], target: Path, audit: Audit, options: dict[str, Any]) -> None:
    """Raises: OutputError, naming the document, for what no file can hold."""
    passing = _Passing()
    try:
        part.write(passing.through(_counted_out(documents, part, audit)), target, **options)
    except RecursionError:
        found = f"Document {passing.document_id!r} holds values in meta that are nested too deep to be written."
        raise OutputError(found) from None
    except UnicodeEncodeError:
        found = f"Document {passing.document_id!r} holds a lone surrogate in meta, which UTF-8 cannot hold."
        raise OutputError(found) from None


class _Passing:
    """The id of the document that a writer has in hand."""

    def __init__(self) -> None:
        self.document_id = ""

    def through(self, documents: Iterable[Document]) -> Iterator[Document]:
        """The documents, each noted while it is written."""
        for document in documents:
            self.document_id = document.id
            yield document


def _files(
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
    parts = [find(name) for name in _with_suffix(suffix(path))]
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


def _has_pair(path: Path, part: Format) -> bool:
    """Whether another file of the format stands beside this one."""
    return any(companion(path, name) for name in part.SUFFIXES if name != suffix(path))


def _is_shown(path: Path, root: Path) -> bool:
    """Whether neither the file nor a folder between it and the root is hidden, as our own unfinished output is."""
    return not any(part.startswith(".") for part in path.relative_to(root).parts)


@functools.cache
def _with_suffix(wanted: str) -> list[str]:
    return [name for name in names() if wanted in find(name).SUFFIXES]


def _by_name(path: Path, candidates: list[str]) -> list[str]:
    """Of several formats with a suffix the one that is named like it, or those that it leads."""
    named = [name for name in candidates if suffix(path) == f".{name}"]
    return named or [name for name in candidates if suffix(path) == find(name).SUFFIXES[0]]


def _by_suffix(path: Path) -> Format:
    """The format to write to a path."""
    named = _with_suffix(suffix(path))
    candidates = [name for name in named if not hasattr(find(name), "recognises")] or named
    chosen = candidates if len(candidates) == 1 else _by_name(path, candidates)
    if len(chosen) != 1:
        raise UsageError(f"The format of {path} cannot be told from its name. Name it: {', '.join(names())}")
    return find(chosen[0])


def _counted_in(documents: Iterable[Document], audit: Audit) -> Iterator[Document]:
    """The documents, what their reader lost of them being counted as read."""
    before = _lost(audit)
    for document in documents:
        audit.read.update(_held(document))
        audit.read.update(_lost(audit) - before)
        yield document
        before = _lost(audit)


def _counted_out(documents: Iterable[Document], part: Format, audit: Audit) -> Iterator[Document]:
    """The documents, what their writer lost of them not being counted as written."""
    for document in documents:
        document = with_usable_scores(document, audit)
        if document.meta and not getattr(part, "KEEPS_META", False):
            document = _shapes.without_misshapen(document, _meta_shapes(), audit)
            _lose_meta(document, part, audit)
        if not getattr(part, "KEEPS_META", False):
            count_unheld(document, getattr(part, "HOLDS", ()), audit)
        before = _lost(audit)
        yield document
        audit.written.update(_held(document))
        audit.written.subtract(_lost(audit) - before)


def _lose_meta(document: Document, part: Format, audit: Audit) -> None:
    """Count what only the format that the document was read from can write, unless that is the one to write."""
    own = getattr(part, "only_here", None)
    for only_here, name in _only_here().items():
        for what, number in only_here(document).items() if only_here is not own else ():
            if number:
                audit.lose(document.id, what, f"only {name} has a place for it", count=number)


@functools.cache
def _only_here() -> dict[Callable[[Document], Mapping[str, int]], str]:
    """The function of each format that has one, and the format's name; a family of formats shares one."""
    return {found: name for name in names() if (found := getattr(find(name), "only_here", None))}


@functools.cache
def _meta_shapes() -> Mapping[str, _shapes.Shape]:
    """The shape of what each format keeps in `meta`, by its name there."""
    return {name: shape for one in names() for name, shape in getattr(find(one), "META_SHAPE", {}).items()}


def _held(document: Document) -> Counter[str]:
    return Counter(documents=1, entities=len(document.entities), relations=len(document.relations))


def _lost(audit: Audit) -> Counter[str]:
    """Entities and relations lost so far."""
    lost: Counter[str] = Counter()
    for (what, _), number in audit.lost.items():
        lost[_COUNTED.get(what, what)] += number
    return Counter({name: lost[name] for name in _COUNTED.values()})


@contextmanager
def _whole(target: Path, *, is_folder: bool, force: bool) -> Iterator[Path]:
    """A place to write to, moved to `target` when all went well, removed when not."""
    _refuse_impossible(target)
    if target.is_dir() != is_folder and target.exists():
        wanted, found = ("folder", "file") if is_folder else ("file", "folder")
        raise OutputError(f"{target} is a {found}; this format writes a {wanted}. Choose another name.")
    if target.exists() and not target.is_file() and not is_folder:
        yield target  # a device or a pipe: nothing can be moved there
        return
    if target.exists() and not force and not (is_folder and not any(target.iterdir())):
        raise OutputError(f"{target} exists. Choose another name, or replace it with --force.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _refuse_impossible(target)
        scratch = Path(tempfile.mkdtemp(prefix=".bionym-", dir=target.parent))
    except OSError as error:
        raise OutputError(f"{target.parent} cannot be written to: {error.strerror}") from error
    try:
        unfinished = scratch / target.name
        if is_folder:
            unfinished.mkdir()
        yield unfinished
        _move(unfinished, target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _refuse_impossible(target: Path) -> None:
    """Raises: OutputError for a name that no file can have."""
    try:
        target.lstat()
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        raise OutputError(f"{str(target)[:80]!r}: {reason(error)}. Choose another name.") from error


def _move(finished: Path, target: Path) -> None:
    if not finished.is_dir() or not target.exists():
        os.replace(finished, target)
        return
    for path in sorted(finished.rglob("*")):
        if path.is_file():
            place = target / path.relative_to(finished)
            place.parent.mkdir(parents=True, exist_ok=True)
            os.replace(path, place)
