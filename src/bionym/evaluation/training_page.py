"""A training as one HTML page, while it runs and afterwards, from the lines of its log; it needs nothing from outside.

It has the look and the manners of the report's page (`page`). Curves of scores, loss, learning rate, gradient and speed;
for each corpus scores by label and the confusions of the best epoch; and both for every epoch. It holds no text of documents,
for the log holds none. While the training runs, the page loads itself again from time to time.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bionym.config import flat
from bionym.data.counts import LabelCounts
from bionym.evaluation import _curves, _template, _words, plots
from bionym.version import __version__

RELOAD_SECONDS = 20
CURVES = (  # of what is logged by step, with what to call it
    ("learning_rate", "Learning rate"),
    ("gradient_norm", "Norm of the gradient, before it is clipped"),
    ("tokens_per_second", "Tokens a second"),
)

Line = Mapping[str, Any]
Values = dict[str, Any]


def page(lines: Iterable[Line], *, name: str = "") -> str:
    """The page of a run, from its log as far as it goes."""
    by_kind: dict[str, list[Line]] = {}
    for line in lines:
        by_kind.setdefault(line["kind"], []).append(line)
    start = by_kind.get("started", [{}])[0]
    epochs, end = with_means(by_kind.get("epoch", [])), by_kind.get("finished", [None])[-1]
    script, script_hash = _template.script()
    return (
        _template.environment()
        .get_template("training.html")
        .render(
            title=f"Training of {name}" if name else "A training",
            version=__version__,
            script=script,
            script_hash=script_hash,
            reload=None if end else RELOAD_SECONDS,
            state=_words.training_state(epochs, start.get("epochs"), end),
            best=best(epochs),
            sentence=_words.learning(epochs),
            learning=_curves.learning(epochs) | {"sentence": ""} if epochs else None,
            curves=[*_scores(epochs), *_by_step(by_kind.get("step", []))],
            corpora=[_corpus(epochs, corpus) for corpus in _counted(epochs)],
            epochs=[_epoch(row) for row in reversed(epochs)],
            settings=flat({key: start.get(key, {}) for key in ("settings", "about")}),
            about={key: start.get(key) for key in ("device", "num_parameters")},
        )
    )


def with_means(rows: Sequence[Line]) -> list[Values]:
    """Lines of epochs, each with the mean of F1 over corpora, also where another score decided."""
    rows_with_means = []
    for row in rows:
        scores = [
            scores_of_corpus["f1"]
            for scores_of_corpus in (row.get("development") or {}).values()
            if "f1" in scores_of_corpus
        ]
        rows_with_means.append({**row, "mean_f1": sum(scores) / len(scores) if scores else None})
    return rows_with_means


def best(rows: Sequence[Line]) -> Line | None:
    """The epoch whose weights were kept: the last that was called the best; else the last."""
    return next((row for row in reversed(rows) if row.get("is_best")), rows[-1] if rows else None)


def label_table(row: Line, corpus: str) -> Values:
    """Scores of an epoch by label, as the report's tables hold them."""
    counts = row.get("tables", {}).get(corpus, {}).get("labels", {})
    by_label = {label: LabelCounts(*numbers) for label, numbers in counts.items()}
    summed = LabelCounts(*(sum(numbers[place] for numbers in counts.values()) for place in range(3)))
    return {
        "labels": {label: counts.as_dict() for label, counts in by_label.items()},
        "bootstrap": None,
        "micro": summed.as_dict(),
    }


def confusion(row: Line, corpus: str) -> Values | None:
    """The confusion of an epoch, if it was counted."""
    table: Values | None = row.get("tables", {}).get(corpus, {}).get("confusion")
    return table


def label_lines(rows: Sequence[Line], corpus: str) -> list[plots.Line]:
    """F1 of each label by epoch, the most frequent first."""
    tables = [(row["epoch"], label_table(row, corpus)["labels"]) for row in rows]
    support: dict[str, float] = {}
    for _, table in tables:
        for label, values in table.items():
            support[label] = max(support.get(label, 0), values["support"])
    return [
        plots.Line(label, [(epoch, 100 * table[label]["f1"]) for epoch, table in tables if label in table])
        for label in sorted(support, key=lambda one: (-support[one], one))
    ]


def _counted(rows: Sequence[Line]) -> list[str]:
    """The corpora of which counts were logged."""
    return list(dict.fromkeys(corpus for row in rows for corpus in row.get("tables") or ()))


def _corpus(rows: Sequence[Line], corpus: str) -> Values:
    """What the page says of one corpus: the best epoch, and labels over all epochs."""
    chosen = best([row for row in rows if corpus in (row.get("tables") or {})])
    assert chosen is not None
    lines = label_lines(rows, corpus)
    return {
        "name": corpus,
        "epoch": chosen["epoch"],
        "table": label_table(chosen, corpus),
        "matrix": _template.matrix(confusion(chosen, corpus)),
        "curve": _curves.plot_curve(lines, "F1 in per cent", f"F1 by label and epoch, {corpus}")
        if len(rows) > 1 and len(lines) > 1
        else "",
        "num_lines": len(lines),
    }


def _epoch(row: Line) -> Values:
    corpora = {
        corpus: (label_table(row, corpus), _template.matrix(confusion(row, corpus)))
        for corpus in row.get("tables") or ()
    }
    return {"row": row, "corpora": corpora}


def precision_recall(rows: Sequence[Line]) -> list[plots.Line]:
    """Precision and recall by epoch, means over corpora."""
    lines = []
    for score in ("precision", "recall"):
        by_epoch = [
            (row["epoch"], [scores[score] for scores in (row.get("development") or {}).values() if score in scores])
            for row in rows
        ]
        points = [(epoch, 100 * sum(values) / len(values)) for epoch, values in by_epoch if values]
        lines.append(plots.Line(score.capitalize(), points))
    return lines


def _scores(rows: Sequence[Line]) -> list[Values]:
    curve = _curves.plot_curve(precision_recall(rows), "per cent", "Precision and recall on development data by epoch")
    return [{"title": "Precision and recall on development data", "curve": curve}] if curve else []


def _by_step(steps: Sequence[Line]) -> list[Values]:
    """Curves of what is logged by step; their numbers stand in the log alone, there are too many."""
    curves = []
    for key, title in CURVES:
        line = plots.Line(title, _curves.by_step(steps, key))
        curves.append(
            {"title": title, "curve": _curves.plot_curve([line], "", f"{title}, by step", low=0, x_name="step")}
        )
    return [curve for curve in curves if curve["curve"]]
