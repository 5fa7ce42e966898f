"""The lines of a PubTator file, gathered document by document."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from bionym.errors import FormatError, shown
from bionym.files import Line, read_lines, refuse_carriage_return

TITLE, ABSTRACT = "title", "abstract"
INDIVIDUAL_MENTIONS = "individual_mentions"  # the attribute that keeps column 7
PASSAGE = re.compile(r"(?P<id>[^|\t]*)\|(?P<kind>[ta])\|(?P<text>.*)", re.DOTALL)
_OFFSET = re.compile(r"[0-9]{1,15}")
_NUMBER = re.compile(r"[-+]?[0-9]+([.,][0-9]*)?")
_NAME = re.compile(r"(?![TEMANR#*][0-9]+$)[^\W\d][^\s]*")  # of a relation; T1 is an annotation's id in other forms
_ARGUMENT = re.compile(r"\S+")
NOVELTY = ("Novel", "No")  # BioRED's last column
_SECOND_LINE = re.compile(r"\r[^|\t\r]*(?:\|[ta]\||\t)")


class Row(NamedTuple):
    """An annotation line: its number in the file, offsets as written, columns, and its id where it has one."""

    number: int
    start: int
    end: int
    mention: str
    label: str
    concepts: str
    more: tuple[str, ...]
    id: str = ""


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
        if _SECOND_LINE.search(line.text):
            refuse_carriage_return(line, path)
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
        found = (
            f"expected a passage, annotation or relation of document {shown(block.id)}, found {len(columns)} columns"
        )
        raise FormatError(found, path=path, line=line.number, fix="Check for a line break within the line before.")
    if passage:
        _add_abstract(passage["text"], block, line.number, path)
    elif is_number(columns[1]):
        block.rows.append(_row(columns, line.number, path))
    elif (row := _row_of_another_form(columns, line.number, block)) is not None:
        block.rows.append(row)
    elif is_relation(columns[1:]):
        block.relations.append(_without_empty_ones(columns[1:]))
    else:
        found = "expected id, start, end, mention and type, or id, relation, two concepts and perhaps Novel or No"
        raise FormatError(found, path=path, line=line.number, fix="Write the columns in this order, with tabs between.")


def is_relation(columns: list[str]) -> bool:
    """Whether these, behind the document's id, are a relation's name, its two concepts, and perhaps its novelty."""
    name, *others = _without_empty_ones(columns) or [""]
    is_long = len(others) == 2 or (len(others) == 3 and others[2] in NOVELTY)
    return is_long and _NAME.fullmatch(name) is not None and all(map(_ARGUMENT.fullmatch, others))


def _without_empty_ones(columns: list[str]) -> list[str]:
    """The columns without empty ones at their end."""
    while columns and not columns[-1].strip():
        columns = columns[:-1]
    return columns


def _row_of_another_form(columns: list[str], number: int, block: Block) -> Row | None:
    """An annotation whose offsets stand behind its type (`T1 Chemical 0 4 Lead`, or without the T1), if they fit the text."""
    text = block.title if block.abstract is None else f"{block.title} {block.abstract}"
    for first in (2, 3):
        places, behind = columns[first : first + 2], columns[first + 2 :]
        if len(places) < 2 or not behind or not all(map(_OFFSET.fullmatch, places)):
            continue
        start, end = map(int, places)
        if start < end and text[start:end] == behind[0]:
            name = columns[1] if first == 3 else ""
            return Row(number, start, end, behind[0], columns[first - 1], "".join(behind[1:2]), tuple(behind[2:]), name)
    return None


def is_number(name: str) -> bool:
    """Whether a line with this in its second column is an annotation, be its offset usable or not; no relation's name."""
    return _NUMBER.fullmatch(name) is not None


def _add_abstract(text: str, block: Block, number: int, path: Path) -> None:
    if block.abstract is not None or block.rows or block.relations:
        found = f"document {shown(block.id)} has its abstract twice, or behind its annotations"
        raise FormatError(found, path=path, line=number, fix="Put one abstract line behind the title.")
    block.abstract = text


def _row(columns: list[str], number: int, path: Path) -> Row:
    if len(columns) < 5 or not all(map(_OFFSET.fullmatch, columns[1:3])):
        found = f"expected id, start, end, mention, type and concept, found {len(columns)} columns or an offset that is none"
        raise FormatError(found, path=path, line=number, fix="Separate the columns by tabs; offsets are whole numbers.")
    start, end = int(columns[1]), int(columns[2])
    concepts = columns[5] if len(columns) > 5 else ""
    return Row(number, start, end, columns[3], columns[4], concepts, tuple(columns[6:]))
