"""Units of scoring: pairs of documents, their sentences, and the counts of each."""

import numpy as np
import pytest

from bionym.data import Document, Span, entity
from bionym.data.counts import Counts
from bionym.errors import InputError
from bionym.evaluation.calibration import Bin, Calibration
from bionym.evaluation.intervals import enough_resamples, intervals, resample, scores_of
from bionym.evaluation.matching import match, num_chars, overlapping, shared_chars
from bionym.evaluation.pairs import Pair, pair, sentences
from bionym.evaluation.tally import Tally

TEXT = "aa bb. cc dd. ee ff."
SENTENCES = (Span(0, 6), Span(7, 13), Span(14, 20))


def cut(*predicted: tuple[int, int]) -> list[tuple[list[int], list[int]]]:
    gold = Document(
        "d", TEXT, sentences=SENTENCES, entities=(entity(0, 2, "A"), entity(7, 9, "A"), entity(17, 19, "A"))
    )
    other = Document("d", TEXT, entities=tuple(entity(start, end, "A") for start, end in predicted))
    return [
        ([one.start for one in part.gold.entities], [one.start for one in part.predicted.entities])
        for part in sentences(Pair(gold, other))
    ]


def test_a_pair_is_cut_at_the_gold_sentences() -> None:
    assert cut((3, 6), (7, 13), (14, 16)) == [([0], [3]), ([7], [7]), ([17], [14])]


def test_sentences_that_an_entity_of_either_side_crosses_stay_together() -> None:
    assert cut((3, 8)) == [([0, 7], [3]), ([17], [])]
    assert cut((0, 20)) == [([0, 7, 17], [0])]
    assert cut((3, 7)) == [([0], [3]), ([7], []), ([17], [])]


