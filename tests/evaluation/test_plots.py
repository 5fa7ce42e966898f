"""Diagrams: what stands on their axes."""

import re

from bionym.evaluation import plots


def numbers(frame: plots.Frame) -> list[str]:
    drawn = plots.lines([plots.Line("one", [(frame.x[0], frame.y[0]), (frame.x[1], frame.y[1])])], frame, "title")
    return re.findall(r">([-+.e\d]+)</text>", str(drawn))


def test_an_axis_that_counts_has_whole_numbers_only() -> None:
    counted = numbers(plots.Frame((1, 3), (0, 100), "epoch", "F1", counts_x=True))
    assert counted[-3:] == ["1", "2", "3"]
    assert "1.5" in numbers(plots.Frame((1, 3), (0, 100), "score", "F1"))


def test_numbers_before_an_axis_are_short() -> None:
    assert {"2e-5", "1e-4"} <= set(numbers(plots.Frame((0, 1), (0, 0.0001), "step", "rate")))
    large = numbers(plots.Frame((0, 1), (0, 5_000_000), "step", "words"))
    assert "5e6" in large and max(map(len, large)) <= 5
