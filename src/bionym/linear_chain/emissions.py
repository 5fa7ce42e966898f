"""Emissions: each token's log-score for each tag, from cached sums of weights.

Axes: N tokens of all sentences, P tokens and the edges between them, W places of a window, L tags.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bionym.linear_chain.columns import EDGE, Cell, Column, Sequences
from bionym.linear_chain.weights import Floats, Weights

MAX_CELLS = 200_000  # of one column; when there are more, the cache is made anew


class Emitter:
    """Emissions of a trained chain; equal for a token whatever was seen before or stands beside it in the batch."""

    def __init__(self, columns: Sequence[Column], weights: Weights) -> None:
        rows = {name: row for row, name in enumerate(weights.attributes)}
        self._tables = [_Table(column, rows, weights.state_AL) for column in columns]
        self._num_tags = len(weights.tags)

    def emissions(self, sequences: Sequences) -> Floats:
        """Emissions N x L (nats) of all sentences, one behind the other."""
        emissions_NL = np.zeros((sequences.num_tokens, self._num_tags))
        for table in self._tables:
            table.add_to(emissions_NL, sequences)
        return emissions_NL


class _Table:
    """The summed weights of a column's cells, for each place of the window."""

    def __init__(self, column: Column, rows: dict[str, int], state_AL: NDArray[np.float32]) -> None:
        self._column, self._rows, self._state_AL = column, rows, state_AL
        self._offsets = range(-column.radius, column.radius + 1)
        self._forget()

    def add_to(self, emissions_NL: Floats, sequences: Sequences) -> None:
        if len(self._number_of) > MAX_CELLS:
            self._forget()
        cells = sequences.cells[self._column.name]
        radius = self._column.radius
        numbers_P = np.zeros(sequences.num_tokens + radius * (len(sequences.ranges) + 1), dtype=np.intp)
        places_N = _places(sequences.ranges, radius)
        numbers_P[places_N] = self._numbers(cells)
        for position, offset in enumerate(self._offsets):
            emissions_NL += self._sums_CWL[numbers_P[places_N + offset], position]

    def _forget(self) -> None:
        self._number_of: dict[Cell, int] = {}
        self._sums_CWL = np.zeros((256, len(self._offsets), self._state_AL.shape[1]), dtype=np.float32)
        self._learn([EDGE])

    def _numbers(self, cells: Sequence[Cell]) -> list[int]:
        number_of = self._number_of
        self._learn([cell for cell in dict.fromkeys(cells) if cell not in number_of])
        return [number_of[cell] for cell in cells]

    def _learn(self, cells: Sequence[Cell]) -> None:
        """Sum the weights of new cells."""
        first = len(self._number_of)
        self._grow(first + len(cells))
        for number, cell in enumerate(cells, start=first):
            self._number_of[cell] = number
            for position, offset in enumerate(self._offsets):
                self._sums_CWL[number, position] = self._sum(cell, offset)

    def _sum(self, cell: Cell, offset: int) -> NDArray[np.float32]:
        name_of = self._column.name
        found = [self._rows.get(f"{name_of}:{name}") for name in self._column.names(cell, offset)]
        rows = [row for row in found if row is not None]
        total: NDArray[np.float32] = self._state_AL[rows].sum(axis=0, dtype=np.float64).astype(np.float32)
        return total

    def _grow(self, num_cells: int) -> None:
        capacity = len(self._sums_CWL)
        if num_cells > capacity:
            more = max(num_cells, 2 * capacity) - capacity
            self._sums_CWL = np.concatenate(
                [self._sums_CWL, np.zeros((more, *self._sums_CWL.shape[1:]), dtype=np.float32)]
            )


def _places(ranges: Sequence[tuple[int, int]], radius: int) -> NDArray[np.intp]:
    """Where each token stands when `radius` edges are put before every sentence and behind the last."""
    lengths = [end - start for start, end in ranges]
    sentence_N = np.repeat(np.arange(len(ranges)), lengths)
    return np.arange(len(sentence_N)) + radius * (sentence_N + 1)
