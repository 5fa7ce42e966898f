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
    extras(document) what the format's `meta` holds and no other format writes, counted by its name
    IS_ARCHIVE          True where a file holds files: one in a folder is read only if the format is named
    META_SHAPE          by its name in `meta`, the shape of what the format puts there (see `_shapes`)
    KEEPS_META          True where all of `meta` is written
    HOLDS               which of "tokens", "sentences" and "relation attributes" it has a place for; all under KEEPS_META
"""

import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from bionym.data import Audit, Document
from bionym.errors import FormatError, InputError, OutputError, SpanError, UsageError
from bionym.files import STREAM
from bionym.formats import _options, _shapes
from bionym.formats._counting import counted_in, counted_out, meta_shapes
from bionym.formats._detection import detect
from bionym.formats._registry import by_suffix, find, names
from bionym.formats._sources import File, Source, files
from bionym.formats._targets import whole
from bionym.protocols import Format

__all__ = ["detect", "find", "names", "read", "write"]


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
    for named, file in files(sources, format, count, options):
        try:
            part = named or find(detect(file.path))
            given = _options.taken(part.read, options | {"audit": audit, "on_error": on_error})
            yield from counted_in(_read_file(part, file, given), count)
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
    part = find(format) if format else by_suffix(target)
    count = audit if audit is not None else Audit()
    given = _options.taken(part.write, options | {"audit": count})
    if target == STREAM:
        if part.ONE_PER_FILE:
            raise UsageError("This format writes a file for each document: name a folder with --out, not '-'")
        _write_to(part, documents, target, count, given)
        return
    with whole(target, is_folder=part.ONE_PER_FILE, force=force) as unfinished:
        _write_to(part, documents, unfinished, count, given)


def _read_file(part: Format, file: File, options: dict[str, Any]) -> Iterator[Document]:
    try:
        for document in part.read(file.path, **options):
            if getattr(part, "KEEPS_META", False) and document.meta:  # anybody can have written it
                document = _shapes.without_misshapen(document, meta_shapes(), options.get("audit") or Audit())
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
        part.write(passing.through(counted_out(documents, part, audit)), target, **options)
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
