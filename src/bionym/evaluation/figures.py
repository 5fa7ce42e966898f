"""Figures of a training as SVG files, for papers and slides: what its page shows, each by itself and in print's colours.

scores.svg, loss.svg, precision_recall.svg, learning_rate.svg, gradient_norm.svg, tokens_per_second.svg
labels-CORPUS.svg                   F1 of each label by epoch
labels-CORPUS-epoch-003.svg         F1 of each label after an epoch, as bars
confusion-CORPUS-epoch-003.svg      the confusion after an epoch
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from bionym.evaluation import _curves, _words, plots
from bionym.evaluation.training_page import CURVES, confusion, label_lines, label_table, precision_recall, with_means
from bionym.files import FileNames

STYLE = """
text{font:12px system-ui,Helvetica,Arial,sans-serif;fill:#333}.strong{font-weight:600}
.grid{stroke:#d9d6cd}.line{fill:none;stroke:#1f5f8b;stroke-width:2.2;stroke-linejoin:round}
.line-1{stroke:#111}.line-2{stroke:#00689d;stroke-dasharray:9 3}.line-3{stroke:#b84a00;stroke-dasharray:2.5 3}
.line-4{stroke:#666;stroke-dasharray:8 3 2 3}.line-5{stroke:#00689d;stroke-width:1.3;stroke-dasharray:1 4}
.line-6{stroke:#b84a00;stroke-width:1.3;stroke-dasharray:12 5}.line-thin{stroke:#888;stroke-width:1;opacity:.55}
.track{fill:#e9e6dd}.bar{fill:#1f5f8b}.cell{fill:#3c7daf}.right{fill:none;stroke:#111}
"""
ROW, CELL, NAME_WIDTH, CHAR_WIDTH = 22, 56, 150, 7.2  # units of a figure

Line = Mapping[str, Any]


def figures(lines: Iterable[Line]) -> dict[str, str]:
    """Every figure that a log has the numbers for, by file name."""
    log = list(lines)
    rows = with_means([line for line in log if line["kind"] == "epoch"])
    steps = [line for line in log if line["kind"] == "step"]
    drawn = _over_time(rows, steps)
    names = FileNames()
    corpora = dict.fromkeys(corpus for row in rows for corpus in row.get("tables") or ())
    for corpus, name in [(corpus, names.of(corpus.replace("/", "-"))) for corpus in corpora]:
        curve = _curves.plot_curve(label_lines(rows, corpus), "F1 in per cent", f"F1 by label and epoch, {corpus}")
        drawn[f"labels-{name}.svg"] = str(curve)
        for row in rows:
            title = f"{corpus}, epoch {row['epoch']}"
            drawn[f"labels-{name}-epoch-{row['epoch']:03d}.svg"] = bars(label_table(row, corpus)["labels"], title)
            drawn[f"confusion-{name}-epoch-{row['epoch']:03d}.svg"] = matrix(confusion(row, corpus), title)
    return {name: standalone(svg) for name, svg in drawn.items() if svg}


def bars(labels: Mapping[str, Mapping[str, Any]], title: str) -> str:
    """F1 of each label as a bar from 0 to 100, the most frequent first, its number behind."""
    if not labels:
        return ""
    parts = []
    for place, label in enumerate(sorted(labels, key=lambda one: (-labels[one]["support"], one))):
        y, f1 = place * ROW, labels[label]["f1"]
        parts += [
            _text(NAME_WIDTH - 8, y + 15, _fitting(label), "end"),
            f'<rect class="track" x="{NAME_WIDTH}" y="{y + 4}" width="300" height="14"/>',
            f'<rect class="bar" x="{NAME_WIDTH}" y="{y + 4}" width="{300 * f1:.1f}" height="14"/>',
            _text(NAME_WIDTH + 308, y + 15, _words.percent(f1), "start"),
        ]
    return _svg(NAME_WIDTH + 350, ROW * len(labels), f"F1 by label, {title}", parts)


def matrix(confusion: Mapping[str, Any] | None, title: str) -> str:
    """A confusion: a row for each gold label, the stronger the colour of a cell the more of its row."""
    if not confusion:
        return ""
    labels, counts = confusion["labels"], confusion["counts"]
    top = 12 + CHAR_WIDTH * max(len(_fitting(label)) for label in labels)
    parts = [_text(NAME_WIDTH - 8, top - 8, "gold ↓  predicted →", "end")]
    for column, label in enumerate(labels):
        x = NAME_WIDTH + (column + 0.5) * CELL + 4
        parts.append(f'<text transform="translate({x:.1f} {top - 8:.1f}) rotate(-90)">{escape(_fitting(label))}</text>')
    for place, (label, row) in enumerate(zip(labels, counts, strict=True)):
        parts.append(_text(NAME_WIDTH - 8, top + place * ROW + 15, _fitting(label), "end"))
        parts += _cells(row, place, top, is_none=place == len(labels) - 1)
    return _svg(NAME_WIDTH + CELL * len(labels) + 8, top + ROW * len(labels) + 4, f"Confusions, {title}", parts)


def standalone(svg: str) -> str:
    """A plot of a page as a file of its own, with a style and a white ground."""
    head, _, rest = svg.partition(">")
    ground = '<rect width="100%" height="100%" fill="#fff"/>'
    return f'{head} xmlns="http://www.w3.org/2000/svg"><style>{STYLE}</style>{ground}{rest}\n'


def _over_time(rows: Sequence[Line], steps: Sequence[Line]) -> dict[str, str]:
    """Curves by epoch and by step."""
    curves = _curves.learning(rows)
    both = _curves.plot_curve(precision_recall(rows), "per cent", "Precision and recall on development data by epoch")
    by_step = {
        key: _curves.plot_curve([plots.Line(title, _curves.by_step(steps, key))], "", title, low=0, x_name="step")
        for key, title in CURVES
    }
    return {
        "scores.svg": str(curves["scores"]),
        "loss.svg": str(curves["loss"]),
        "precision_recall.svg": str(both),
        **{f"{key}.svg": str(curve) for key, curve in by_step.items()},
    }


def _cells(row: Sequence[int], place: int, top: float, *, is_none: bool) -> list[str]:
    """A row of the matrix; where nothing was in gold and nothing was marked, there is nothing to count."""
    parts, total = [], sum(row) or 1
    for column, number in enumerate(row):
        x, y = NAME_WIDTH + column * CELL, top + place * ROW
        if is_none and column == place:
            continue
        share = 0.6 * number / total
        parts.append(
            f'<rect class="cell" x="{x}" y="{y:.1f}" width="{CELL}" height="{ROW}" fill-opacity="{share:.2f}"/>'
        )
        if column == place:
            parts.append(f'<rect class="right" x="{x + 1}" y="{y + 1:.1f}" width="{CELL - 2}" height="{ROW - 2}"/>')
        parts.append(_text(x + CELL - 6, y + 15, _words.count(number), "end"))
    return parts


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _fitting(label: str) -> str:
    return label if len(label) <= 20 else f"{label[:19]}…"


def _svg(width: float, height: float, title: str, parts: Iterable[str]) -> str:
    size = f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}"'
    return f'<svg role="img" {size}><title>{escape(title)}</title>{"".join(parts)}</svg>'