def test_each_part_has_its_own_tokens_and_sentences() -> None:
    tokens = tuple(Span(place, place + 2) for place in (0, 3, 7, 10, 14, 17))
    gold = Document("d", TEXT, sentences=SENTENCES, tokens=tokens)
    parts = [(one.gold.tokens, one.gold.sentences, one.missing) for one in sentences(Pair(gold, gold, "gold"))]
    assert parts == [(tokens[place : place + 2], (SENTENCES[place // 2],), "gold") for place in (0, 2, 4)]


def test_documents_are_paired_by_id_then_by_text_and_the_rest_stays_alone() -> None:
    gold = [Document("1", "one"), Document("2", "two"), Document("3", "three"), Document("4", "four")]
    predicted = [Document("x", "two"), Document("3", "three"), Document("1", "one"), Document("y", "new")]
    found = [(one.gold.id, one.predicted.id, one.missing) for one in pair(gold, predicted)]
    assert found == [("3", "3", ""), ("1", "1", ""), ("2", "x", ""), ("4", "4", "predicted"), ("y", "y", "gold")]


@pytest.mark.parametrize(("predicted", "place"), [("fewer", 2), ("feve", 4), ("fever!", 5)])
def test_texts_that_differ_are_refused_with_the_first_place(predicted: str, place: int) -> None:
    message = rf"differ from character {place} on \(5 and {len(predicted)} characters\)"
    with pytest.raises(InputError, match=message):
        list(pair([Document("1", "fever")], [Document("1", predicted)]))


def test_of_predicted_duplicates_the_highest_score_stands_for_all() -> None:
    gold = Document("d", "fever", entities=(entity(0, 5, "A"),))
    scores = (0.3, 0.9, 0.5, None)
    predicted = Document("d", "fever", entities=tuple(entity(0, 5, "A", score=score) for score in scores))
    ((_, right),) = match(Pair(gold, predicted)).right
    assert right.score == 0.9


def test_characters_of_mentions_are_counted_without_gaps() -> None:
    spans = (Span(0, 3), Span(5, 9))
    assert num_chars(entity(2, 5, "A")) == 3
    assert shared_chars(spans, (Span(2, 6), Span(8, 12))) == 1 + 1 + 1
    assert shared_chars(spans, (Span(3, 5),)) == 0


def test_entities_that_touch_do_not_overlap() -> None:
    left, right = [entity(0, 3, "A"), entity(5, 8, "A")], [entity(3, 5, "A"), entity(7, 9, "A")]
    assert list(overlapping(left, right)) == [(1, 1)]


def test_a_tally_gives_the_counts_of_each_unit_in_the_order_of_labels_asked_for() -> None:
    units = {"1": Counts({"B": 1}, {"A": 2}, {}), "2": Counts(), "3": Counts({"A": 3}, {}, {"B": 4})}
    tally = Tally.of("sentence", units)
    assert tally.counts_ULK(("A", "B")).tolist() == [
        [[0, 2, 0], [1, 0, 0]],
        [[0, 0, 0], [0, 0, 0]],
        [[3, 0, 0], [0, 0, 4]],
    ]
    assert (tally.kind, tally.units, tally.total.of("A").true_positives) == ("sentence", ["1", "2", "3"], 3)
    assert Tally().kind == "document" and Tally().counts_ULK(("A",)).shape == (0, 1, 3)


def test_scores_of_sums_are_those_of_the_counts() -> None:
    counts = Counts({"A": 3, "B": 1}, {"B": 1, "C": 2}, {"A": 3, "C": 2})
    sums = np.array([[[3, 0, 3], [1, 1, 0], [0, 2, 2]]], dtype=float)
    averages, labels = scores_of(sums)
    values = ("precision", "recall", "f1")
    assert averages[0, 0].tolist() == pytest.approx([getattr(counts.micro, value) for value in values])
    assert averages[0, 1].tolist() == pytest.approx([counts.macro(value) for value in values])
    assert averages[0, 2].tolist() == pytest.approx([counts.weighted(value) for value in values])
    assert labels[0].tolist() == [
        pytest.approx([getattr(counts.of(name), value) for value in values]) for name in "ABC"
    ]


def test_resamples_draw_as_many_units_as_there_are() -> None:
    counts_ULK = np.ones((20, 1, 3))
    sums = np.concatenate(list(resample(counts_ULK, 7, seed=1)))
    assert sums.shape == (7, 1, 3) and (sums == 20).all()


def test_an_interval_needs_ten_units_and_a_resample() -> None:
    def interval(num_units: int, num_resamples: int | None = 50) -> object:
        tally = Tally.of("document", {str(number): Counts({"A": 1}) for number in range(num_units)})
        return intervals(tally, num_resamples=num_resamples)

    assert interval(9) is None and interval(10, 0) is None and interval(0) is None
    assert interval(10) is not None and interval(10, 1) is not None


@pytest.mark.parametrize(("num_units", "number"), [(0, 10_000), (5_000, 10_000), (10_000, 5_000), (100_000, 1_000)])
def test_the_more_units_the_fewer_resamples(num_units: int, number: int) -> None:
    assert enough_resamples(num_units) == number


def test_a_bin_has_means_and_their_distance() -> None:
    assert Bin(0.5, 0.6, 4, 2.2, 3).gap == pytest.approx(0.2)
    assert Bin(0.5, 0.6, 4, 2.2, 3).as_dict() == {
        "low": 0.5,
        "high": 0.6,
        "number": 4,
        "mean_score": 0.55,
        "share_right": 0.75,
    }
    assert Bin(0.5, 0.6, 0, 0, 0).gap == 0


def test_scores_of_zero_and_one_are_probabilities() -> None:
    gold = Document("d", "ab", entities=(entity(0, 1, "A"),))
    predicted = Document("d", "ab", entities=(entity(0, 1, "A", score=1.0), entity(1, 2, "A", score=0.0)))
    calibration = Calibration()
    calibration.add(Pair(gold, predicted))
    found = calibration.as_dict()
    assert found is not None
    assert (found["number"], found["without_score"], found["brier"]) == (2, 0, 0)
