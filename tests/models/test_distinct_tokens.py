"""What tokens look like, handed over once for each that looks different."""

import numpy as np
import pytest

from bionym.models.bilstm_crf.runtime import _distinct


@pytest.mark.parametrize("num_columns", [0, 3, 45])
def test_tokens_share_a_row_if_word_and_places_in_lists_are_the_same(num_columns: int) -> None:
    random = np.random.default_rng(num_columns)
    words_N = random.integers(0, 6, 200)
    lists_NK = np.zeros((200, num_columns), dtype=np.float32)
    if num_columns:
        lists_NK[np.arange(0, 200, 2), random.integers(0, num_columns, 100)] = 1
        lists_NK[1::4, [0, -1]] = 1
    looks = [(word, *row) for word, row in zip(words_N.tolist(), lists_NK.tolist(), strict=True)]
    chosen_U, rows_N = _distinct(words_N, lists_NK)
    assert len(chosen_U) == len(set(looks))
    assert [looks[chosen_U[row]] for row in rows_N] == looks
