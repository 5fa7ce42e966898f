"""Lists of terms, and where they stand in a text.

A term is matched by its pieces (runs of letters, runs of digits), lower-cased, a plural "s" aside, so that it is found
whatever the tokenizer made of it: "IL-2", "IL 2" and "il2" have the same pieces. A match begins and ends on token edges;
of several from one place the longest is taken, and matches of one list do not overlap.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from bionym.errors import FormatError
from bionym.files import read_lines, read_text, suffix

_PIECE = re.compile(r"[^\W\d_]+|\d+")
MAX_PIECES = 12  # longer terms are descriptions, not names


class Match(NamedTuple):
    """A term found: token positions `[start, end)`."""

    start: int
    end: int


class TermList:
    """Terms, ready to be found.

    Args:
        terms: their pieces, joined by one space, as `normalized` gives them.
    """

    def __init__(self, terms: Iterable[str]) -> None:
        self._joined = set(terms)
        self._longest: dict[str, int] = {}
        for term in self._joined:
            first = term.partition(" ")[0]
            num_pieces = term.count(" ") + 1
            if num_pieces > self._longest.get(first, 0):
                self._longest[first] = num_pieces

    def __len__(self) -> int:
        return len(self._joined)

    def find(self, words: Sequence[str]) -> list[Match]:
        """Where terms stand among the words of a text, from left to right."""
        stream = [(piece, position) for position, word in enumerate(words) for piece in pieces(word)]
        matches: list[Match] = []
        index, longest = 0, self._longest
        while index < len(stream):
            piece, position = stream[index]
            reach = longest.get(piece)
            is_first = index == 0 or stream[index - 1][1] != position
            end = self._longest_from(stream, index, reach) if reach and is_first else index
            if end > index:
                matches.append(Match(position, stream[end - 1][1] + 1))
            index = max(end, index + 1)
        return matches

    def _longest_from(self, stream: Sequence[tuple[str, int]], index: int, reach: int) -> int:
        """The end in `stream` of the longest term from `index`; `index` if there is none."""
        parts = [piece for piece, _ in stream[index : index + reach]]
        for length in range(len(parts), 0, -1):
            end = index + length
            at_edge = end == len(stream) or stream[end][1] != stream[end - 1][1]
            if at_edge and " ".join(parts[:length]) in self._joined:
                return end
        return index


def normalized(terms: Iterable[str], *, shortest: int = 3) -> Iterator[str]:
    """The pieces of each term, joined by one space.

    Left out are terms without a letter, of fewer than `shortest` letters and digits, or of more than MAX_PIECES pieces.
    """
    for term in terms:
        found = _pieces(term)
        joined = " ".join(found)
        is_long_enough = len(joined) - len(found) + 1 >= shortest
        if found and len(found) <= MAX_PIECES and is_long_enough and not joined.replace(" ", "").isdigit():
            yield joined


def read_terms(path: Path, *, column: str | None = None, shortest: int = 3) -> TermList:
    """A list of a file: one term a line, or a named column of a table with a header line (`.tsv`, `.csv`).

    A file whose name ends in `.terms` or `.terms.gz` holds terms that are normalized already.
    Raises: InputError, FormatError; the latter if the table has no such column.
    """
    if suffix(path) == ".terms":
        return TermList(filter(None, read_text(path).split("\n")))
    return TermList(normalized(_column(path, column) if column else _lines(path), shortest=shortest))


@lru_cache(maxsize=50_000)
def pieces(word: str) -> tuple[str, ...]:
    """Runs of letters and of digits of a word, lower-cased, without a plural "s"; remembered."""
    return _pieces(word)


def _pieces(text: str) -> tuple[str, ...]:
    return tuple(map(_singular, _PIECE.findall(text.lower())))


def _singular(piece: str) -> str:
    is_plural = len(piece) > 3 and piece[-1] == "s" and piece[-2] not in "sui"
    return piece[:-1] if is_plural else piece


def _lines(path: Path) -> Iterator[str]:
    return (line.text for line in read_lines(path))


def _column(path: Path, column: str) -> Iterator[str]:
    separator = "," if suffix(path) == ".csv" else "\t"
    rows = csv.reader(_lines(path), delimiter=separator)
    header = next(rows, [])
    if column not in header:
        fix = f"Its columns: {', '.join(header)}."
        raise FormatError(f"there is no column {column!r}", path=path, line=1, fix=fix)
    position = header.index(column)
    return (row[position] for row in rows if len(row) > position)
