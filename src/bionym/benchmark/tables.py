"""The results as plain text for the terminal, Markdown for a paper, CSV for a spreadsheet or a program.

Where a system is tested on other corpora than it learned from, a row is what was learned and a column what was tested on,
with F1 and its interval. Where every system is tested on its own corpus alone, a row is a figure, with precision and recall.
F1 has two decimals of a percentage, as published tables do; precision, recall and the interval one.
"""

import io
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from bionym.files import CsvWriter
from bionym.tables import GAP, WIDTH, aligned, escaped, shorten, widths
from bionym.tables import markdown as in_markdown

MAX_NAME, MAX_SCORE = 16, 24  # characters of a name and of a corpus above a column, where 80 do not hold all
VALUES = ("precision", "recall", "f1")
NUM_NAMES = 3  # columns of a table that are names: system, trained on, protocol
CSV_HEADER = (
    *("system", "trained_on", "protocol", "tested_on", "split", "metric", "label", "seeds"),
    *VALUES,
    *(f"{value}_{end}" for value in VALUES for end in ("low", "high")),  # the 95 % interval
    *(f"{value}_deviation" for value in VALUES),  # over the seeds
    *("support", "predicted"),
    *(
        "training_documents",
        "training_tokens",
        "training_cpu_seconds",
        "test_documents",
        "test_tokens",
        "test_cpu_seconds",
    ),
    *("peak_memory_mib", "shared_documents", "shared_sentences", "fingerprint"),
)

Results = Mapping[str, Any]
Line = tuple[str, ...]


class Grid(NamedTuple):
    """One table: a header and lines, the first columns of which are names."""

    title: str
    header: Line
    lines: list[Line]
    num_names: int


def plain(results: Results) -> str:
    """Tables no wider than 80 columns, then the notes."""
    blocks = [
        f"{grid.title}\n\n{_aligned(part)}" if grid.title else _aligned(part)
        for grid in _grids(results)
        for part in _narrowed(_shortened(grid))
    ]
    remarks = "\n".join(textwrap.fill(note, WIDTH, break_on_hyphens=False) for note in results["notes"])
    return "\n\n".join(filter(None, (*blocks, remarks))) + "\n"


def markdown(results: Results) -> str:
    """The same tables in GitHub's Markdown, whatever their width, under the title."""
    blocks = [f"# {escaped(results['title'])}"]
    for grid in _grids(results):
        blocks += [f"## {escaped(grid.title)}"] if grid.title else []
        blocks.append(in_markdown(grid.header, grid.lines, num_names=grid.num_names))
    blocks += ["\n".join(f"- {escaped(note)}" for note in results["notes"])]
    blocks += [f"Made by bionym {results['bionym']} from the plan `{results['plan']}`."]
    return "\n\n".join(filter(None, blocks)) + "\n"


def csv(results: Results) -> str:
    """One line for each figure and label, "micro" and "macro" among them, in full precision; columns as in CSV_HEADER."""
    stream = io.StringIO()
    writer = CsvWriter(stream)
    writer.row(CSV_HEADER)
    for row in results["rows"]:
        for label, values in (*row["labels"].items(), ("micro", row["micro"]), ("macro", row["macro"])):
            writer.row(_figures(row, label, values))
    return stream.getvalue()


def headline(values: Mapping[str, Any]) -> str:
    """A score in a cell: "85.25 (83.1-87.3)", "85.12 ± 0.31 (83.0-87.2)"."""
    deviation = f" ± {100 * values['deviation']['f1']:.2f}" if values["deviation"] else ""
    return f"{100 * values['f1']:.2f}{deviation} {_interval(values)}".strip()


def _grids(results: Results) -> Iterator[Grid]:
    """One table a metric; its name is its title where there are several."""
    rows = results["rows"]
    metrics = list(dict.fromkeys(row["metric"] for row in rows))
    for metric in metrics:
        chosen = [row for row in rows if row["metric"] == metric]
        is_own = all(row["trained_on"] == [row["tested_on"]] for row in chosen)
        yield (_list if is_own else _matrix)(metric if len(metrics) > 1 else "", chosen)


