"""Passes through a text, in parts that are scored: each pass goes through all of it, in an order of its own."""

import math

import numpy as np
from numpy.typing import NDArray


class Passes:
    """Which units of a text (rows, runs of sentences) each part of each pass reads.

    Args:
        num_units: of the text.
        units_together: that are never parted, such as the rows of a batch.
        num_steps: of a pass, about.
        score_steps: steps of a part, about: the text held out is scored between parts.
    """

    def __init__(
        self, num_units: int, *, units_together: int = 1, num_steps: float, score_steps: int, seed: int
    ) -> None:
        self._num_units, self._units_together, self._seed = num_units, units_together, seed
        self._num_groups = math.ceil(num_units / units_together)
        self.num_parts = max(1, min(self._num_groups, round(num_steps / score_steps)))
        self._order: tuple[int, NDArray[np.int64]] | None = None

    def part(self, epoch: int) -> NDArray[np.int64]:
        """The units of a part, which is an epoch (from 1) of the loop."""
        number, part = divmod(epoch - 1, self.num_parts)
        if self._order is None or self._order[0] != number:
            self._order = number, np.random.default_rng((self._seed, number)).permutation(self._num_units)
        first, end = (round(place * self._num_groups / self.num_parts) for place in (part, part + 1))
        return self._order[1][first * self._units_together : end * self._units_together]
