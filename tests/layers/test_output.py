"""Output layers against brute force: every tag sequence of a short sentence, by its score."""

from collections.abc import Iterator
from itertools import pairwise, product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from bionym.data.tags import BIO, BIOES, IO, IOB1, LENIENT, TagScheme, is_valid
from bionym.errors import ModelError
from bionym.layers.linear_chain import LinearChain, PairwiseLinearChain
from bionym.layers.output import Output, no_rules, rules
from bionym.layers.softmax import Softmax

KINDS = [LinearChain, PairwiseLinearChain, Softmax]
SCHEMES = [IO, IOB1, BIO, BIOES, LENIENT]
LENGTHS_B = torch.tensor([3, 1, 4, 2])

every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
every_scheme = pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)


def tags_of(scheme: TagScheme) -> tuple[str, ...]:
    return scheme.tags(["A"] if scheme is BIOES else ["A", "B"])


def built(kind: type[Output], scheme: TagScheme | None, **options: bool) -> Output:
    """A layer with random parameters in double precision."""
    layer = kind(rules(tags_of(scheme), scheme) if scheme else no_rules(3), **options).double()
    for parameter in layer.parameters():
        torch.nn.init.normal_(parameter)
    return layer


def random_scores(layer: Output, lengths_B: Tensor = LENGTHS_B) -> Tensor:
    return 2 * torch.randn(len(lengths_B), int(lengths_B.max()), layer.num_scores, dtype=torch.float64)


def path_score(layer: Output, scores_TS: Tensor, path: tuple[int, ...]) -> Tensor:
    """The score by the definition of each layer, one term after the other."""
    if isinstance(layer, PairwiseLinearChain):
        pairs_TML = scores_TS.reshape(len(scores_TS), layer.num_tags + 1, layer.num_tags)
        before = (layer.num_tags, *path)
        total = sum(pairs_TML[token, before[token], tag] for token, tag in enumerate(path))
    else:
        total = sum(scores_TS[token, tag] for token, tag in enumerate(path))
    if isinstance(layer, LinearChain):
        total = total + layer.starts_L[path[0]] + layer.ends_L[path[-1]]
        total = total + sum(layer.transitions_LL[pair] for pair in pairwise(path))
    return total


def paths(layer: Output, scores_TS: Tensor, scheme: TagScheme | None) -> Iterator[tuple[tuple[int, ...], Tensor]]:
    for path in product(range(layer.num_tags), repeat=len(scores_TS)):
        if scheme is None or is_valid([tags_of(scheme)[tag] for tag in path], scheme):
            yield path, path_score(layer, scores_TS, path).detach()


def log_sum(scored: list[tuple[tuple[int, ...], Tensor]]) -> Tensor:
    return torch.stack([score for _, score in scored]).logsumexp(0)


def sentences(scores_BTS: Tensor) -> Iterator[Tensor]:
    for scores_TS, length in zip(scores_BTS, LENGTHS_B, strict=True):
        yield scores_TS[:length]


@every_kind
@every_scheme
def test_viterbi_finds_the_best_valid_path(kind: type[Output], scheme: TagScheme) -> None:
    layer = built(kind, scheme)
    scores_BTS = random_scores(layer)
    for scores_TS, found in zip(sentences(scores_BTS), layer.viterbi(scores_BTS, LENGTHS_B), strict=True):
        best, _ = max(paths(layer, scores_TS, scheme), key=lambda scored: float(scored[1]))
        assert tuple(found) == best


@every_kind
@every_scheme
def test_marginals_are_shares_of_valid_paths(kind: type[Output], scheme: TagScheme) -> None:
    layer = built(kind, scheme)
    scores_BTS = random_scores(layer)
    found_BTL = layer.marginals(scores_BTS, LENGTHS_B)
    for scores_TS, found_TL in zip(sentences(scores_BTS), found_BTL, strict=True):
        scored = list(paths(layer, scores_TS, scheme))
        expected_TL = torch.zeros(len(found_TL), layer.num_tags, dtype=torch.float64)
        for path, score in scored:
            expected_TL[range(len(path)), path] += (score - log_sum(scored)).exp()
        torch.testing.assert_close(found_TL, expected_TL)


