import re
from pathlib import Path
from typing import Any

import pytest

from bionym.evaluation import figures, training_page
from bionym.evaluation.training_monitor import TrainingPage
from bionym.training.events import EpochEnd, Result

TABLES = {
    "labels": {"Disease": [6, 2, 4], "Chemical": [1, 0, 1]},
    "confusion": {"labels": ["Chemical", "Disease", "none"], "counts": [[1, 0, 1], [0, 6, 4], [0, 2, 0]]},
}


def epoch(number: int, f1: float, **more: Any) -> dict[str, Any]:
    development = {"NCBI": {"precision": 0.75, "recall": 0.6, "f1": f1}}
    line = {"kind": "epoch", "epoch": number, "loss": 3 / number, "development": development, "mean_f1": f1}
    return {**line, "is_best": True, "tables": {"NCBI": TABLES}, **more}


def step(number: int) -> dict[str, Any]:
    values = {"learning_rate": 0.1 / number, "gradient_norm": 2.0, "tokens_per_second": 900.0}
    return {"kind": "step", "step": number, "seconds": 1.0, **values}


STARTED = {"kind": "started", "epochs": 5, "settings": {"seed": 7}, "about": {"model": "tiny"}, "device": "cpu"}
FINISHED = {"kind": "finished", "state": "finished", "reason": "no better for 1 epochs", "seconds": 90.0}
LINES = [STARTED, step(1), step(2), epoch(1, 0.5), step(3), epoch(2, 0.66), epoch(3, 0.61, is_best=False)]


def test_the_page_says_how_it_went_and_holds_every_epoch() -> None:
    page = training_page.page([*LINES, FINISHED], name="first")
    assert "Training of first" in page and "after epoch 2, of 3: F1 66.0" in page and "90 seconds" in page
    assert [number in page for number in ("Epoch 1: F1 50.0", "Epoch 2: F1 66.0", "Epoch 3: F1 61.0")] == [True] * 3
    assert page.count('class="matrix"') == 4 and "Learning rate" in page
    assert "<dt>seed</dt><dd>7</dd>" in page


def test_it_loads_itself_again_only_while_the_training_runs_and_nothing_from_outside() -> None:
    running, done = training_page.page(LINES), training_page.page([*LINES, FINISHED])
    assert 'http-equiv="refresh"' in running and "3 epochs of at most 5 done" in running
    assert 'http-equiv="refresh"' not in done
    assert not re.search(r"""(src|href)=["'](?!#)""", done) and "default-src 'none'" in done


def test_scores_by_label_follow_from_the_counts() -> None:
    table = training_page.label_table(epoch(1, 0.5), "NCBI")
    assert table["labels"]["Disease"]["f1"] == pytest.approx(12 / 18)
    assert table["micro"]["support"] == 12
    lines = training_page.label_lines([epoch(1, 0.5), epoch(2, 0.5)], "NCBI")
    assert [(line.name, len(line.points)) for line in lines] == [("Disease", 2), ("Chemical", 2)]


def test_labels_of_a_corpus_are_those_of_the_best_epoch_that_counted_them() -> None:
    other = {"tables": {"CDR": TABLES}}
    rows = [epoch(1, 0.5), epoch(2, 0.6), epoch(3, 0.7, is_best=False), epoch(4, 0.8, **other)]
    assert training_page._corpus(rows, "NCBI")["epoch"] == 2
    assert training_page._corpus(rows, "CDR")["epoch"] == 4
    assert training_page.best([epoch(1, 0.5, is_best=False), epoch(2, 0.4, is_best=False)]) == epoch(
        2, 0.4, is_best=False
    )
    assert training_page.best([]) is None


def test_a_log_of_nothing_yet_makes_a_page_and_no_figures() -> None:
    assert "0 epochs of at most 5 done" in training_page.page([STARTED])
    assert figures.figures([STARTED]) == {}
    assert "None" not in training_page.page([{**STARTED, "device": None}, {**epoch(1, 0.5), "tables": {}}])


def test_every_count_of_the_confusion_stands_in_its_figure() -> None:
    drawn = figures.figures(LINES)["confusion-NCBI-epoch-002.svg"]
    assert re.findall(r">([\d,]+)</text>", drawn) == ["1", "0", "1", "0", "6", "4", "0", "2"]


@pytest.mark.needs("torch")
def test_the_page_is_drawn_less_often_where_drawing_takes_long(tmp_path: Path) -> None:
    from bionym.training.monitors.log import Log
    from tests.training import tiny

    now = iter([0, 1, 2, 30, 60, 60, 61, 200, 201])  # a drawing takes 1, and may take a fiftieth
    page = TrainingPage(tmp_path, clock=lambda: next(now))
    tiny.train(None, monitors=[Log(tmp_path)])
    end = EpochEnd(1, 1, 1.0, 0.1, 1.0, {}, None, False, 1.0)
    drawn = []
    for call in (lambda: page.epoch(end), lambda: page.epoch(end), lambda: page.epoch(end)):
        page.path.unlink(missing_ok=True)
        call()
        drawn.append(page.path.is_file())
    page.finished(Result("finished", "", 1, 1, 1.0))
    assert drawn == [True, False, True] and page.path.is_file()
