import math

import numpy as np
import pytest
import torch

from bionym.layers.embedding import PADDING, UNKNOWN
from bionym.layers.word_vectors import WordVectors

PRETRAINED_VD = np.arange(12, dtype=np.float64).reshape(4, 3) + 100
WORDS_BT = torch.tensor([[0, 1, 2, 5], [4, 8, 3, 0]])  # rows 2, 3 and 4 are new, 5 to 8 pretrained


def layer(**options: object) -> WordVectors:
    return WordVectors(3, num_new=3, pretrained_VD=PRETRAINED_VD, **options)  # type: ignore[arg-type]


def test_pretrained_vectors_stand_behind_new_ones() -> None:
    vectors = layer().eval()
    found_BTD = vectors(WORDS_BT)
    assert len(vectors) == 9
    assert found_BTD[0, 3].tolist() == [100, 101, 102] and found_BTD[1, 1].tolist() == [109, 110, 111]
    assert torch.equal(found_BTD[1, 0], vectors.new.weight[4])
    assert not found_BTD[0, 0].any() and not found_BTD[1, 3].any()


def test_new_vectors_begin_within_the_bound() -> None:
    values = WordVectors(50, num_new=2_000).new.weight[1:]
    bound = math.sqrt(3 / 50)
    assert values.abs().max() <= bound
    assert values.var().item() == pytest.approx(1 / 50, rel=0.05)


@pytest.mark.parametrize("frozen", [True, False])
def test_new_rows_learn_and_pretrained_ones_unless_frozen(frozen: bool) -> None:
    vectors = layer(frozen=frozen).eval()
    vectors(WORDS_BT).sum().backward()
    assert vectors.new.weight.grad is not None
    assert vectors.new.weight.grad.any(1).tolist() == [False, True, True, True, True]
    if frozen:
        assert vectors.pretrained_VD.grad is None
    else:
        assert vectors.pretrained_VD.grad is not None
        assert vectors.pretrained_VD.grad.any(1).tolist() == [True, False, False, True]


def is_unknown(vectors: WordVectors, words_BT: torch.Tensor) -> torch.Tensor:
    return (vectors(words_BT) == vectors.new.weight[UNKNOWN]).all(2)


def test_singletons_are_drawn_anew_at_each_call_and_others_kept() -> None:
    vectors = layer(singletons=[2, 6], singleton_dropout=0.3)
    words_BT = torch.tensor([[2, 3, 6, 5, PADDING]]).expand(500, -1)
    first, second = is_unknown(vectors, words_BT), is_unknown(vectors, words_BT)
    assert not first[:, [1, 3, 4]].any()
    assert not torch.equal(first, second)
    for _ in range(20):
        again = is_unknown(vectors, words_BT)
    assert again.double().mean(0)[[0, 2]].tolist() == pytest.approx([0.3, 0.3], abs=0.08)


def test_word_dropout_falls_on_any_word_but_padding() -> None:
    vectors = layer(word_dropout=0.4)
    share = is_unknown(vectors, WORDS_BT.repeat(500, 1)).double().mean(0)
    unknown = is_unknown(vectors, torch.tensor([[PADDING] * 100]))
    assert share[2].item() == pytest.approx(0.4, abs=0.08)
    assert not unknown.any()


def test_no_word_is_dropped_in_prediction() -> None:
    vectors = layer(word_dropout=1.0, singletons=[2], singleton_dropout=1.0).eval()
    assert torch.equal(vectors(WORDS_BT), vectors(WORDS_BT))
    assert not is_unknown(vectors, torch.tensor([[2, 5]])).any()


def test_counts_of_the_corpus_are_no_weights() -> None:
    assert set(layer(singletons=[2]).state_dict()) == {"new.weight", "pretrained_VD"}
