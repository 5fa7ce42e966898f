"""Lists of terms, and where they stand in a text.

A term is matched by its pieces (runs of letters, runs of digits), lower-cased, a plural "s" aside, so that it is found
whatever the tokenizer made of it: "IL-2", "IL 2" and "il2" have the same pieces. A match begins and ends on token edges;
of several from one place the longest is taken, and matches of one list do not overlap.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain, pairwise
from pathlib import Path
from typing import NamedTuple

from bionym.errors import FormatError
from bionym.files import read_lines, read_text, suffix

_PIECE = re.compile(r"[^\W\d_]+|\d+")
MAX_PIECES = 12  # longer terms are descriptions, not names


class Match(NamedTuple):
    """A term found: token positions `[start, end)`, and the name of the list it stands in."""

    start: int
    end: int
    name: str


class TermLists:
    """Named lists of terms, ready to be found together in one pass over a text.

    Args:
        lists: for each name its terms: their pieces, joined by one space, as `normalized` gives them.
    """

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        self.names = tuple(lists)
        self._lists_of: dict[str, tuple[int, ...]] = {}
        for number, terms in enumerate(lists.values()):
            new: dict[str, tuple[int, ...]] = dict.fromkeys(terms, (number,))
            for term in new.keys() & self._lists_of.keys():
                new[term] = (*self._lists_of[term], number)
            self._lists_of |= new
        self._lengths: dict[tuple[str, str], int] = {}  # numbers of pieces as bits, by the first two
        for term in self._lists_of:
            first, _, others = term.partition(" ")
            if others:
                start = first, others.partition(" ")[0]
                self._lengths[start] = self._lengths.get(start, 0) | 1 << term.count(" ")

    def __len__(self) -> int:
        return len(self._lists_of)

    def find(self, words: Sequence[str]) -> list[Match]:
        """Where terms stand among the words of a text, from left to right; matches of one list do not overlap."""
        own = list(map(pieces, words))
        parts = [*chain.from_iterable(own), ""]  # so that there is something behind the last piece
        owners = [position for position, found in enumerate(own) for _ in found]  # the word of each piece
        owners.append(len(words))
        matches: list[Match] = []
        free_from = [0] * len(self.names)
        starts = zip(map(self._lengths.get, pairwise(parts)), map(self._lists_of.get, parts), strict=False)
        for index, (lengths, alone) in enumerate(starts):
            if (lengths or alone) and owners[index] != owners[index - 1]:
                for end, numbers in self._from(parts, owners, index, lengths, alone):
                    for number in numbers:
                        if free_from[number] <= index:
                            free_from[number] = end
                            matches.append(Match(owners[index], owners[end - 1] + 1, self.names[number]))
        return matches

    def _from(
        self, parts: list[str], owners: list[int], index: int, lengths: int | None, alone: tuple[int, ...] | None
    ) -> list[tuple[int, tuple[int, ...]]]:
        """Ends of the terms from a piece on, longest first, each with the lists it stands in.

        Args:
            lengths: of terms of several pieces that may begin there.
            alone: the lists in which the piece is a term.
        """
        found = []
        for length in _longest_first(lengths) if lengths else ():
            end = index + length
            if end < len(parts) and owners[end] != owners[end - 1]:
                numbers = self._lists_of.get(" ".join(parts[index:end]))
                if numbers:
                    found.append((end, numbers))
        if alone and owners[index + 1] != owners[index]:
            found.append((index + 1, alone))
        return found


@cache
def _longest_first(lengths: int) -> tuple[int, ...]:
    """The numbers whose bits are set, the lowest bit being 1: `0b101` gives (3, 1)."""
    return tuple(length for length in range(lengths.bit_length(), 0, -1) if lengths >> (length - 1) & 1)


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


def read_terms(path: Path, *, column: str | None = None, shortest: int = 3) -> Iterator[str]:
    """The normalized terms of a file: one a line, or a named column of a table with a header line (`.tsv`, `.csv`).

    A file whose name ends in `.terms` or `.terms.gz` holds terms that are normalized already.
    Raises: InputError, FormatError; the latter if the table has no such column.
    """
    if suffix(path) == ".terms":
        return filter(None, read_text(path).split("\n"))
    return normalized(_column(path, column) if column else _lines(path), shortest=shortest)


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
