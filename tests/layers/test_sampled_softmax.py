"""Telling a word among many by a few."""

import math

import torch
from torch.nn import functional as F

from bionym.layers.sampled_softmax import SampledSoftmax

COUNTS_V = torch.tensor([0, 0, 50, 20, 10, 5, 5, 3, 2, 1])


def layer(num_drawn: int = 4) -> SampledSoftmax:
    torch.manual_seed(1)
    return SampledSoftmax(6, torch.randn(10, 5), COUNTS_V, num_drawn=num_drawn)


def test_surprise_is_that_of_a_softmax_over_all_words_that_occur() -> None:
    softmax = layer()
    states_NH, words_N = torch.randn(7, 6), torch.tensor([2, 3, 4, 5, 9, 2, 2])
    scores_NV = softmax.project(states_NH) @ softmax.vectors_VD.T + softmax.bias_V
    scores_NV[:, :2] = -math.inf
    expected_N = F.cross_entropy(scores_NV, words_N, reduction="none")
    torch.testing.assert_close(softmax.measured(states_NH, words_N)[0], expected_N)


def test_learning_against_a_few_words_brings_the_surprise_over_all_down_to_its_least() -> None:
    """Without anything to go by, the best is the frequency of each word."""
    softmax = layer()
    torch.nn.init.normal_(softmax.bias_V)
    words_M = torch.repeat_interleave(torch.arange(10), COUNTS_V * 4)
    optimizer = torch.optim.Adam([softmax.bias_V], lr=0.05)
    for _ in range(600):
        words_N = words_M[torch.randint(len(words_M), (24,))]
        optimizer.zero_grad()
        softmax.loss(torch.zeros(24, 6), words_N).backward()
        optimizer.step()
        for group in optimizer.param_groups:
            group["lr"] *= 0.995
    chance_V = COUNTS_V[2:] / COUNTS_V.sum()
    entropy = -(chance_V * chance_V.log()).sum()
    found = softmax.measured(torch.zeros(len(words_M), 6), words_M)[0].mean()
    assert entropy - 1e-3 <= found <= entropy + 0.05


def test_a_word_is_compared_with_all_others_if_enough_are_drawn() -> None:
    softmax = layer(num_drawn=10_000)
    states_NH, words_N = torch.randn(5, 6), torch.tensor([2, 3, 4, 8, 9])
    torch.testing.assert_close(softmax.loss(states_NH, words_N), softmax.measured(states_NH, words_N)[0].mean())


def test_no_state_is_no_loss() -> None:
    assert layer().loss(torch.zeros(0, 6), torch.zeros(0, dtype=torch.long)) == 0
