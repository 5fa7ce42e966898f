"""The tables of a report: plain for the terminal, Markdown for a paper, CSV for a spreadsheet or a program.

How many digits: F1 always has two decimals of a percentage, so that it compares with published tables. Precision, recall
and the interval have one, or two where the interval of micro-F1 is narrower than one point: the second is noise before that.
CSV holds shares from 0 to 1 with all their digits.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from bionym.files import CsvWriter
from bionym.tables import WIDTH, aligned, escaped
from bionym.tables import markdown as in_markdown

Report = Mapping[str, Any]
Row = tuple[str, ...]

VALUES = ("precision", "recall", "f1")
AVERAGES = ("micro", "macro", "weighted")
HEADER = ("label", "P", "R", "F1", "interval", "gold", "predicted")
COUNTS = ("support", "predicted", "true_positives", "false_positives", "false_negatives")
CSV_HEADER = (
    "metric",  # as in the report; empty for a slice, which is scored strictly
    "group",  # "label", "average", or the name of a kind of slice
    "name",  # of the label, the average or the slice
    *VALUES,
    *(f"{value}_{end}" for value in VALUES for end in ("low", "high")),  # the interval
    *COUNTS,  # support is the number of gold entities
    "fingerprint",  # of the protocol; rows compare where it is the same
)

_aligned = partial(aligned, most_columns=WIDTH)


def plain(report: Report) -> str:
    """One block a metric, then one a kind of slice, none wider than 80 columns; the averages stand last."""
    blocks = [_titled(*block, draw=_aligned) for block in _blocks(report)]
    return "\n\n".join(blocks) + "\n"


def errors(report: Report) -> str:
    """The errors by kind, each with its share, and below what they have to do with names; nothing that has none."""
    counts = report.get("errors") or {}
    total = sum((counts.get("kinds") or {}).values())
    headers = {"kinds": "mistakes by kind", "names": "of these, by name"}
    blocks = []
    for part, header in headers.items():
        rows = [
            (name, f"{number:,}", f"{100 * number / total:.0f}%")
            for name, number in (counts.get(part) or {}).items()
            if number
        ]
        blocks += [_aligned((header, "number", "share"), rows)] if rows else []
    return "\n\n".join(blocks) + "\n" if blocks else "no mistakes\n"


def markdown(report: Report) -> str:
    """The same blocks as tables of GitHub's Markdown, whatever their width."""
    blocks = [_titled(f"**{escaped(block[0])}**", *block[1:], draw=in_markdown) for block in _blocks(report)]
    return "\n\n".join(blocks) + "\n"


def csv(report: Report) -> str:
    """One row for each metric and label or average, and for each slice, in full precision; columns as in `CSV_HEADER`."""
    stream = io.StringIO()
    writer = CsvWriter(stream)
    writer.row(CSV_HEADER)
    for metric, table in report.get("metrics", {}).items():
        print_of = _protocol(report, metric).get("fingerprint", "")
        for label, values in (table.get("labels") or {}).items():
            writer.row((metric, "label", label, *_numbers(values), print_of))
        for average in AVERAGES:
            if table.get(average):
                writer.row((metric, "average", average, *_numbers(table[average]), print_of))
    for kind, slices in (report.get("slices") or {}).items():
        for values in slices:
            writer.row(("", kind, values["slice"], *_numbers(values), ""))
    return stream.getvalue()


def number_of_decimals(table: Mapping[str, Any]) -> int:
    """Decimals of a percentage that precision and recall deserve: 2 where micro-F1 is known within a point, else 1."""
    between = ((table.get("micro") or {}).get("interval") or {}).get("f1")
    return 2 if between and between[1] - between[0] < 0.01 else 1


def _titled(title: str, header: Sequence[str], rows: Sequence[Row], note: str, *, draw: Any) -> str:
    return "\n\n".join(filter(None, (title, draw(header, rows), note)))


def _blocks(report: Report) -> Iterator[tuple[str, Row, list[Row], str]]:
    """Title, header, rows and a note below, of every table."""
    decimals = 1
    for name, table in report.get("metrics", {}).items():
        decimals = number_of_decimals(table)
        named = [*(table.get("labels") or {}).items(), *((average, table.get(average)) for average in AVERAGES)]
        rows = [_row(row, values, decimals) for row, values in named if values]
        number = report.get("documents", 0)
        title = f"{name}: {number:,} document{'s' * (number != 1)}"
        yield title, *_without_interval(HEADER, rows), _note(table.get("bootstrap"), _protocol(report, name))
    for kind, slices in (report.get("slices") or {}).items():
        rows = [_row(values["slice"], values, decimals) for values in slices]
        yield kind, *_without_interval(("slice", *HEADER[1:]), rows), ""


def _row(name: str, values: Mapping[str, Any], decimals: int) -> Row:
    precision, recall = (f"{100 * values[value]:.{decimals}f}" for value in VALUES[:2])
    between = (values.get("interval") or {}).get("f1")
    interval = f"{100 * between[0]:.{decimals}f}-{100 * between[1]:.{decimals}f}" if between else ""
    gold, predicted = (_count(values.get(name)) for name in COUNTS[:2])
    return (" ".join(name.split()), precision, recall, f"{100 * values['f1']:.2f}", interval, gold, predicted)


def _without_interval(header: Row, rows: list[Row]) -> tuple[Row, list[Row]]:
    """The table, without the column of intervals if it is empty."""
    if any(row[4] for row in rows):
        return header, rows
    return header[:4] + header[5:], [row[:4] + row[5:] for row in rows]


def _note(bootstrap: Mapping[str, Any] | None, protocol: Mapping[str, Any]) -> str:
    """What the intervals are, and what was scored."""
    lines = []
    if bootstrap:
        lines.append(
            f"interval: {100 * bootstrap['level']:.0f} % of F1, "
            f"from {bootstrap['resamples']:,} resamples of {bootstrap['units']:,} {bootstrap['unit']}s"
        )
    if protocol:
        split = f", {protocol['split']}" if protocol.get("split") else ""
        lines.append(f"protocol: {protocol['fingerprint']} ({protocol['metric']} {protocol['version']}{split})")
    return "\n".join(lines)


def _protocol(report: Report, table: str) -> Mapping[str, Any]:
    """The protocol of a table's metric."""
    protocols: Mapping[str, Mapping[str, Any]] = report.get("protocols") or {}
    return protocols.get(table.partition(":")[0], {})


def _count(number: float | None) -> str:
    """A whole number; with its half where a metric gives half a point."""
    if number is None:
        return ""
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.1f}"


def _numbers(values: Mapping[str, Any]) -> Iterator[object]:
    yield from (values.get(value) for value in VALUES)
    for value in VALUES:
        yield from (values.get("interval") or {}).get(value) or (None, None)
    yield from (values.get(count) for count in COUNTS)
