"""Emissions: each token's log-score for each tag, from cached sums of weights.

Axes: N tokens of all sentences, C cells, W places of a window, L tags.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bionym.linear_chain.columns import EDGE, Cell, Column, Sequences, split_name
from bionym.linear_chain.weights import Floats, Weights

MAX_CELLS = 100_000  # of one column; when there are more, the cache is made anew
NOTHING = 0  # the number of every cell without a weight


class Emitter:
    """Emissions of a trained chain; equal for a token whatever was seen before or stands beside it in the batch."""

    def __init__(self, columns: Sequence[Column], weights: Weights) -> None:
        rows: defaultdict[tuple[str, int], dict[str, int]] = defaultdict(dict)
        for row, name in enumerate(weights.attributes):
            column, offset, attribute = split_name(name)
            rows[column, offset][attribute] = row
        state_AL = weights.state_AL.astype(np.float64)
        self._tables = [
            _Table(column, [rows[column.name, offset] for offset in column.offsets], state_AL) for column in columns
        ]
        self._num_tags = len(weights.tags)

    def emissions(self, sequences: Sequences) -> Floats:
        """Emissions N x L (nats) of all sentences, one behind the other."""
        emissions_NL = np.zeros((sequences.num_tokens, self._num_tags))
        for table in self._tables:
            table.add_to(emissions_NL, sequences)
        return emissions_NL


class _Table:
    """The summed weights of a column's cells, for each place of the window."""

    def __init__(self, column: Column, rows_W: list[dict[str, int]], state_AL: Floats) -> None:
        self._column, self._rows_W, self._state_AL = column, rows_W, state_AL
        self._forget()

    def add_to(self, emissions_NL: Floats, sequences: Sequences) -> None:
        """Add to each token what the cells of its window say."""
        if len(self._number_of) > MAX_CELLS:
            self._forget()
        radius = self._column.radius
        places_N = _places(sequences.ranges, radius)
        numbers = np.full(sequences.num_tokens + radius * (len(sequences.ranges) + 1), self._edge, dtype=np.intp)
        numbers[places_N] = self._numbers(sequences.cells[self._column.name])
        for position, offset in enumerate(self._column.offsets):
            emissions_NL += self._sums_CWL[numbers[places_N + offset], position]

    def _forget(self) -> None:
        self._number_of: dict[Cell, int] = {}
        self._sums_CWL = np.zeros((256, len(self._rows_W), self._state_AL.shape[1]))
        self._num_cells = 1
        self._edge = self._learned(EDGE)

    def _numbers(self, cells: Sequence[Cell]) -> list[int]:
        number_of = self._number_of
        new = {cell: self._learned(cell) for cell in set(cells) if cell not in number_of}
        number_of.update((cell, number) for cell, number in new.items() if number != NOTHING)
        return [number_of.get(cell, NOTHING) for cell in cells]

    def _learned(self, cell: Cell) -> int:
        """The number of a new cell, its weights summed."""
        attributes = self._column.attributes(cell)
        found_W = [
            [rows[name] for name, radius in attributes if radius >= abs(offset) and name in rows]
            for offset, rows in zip(self._column.offsets, self._rows_W, strict=True)
        ]
        if not any(found_W):
            return NOTHING
        number = self._num_cells
        self._num_cells += 1
        if number == len(self._sums_CWL):
            self._sums_CWL = np.concatenate([self._sums_CWL, np.zeros_like(self._sums_CWL)])
        for position, found in enumerate(found_W):
            if found:
                self._state_AL[found].sum(axis=0, out=self._sums_CWL[number, position])
        return number


def _places(ranges: Sequence[tuple[int, int]], radius: int) -> NDArray[np.intp]:
    """Where each token stands when `radius` edges are put before every sentence and behind the last."""
    lengths = [end - start for start, end in ranges]
    sentence_N = np.repeat(np.arange(len(ranges)), lengths)
    return np.arange(len(sentence_N)) + radius * (sentence_N + 1)