def _list(title: str, rows: Sequence[Mapping[str, Any]]) -> Grid:
    header = ("system", "corpus", "protocol", "P", "R", "F1", "95 %" if _any_interval(rows) else "")
    lines = [
        (
            *_names(row),
            *(f"{100 * row['micro'][value]:.1f}" for value in VALUES[:2]),
            headline({**row["micro"], "interval": None}),
            _interval(row["micro"]).strip("()"),
        )
        for row in rows
    ]
    return Grid(title, header, lines, NUM_NAMES)


def _matrix(title: str, rows: Sequence[Mapping[str, Any]]) -> Grid:
    """What was learned, by what was tested on."""
    corpora = list(dict.fromkeys(row["tested_on"] for row in rows))
    scores: dict[Line, dict[str, str]] = {}
    for row in rows:
        scores.setdefault(_names(row), {})[row["tested_on"]] = headline(row["micro"])
    lines = [(*names, *(found.get(corpus, "") for corpus in corpora)) for names, found in scores.items()]
    return Grid(title, ("system", "trained on", "protocol", *corpora), lines, NUM_NAMES)


def _names(row: Mapping[str, Any]) -> Line:
    return row["system"], " + ".join(row["trained_on"]) or "-", row["protocol"] or "-"


def _any_interval(rows: Iterable[Mapping[str, Any]]) -> bool:
    return any(row["micro"]["interval"] for row in rows)


def _interval(values: Mapping[str, Any]) -> str:
    between = (values["interval"] or {}).get("f1")
    return f"({100 * between[0]:.1f}-{100 * between[1]:.1f})" if between else ""


def _shortened(grid: Grid) -> Grid:
    """The table with long names cut in their middle, if a line of names and one score would not fit."""
    widths = _widths(grid)
    if sum(widths[: grid.num_names]) + max(widths[grid.num_names :]) + grid.num_names * len(GAP) <= WIDTH:
        return grid
    header = tuple(shorten(name, MAX_SCORE) for name in grid.header)
    lines = [
        (*(shorten(name, MAX_NAME) for name in line[: grid.num_names]), *line[grid.num_names :]) for line in grid.lines
    ]
    return Grid(grid.title, header, lines, grid.num_names)


def _narrowed(grid: Grid) -> Iterator[Grid]:
    """The table cut into tables of 80 columns, each with the names and the lines that have a score in it."""
    widths = _widths(grid)
    names, place = sum(widths[: grid.num_names]) + len(GAP) * (grid.num_names - 1), grid.num_names
    while place < len(widths):
        end, used = place, names
        while end < len(widths) and (end == place or used + len(GAP) + widths[end] <= WIDTH):
            used += len(GAP) + widths[end]
            end += 1
        chosen = [*range(grid.num_names), *range(place, end)]
        lines = [tuple(line[at] for at in chosen) for line in grid.lines if any(line[place:end])]
        yield Grid(grid.title, tuple(grid.header[at] for at in chosen), lines, grid.num_names)
        place = end


def _widths(grid: Grid) -> list[int]:
    return widths(grid.header, grid.lines)


def _aligned(grid: Grid) -> str:
    return aligned(grid.header, grid.lines, num_names=grid.num_names)


def _figures(row: Mapping[str, Any], label: str, values: Mapping[str, Any]) -> Iterator[object]:
    yield from (
        row["system"],
        "+".join(row["trained_on"]),
        row["protocol"],
        row["tested_on"],
        row["split"],
        row["metric"],
    )
    yield from (label, len(row["seeds"]), *(values[value] for value in VALUES))
    for value in VALUES:
        yield from (values["interval"] or {}).get(value) or (None, None)
    yield from ((values["deviation"] or {}).get(value) for value in VALUES)
    yield from (values.get("support"), values.get("predicted"))
    training = row["training"] or {}
    yield from (training.get("documents"), training.get("tokens"), training.get("cpu_seconds"))
    yield from (row["documents"], row["tokens"], row["cpu_seconds"], row["peak_memory_mib"])
    yield from ((row["shared"] or {}).get(what) for what in ("documents", "sentences"))
    yield row["fingerprint"]
