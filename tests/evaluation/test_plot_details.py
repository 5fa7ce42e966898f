"""Plots: where values lie, in numbers worked out by hand."""

import re
from typing import Any

import pytest

from bionym.evaluation import _curves, figures, plots

FRAME = plots.Frame((0, 10), (0.5, 1), "x", "y")


@pytest.mark.parametrize(
    ("value", "place"),
    [((0, 0.5), (46, 236)), ((10, 1), (426, 12)), ((5, 0.75), (236, 124)), ((10, 0.5), (426, 236))],
)
def test_values_lie_between_the_margins_of_the_frame(value: tuple[float, float], place: tuple[float, float]) -> None:
    assert FRAME.place(*value) == pytest.approx(place)


def test_a_bar_is_a_hundred_wide_with_a_whisker_from_low_to_high() -> None:
    drawn = plots.bar(0.505, "F1 <b>", (0.25, 0.755))
    assert 'class="bar" width="50.5"' in drawn and 'd="M25 6H75.5M25 2V10M75.5 2V10"' in drawn
    assert "<title>F1 &lt;b&gt;</title>" in drawn and "desc" not in drawn
    assert "whisker" not in plots.bar(0.5, "")


def test_lines_are_named_below_unless_there_are_more_than_styles() -> None:
    def drawn(number: int) -> str:
        return plots.lines([plots.Line(f"n{place}", [(0, 0.5), (10, 1)]) for place in range(number)], FRAME, "t")

    assert re.findall(r'class="line (line-\w+)" d="M46 236L426 12"', drawn(2)) == ["line-2", "line-1"]
    assert [len(re.findall(r">n\d", drawn(number))) for number in (1, 2, 6, 7)] == [0, 2, 6, 1]
    heights = [re.search(r'viewBox="0 0 440 (\d+)"', drawn(number)) for number in (1, 2, 3, 6)]
    assert [found and found[1] for found in heights] == ["280", "300", "320", "340"]
    assert drawn(8).count("line-thin") == 7


def test_names_below_stand_two_in_a_row_and_long_ones_are_cut() -> None:
    names = ["a" * 24, "b" * 25, "c"]
    drawn = plots.lines([plots.Line(name, [(0, 1)]) for name in names], FRAME, "t")
    assert f">{'a' * 24}<" in drawn and f">{'b' * 23}…<" in drawn
    samples = re.findall(r'class="line line-(\d)" d="M([\d.]+) ([\d.]+)h26"', drawn)
    assert samples == [("1", "46", "288"), ("2", "243", "288"), ("3", "46", "308")]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0, 6, [0, 1, 2, 3, 4, 5, 6]),
        (0, 7, [0, 2, 4, 6]),
        (45, 92, [50, 60, 70, 80, 90]),
        (0, 290, [0, 50, 100, 150, 200, 250]),
        (0, 3000, [0, 500, 1000, 1500, 2000, 2500, 3000]),
    ],
)
def test_ticks_are_ones_twos_and_fives(low: float, high: float, expected: list[float]) -> None:
    assert plots.ticks(low, high) == expected


def test_dots_are_as_large_as_the_root_of_their_number_and_tied_to_the_diagonal() -> None:
    bins = [
        {"number": 0, "mean_score": None, "share_right": None},
        {"number": 4, "mean_score": 0.5, "share_right": 0.75},
        {"number": 1, "mean_score": 1, "share_right": 0},
    ]
    drawn = plots.reliability(bins, plots.Frame((0, 1), (0, 1), "", ""), "t")
    assert re.findall(r'cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"', drawn) == [("236", "68", "11"), ("426", "236", "7")]
    assert 'class="gap" d="M236 124V68"' in drawn and 'class="gap" d="M426 12V236"' in drawn
    assert 'class="ideal" d="M46 236L426 12"' in drawn


def row(epoch: int, **scores: float) -> dict[str, Any]:
    return {"epoch": epoch, "loss": 1 / epoch, "development": {name: {"f1": f1} for name, f1 in scores.items()}}


def test_scores_of_a_corpus_are_those_of_the_epochs_that_have_it() -> None:
    rows = [row(1, a=0.5), row(2, a=0.6, b=0.7), {"epoch": 3, "loss": 1.0}]
    assert _curves.corpora(rows) == ["a", "b"]
    assert _curves.score_of(rows, "b", "f1") == [(2, pytest.approx(70))]
    assert _curves.score_of(rows, "a", "f1") == [(1, pytest.approx(50)), (2, pytest.approx(60))]


def test_many_steps_become_means_of_neighbours() -> None:
    steps = [{"step": number, "value": float(number)} for number in range(1, 402)]
    assert _curves.by_step(steps[:400], "value") == [(number, number) for number in range(1, 401)]
    thinned = _curves.by_step(steps, "value")
    assert len(thinned) == 201 and thinned[0] == (2, 1.5) and thinned[-1] == (401, 401)
    assert _curves.by_step([], "value") == []


def test_an_axis_holds_all_values_with_a_tenth_above_and_below() -> None:
    line = plots.Line("l", [(1, 50.0), (3, 60.0)])
    drawn = _curves.plot_curve([line], "y", "t")  # from 49 to 61
    assert 'd="M46 217.3L426 30.7"' in drawn
    assert 'd="M46 52.4L426 15.7"' in _curves.plot_curve([line], "y", "t", low=0)
    assert _curves.plot_curve([plots.Line("l", [])], "y", "t") == ""


def test_bars_stand_by_support_and_are_as_long_as_their_f1() -> None:
    labels = {"A": {"support": 2, "f1": 0.5}, "B": {"support": 9, "f1": 0.25}, "C": {"support": 2, "f1": 1.0}}
    drawn = figures.bars(labels, "t")
    assert re.findall(r">([ABC])</text>", drawn) == ["B", "A", "C"]
    assert re.findall(r'class="bar" x="150" y="([\d.]+)" width="([\d.]+)"', drawn) == [
        ("4", "75.0"),
        ("26", "150.0"),
        ("48", "300.0"),
    ]
    assert 'viewBox="0 0 500 66"' in drawn and figures.bars({}, "t") == ""


def test_cells_of_a_confusion_are_coloured_by_their_share_of_the_row() -> None:
    found = {"labels": ["A", "none"], "counts": [[3, 1], [0, 0]]}
    drawn = figures.matrix(found, "t")
    assert re.findall(r'class="cell" x="(\d+)" y="[\d.]+" width="56" height="22" fill-opacity="([\d.]+)"', drawn) == [
        ("150", "0.45"),
        ("206", "0.15"),
        ("150", "0.00"),
    ]
    assert drawn.count('class="right"') == 1 and figures.matrix(None, "t") == ""


def test_long_labels_are_cut_at_twenty_characters() -> None:
    labels = {"a" * 20: {"support": 2, "f1": 0.5}, "b" * 21: {"support": 1, "f1": 0.5}}
    assert re.findall(r">(a+|b+…)<", figures.bars(labels, "t")) == ["a" * 20, f"{'b' * 19}…"]


def test_a_figure_is_a_file_of_its_own() -> None:
    drawn = figures.standalone('<svg role="img"><title>t</title></svg>')
    assert drawn.startswith('<svg role="img" xmlns="http://www.w3.org/2000/svg"><style>')
    assert drawn.endswith('fill="#fff"/><title>t</title></svg>\n')
