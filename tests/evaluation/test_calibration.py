from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from bionym.data import Document, Entity, entity
from bionym.data.counts import LabelCounts
from bionym.evaluation import Pair, evaluate
from bionym.evaluation.calibration import THRESHOLDS, Calibration
from tests.evaluation.error_pairs import pair_of, pairs

SCORED = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30)


def calibration_of(*both: Pair) -> Calibration:
    calibration = Calibration()
    for one in both:
        calibration.add(one)
    return calibration


def pair_with(scored: list[tuple[float | None, bool]]) -> Pair:
    """A pair with a predicted entity of each score, right or not, and one gold entity that is missed."""
    text = "x" * (len(scored) + 1)
    predicted = [entity(place, place + 1, "A", score=score) for place, (score, _) in enumerate(scored)]
    gold = [entity(place, place + 1, "A") for place, (_, is_right) in enumerate(scored) if is_right]
    return pair_of([*gold, entity(len(scored), len(scored) + 1, "A")], predicted, text)


def found_for(scored: Any) -> Any:
    return calibration_of(pair_with(scored)).as_dict()


@given(SCORED)
def test_bins_and_errors_are_those_of_numpy(scored: list[tuple[float, bool]]) -> None:
    scores, is_right = map(np.array, zip(*scored, strict=True))
    places = np.digitize(scores, np.arange(10) / 10) - 1
    gaps, numbers = np.zeros(10), np.bincount(places, minlength=10)
    for place in set(places):
        gaps[place] = abs(scores[places == place].mean() - is_right[places == place].mean())
    found = found_for(scored)
    assert [one["number"] for one in found["bins"]] == list(numbers)
    assert found["expected_calibration_error"] == pytest.approx((gaps * numbers).sum() / len(scores))
    assert found["maximum_calibration_error"] == pytest.approx(gaps.max())
    assert found["brier"] == pytest.approx(((scores - is_right) ** 2).mean())


def test_the_curve_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    scores = rng.random(200)
    is_right = rng.random(200) < scores**2
    shares, means = calibration_curve(is_right, scores, n_bins=10)
    found = found_for([(float(score), bool(right)) for score, right in zip(scores, is_right, strict=True)])
    filled = [one for one in found["bins"] if one["number"]]
    assert [one["share_right"] for one in filled] == pytest.approx(list(shares))
    assert [one["mean_score"] for one in filled] == pytest.approx(list(means))
    assert found["brier"] == pytest.approx(brier_score_loss(is_right, scores))


def test_a_bin_holds_its_lower_edge_and_the_last_one_holds_one() -> None:
    found = found_for([(0.3, True), (1.0, True), (0.0, False)])
    assert [place for place, one in enumerate(found["bins"]) if one["number"]] == [0, 3, 9]
    assert found["bins"][1] == {"low": 0.1, "high": 0.2, "number": 0, "mean_score": None, "share_right": None}


@given(SCORED)
def test_thresholds_score_what_would_be_kept(scored: list[tuple[float, bool]]) -> None:
    for row in found_for(scored)["thresholds"]:
        kept = [is_right for score, is_right in scored if score >= row["threshold"]]
        num_gold = sum(is_right for _, is_right in scored) + 1
        counts = LabelCounts(sum(kept), len(kept) - sum(kept), num_gold - sum(kept))
        assert (row["precision"], row["recall"], row["f1"]) == (counts.precision, counts.recall, counts.f1)


def test_what_has_no_score_or_no_probability_is_counted_and_always_kept() -> None:
    found = found_for([(0.5, True), (None, True), (-3.0, False), (float("nan"), False)])
    assert (found["number"], found["without_score"]) == (1, 3)
    last = found["thresholds"][-1]
    assert (last["threshold"], last["precision"], last["recall"]) == (THRESHOLDS[-1], 1 / 3, 1 / 3)


@given(st.lists(pairs(), max_size=4))
def test_the_lowest_threshold_gives_the_strict_scores(both: list[Pair]) -> None:
    calibration = Calibration()
    scores = evaluate([one.gold for one in both], [one.predicted for one in both], observers=[calibration.add])
    micro, found = scores.counts["strict"].micro, calibration.as_dict()
    if found is None:
        assert all(one.score is None for pair in both for one in pair.predicted.entities)
    else:
        first = found["thresholds"][0]  # type: ignore[index]
        assert (first["precision"], first["recall"], first["f1"]) == (micro.precision, micro.recall, micro.f1)
        assert found["number"] + found["without_score"] == micro.num_predicted  # type: ignore[operator]


@given(st.lists(pairs(), max_size=4))
def test_the_order_of_documents_plays_no_part(both: list[Pair]) -> None:
    assert calibration_of(*both).as_dict() == calibration_of(*reversed(both)).as_dict()


def test_of_duplicates_the_highest_score_counts() -> None:
    twice: list[Entity] = [entity(0, 5, "A", score=0.2), entity(0, 5, "A", score=0.9), entity(0, 5, "A")]
    both = Pair(Document("1", "fever"), Document("1", "fever", entities=tuple(twice)))
    found = calibration_of(both).as_dict()
    assert found is not None and (found["number"], found["without_score"]) == (1, 0)
    assert found["brier"] == pytest.approx(0.81)


def test_there_is_no_calibration_without_scores() -> None:
    assert found_for([(None, True), (None, False)]) is None
