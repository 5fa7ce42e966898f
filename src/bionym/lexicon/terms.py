"""Lists of terms, and where they stand in a text.

A term is matched by its pieces (runs of letters, runs of digits), lower-cased, a plural "s" aside, so that it is found
whatever the tokenizer made of it: "IL-2", "IL 2" and "il2" have the same pieces. A match begins and ends on token edges;
of several from one place the longest is taken, and matches of one list do not overlap.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from bionym.errors import FormatError
from bionym.files import read_lines

_PIECE = re.compile(r"[^\W\d_]+|\d+")
MAX_PIECES = 12  # longer terms are descriptions, not names


class Match(NamedTuple):
    """A term found: token positions `[start, end)`."""

    start: int
    end: int


class TermList:
    """Terms, ready to be found.

    Args:
        terms: names as they are written; those without a letter, or of fewer than `shortest` characters, are left out.
    """

    def __init__(self, terms: Iterable[str], *, shortest: int = 3) -> None:
        self._longest: dict[str, int] = {}
        self._joined: set[str] = set()
        for term in terms:
            found = pieces(term)
            if found and len(found) <= MAX_PIECES and sum(map(len, found)) >= shortest and not _is_number(found):
                self._joined.add(" ".join(found))
                self._longest[found[0]] = max(len(found), self._longest.get(found[0], 0))

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


@lru_cache(maxsize=100_000)
def pieces(word: str) -> tuple[str, ...]:
    """Runs of letters and of digits, lower-cased, without a plural "s"."""
    return tuple(map(_singular, _PIECE.findall(word.lower())))


def read_terms(path: Path, column: str | None = None) -> Iterator[str]:
    """Terms of a file: one a line, or a named column of a table with a header line (`.tsv`, `.csv`).

    Raises: FormatError if the table has no such column.
    """
    lines = read_lines(path)
    if column is None:
        yield from (line.text.strip() for line in lines if line.text.strip())
        return
    separator = "," if ".csv" in path.name else "\t"
    header = next(lines, None)
    names = [name.strip('"?') for name in header.text.split(separator)] if header else []
    if column not in names:
        raise FormatError(f"there is no column {column!r}", path=path, line=1, fix=f"Columns: {', '.join(names)}.")
    position = names.index(column)
    for line in lines:
        columns = line.text.split(separator)
        if len(columns) > position and columns[position].strip('" '):
            yield columns[position].strip('" ')


def _singular(piece: str) -> str:
    is_plural = len(piece) > 3 and piece[-1] == "s" and piece[-2] not in "sui"
    return piece[:-1] if is_plural else piece


def _is_number(found: Sequence[str]) -> bool:
    return all(piece.isdigit() for piece in found)
