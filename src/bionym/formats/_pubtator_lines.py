"""The lines of a PubTator file, gathered document by document."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from bionym.errors import FormatError
from bionym.files import Line, read_lines

TITLE, ABSTRACT = "title", "abstract"
INDIVIDUAL_MENTIONS = "individual_mentions"  # the attribute that keeps column 7
PASSAGE = re.compile(r"(?P<id>[^|\t]*)\|(?P<kind>[ta])\|(?P<text>.*)", re.DOTALL)
_OFFSET = re.compile(r"[0-9]{1,15}")
_NUMBER = re.compile(r"[-+]?[0-9]+([.,][0-9]*)?")


class Row(NamedTuple):
    """An annotation line: its number in the file, offsets as written, and columns."""

    number: int
    start: int
    end: int
    mention: str
    label: str
    concepts: str
    more: tuple[str, ...]


@dataclass
class Block:
    """The lines of one document; `blank_before` and `blank_after` count blank lines (after: of the last one only).

    `errors` tell of the lines that could not be read.
    """

    id: str
    title: str
    position: int
    blank_before: int
    abstract: str | None = None
    rows: list[Row] = field(default_factory=list)
    relations: list[list[str]] = field(default_factory=list)
    blank_after: int | None = None
    errors: list[FormatError] = field(default_factory=list)


def begins_like_pubtator(head: str) -> bool:
    """Whether the first line that is not blank is a title or an abstract."""
    first = next((line for line in head.split("\n") if line.strip()), "")
    return PASSAGE.match(first) is not None


def blocks(path: Path, *, is_lenient: bool = False) -> Iterator[Block]:
    """The documents of a file; each begins with a title line.

    Args:
        is_lenient: note a line that cannot be read with its document, and go on.
    Raises: FormatError with the line.
    """
    block: Block | None = None
    early: list[FormatError] = []
    position = blank = 0
    for line in read_lines(path):
        if not line.text.strip():
            blank += 1
            continue
        passage = PASSAGE.fullmatch(line.text)
        if passage and passage["kind"] == "t":
            if block is not None:
                yield block
            block = Block(passage["id"], passage["text"], position, blank, errors=early)
            early = []
            position += 1
        else:
            try:
                _add(line, passage, block, path)
            except FormatError as error:
                if not is_lenient:
                    raise
                (early if block is None else block.errors).append(error)
        blank = 0
    if early:
        raise early[0]
    if block is not None:
        block.blank_after = blank
        yield block


def _add(line: Line, passage: re.Match[str] | None, block: Block | None, path: Path) -> None:
    if block is None:
        found = "expected a title line such as 12345|t|..."
        raise FormatError(found, path=path, line=line.number, fix="Check that the file is PubTator.")
    columns = line.text.split("\t")
    document_id = passage["id"] if passage else columns[0]
    if document_id != block.id or (not passage and len(columns) < 4):
        found = f"expected a passage, annotation or relation of document {block.id}, found {len(columns)} columns"
        raise FormatError(found, path=path, line=line.number, fix="Check for a line break within the line before.")
    if passage:
        _add_abstract(passage["text"], block, line.number, path)
    elif is_number(columns[1]):
        block.rows.append(_row(columns, line.number, path))
    else:
        block.relations.append(columns[1:])


def is_number(name: str) -> bool:
    """Whether a line with this in its second column is an annotation, be its offset usable or not; no relation's name."""
    return _NUMBER.fullmatch(name) is not None


def _add_abstract(text: str, block: Block, number: int, path: Path) -> None:
    if block.abstract is not None or block.rows or block.relations:
        found = f"document {block.id} has its abstract twice, or behind its annotations"
        raise FormatError(found, path=path, line=number, fix="Put one abstract line behind the title.")
    block.abstract = text


def _row(columns: list[str], number: int, path: Path) -> Row:
    if len(columns) < 5 or not all(map(_OFFSET.fullmatch, columns[1:3])):
        found = f"expected id, start, end, mention, type and concept, found {len(columns)} columns or an offset that is none"
        raise FormatError(found, path=path, line=number, fix="Separate the columns by tabs; offsets are whole numbers.")
    start, end = int(columns[1]), int(columns[2])
    concepts = columns[5] if len(columns) > 5 else ""
    return Row(number, start, end, columns[3], columns[4], concepts, tuple(columns[6:]))
