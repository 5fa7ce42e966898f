"""Boundaries, exact spans and overlaps."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionym.data import Document, Entity, Span, entity
from bionym.data.counts import Counts
from bionym.evaluation import Pair
from bionym.evaluation.metrics import exact_span, left_boundary, overlap, overlap_span, right_boundary, strict

ENTITIES = st.lists(
    st.builds(
        lambda edges, label: entity(*edges, label),
        st.lists(st.integers(0, 10), min_size=2, max_size=2, unique=True).map(sorted),
        st.sampled_from("AB"),
    ),
    max_size=4,
    unique_by=lambda one: (one.spans, one.label),
).map(lambda entities: document(*entities))


def document(*entities: Entity) -> Document:
    return Document("1", "x" * 40, entities=entities)


def rows(counts: Counts) -> dict[str, tuple[float, float, float]]:
    found = {label: counts.of(label) for label in counts.labels}
    return {label: (row.true_positives, row.false_positives, row.false_negatives) for label, row in found.items()}


def most_pairs(gold: list[Entity], predicted: list[Entity]) -> int:
    """The most pairs that overlap, by trying all."""
    if len(gold) > len(predicted):
        gold, predicted = predicted, gold
    chosen = permutations(predicted, len(gold))
    return max(sum(one.overlaps(other) for one, other in zip(gold, others, strict=True)) for others in chosen)


@given(gold=ENTITIES, predicted=ENTITIES)
def test_no_pairing_has_more_overlaps(gold: Document, predicted: Document) -> None:
    [any_label] = overlap_span.count(Pair(gold, predicted))
    assert any_label.micro.true_positives == most_pairs(list(gold.entities), list(predicted.entities))
    [by_label] = overlap.count(Pair(gold, predicted))
    for label in "AB":
        sides = [[one for one in side.entities if one.label == label] for side in (gold, predicted)]
        assert by_label.of(label).true_positives == most_pairs(*sides)


@given(gold=ENTITIES, predicted=ENTITIES)
def test_what_asks_for_less_finds_no_less(gold: Document, predicted: Document) -> None:
    found = [part.count(Pair(gold, predicted))[0].micro.true_positives for part in (strict, overlap, overlap_span)]
    assert found == sorted(found)
    assert exact_span.count(Pair(gold, predicted))[0].micro.true_positives <= found[-1]
    for part in (left_boundary, right_boundary):
        assert part.count(Pair(gold, predicted))[0].micro.true_positives >= found[0]


def test_a_prediction_answers_for_one_gold_entity() -> None:
    gold = document(entity(0, 5, "A"), entity(6, 9, "A"), entity(10, 15, "A"))
    assert rows(overlap.count(Pair(gold, document(entity(0, 15, "A"))))[0]) == {"A": (1, 0, 2)}


def test_the_first_found_is_not_always_taken() -> None:
    gold = document(entity(0, 10, "A"), entity(0, 4, "A"))
    predicted = document(entity(0, 10, "A"), entity(8, 12, "A"))
    assert rows(overlap.count(Pair(gold, predicted))[0]) == {"A": (2, 0, 0)}


@pytest.mark.parametrize("part", [overlap, overlap_span])
def test_what_lies_in_a_gap_shares_nothing(part: object) -> None:
    gold, predicted = document(Entity((Span(0, 4), Span(10, 14)), "A")), document(entity(5, 9, "A"))
    assert rows(part.count(Pair(gold, predicted))[0]) == {"A": (0, 1, 1)}  # type: ignore[attr-defined]


def test_boundaries_need_one_edge_and_the_label() -> None:
    gold, predicted = document(entity(0, 9, "A")), document(entity(0, 4, "A"), entity(5, 9, "A"), entity(0, 9, "B"))
    assert rows(left_boundary.count(Pair(gold, predicted))[0]) == {"A": (1, 1, 0), "B": (0, 1, 0)}
    assert rows(right_boundary.count(Pair(gold, predicted))[0]) == {"A": (1, 1, 0), "B": (0, 1, 0)}


def test_one_prediction_does_for_one_boundary() -> None:
    gold, predicted = document(entity(0, 9, "A"), entity(0, 4, "A")), document(entity(0, 6, "A"))
    assert rows(left_boundary.count(Pair(gold, predicted))[0]) == {"A": (1, 0, 1)}


def test_a_right_span_counts_for_the_gold_label() -> None:
    gold, predicted = document(entity(0, 4, "A"), entity(5, 9, "A")), document(entity(0, 4, "B"), entity(6, 9, "B"))
    assert rows(exact_span.count(Pair(gold, predicted))[0]) == {"A": (1, 0, 1), "B": (0, 1, 0)}
    assert rows(overlap_span.count(Pair(gold, predicted))[0]) == {"A": (2, 0, 0)}


def test_equal_labels_are_paired_first() -> None:
    gold, predicted = document(entity(0, 4, "A"), entity(0, 4, "B")), document(entity(0, 4, "B"))
    for part in (exact_span, overlap_span):
        assert rows(part.count(Pair(gold, predicted))[0]) == {"A": (0, 0, 1), "B": (1, 0, 0)}
