"""Counts: scores against fractions by hand, and matches against multisets."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionym.data.counts import Counts, LabelCounts, count_matches

ITEMS = st.lists(st.tuples(st.integers(0, 3), st.sampled_from("AB")), max_size=10)


def test_scores_follow_from_the_counts() -> None:
    counts = LabelCounts(true_positives=6, false_positives=2, false_negatives=4)
    assert (counts.support, counts.num_predicted) == (10, 8)
    assert (counts.precision, counts.recall) == (6 / 8, 6 / 10)
    assert counts.f1 == pytest.approx(2 * (6 / 8) * (6 / 10) / (6 / 8 + 6 / 10))


def test_scores_without_gold_or_prediction_are_zero() -> None:
    empty = LabelCounts(0, 0, 0)
    assert (empty.precision, empty.recall, empty.f1) == (0, 0, 0)


def test_reports_hold_every_score_under_its_name() -> None:
    assert LabelCounts(6, 2, 4).as_dict() == {
        "precision": 6 / 8,
        "recall": 6 / 10,
        "f1": 2 / 3,
        "support": 10,
        "predicted": 8,
        "true_positives": 6,
        "false_positives": 2,
        "false_negatives": 4,
    }


def test_averages_over_labels_weigh_each_alike_or_by_its_gold_entities() -> None:
    counts = Counts({"A": 3, "B": 1}, {"B": 1, "C": 2}, {"A": 3, "C": 2})
    assert counts.labels == ("A", "B", "C")
    assert counts.micro == LabelCounts(4, 3, 5)
    assert counts.macro("precision") == pytest.approx((1 + 1 / 2 + 0) / 3)
    assert counts.macro("recall") == pytest.approx((1 / 2 + 1 + 0) / 3)
    assert counts.weighted("recall") == pytest.approx((6 * 1 / 2 + 1 * 1 + 2 * 0) / 9)
    assert counts.weighted("precision") == pytest.approx((6 * 1 + 1 * 1 / 2 + 2 * 0) / 9)


def test_averages_without_labels_or_gold_are_zero() -> None:
    assert (Counts().macro("f1"), Counts().weighted("f1")) == (0, 0)
    assert Counts({}, {"A": 1}, {}).weighted("f1") == 0


def test_the_counts_of_documents_add_up() -> None:
    total = Counts({"A": 1}, {"B": 2}, {"A": 3})
    total.add(Counts({"A": 4, "C": 5}, {"B": 6, "A": 7}, {"C": 8}))
    assert total == Counts({"A": 5, "C": 5}, {"B": 8, "A": 7}, {"A": 3, "C": 8})


def test_points_are_added_one_or_several_at_a_time() -> None:
    counts = Counts()
    for add in (counts.add_right, counts.add_spurious, counts.add_missed):
        add("A")
        add("A", 0.5)
    assert counts.of("A") == LabelCounts(1.5, 1.5, 1.5)


@given(gold=ITEMS, predicted=ITEMS)
def test_each_gold_item_matches_one_equal_predicted_item(
    gold: list[tuple[int, str]], predicted: list[tuple[int, str]]
) -> None:
    def by_label(items: Counter[tuple[int, str]]) -> dict[str, float]:
        return dict(Counter(label for _, label in items.elements()))

    counts = count_matches(gold, predicted)
    assert counts.true_positives == by_label(Counter(gold) & Counter(predicted))
    assert counts.false_positives == by_label(Counter(predicted) - Counter(gold))
    assert counts.false_negatives == by_label(Counter(gold) - Counter(predicted))
