"""Against brute force, and against torch: chains of which every token scores pairs of tags."""

import math
from collections import Counter, defaultdict
from dataclasses import fields
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bionym.data.tags import BIO, BIOES, IO, IOB1, LENIENT, TagScheme, TokenSpan, is_valid
from bionym.linear_chain import decoding
from bionym.linear_chain.pairwise import PairwiseChain, entities, marginals, sample_entities, viterbi

SCHEMES = [IO, IOB1, BIO, BIOES, LENIENT]
LENGTHS = [1, 2, 4, 3]


def chain_of(scheme: TagScheme, labels: list[str], random: np.random.Generator) -> PairwiseChain:
    tags = scheme.tags(labels)
    ruled = decoding.chain(tags, random.normal(size=(len(tags), len(tags))), scheme)
    values = {one.name: getattr(ruled, one.name) for one in fields(ruled)}
    values["starts_L"] = values["starts_L"] + random.normal(size=len(tags))
    values["ends_L"] = values["ends_L"] + random.normal(size=len(tags))
    return PairwiseChain(**values)


def ranges_of(lengths: list[int]) -> list[tuple[int, int]]:
    ends = np.cumsum(lengths)
    return [(int(end) - length, int(end)) for end, length in zip(ends, lengths, strict=True)]


def random_case(scheme: TagScheme, seed: int) -> tuple[PairwiseChain, np.ndarray, list[tuple[int, int]]]:
    random = np.random.default_rng(seed)
    case = chain_of(scheme, ["A", "B"] if scheme is not BIOES else ["A"], random)
    return case, 2 * random.normal(size=(sum(LENGTHS), case.num_scores)), ranges_of(LENGTHS)


def valid_paths(case: PairwiseChain, scores_TS: np.ndarray) -> list[tuple[float, tuple[int, ...]]]:
    num_tags = len(case.tags)
    pairs_TML = scores_TS.reshape(len(scores_TS), num_tags + 1, num_tags)
    paths = []
    for path in product(range(num_tags), repeat=len(scores_TS)):
        if is_valid([case.tags[tag] for tag in path], case.scheme):
            score = sum(
                pairs_TML[token, before, tag] for token, (before, tag) in enumerate(pairwise((num_tags, *path)))
            )
            score += sum(case.transitions_LL[pair] for pair in pairwise(path))
            paths.append((score + case.starts_L[path[0]] + case.ends_L[path[-1]], path))
    return paths


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
@pytest.mark.parametrize("seed", range(3))
def test_the_best_valid_path_is_found(scheme: TagScheme, seed: int) -> None:
    case, scores, ranges = random_case(scheme, seed)
    for (start, end), path in zip(ranges, viterbi(scores, ranges, case), strict=True):
        assert tuple(path) == max(valid_paths(case, scores[start:end]))[1]


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
@pytest.mark.parametrize("seed", range(3))
def test_entity_scores_are_their_share_of_all_valid_paths(scheme: TagScheme, seed: int) -> None:
    case, scores, ranges = random_case(scheme, seed)
    for (start, end), found in zip(ranges, entities(scores, ranges, case), strict=True):
        paths = valid_paths(case, scores[start:end])
        total = sum(math.exp(score) for score, _ in paths)
        for span, probability in found:
            held = [math.exp(score) for score, path in paths if span in scheme.decode([case.tags[tag] for tag in path])]
            assert probability == pytest.approx(sum(held) / total, abs=1e-9)


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_readings_are_drawn_by_their_probability(scheme: TagScheme) -> None:
    case, scores, ranges = random_case(scheme, 3)
    readings = sample_entities(scores, ranges, case, 4000, np.random.default_rng(1))
    for number, (start, end) in enumerate(ranges):
        paths = valid_paths(case, scores[start:end])
        total = sum(math.exp(score) for score, _ in paths)
        expected: dict[tuple[TokenSpan, ...], float] = defaultdict(float)
        for score, path in paths:
            expected[tuple(scheme.decode([case.tags[tag] for tag in path]))] += math.exp(score) / total
        counts = Counter(tuple(span for span, _ in reading[number]) for reading in readings)
        assert set(counts) <= set(expected)
        for spans, probability in expected.items():
            assert counts[spans] / 4000 == pytest.approx(probability, abs=0.035)


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_marginals_are_those_of_all_valid_paths(scheme: TagScheme) -> None:
    case, scores, ranges = random_case(scheme, 7)
    found = marginals(scores, ranges, case)
    for start, end in ranges:
        expected = np.zeros((end - start, len(case.tags)))
        for score, path in valid_paths(case, scores[start:end]):
            expected[np.arange(end - start), path] += math.exp(score)
        np.testing.assert_allclose(found[start:end], expected / expected.sum(1, keepdims=True), atol=1e-9)


@settings(max_examples=20, deadline=None)
@given(lengths=st.lists(st.integers(0, 20), min_size=1, max_size=10), seed=st.integers(0, 99))
def test_a_sentence_gives_the_same_bits_alone_and_in_any_batch(lengths: list[int], seed: int) -> None:
    random = np.random.default_rng(seed)
    case, ranges = chain_of(BIOES, ["A", "B"], random), ranges_of(lengths)
    scores = 3 * random.normal(size=(sum(lengths), case.num_scores))
    alone = [entities(scores[start:end], [(0, end - start)], case)[0] for start, end in ranges]
    assert entities(scores, ranges, case) == alone


def test_extreme_scores_neither_overflow_nor_vanish() -> None:
    case = chain_of(BIO, ["A"], np.random.default_rng(1))
    scores = np.full((3, case.num_scores), -2e3)
    scores[1, 1] = 2e3  # from O to B-A
    scores[2, 3] = 2e3  # from B-A to O
    (((found, probability),),) = entities(scores, [(0, 3)], case)
    assert (found.start, found.end) == (1, 2)
    assert probability == pytest.approx(1.0)
    assert marginals(scores, [(0, 3)], case).sum(axis=1) == pytest.approx(np.ones(3))


@pytest.mark.parametrize("cells", [0, 40, 100])
def test_batches_of_any_size_give_the_same_bits(cells: int, monkeypatch: pytest.MonkeyPatch) -> None:
    case, scores, ranges = random_case(BIOES, 3)
    together = entities(scores, ranges, case), viterbi(scores, ranges, case), marginals(scores, ranges, case).tolist()
    monkeypatch.setattr("bionym.linear_chain.pairwise.MOST_CELLS", cells)
    assert together == (
        entities(scores, ranges, case),
        viterbi(scores, ranges, case),
        marginals(scores, ranges, case).tolist(),
    )