@every_kind
@pytest.mark.parametrize("scheme", [None, *SCHEMES], ids=lambda scheme: scheme.name if scheme else "none")
def test_loss_is_the_gold_paths_share_of_all(kind: type[Output], scheme: TagScheme | None) -> None:
    layer = built(kind, scheme)
    scores_BTS = random_scores(layer)
    gold_BT = torch.full(scores_BTS.shape[:2], -100)
    expected = torch.zeros((), dtype=torch.float64)
    for row, scores_TS in enumerate(sentences(scores_BTS)):
        valid = list(paths(layer, scores_TS, scheme))
        path, score = valid[len(valid) // 2]
        gold_BT[row, : len(path)] = torch.tensor(path)
        counted = valid if layer.valid_training else list(paths(layer, scores_TS, None))
        expected += log_sum(counted) - score
    torch.testing.assert_close(layer.loss(scores_BTS, gold_BT, LENGTHS_B), expected / 4)
    torch.testing.assert_close(layer.loss(scores_BTS, gold_BT, LENGTHS_B, per="token"), expected / 10)


@every_kind
def test_partial_loss_is_the_share_of_paths_inside_the_sets(kind: type[Output]) -> None:
    layer = built(kind, BIO)
    scores_BTS = random_scores(layer)
    possible_BTL = torch.rand(*scores_BTS.shape[:2], layer.num_tags) < 0.5
    possible_BTL[:, :, 0] = True
    expected = torch.zeros((), dtype=torch.float64)
    for scores_TS, possible_TL in zip(sentences(scores_BTS), possible_BTL, strict=True):
        counted = list(paths(layer, scores_TS, BIO if layer.valid_training else None))
        inside = [one for one in counted if all(possible_TL[token, tag] for token, tag in enumerate(one[0]))]
        expected += log_sum(counted) - log_sum(inside)
    torch.testing.assert_close(layer.loss_partial(scores_BTS, possible_BTL, LENGTHS_B), expected / 4)


@every_kind
def test_partial_loss_of_single_tags_is_the_loss(kind: type[Output]) -> None:
    layer = built(kind, None)
    scores_BTS = random_scores(layer)
    gold_BT = torch.randint(0, layer.num_tags, scores_BTS.shape[:2])
    possible_BTL = torch.nn.functional.one_hot(gold_BT, layer.num_tags).bool()
    expected = layer.loss(scores_BTS, gold_BT, LENGTHS_B)
    torch.testing.assert_close(layer.loss_partial(scores_BTS, possible_BTL, LENGTHS_B), expected)


@every_kind
def test_nothing_is_learned_from_tokens_that_nobody_annotated(kind: type[Output]) -> None:
    layer = built(kind, BIO)
    scores_BTS = random_scores(layer).requires_grad_()
    anything_BTL = torch.ones(*scores_BTS.shape[:2], layer.num_tags, dtype=torch.bool)
    loss = layer.loss_partial(scores_BTS, anything_BTL, LENGTHS_B)
    loss.backward()
    assert loss.item() == pytest.approx(0, abs=1e-12)
    assert scores_BTS.grad is not None and scores_BTS.grad.abs().max() < 1e-12


@every_kind
def test_gradients_are_right_where_transitions_are_forbidden(kind: type[Output]) -> None:
    layer, lengths_B = built(kind, BIOES), torch.tensor([3, 1])
    scores_BTS = random_scores(layer, lengths_B).requires_grad_()
    outside_BT = torch.zeros(2, 3, dtype=torch.long)
    possible_BTL = torch.rand(2, 3, layer.num_tags) < 0.6
    possible_BTL[:, :, 0] = True
    inputs = scores_BTS, *layer.parameters()
    assert torch.autograd.gradcheck(lambda scores, *_: layer.loss(scores, outside_BT, lengths_B), inputs)
    assert torch.autograd.gradcheck(lambda scores, *_: layer.loss_partial(scores, possible_BTL, lengths_B), inputs)


@pytest.mark.parametrize("kind", [LinearChain, PairwiseLinearChain], ids=lambda kind: kind.__name__)
def test_training_may_count_invalid_paths_too(kind: type[Output]) -> None:
    layer = built(kind, BIOES, valid_training=False)
    scores_BTS = random_scores(layer)
    gold_BT = torch.zeros(scores_BTS.shape[:2], dtype=torch.long)
    everything = [
        log_sum(list(paths(layer, scores_TS, None))) - path_score(layer, scores_TS, (0,) * len(scores_TS))
        for scores_TS in sentences(scores_BTS)
    ]
    torch.testing.assert_close(layer.loss(scores_BTS, gold_BT, LENGTHS_B), torch.stack(everything).mean())


@every_kind
@settings(max_examples=15)
@given(lengths=st.lists(st.integers(1, 30), min_size=1, max_size=9), seed=st.integers(0, 99))
def test_no_invalid_sequence_is_ever_decoded(kind: type[Output], lengths: list[int], seed: int) -> None:
    torch.manual_seed(seed)
    for scheme in SCHEMES:
        layer = built(kind, scheme)
        for path in layer.viterbi(50 * random_scores(layer, torch.tensor(lengths)), torch.tensor(lengths)):
            assert is_valid([tags_of(scheme)[tag] for tag in path], scheme)


@every_kind
@settings(max_examples=15)
@given(lengths=st.lists(st.integers(1, 20), min_size=1, max_size=7), seed=st.integers(0, 99))
def test_a_sentence_gives_the_same_alone_in_a_batch_and_in_any_order(
    kind: type[Output], lengths: list[int], seed: int
) -> None:
    torch.manual_seed(seed)
    layer = built(kind, BIO)
    lengths_B = torch.tensor(lengths)
    scores_BTS = random_scores(layer, lengths_B)
    marginals_BTL, best = layer.marginals(scores_BTS, lengths_B), layer.viterbi(scores_BTS, lengths_B)
    order = torch.randperm(len(lengths))
    assert layer.viterbi(scores_BTS[order], lengths_B[order]) == [best[row] for row in order]
    for row, length in enumerate(lengths):
        alone = scores_BTS[row : row + 1, :length], lengths_B[row : row + 1]
        assert layer.viterbi(*alone) == [best[row]]
        torch.testing.assert_close(layer.marginals(*alone)[0], marginals_BTL[row, :length], rtol=0, atol=1e-12)


@every_kind
def test_padding_may_hold_anything(kind: type[Output]) -> None:
    layer = built(kind, BIO)
    scores_BTS = random_scores(layer)
    soiled_BTS = scores_BTS.clone()
    for row, length in enumerate(LENGTHS_B):
        soiled_BTS[row, length:] = torch.nan
    soiled_BTS.requires_grad_()
    gold_BT = torch.zeros(scores_BTS.shape[:2], dtype=torch.long)
    loss = layer.loss(soiled_BTS, gold_BT, LENGTHS_B)
    loss.backward()
    assert loss.item() == layer.loss(scores_BTS, gold_BT, LENGTHS_B).item()
    assert soiled_BTS.grad is not None and soiled_BTS.grad.isfinite().all()
    assert layer.viterbi(soiled_BTS, LENGTHS_B) == layer.viterbi(scores_BTS, LENGTHS_B)


@pytest.mark.parametrize("kind", [LinearChain, PairwiseLinearChain], ids=lambda kind: kind.__name__)
def test_gold_tags_against_the_rules_are_refused(kind: type[Output]) -> None:
    layer = built(kind, BIO)
    scores_BTS = random_scores(layer)
    gold_BT = torch.zeros(scores_BTS.shape[:2], dtype=torch.long)
    gold_BT[2, 1] = tags_of(BIO).index("I-A")
    with pytest.raises(ModelError, match=r"Sentence 3 of the batch: expected gold tags that are valid"):
        layer.loss(scores_BTS, gold_BT, LENGTHS_B)


@every_kind
def test_scores_far_apart_neither_overflow_nor_vanish(kind: type[Output]) -> None:
    layer = kind(rules(tags_of(BIO), BIO))
    scores_BTS = (300 * torch.randn(2, 50, layer.num_scores)).requires_grad_()
    lengths_B = torch.tensor([50, 20])
    loss = layer.loss(scores_BTS, torch.zeros(2, 50, dtype=torch.long), lengths_B)
    loss.backward()
    assert loss.isfinite() and loss.dtype == torch.float32
    assert scores_BTS.grad is not None and scores_BTS.grad.isfinite().all()
