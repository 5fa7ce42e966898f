"""Pairing, against every way there is to pair."""

from itertools import permutations, product
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bionym.data import Document, Entity, Span
from bionym.evaluation.matching import overlapping
from bionym.evaluation.metrics._matching import best_pairs, distinct

WEIGHTS = st.dictionaries(
    st.integers(0, 4), st.dictionaries(st.integers(0, 4), st.integers(1, 9), min_size=0, max_size=5), max_size=5
)
EDGES = st.lists(st.integers(0, 14), min_size=2, max_size=4, unique=True).map(sorted)
ENTITY = st.builds(
    lambda edges, label: Entity(tuple(Span(*edges[at : at + 2]) for at in range(0, len(edges) - 1, 2)), label),
    EDGES,
    st.sampled_from("AB"),
)
ENTITIES = st.lists(ENTITY, max_size=6).map(lambda entities: Document("1", "x" * 20, entities=tuple(entities)))


def greatest_sum(weights: dict[int, dict[int, int]]) -> int:
    """By trying all: each gold entity gets a predicted one of its own, or a place that is worth nothing."""
    golds = list(weights)
    places = [*range(5), *range(-1, -1 - len(golds), -1)]
    return max(
        sum(weights[gold].get(place, 0) for gold, place in zip(golds, chosen, strict=True))
        for chosen in permutations(places, len(golds))
    )


@given(weights=WEIGHTS.filter(lambda weights: len(weights) <= 4))
def test_no_other_pairing_weighs_more(weights: dict[int, dict[int, int]]) -> None:
    pairs = best_pairs(weights)
    assert len(set(pairs.values())) == len(pairs)
    assert sum(weights[gold][predicted] for gold, predicted in pairs.items()) == greatest_sum(weights)


def test_no_other_pairing_weighs_more_in_dense_tables_of_small_and_tied_weights() -> None:
    rng = Random(1)
    for _ in range(600):
        columns = rng.randint(1, 5)
        weights = {
            gold: {predicted: rng.randint(1, 4) for predicted in range(columns) if rng.random() < 0.7}
            for gold in range(rng.randint(1, 4))
        }
        pairs = best_pairs(weights)
        assert len(set(pairs.values())) == len(pairs)
        assert sum(weights[gold][predicted] for gold, predicted in pairs.items()) == greatest_sum(weights)


@given(gold=ENTITIES, predicted=ENTITIES)
def test_the_sweep_finds_every_overlap_once(gold: Document, predicted: Document) -> None:
    left, right = distinct(gold), distinct(predicted)
    every = [(i, j) for (i, one), (j, other) in product(enumerate(left), enumerate(right)) if one.overlaps(other)]
    assert sorted(overlapping(left, right)) == every


@given(one=ENTITIES)
def test_duplicates_stand_once_and_in_order(one: Document) -> None:
    found = [(entity.spans, entity.label) for entity in distinct(one)]
    assert found == list(dict.fromkeys((entity.spans, entity.label) for entity in one.entities))


def test_a_long_chain_is_no_deep_recursion() -> None:
    num_golds = 3_000
    weights = {gold: {gold: 1, gold + 1: 1} for gold in range(num_golds)} | {num_golds: {0: 1}}
    assert len(best_pairs(weights)) == num_golds + 1
