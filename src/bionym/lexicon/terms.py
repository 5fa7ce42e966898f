"""Lists of terms, and where they stand in a text.

A term is matched by its pieces (runs of letters, runs of digits), lower-cased, a plural "s" aside, so that it is found
whatever the tokenizer made of it: "IL-2", "IL 2" and "il2" have the same pieces. A match begins and ends on token edges;
of several from one place the longest is taken, and matches of one list do not overlap.
"""

import csv
import re
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bionym.errors import FormatError
from bionym.files import read_lines, read_text, suffix

_PIECE = re.compile(r"[^\W\d_]+|\d+")
MAX_PIECES = 12  # longer terms are descriptions, not names
MOST_REMEMBERED = 50_000  # words; when there are more, all are forgotten
_ROOM = 8  # places in a table for each term, at least, so that few share one
_ONE = np.uint32(1)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # spreads numbers over a table


class Match(NamedTuple):
    """A term found: token positions `[start, end)`, and the name of the list it stands in."""

    start: int
    end: int
    name: str


class TermLists:
    """Named lists of terms, ready to be found together in one pass over many words.

    Most places in a text begin no term; a table tells so of all places at once. What is left is looked up, the longest
    first. Terms of more than 32 pieces are not found.

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
        self._starts = _Starts(self._lists_of)
        self._words = _Words()

    def __len__(self) -> int:
        return len(self._lists_of)

    def find(self, words: Sequence[str], ranges: Iterable[tuple[int, int]] | None = None) -> list[Match]:
        """Where terms stand among words, from left to right; matches of one list do not overlap.

        Args:
            ranges: the words `[start, end)` of each sentence, one behind the other, for terms lie within sentences; by
                default all words are one.
        """
        free_from = dict.fromkeys(self.names, 0)
        matches: list[Match] = []
        for match in self.find_all(words, ranges):
            if free_from[match.name] <= match.start:
                free_from[match.name] = match.end
                matches.append(match)
        return matches

    def find_all(self, words: Sequence[str], ranges: Iterable[tuple[int, int]] | None = None) -> Iterator[Match]:
        """Every place of every term, overlaps of one list too: from left to right, from one place the longest first."""
        text = self._words.pieces_of(words)
        bounds = np.array([(0, len(words))] if ranges is None else list(ranges), dtype=np.intp).reshape(-1, 2)
        ends_P = _ends(text.offsets_N[bounds], len(text.parts))
        lengths_P = self._starts.lengths(text.hashes_P)
        places = np.flatnonzero(lengths_P * text.is_first_P)
        is_first, owners = text.is_first_P.tobytes() + b"\1", text.owners_P.tolist()
        for place, lengths, stop in zip(
            places.tolist(), lengths_P[places].tolist(), ends_P[places].tolist(), strict=True
        ):
            for length in _longest_first(lengths):
                end = place + length
                if end > stop or not is_first[end]:
                    continue
                for number in self._lists_of.get(" ".join(text.parts[place:end]), ()):
                    yield Match(owners[place], owners[end - 1] + 1, self.names[number])


class _Text(NamedTuple):
    """The pieces of some words, P; N words.

    Args:
        parts, hashes_P: each piece, and its number.
        owners_P, is_first_P: its word, and whether it is that word's first.
        offsets_N: the first piece of each word, and behind the last.
    """

    parts: list[str]
    hashes_P: NDArray[np.uint64]
    owners_P: NDArray[np.intp]
    is_first_P: NDArray[np.bool_]
    offsets_N: NDArray[np.intp]


class _Words:
    """The pieces of the words met so far, so that each is taken apart once; several threads may share them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._forget()

    def _forget(self) -> None:
        self._places: dict[str, int] = {}
        self._parts = np.zeros(0, dtype=np.object_)
        self._hashes = np.zeros(0, dtype=np.uint64)
        self._firsts_W, self._counts_W = np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)

    def pieces_of(self, words: Sequence[str]) -> _Text:
        """The pieces of a text."""
        with self._lock:
            self._learn(words)
            places, parts, hashes = (
                self._places,
                self._parts,
                self._hashes,
            )  # other threads put new ones in their place,
            firsts_W, counts_W = self._firsts_W, self._counts_W  # or only add to them
        words_N = np.fromiter(map(places.__getitem__, words), dtype=np.intp, count=len(words))
        counts_N = counts_W[words_N]
        offsets_N = np.concatenate(([0], np.cumsum(counts_N)))
        places_P = np.repeat(firsts_W[words_N] - offsets_N[:-1], counts_N) + np.arange(offsets_N[-1])
        is_first_P = np.zeros(len(places_P), dtype=np.bool_)
        is_first_P[offsets_N[:-1][counts_N > 0]] = True
        owners_P = np.repeat(np.arange(len(words)), counts_N)
        return _Text(parts[places_P].tolist(), hashes[places_P], owners_P, is_first_P, offsets_N)

    def _learn(self, words: Sequence[str]) -> None:
        new = set(words) - self._places.keys()
        if len(self._places) + len(new) > MOST_REMEMBERED:
            self._forget()
            new = set(words)
        if not new:
            return
        found = list(map(pieces, new))
        self._places.update(zip(new, range(len(self._places), len(self._places) + len(new)), strict=True))
        counts_W = np.array(list(map(len, found)), dtype=np.intp)
        parts = list(chain.from_iterable(found))
        self._firsts_W = np.concatenate((self._firsts_W, len(self._parts) + np.cumsum(counts_W) - counts_W))
        self._counts_W = np.concatenate((self._counts_W, counts_W))
        self._parts = np.concatenate((self._parts, np.array(parts, dtype=np.object_)))
        self._hashes = np.concatenate((self._hashes, _hashes(parts)))


