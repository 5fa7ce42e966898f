"""What families that learn in epochs share."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from bionym.heads.fitting import scores_of_tokens


@pytest.mark.parametrize("most", [1, 6, 1000])
def test_scores_stand_in_the_order_of_the_items_whatever_is_computed_together(most: int) -> None:
    items = [[3, 1, 4], [], [1, 5, 9, 2], [6], [5, 3]]

    def score(places: Sequence[int]) -> NDArray[np.float64]:
        longest = max(len(items[place]) for place in places)
        rows = [[*items[place], *[-1] * (longest - len(items[place]))] for place in places]
        return np.array(rows, dtype=np.float64)[:, :, None] * [1, 10]

    numbers = [number for item in items for number in item]
    found = scores_of_tokens(items, list(map(len, items)), 2, score, most=most)
    assert found.tolist() == [[number, 10 * number] for number in numbers]


def test_there_are_no_scores_of_nothing() -> None:
    assert scores_of_tokens([], [], 3, lambda places: np.zeros((0, 0, 3)), most=10).shape == (0, 3)
