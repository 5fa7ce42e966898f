"""The CRF against other programs: pytorch-crf, and our own numpy decoding."""

import dataclasses

import numpy as np
import pytest
import torch
from torch import Tensor
from torchcrf import CRF

from bionym.data.tags import BIOES
from bionym.layers.linear_chain import LinearChain, PairwiseLinearChain
from bionym.layers.output import no_rules, rules
from bionym.linear_chain import decoding

LENGTHS_B = torch.tensor([9, 1, 14, 2, 5])
TAGS = BIOES.tags(["A", "B"])


def random_emissions(num_tags: int) -> Tensor:
    return 3 * torch.randn(len(LENGTHS_B), 14, num_tags)


def with_parameters_of(layer: LinearChain) -> CRF:
    other = CRF(layer.num_tags, batch_first=True)
    layer.starts_L.data.copy_(other.start_transitions.data)
    layer.transitions_LL.data.copy_(other.transitions.data)
    layer.ends_L.data.copy_(other.end_transitions.data)
    return other


def test_without_rules_it_is_the_crf_of_pytorch_crf() -> None:
    layer = LinearChain(no_rules(6))
    other = with_parameters_of(layer)
    ours_BTL, theirs_BTL = (random_emissions(6),) * 2
    ours_BTL, theirs_BTL = ours_BTL.clone().requires_grad_(), theirs_BTL.clone().requires_grad_()
    gold_BT = torch.randint(0, 6, (5, 14))
    mask_BT = torch.arange(14) < LENGTHS_B[:, None]
    ours, theirs = layer.loss(ours_BTL, gold_BT, LENGTHS_B), -other(theirs_BTL, gold_BT, mask_BT, reduction="mean")
    ours.backward()
    theirs.backward()
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(ours_BTL.grad, theirs_BTL.grad, rtol=1e-3, atol=1e-5)
    torch.testing.assert_close(layer.transitions_LL.grad, other.transitions.grad, rtol=1e-3, atol=1e-5)
    torch.testing.assert_close(layer.starts_L.grad, other.start_transitions.grad, rtol=1e-3, atol=1e-5)
    assert layer.viterbi(ours_BTL, LENGTHS_B) == other.decode(theirs_BTL, mask_BT)


def test_sums_are_exact_where_scores_lie_hundreds_of_nats_apart() -> None:
    layer = LinearChain(no_rules(6)).double()
    other = with_parameters_of(layer).double()
    emissions_BTL, gold_BT = 15 * random_emissions(6).double(), torch.randint(0, 6, (5, 14))
    ours = layer.loss(emissions_BTL, gold_BT, LENGTHS_B)
    theirs = -other(emissions_BTL, gold_BT, torch.arange(14) < LENGTHS_B[:, None], reduction="mean")
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=0)


def test_it_decodes_as_numpy_does_without_torch() -> None:
    layer = LinearChain(rules(TAGS, BIOES))
    with_parameters_of(layer)
    starts_L, transitions_LL, ends_L = (
        np.maximum(scores.detach().double().numpy(), decoding.FORBIDDEN)
        for scores in layer.chain_scores(valid_only=True)
    )
    chain = decoding.chain(TAGS, transitions_LL, BIOES)
    chain = dataclasses.replace(chain, starts_L=starts_L, ends_L=ends_L)
    emissions_BTL = random_emissions(len(TAGS))
    emissions_NL = np.concatenate([row[:n].double().numpy() for row, n in zip(emissions_BTL, LENGTHS_B, strict=True)])
    ends = np.cumsum(LENGTHS_B.numpy())
    ranges = list(zip((ends - LENGTHS_B.numpy()).tolist(), ends.tolist(), strict=True))
    assert layer.viterbi(emissions_BTL, LENGTHS_B) == decoding.viterbi(emissions_NL, ranges, chain)
    found_BTL = layer.marginals(emissions_BTL, LENGTHS_B).numpy()
    expected_NL = decoding.marginals(emissions_NL, ranges, chain)
    for row, (start, end) in enumerate(ranges):
        assert found_BTL[row, : end - start] == pytest.approx(expected_NL[start:end], abs=1e-6)


def test_pairs_that_ignore_the_tag_before_are_plain_emissions() -> None:
    plain, pairwise = LinearChain(rules(TAGS, BIOES)), PairwiseLinearChain(rules(TAGS, BIOES))
    with_parameters_of(plain)
    pairwise.load_state_dict(plain.state_dict())
    emissions_BTL = random_emissions(len(TAGS))
    pairs_BTS = emissions_BTL.repeat(1, 1, len(TAGS) + 1)
    gold_BT = torch.zeros(5, 14, dtype=torch.long)
    torch.testing.assert_close(
        pairwise.loss(pairs_BTS, gold_BT, LENGTHS_B), plain.loss(emissions_BTL, gold_BT, LENGTHS_B)
    )
    assert pairwise.viterbi(pairs_BTS, LENGTHS_B) == plain.viterbi(emissions_BTL, LENGTHS_B)


def test_it_learns_tags_that_only_transitions_can_tell() -> None:
    layer = LinearChain(no_rules(2))
    optimizer = torch.optim.Adam(layer.parameters(), lr=0.3)
    silent_BTL, gold_BT = torch.zeros(2, 6, 2), torch.tensor([[0, 1, 0, 1, 0, 1], [0, 1, 0, 1, -1, -1]])
    lengths_B = torch.tensor([6, 4])
    for _ in range(30):
        optimizer.zero_grad()
        layer.loss(silent_BTL, gold_BT, lengths_B).backward()
        optimizer.step()
    assert layer.viterbi(silent_BTL, lengths_B) == [[0, 1, 0, 1, 0, 1], [0, 1, 0, 1]]


def test_state_holds_what_is_learned_and_nothing_else() -> None:
    assert set(LinearChain(rules(TAGS, BIOES)).state_dict()) == {"starts_L", "transitions_LL", "ends_L"}
