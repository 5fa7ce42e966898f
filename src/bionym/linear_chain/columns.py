"""Columns: what is said of each token, and how far around it that counts.

A column gives each token one hashable *cell*, such as its word. A cell stands for several attributes, each with a
radius: an attribute of radius 2 counts for the token itself and for the two tokens on either side.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bionym.errors import ModelError

Cell = Hashable
EDGE = None  # the cell of the places before a sentence's first and behind its last token


Attribute = tuple[str, int]  # one thing said of a token: its name, and over how many tokens to either side it counts


@dataclass(frozen=True, slots=True)
class Column:
    """One kind of cell.

    Args:
        name: stands before each attribute, so that columns never share weights.
        radius: the largest radius of its attributes.
        describe: what a cell stands for; must depend on the cell alone. None: a cell is the tuple of its attributes'
            names, each of the largest radius.
        marks_edges: whether the places beyond a sentence's ends say so.
    """

    name: str
    radius: int
    describe: Callable[[Cell], Iterable[Attribute]] | None = None
    marks_edges: bool = False

    @property
    def offsets(self) -> range:
        """The places of the window, the token itself being 0."""
        return range(-self.radius, self.radius + 1)

    def attributes(self, cell: Cell) -> Sequence[Attribute]:
        """What a cell stands for, the edge of a sentence included."""
        if cell is EDGE:
            return (("edge", self.radius),) if self.marks_edges else ()
        if self.describe is None:
            assert isinstance(cell, tuple)
            return tuple((name, self.radius) for name in cell)
        return tuple(self.describe(cell))


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


def full_name(column: str, offset: int, attribute: str) -> str:
    """The name under which an attribute, `offset` tokens away (negative: to the left), has its weight."""
    return f"{column}|{offset:+d}|{attribute}"


def split_name(name: str) -> tuple[str, int, str]:
    """Column, offset and attribute of a full name. Raises: ModelError if it is none."""
    try:
        column, offset, attribute = name.split("|", 2)
        return column, int(offset), attribute
    except ValueError as error:
        raise ModelError("The model's weights have names that this version does not know. Train it again.") from error


def numbered_by_place(names: Iterable[str], *, first: int) -> dict[tuple[str, int], dict[str, int]]:
    """The attributes of full names by column and offset, with the numbers of the names, counted from `first`.

    Raises: ModelError if one is no full name.
    """
    places: defaultdict[tuple[str, int], dict[str, int]] = defaultdict(dict)
    for number, name in enumerate(names, first):
        column, offset, attribute = split_name(name)
        places[column, offset][attribute] = number
    return dict(places)
