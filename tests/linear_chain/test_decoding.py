"""Against brute force: every tag sequence of a short sentence, by its score."""

import math
from collections import Counter
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bionym.data.tags import BIO, BIOES, IO, IOB1, LENIENT, TagScheme, is_valid
from bionym.linear_chain.best_path import best_tags, decode_pieces
from bionym.linear_chain.decoding import Chain, chain, entities, marginals, sample_entities, unconstrained, viterbi
from bionym.linear_chain.lattice import sample_tags
from bionym.linear_chain.packing import pack_sentences
from bionym.linear_chain.screening import may_be_inside

SCHEMES = [IO, IOB1, BIO, BIOES, LENIENT]
LENGTHS = [1, 2, 4, 3]


def random_case(scheme: TagScheme, seed: int) -> tuple[Chain, np.ndarray, list[tuple[int, int]]]:
    tags = scheme.tags(["A", "B"] if scheme is not BIOES else ["A"])
    random = np.random.default_rng(seed)
    ends = np.cumsum(LENGTHS)
    ranges = [(int(end) - length, int(end)) for end, length in zip(ends, LENGTHS, strict=True)]
    transitions = random.normal(size=(len(tags), len(tags)))
    return chain(tags, transitions, scheme), 2 * random.normal(size=(ranges[-1][1], len(tags))), ranges


def valid_paths(case: Chain, emissions: np.ndarray) -> list[tuple[float, tuple[int, ...]]]:
    paths = []
    for path in product(range(len(case.tags)), repeat=len(emissions)):
        if is_valid([case.tags[tag] for tag in path], case.scheme):
            score = sum(emissions[token, tag] for token, tag in enumerate(path))
            paths.append((score + sum(case.transitions_LL[pair] for pair in pairwise(path)), path))
    return paths


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
@pytest.mark.parametrize("seed", range(3))
def test_viterbi_finds_the_best_valid_path(scheme: TagScheme, seed: int) -> None:
    case, emissions, ranges = random_case(scheme, seed)
    for (start, end), path in zip(ranges, viterbi(emissions, ranges, case), strict=True):
        assert tuple(path) == max(valid_paths(case, emissions[start:end]))[1]


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_readings_are_drawn_by_the_probability_of_their_path(scheme: TagScheme) -> None:
    case, emissions, ranges = random_case(scheme, 1)
    tags_RN = sample_tags(emissions, np.array(ranges), case, 4000, np.random.default_rng(1))
    for start, end in ranges:
        paths = valid_paths(case, emissions[start:end])
        total = sum(math.exp(score) for score, _ in paths)
        counts = Counter(map(tuple, tags_RN[:, start:end].tolist()))
        assert set(counts) <= {path for _, path in paths}
        for score, path in paths:
            assert counts[path] / 4000 == pytest.approx(math.exp(score) / total, abs=0.035)


