"""Columns: what is said of each token, and how far around it that counts.

A column gives each token one hashable *cell*, such as its word. A cell stands for several attributes, each with a
radius: an attribute of radius 2 counts for the token itself and for the two tokens on either side.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Cell = Hashable
EDGE = None  # the cell of the places before a sentence's first and behind its last token


class Attribute(NamedTuple):
    """One thing said of a token: its name, and over how many tokens to either side it counts."""

    name: str
    radius: int


@dataclass(frozen=True, slots=True)
class Column:
    """One kind of cell.

    Args:
        name: stands before each attribute, so that columns never share weights.
        radius: the largest radius of its attributes.
        attributes: what a cell stands for; must depend on the cell alone.
    """

    name: str
    radius: int
    attributes: Callable[[Cell], Iterable[Attribute]]

    def names(self, cell: Cell, offset: int) -> list[str]:
        """Names of the attributes that a cell `offset` tokens away (negative: to the left) gives a token."""
        if cell is EDGE:
            return [f"{offset:+d}|edge"] if self.name == "word" else []
        place = f"{offset:+d}|" if offset else ""
        reach = abs(offset)
        return [f"{place}{name}" for name, radius in self.attributes(cell) if radius >= reach]


class Sequences(NamedTuple):
    """The cells of many sentences, one behind the other.

    Args:
        cells: for each column by name, one cell a token.
        ranges: token positions `[start, end)` of each sentence; they follow one another without a gap.
    """

    cells: Mapping[str, Sequence[Cell]]
    ranges: Sequence[tuple[int, int]]

    @property
    def num_tokens(self) -> int:
        """Tokens of all sentences."""
        return self.ranges[-1][1] if self.ranges else 0


def attribute_names(columns: Sequence[Column], sequences: Sequences) -> Iterator[list[list[str]]]:
    """For each sentence, for each token, the names of all its attributes; for training and for tests."""
    names = {column.name: _Remembered(column) for column in columns}
    for start, end in sequences.ranges:
        yield [
            [
                name
                for column in columns
                for offset in range(-column.radius, column.radius + 1)
                for name in names[column.name].of(_cell_at(sequences.cells[column.name], position + offset, start, end), offset)
            ]
            for position in range(start, end)
        ]


def _cell_at(cells: Sequence[Cell], position: int, start: int, end: int) -> Cell:
    return cells[position] if start <= position < end else EDGE


class _Remembered:
    """The names of a column's cells, each made once."""

    def __init__(self, column: Column) -> None:
        self._column = column
        self._names: dict[tuple[Cell, int], list[str]] = {}

    def of(self, cell: Cell, offset: int) -> list[str]:
        key = (cell, offset)
        names = self._names.get(key)
        if names is None:
            names = self._names[key] = self._column.names(cell, offset)
        return names
