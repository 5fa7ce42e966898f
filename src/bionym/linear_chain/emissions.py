"""Emissions: each token's log-score for each tag, from sums of weights.

Weights are added one attribute after the other, so a token gets the same bits whatever stands beside it.
Axes: N tokens of all sentences, A attributes, C cells, W places of a window, L tags.
"""

from collections.abc import Iterable, Sequence
from itertools import chain, repeat
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from bionym.linear_chain.columns import EDGE, Cell, Column, Sequences, numbered_by_place
from bionym.linear_chain.weights import Floats, Weights

MAX_CELLS = 100_000  # of one column; when there are more, the cache is made anew
NOTHING = 0  # the row of every attribute, and the number of every cell, without a weight

Rows = dict[str, int]  # where the weights of each attribute of a column stand, for one place of the window


class Emitter:
    """Emissions of a trained chain; equal for a token whatever was seen before or stands beside it in the batch."""

    def __init__(self, columns: Sequence[Column], weights: Weights) -> None:
        rows = numbered_by_place(weights.attributes, first=NOTHING + 1)
        state_AL = np.concatenate([np.zeros((1, len(weights.tags))), weights.state_AL])
        self._tables: list[_Cached | _Listed] = []
        for column in columns:
            kind = _Listed if column.describe is None and column.radius == 0 else _Cached
            rows_W = [rows.get((column.name, offset), {}) for offset in column.offsets]
            self._tables.append(kind(column, rows_W, state_AL))
        self._num_tags = len(weights.tags)

    def emissions(self, sequences: Sequences) -> Floats:
        """Emissions N x L (nats) of all sentences, one behind the other."""
        emissions_NL = np.zeros((sequences.num_tokens, self._num_tags))
        for table in self._tables:
            table.add_to(emissions_NL, sequences)
        return emissions_NL


class _Listed:
    """The weights of a column without a window, whose cells list their attributes and seldom come back."""

    def __init__(self, column: Column, rows_W: list[Rows], state_AL: Floats) -> None:
        self._name, (self._rows,), self._state_AL = column.name, rows_W, state_AL

    def add_to(self, emissions_NL: Floats, sequences: Sequences) -> None:
        """Add to each token what its own cell says."""
        cells: Sequence[Sequence[str]] = sequences.cells[self._name]  # type: ignore[assignment]
        rows = map(self._rows.get, chain.from_iterable(cells), repeat(NOTHING))
        emissions_NL += _sums(self._state_AL, list(map(len, cells)), rows)


class _Cached:
    """The summed weights of a column's cells, for each place of the window; several threads may share them."""

    def __init__(self, column: Column, rows_W: list[Rows], state_AL: Floats) -> None:
        self._column, self._rows_W, self._state_AL = column, rows_W, state_AL
        self._offsets = column.offsets
        self._lock = Lock()
        self._forget()

    def add_to(self, emissions_NL: Floats, sequences: Sequences) -> None:
        """Add to each token what the cells of its window say."""
        cells, radius = sequences.cells[self._column.name], self._column.radius
        number_of, sums_CWL = self._cached(cells)
        places_N = _places(sequences.ranges, radius)
        edge = number_of[EDGE]
        numbers = np.full(sequences.num_tokens + radius * (len(sequences.ranges) + 1), edge, dtype=np.intp)
        numbers[places_N] = np.fromiter(map(number_of.__getitem__, cells), np.intp, len(cells))
        for position, offset in enumerate(self._offsets):
            emissions_NL += sums_CWL[numbers[places_N + offset], position]

    def _cached(self, cells: Iterable[Cell]) -> tuple[dict[Cell, int], Floats]:
        """Numbers of cells and sums by number; what other threads add later, or forget, changes neither for these cells."""
        with self._lock:
            if len(self._number_of) > MAX_CELLS:
                self._forget()
            self._learn(list(set(cells) - self._number_of.keys()))
            return self._number_of, self._sums_CWL

    def _forget(self) -> None:
        self._number_of: dict[Cell, int] = {}
        self._sums_CWL = np.zeros((256, len(self._offsets), self._state_AL.shape[1]))
        self._num_cells = 1
        self._learn([EDGE])

    def _learn(self, cells: Sequence[Cell]) -> None:
        """Number new cells, their weights summed."""
        found = [(cell, rows_W) for cell in cells if any(rows_W := self._rows_of(cell))]
        start, end = self._num_cells, self._num_cells + len(found)
        while end > len(self._sums_CWL):
            self._sums_CWL = np.concatenate([self._sums_CWL, np.zeros_like(self._sums_CWL)])
        runs = [rows for _, rows_W in found for rows in rows_W]
        sums = _sums(self._state_AL, list(map(len, runs)), chain.from_iterable(runs))
        self._sums_CWL[start:end] = sums.reshape(self._sums_CWL[start:end].shape)
        self._number_of.update(dict.fromkeys(cells, NOTHING))
        self._number_of.update((cell, number) for number, (cell, _) in enumerate(found, start))
        self._num_cells = end

    def _rows_of(self, cell: Cell) -> list[list[int]]:
        """The rows of a cell's weights, for each place of the window."""
        attributes = self._column.attributes(cell)
        return [
            [rows[name] for name, radius in attributes if radius >= distance and name in rows]
            for distance, rows in zip(map(abs, self._offsets), self._rows_W, strict=True)
        ]


def _sums(state_AL: Floats, lengths: Sequence[int], rows: Iterable[int]) -> Floats:
    """Sums of the first `lengths[0]` rows, of the `lengths[1]` behind them and so on, each one row after the other."""
    lengths_N = np.array(lengths, dtype=np.intp)
    is_row_NK = np.arange(lengths_N.max(initial=0)) < lengths_N[:, None]
    rows_NK = np.full(is_row_NK.shape, NOTHING)
    rows_NK[is_row_NK] = np.fromiter(rows, np.intp, lengths_N.sum())
    sums_NL = np.zeros((len(lengths), state_AL.shape[1]))
    for rows_N in rows_NK.T:
        sums_NL += state_AL.take(rows_N, axis=0)
    return sums_NL


def _places(ranges: Sequence[tuple[int, int]], radius: int) -> NDArray[np.intp]:
    """Where each token stands when `radius` edges are put before every sentence and behind the last."""
    lengths = [end - start for start, end in ranges]
    sentence_N = np.repeat(np.arange(len(ranges)), lengths)
    return np.arange(len(sentence_N)) + radius * (sentence_N + 1)