class _Starts:
    """How many pieces the terms have that may begin at a place: bits, the lowest for one piece.

    A table holds them by a number of the first piece, or of the first two, which several may share.
    """

    def __init__(self, terms: Collection[str]) -> None:
        first, second, others = array("q"), array("q"), array("q")
        for term in terms:
            start, _, rest = term.partition(" ")
            first.append(hash(start))
            second.append(hash(rest.partition(" ")[0]))
            others.append(term.count(" "))
        self._shift = np.uint64(64 - (_ROOM * len(terms)).bit_length())
        self._bits = np.zeros(1 << int(64 - self._shift), dtype=np.uint32)
        first_T, second_T = (np.frombuffer(half, dtype=np.uint64) for half in (first, second))
        others_T = np.frombuffer(others, dtype=np.int64)
        places_T = self._places(first_T, np.where(others_T > 0, second_T, 0))
        np.bitwise_or.at(self._bits, places_T, np.left_shift(1, others_T).astype(np.uint32))

    def lengths(self, hashes_P: NDArray[np.uint64]) -> NDArray[np.uint32]:
        """The bits of each place among pieces, where the pieces have these hashes."""
        alone_P = self._bits[self._places(hashes_P, np.zeros_like(hashes_P))]
        longer_P = self._bits[self._places(hashes_P, np.roll(hashes_P, -1))]
        found_P: NDArray[np.uint32] = longer_P & ~_ONE | alone_P & _ONE
        return found_P

    def _places(self, first: NDArray[np.uint64], second: NDArray[np.uint64]) -> NDArray[np.intp]:
        """Where pairs of pieces stand in the table; a piece alone stands with 0."""
        mixed = (first * _SPREAD + second) * _SPREAD
        places: NDArray[np.intp] = (mixed >> self._shift).astype(np.intp)
        return places


def _ends(bounds: NDArray[np.intp], num_pieces: int) -> NDArray[np.intp]:
    """Where the sentence of each piece ends; 0 outside of sentences."""
    starts, ends = bounds.T
    sizes = ends - starts
    ends_P = np.zeros(num_pieces, dtype=np.intp)
    ends_P[np.repeat(ends - np.cumsum(sizes), sizes) + np.arange(sizes.sum())] = np.repeat(ends, sizes)
    return ends_P


def _hashes(parts: list[str]) -> NDArray[np.uint64]:
    """A number for each piece; for this process alone."""
    return np.fromiter(map(hash, parts), dtype=np.int64, count=len(parts)).view(np.uint64)


@cache
def _longest_first(lengths: int) -> tuple[int, ...]:
    """The numbers whose bits are set, the lowest bit being 1: `0b101` gives (3, 1)."""
    return tuple(length for length in range(lengths.bit_length(), 0, -1) if lengths >> (length - 1) & 1)


def normalized(terms: Iterable[str], *, shortest: int = 3) -> Iterator[str]:
    """The pieces of each term, joined by one space.

    Left out are terms without a letter, of fewer than `shortest` letters and digits, or of more than MAX_PIECES pieces.
    """
    for term in terms:
        found = pieces(term)
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


def pieces(text: str) -> tuple[str, ...]:
    """Runs of letters and of digits, lower-cased, without a plural "s"."""
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
