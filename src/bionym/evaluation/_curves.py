"""The curves of a training, from the lines of its log: scores and losses by epoch, what else was measured by step."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from bionym.evaluation import _words, plots

MAX_POINTS = 400  # of a line by steps; beyond it means of neighbours stand for them

Row = Mapping[str, Any]


def learning(rows: Sequence[Row]) -> dict[str, Any]:
    """F1 of each corpus and their mean, and the loss, by epoch; with the sentence that says when it was best."""
    names = corpora(rows)
    mean = [(row["epoch"], 100 * row["mean_f1"]) for row in rows if row.get("mean_f1") is not None]
    scores = [plots.Line("Mean" if len(names) > 1 else "F1", mean)]
    if len(names) > 1:
        scores += [plots.Line(name, score_of(rows, name, "f1")) for name in names]
    loss = [plots.Line("Loss", [(row["epoch"], row["loss"]) for row in rows if row.get("loss") is not None])]
    return {
        "rows": rows,
        "names": names if len(names) > 1 else [],
        "sentence": _words.learning(rows),
        "scores": plot_curve(scores, "F1 in per cent", "F1 on development data by epoch"),
        "loss": plot_curve(loss, "loss", "Loss in training by epoch", low=0),
    }


def corpora(rows: Sequence[Row]) -> list[str]:
    """The corpora that were scored, in the order of the log."""
    return list(dict.fromkeys(name for row in rows for name in row.get("development") or ()))


def score_of(rows: Sequence[Row], corpus: str, score: str) -> list[plots.Point]:
    """A score of a corpus by epoch, in per cent."""
    scores_by_epoch = ((row["epoch"], (row.get("development") or {}).get(corpus) or {}) for row in rows)
    return [(epoch, 100 * scores[score]) for epoch, scores in scores_by_epoch if score in scores]


def by_step(steps: Sequence[Row], value: str) -> list[plots.Point]:
    """A value by step, thinned out to what the eye can tell apart."""
    points = [(row["step"], row[value]) for row in steps]
    size = -(-len(points) // MAX_POINTS) or 1
    groups = [points[start : start + size] for start in range(0, len(points), size)]
    return [(group[-1][0], sum(y for _, y in group) / len(group)) for group in groups]


def plot_curve(
    lines: Sequence[plots.Line], name: str, title: str, low: float | None = None, *, x_name: str = "epoch"
) -> Markup:
    """Lines over epochs or steps, on an axis that holds their values and `low`; nothing if there are none."""
    values = [value for line in lines for _, value in line.points]
    places = [place for line in lines for place, _ in line.points]
    if not values:
        return Markup("")
    margin = (max(values) - min(values)) / 10 or 1
    range_ = max(0.0, min(values) - margin) if low is None else low, max(values) + margin
    return plots.lines(lines, plots.Frame((min(places), max(places)), range_, x_name, name, counts_x=True), title)
