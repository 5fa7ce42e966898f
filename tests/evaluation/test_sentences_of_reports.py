"""What a report says in sentences, at the numbers where the sentence changes; and what it holds."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bionym.data import Document, Entity, Span, entity
from bionym.data.counts import Counts
from bionym.errors import FormatError
from bionym.evaluation import _words, evaluate, report
from bionym.evaluation._words import between, count, percent
from bionym.evaluation.report import fingerprint_of, read, tally_of

MICRO = {"support": 10, "predicted": 5, "precision": 0.6, "recall": 0.3, "f1": 0.4}


@pytest.mark.parametrize(
    ("precision", "recall", "said"),
    [
        (0.5, 0.25, "Of every 100 entities it marks, 50 are right; of every 100 that are there, it finds 25."),
        (
            1,
            0.999,
            "Of every 100 entities it marks, 100 are right; of every 100 that are there, it finds more than 99.",
        ),
        (0.01, 0.001, "Of every 100 entities it marks, 1 is right; of every 100 that are there, it finds less than 1."),
        (0.001, 0, "Of every 100 entities it marks, less than 1 is right; of every 100 that are there, it finds 0."),
    ],
)
def test_shares_are_said_out_of_a_hundred(precision: float, recall: float, said: str) -> None:
    assert _words.headline({**MICRO, "precision": precision, "recall": recall}) == said


@pytest.mark.parametrize(
    ("support", "predicted", "said"),
    [(0, 0, "nothing to score"), (3, 0, "marks nothing; 3 entities"), (0, 2, "marks 2 entities where gold has none")],
)
def test_a_side_without_entities_is_said(support: int, predicted: int, said: str) -> None:
    assert said in _words.headline({"support": support, "predicted": predicted})


def test_a_wide_interval_is_a_warning() -> None:
    def said(low: float, high: float) -> str:
        return _words.certainty({**MICRO, "interval": {"f1": [low, high]}}, {"level": 0.95}, 30)

    assert said(0.25, 0.75).endswith(
        "between 25.0 and 75.0. That is a wide range: choose nothing by a difference of a few points."
    )
    assert said(0.25, 0.34).endswith("between 25.0 and 34.0.")


@pytest.mark.parametrize(
    ("number", "why"),
    [(1, "cannot be said from 1 document."), (9, "cannot be said from 9 documents."), (10, "was not computed.")],
)
def test_why_there_is_no_interval(number: int, why: str) -> None:
    assert _words.certainty(MICRO, None, number) == f"F1 is 40.0. How sure that is {why}"
    assert _words.certainty({"support": 0, "predicted": 0}, None, number) == ""


def bins(*filled: tuple[int, float, float]) -> dict[str, Any]:
    found = [{"number": number, "mean_score": score, "share_right": share} for number, score, share in filled]
    return {
        "bins": [{"number": 0, "mean_score": None, "share_right": None}, *found],
        "expected_calibration_error": 0.125,
    }


@pytest.mark.parametrize(
    ("filled", "said"),
    [
        (
            [(30, 0.9, 0.8), (10, 0.2, 0.3)],
            "about 0.90, it is right 80 times in 100. Over all 40 .* 12.5 .* mostly too high.",
        ),
        ([(10, 0.9, 0.8), (30, 0.2, 0.3)], "about 0.20, it is right 30 times in 100. Over all 40 .* mostly too low."),
        ([(10, 0.9, 0.8), (10, 0.2, 0.3)], "about 0.90, .* neither too high nor too low."),
    ],
)
def test_calibration_is_said_by_the_fullest_bin_and_the_surplus(
    filled: list[tuple[int, float, float]], said: str
) -> None:

    assert re.search(said, _words.calibration(bins(*filled)))
    assert _words.calibration(bins()) == ""


def test_a_threshold_is_praised_for_what_it_gains() -> None:
    def at(threshold: float, precision: float, recall: float, f1: float) -> dict[str, float]:
        return {"threshold": threshold, "precision": precision, "recall": recall, "f1": f1}

    rows = [at(0, 0.6, 0.9, 0.7), at(0.5, 0.8, 0.8, 0.8), at(0.9, 0.96, 0.4, 0.5), at(0.95, 0.99, 0.2, 0.3)]
    assert _words.threshold(rows) == (
        "F1 is highest, 80.0, when entities below 0.5 are dropped; from 0.9 on, precision is 96.0 and recall 40.0. "
        "Choose a threshold on development data, not on the data of a final score."
    )
    assert _words.threshold([at(0, 0.96, 0.5, 0.7), at(0.5, 0.97, 0.5, 0.704)]).startswith(
        "Dropping entities of low score does not raise F1."
    )
    assert _words.threshold([at(0, 0.6, 0.5, 0.7), at(0.5, 0.6, 0.5, 0.705)]).startswith("F1 is highest, 70.5")


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ([0.5, 0.7, 0.6], "after epoch 2, of 3: F1 70.0."),
        ([0.5, 0.6, 0.7], "after epoch 3, its last: F1 70.0."),
        ([None, 0.6], "after epoch 2, its last: F1 60.0."),
        ([0.7, 0.7], "after epoch 1, of 2: F1 70.0."),
    ],
)
def test_when_the_model_was_best(scores: list[float | None], said: str) -> None:
    assert _words.learning([{"epoch": place, "mean_f1": score} for place, score in enumerate(scores, 1)]).endswith(said)
    assert _words.learning([{"epoch": 1}]) == ""


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (None, "Training: 1 epoch of at most 9 done."),
        (
            {"state": "finished", "reason": "all epochs", "seconds": 99},
            "for 1 epoch (all that were set), 99 seconds in all.",
        ),
        ({"state": "finished", "reason": "r", "seconds": 100}, "for 1 epoch (r), 2 minutes in all."),
        ({"state": "interrupted", "reason": "r", "seconds": 1}, "Interrupted after 1 epoch: r."),
        ({"state": "failed", "reason": "r", "seconds": 1}, "Failed after 1 epoch: r."),
    ],
)
def test_how_a_training_stands_or_ended(end: dict[str, Any] | None, said: str) -> None:
    assert _words.training_state([{}], 9, end).endswith(said)
    assert "2 epochs" in _words.training_state([{}, {}], 9, end)
    assert _words.training_state([{}], None, None) == "Training."


def test_numbers_are_as_short_as_they_are_exact() -> None:
    assert [percent(share) for share in (0.12345, 1, None, float("nan"))] == ["12.3", "100.0", "–", "–"]
    assert [count(number) for number in (1234.0, 1234.5, None)] == ["1,234", "1,234.5", "–"]
    assert (between([0.1, 0.2]), between(None)) == ("10.0 to 20.0", "")


DOCUMENTS = [
    Document(str(number), "fever pain", entities=(entity(0, 5, "A"), entity(6, 10, "B"))) for number in range(12)
]


def test_a_report_holds_counts_averages_and_intervals_of_each_table() -> None:
    predicted = [one.with_entities(one.entities[: 1 + int(one.id) % 2]) for one in DOCUMENTS]
    made = report.report(
        evaluate(DOCUMENTS, predicted, ["strict", "semeval"], unit="document"), per_unit=True, num_resamples=50
    )
    strict = made["metrics"]["strict"]
    assert (strict["micro"]["recall"], strict["macro"]["recall"], strict["labels"]["B"]["recall"]) == (0.75, 0.75, 0.5)
    assert strict["bootstrap"] == {"level": 0.95, "resamples": 50, "unit": "document", "units": 12}
    assert strict["labels"]["A"]["interval"]["f1"] == [1, 1]
    assert list(made["metrics"]) == [
        "strict",
        *(f"semeval:{table}" for table in ("strict", "exact", "partial", "type")),
    ]
    assert made["per_unit"]["strict"]["units"]["0"] == {"A": [1, 0, 0], "B": [0, 0, 1]}
    assert (made["documents"], made["title"]) == (12, None)


def test_a_report_without_resamples_has_no_intervals_and_leaves_empty_parts_out() -> None:
    made = report.report(evaluate(DOCUMENTS, DOCUMENTS), num_resamples=0, slices=None, errors={"a": 1}, title="T")
    assert made["metrics"]["strict"]["bootstrap"] is None and made["metrics"]["strict"]["micro"]["interval"] is None
    assert (made["errors"], made["title"]) == ({"a": 1}, "T") and not {"slices", "per_unit"} & made.keys()


def test_counts_come_back_from_a_report_also_halves(tmp_path: Path) -> None:
    half = [Document("1", "fever", entities=(Entity((Span(0, 4),), "A"),))]
    scores = evaluate([Document("1", "fever", entities=(entity(0, 5, "A"),))], half, ["semeval"], unit="document")
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report.report(scores, per_unit=True)), encoding="utf-8")
    found = read(path)
    tally = tally_of(found, "semeval:partial", path=path)
    assert tally.total == Counts({"A": 0.5}, {"A": 0.5}, {"A": 0.5}) and tally.kind == "document"
    assert (
        fingerprint_of(found, "semeval") == scores.protocols["semeval"].fingerprint and fingerprint_of(found, "x") == ""
    )


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"report": 0, "metrics": {}}', '{"report": 1}'])
def test_what_is_no_report_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(content, encoding="utf-8")
    with pytest.raises(FormatError, match="no report"):
        read(tmp_path / "a.json")


def test_a_table_without_counts_is_refused_by_name() -> None:
    made = report.report(evaluate(DOCUMENTS, DOCUMENTS), num_resamples=0)
    with pytest.raises(FormatError, match="no scores under 'token'.*It has: strict"):
        tally_of(made, "token", path=Path("a"))
    with pytest.raises(FormatError, match="no counts per document for 'strict'.*--per-document"):
        tally_of(made, "strict", path=Path("a"))
