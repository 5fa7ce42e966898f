"""Vectors as text: word2vec's and fastText's `.vec` (a header of two counts), and GloVe's (none).

Specification: the programs' own output; a line is a word and its numbers, separated by blanks. A word may hold spaces
(GloVe has such), so a line is read from its end. Lines of words that are not wanted are not looked at beyond the word.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from bionym.data import Audit
from bionym.errors import FormatError
from bionym.files import BOM
from bionym.vectors._collecting import Collector
from bionym.vectors._layout import Layout, numbers

_FIX = "Repair or delete this line, or fetch the file again."


def collect(stream: IO[bytes], path: Path, layout: Layout, into: Collector, audit: Audit) -> None:
    """Every wanted row. Raises: FormatError with the line, or if there are fewer words than the header promises."""
    first_pieces, num_rows = into.first_pieces(), 0
    for number, line in _rows(stream, layout):
        num_rows += 1
        if first_pieces is None or line.split(None, 1)[0] in first_pieces:
            word, vector = _parsed(line, layout.num_dimensions, path, number)
            if into.wants(word):
                into.add(word, vector)
    _check(num_rows, path, layout, audit)


def _rows(stream: IO[bytes], layout: Layout) -> Iterator[tuple[int, bytes]]:
    """Lines that are not blank, without the header, and their 1-based numbers."""
    for number, line in enumerate(stream, start=1):
        row = line.removeprefix(BOM.encode()) if number == 1 else line
        if row.strip() and not (number == 1 and layout.num_words is not None):
            yield number, row


def _parsed(line: bytes, num_dimensions: int, path: Path, number: int) -> tuple[bytes, list[float]]:
    pieces = line.rsplit(None, num_dimensions)
    if len(pieces) == num_dimensions and line[:1].isspace():  # the word itself is blank
        pieces.insert(0, b"")
    word, vector = pieces[0].strip(), numbers(pieces[1:])
    expected = f"expected a word and {num_dimensions} numbers"
    if len(pieces) <= num_dimensions:
        raise FormatError(f"{expected}, found {len(pieces) - 1}", path=path, line=number, fix=_FIX)
    if vector is None:
        raise FormatError(f"{expected}, found something that is no number", path=path, line=number, fix=_FIX)
    if _ends_in_a_number(word):
        raise FormatError(f"{expected}, found more", path=path, line=number, fix=_FIX)
    return word, vector


def _ends_in_a_number(word: bytes) -> bool:
    """As of a line with a column too many. A word with spaces may end in "1", but hardly in "0.1"."""
    pieces = word.split()
    return len(pieces) > 1 and b"." in pieces[-1] and numbers(pieces[-1:]) is not None


def _check(num_rows: int, path: Path, layout: Layout, audit: Audit) -> None:
    if layout.num_words is None or num_rows == layout.num_words:
        return
    if num_rows < layout.num_words:
        problem = f"the header promises {layout.num_words:,} words, but there are {num_rows:,}: the file was cut short"
        raise FormatError(problem, path=path, fix="Fetch it again.")
    audit.change(str(path), "header", "it promises fewer words than there are; all are read")