def test_drawn_entities_are_those_of_the_drawn_tags() -> None:
    case, emissions, ranges = random_case(BIOES, 2)
    tags_RN = sample_tags(emissions, np.array(ranges), case, 20, np.random.default_rng(5))
    readings = sample_entities(emissions, ranges, case, 20, np.random.default_rng(5))
    for tags_N, found in zip(tags_RN, readings, strict=True):
        for (start, end), inside in zip(ranges, found, strict=True):
            spans = BIOES.decode([case.tags[tag] for tag in tags_N[start:end]])
            assert inside == [(span, 1.0) for span in spans]


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
@pytest.mark.parametrize("seed", range(3))
def test_entity_scores_are_their_share_of_all_valid_paths(scheme: TagScheme, seed: int) -> None:
    case, emissions, ranges = random_case(scheme, seed)
    for (start, end), found in zip(ranges, entities(emissions, ranges, case), strict=True):
        paths = valid_paths(case, emissions[start:end])
        total = sum(math.exp(score) for score, _ in paths)
        for span, probability in found:
            with_span = (
                math.exp(score) for score, path in paths if span in scheme.decode([case.tags[tag] for tag in path])
            )
            assert probability == pytest.approx(sum(with_span) / total, abs=1e-9)


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_marginals_sum_to_one_and_equal_brute_force(scheme: TagScheme) -> None:
    case, emissions, ranges = random_case(scheme, 7)
    found = marginals(emissions, ranges, case)
    assert found.sum(axis=1) == pytest.approx(np.ones(len(found)))
    start, end = ranges[2]
    paths = valid_paths(case, emissions[start:end])
    total = sum(math.exp(score) for score, _ in paths)
    first = [sum(math.exp(score) for score, path in paths if path[0] == tag) / total for tag in range(len(case.tags))]
    assert found[start] == pytest.approx(np.array(first), abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(lengths=st.lists(st.integers(0, 30), min_size=1, max_size=12), seed=st.integers(0, 99))
def test_a_sentence_gives_the_same_bits_alone_and_in_any_batch(lengths: list[int], seed: int) -> None:
    tags = BIOES.tags(["A", "B"])
    random = np.random.default_rng(seed)
    case = chain(tags, random.normal(size=(len(tags), len(tags))), BIOES)
    ends = np.cumsum(lengths)
    ranges = [(int(end) - length, int(end)) for end, length in zip(ends, lengths, strict=True)]
    emissions = 3 * random.normal(size=(ranges[-1][1], len(tags)))
    together = entities(emissions, ranges, case)
    alone = [entities(emissions[start:end], [(0, end - start)], case)[0] for start, end in ranges]
    assert together == alone


def test_extreme_scores_neither_overflow_nor_vanish() -> None:
    case = chain(BIO.tags(["A"]), np.zeros((3, 3)), BIO)
    emissions = np.array([[-2e3, 2e3, 0.0], [2e3, -2e3, -2e3], [0.0, 1e-9, 0.0]])
    (first, *_), *_ = entities(emissions, [(0, 3)], case)
    assert first[1] == pytest.approx(1.0)


def test_an_unconstrained_chain_takes_the_best_tags() -> None:
    free = unconstrained(["NN", "VB"], np.zeros((2, 2)))
    assert viterbi(np.array([[0.0, 1.0], [1.0, 0.0]]), [(0, 2)], free) == [[1, 0]]


def test_a_penalty_on_outside_finds_more_and_leaves_the_probabilities_alone() -> None:
    case = chain(BIO.tags(["A"]), np.zeros((3, 3)), BIO)
    emissions = np.array([[1.0, 0.0, 0.0], [0.0, 3.0, 0.0]])
    (plain,), (bold,) = entities(emissions, [(0, 2)], case), entities(emissions, [(0, 2)], case, outside_penalty=2.0)
    assert [span.start for span, _ in plain] == [1]
    assert [span.start for span, _ in bold] == [0, 1]
    assert bold[1] == plain[0]


@settings(max_examples=100, deadline=None)
@given(
    scheme=st.sampled_from(SCHEMES),
    lengths=st.lists(st.integers(0, 12), min_size=1, max_size=8),
    seed=st.integers(0, 999),
)
def test_tokens_passed_over_are_outside_in_the_best_sequence_of_the_whole_sentence(
    scheme: TagScheme, lengths: list[int], seed: int
) -> None:
    tags = scheme.tags(["A", "B"])
    random = np.random.default_rng(seed)
    case = chain(tags, random.normal(size=(len(tags), len(tags))), scheme)
    ends = np.cumsum(lengths)
    bounds = np.stack((ends - lengths, ends), axis=1)
    emissions = 2 * random.normal(size=(int(ends[-1]), len(tags)))
    emissions[:, 0] += 3
    whole = np.zeros(len(emissions), dtype=np.intp)
    decode_pieces(emissions.T, bounds, bounds, case, whole)
    assert not whole[~may_be_inside(emissions.T, bounds[bounds[:, 0] < bounds[:, 1], 0], case)].any()
    assert best_tags(emissions, bounds, case).tolist() == whole.tolist()


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
@pytest.mark.parametrize("num_tokens", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("first", [0, 2])
def test_no_token_of_the_best_entity_is_passed_over_however_long_it_is(
    scheme: TagScheme, num_tokens: int, first: int
) -> None:
    """Each token alone earns less than outside does, but the last; so each is open only for the sake of the whole."""
    tags = scheme.tags(["A"])
    case = chain(tags, np.zeros((len(tags), len(tags))), scheme)
    emissions = np.zeros((first + num_tokens + 2, len(tags)))
    emissions[:, 1:] = -90.0
    emissions[first : first + num_tokens, 1:] = -1.0
    emissions[first + num_tokens - 1, 1:] = 6.0
    if scheme is BIOES and num_tokens > 1:
        emissions[:, tags.index("S-A")] = emissions[:, tags.index("B-A")] = -90.0
        emissions[first, tags.index("B-A")] = -1.0
    is_inside = max(valid_paths(case, emissions[: first + num_tokens]))[1]
    is_open = may_be_inside(emissions.T, [0], case)
    assert all(is_open[token] for token, tag in enumerate(is_inside) if tag)
    assert scheme is not BIOES or sum(map(bool, is_inside)) == num_tokens


def test_most_tokens_of_a_text_are_passed_over() -> None:
    case = chain(BIOES.tags(["A"]), np.zeros((5, 5)), BIOES)
    emissions = np.tile([8.0, 0, 0, 0, 0], (30, 1))
    emissions[10:12, 1:] = 9.0
    is_open = may_be_inside(emissions.T, [0, 15], case)
    assert is_open.nonzero()[0].tolist() == [10, 11]


def test_a_token_beside_an_entity_is_passed_over_though_the_entity_earns_much() -> None:
    case = chain(BIOES.tags(["A"]), np.zeros((5, 5)), BIOES)
    outside, single = [8.0, 0, 0, 0, 0], [0.0, 0, 0, 0, 90.0]
    is_open = may_be_inside(np.array([outside, single, outside, single, outside]).T, [0], case)
    assert is_open.tolist() == [False, True, False, True, False]


def test_packed_sentences_stand_token_by_token_the_longest_first() -> None:
    inside = pack_sentences([(0, 1), (1, 1), (1, 4), (4, 6)])
    assert inside.sentences.tolist() == [2, 3, 0]
    assert inside.tokens_M.tolist() == [1, 4, 0, 2, 5, 3]
    assert inside.last_B.tolist() == [5, 4, 2]
