"""`assign`: rows and columns brought together so that the sum of weights is greatest.

Source: Kuhn 1955, "The Hungarian method for the assignment problem", in the form that adds row by row along a shortest
augmenting path (Jonker and Volgenant 1987), on sparse weights: what cannot go together has no weight and takes no time.
"""

import heapq
from collections import defaultdict
from collections.abc import Mapping


def assign(weights: Mapping[tuple[int, int], int]) -> list[tuple[int, int]]:
    """The (row, column) pairs of an assignment of greatest weight, sorted; each row and each column at most once.

    Args:
        weights: of the pairs that may stand together; 1 or more, whole, so that sums are exact.

    >>> assign({(0, 0): 9, (0, 1): 8, (1, 0): 8})
    [(0, 1), (1, 0)]
    """
    board = _Board(weights)
    for row in sorted(board.costs):
        board.insert(row)
    return sorted((row, column) for column, row in board.row_of.items() if column >= 0)


class _Board:
    """The assignment so far, and the potentials that prove it best: no cost is below the sum of its two potentials.

    Each row has a column of its own at cost 0, with a negative number: to take it is to stay alone.
    """

    def __init__(self, weights: Mapping[tuple[int, int], int]) -> None:
        self.costs: dict[int, dict[int, int]] = {}
        for (row, column), weight in weights.items():
            self.costs.setdefault(row, {-1 - row: 0})[column] = -weight
        self.row_of: dict[int, int] = {}
        self.column_of: dict[int, int] = {}
        self.row_potential: dict[int, int] = {}
        self.column_potential: defaultdict[int, int] = defaultdict(int)

    def insert(self, row: int) -> None:
        """One more row; those before it may move to other columns."""
        reduced = (cost - self.column_potential[column] for column, cost in self.costs[row].items())
        self.row_potential[row] = min(reduced)
        passed, reached_from, end = self._shortest_path(row)
        for column, distance in passed.items():
            self.column_potential[column] -= passed[end] - distance
            if column != end:
                self.row_potential[self.row_of[column]] += passed[end] - distance
        self.row_potential[row] += passed[end]
        self._flip(row, end, reached_from)

    def _shortest_path(self, row: int) -> tuple[dict[int, int], dict[int, int], int]:
        """Dijkstra to the nearest free column: the columns passed with their distances, where from, and the end."""
        passed: dict[int, int] = {}
        nearest: dict[int, int] = {}
        reached_from: dict[int, int] = {}
        heap: list[tuple[int, int]] = []
        distance = 0
        while True:
            base = distance - self.row_potential[row]
            for column, cost in self.costs[row].items():
                there = base + cost - self.column_potential[column]
                if column not in passed and (column not in nearest or there < nearest[column]):
                    nearest[column], reached_from[column] = there, row
                    heapq.heappush(heap, (there, column))
            distance, column = heapq.heappop(heap)
            while column in passed:
                distance, column = heapq.heappop(heap)
            passed[column] = distance
            if column not in self.row_of:
                return passed, reached_from, column
            row = self.row_of[column]

    def _flip(self, first: int, column: int, reached_from: Mapping[int, int]) -> None:
        """Every row of the path takes the column that it reached, beginning at the end."""
        while True:
            row = reached_from[column]
            before = self.column_of.get(row)
            self.row_of[column], self.column_of[row] = row, column
            if row == first:
                return
            assert before is not None
            column = before
