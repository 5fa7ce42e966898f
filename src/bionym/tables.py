"""Tables as text: aligned for a terminal, with pipes for Markdown. The first columns are names, the others numbers."""

from collections.abc import Iterable, Sequence

from rich.cells import cell_len

WIDTH = 80  # columns of a terminal
GAP = "  "
MIN_NAME = 12  # columns of the terminal that a name keeps, whatever the numbers need

Cells = Sequence[object]


def aligned(header: Cells, rows: Iterable[Cells], *, num_names: int = 1, most_columns: int | None = None) -> str:
    """Columns side by side, names to the left and numbers to the right, a rule below the header.

    Args:
        num_names: columns that are names.
        most_columns: of the terminal; names in the first column are cut so that a line is no longer.
    """
    lines = _texts(header, rows)
    space = widths(header, lines[1:])
    if most_columns is not None:
        room = most_columns - sum(space[1:]) - len(GAP) * (len(space) - 1)
        space[0] = min(space[0], max(room, MIN_NAME))
        lines = [(shortened(name, space[0]), *others) for name, *others in lines]
    drawn = [GAP.join(_padded(line, space, num_names)).rstrip() for line in lines]
    return "\n".join((drawn[0], "-" * max(map(cell_len, drawn)), *drawn[1:]))


def widths(header: Cells, rows: Iterable[Cells]) -> list[int]:
    """Columns of the terminal that each column of a table needs; Chinese letters need two."""
    return [max(map(cell_len, column)) for column in zip(*_texts(header, rows), strict=True)]


def shortened(name: str, width: int) -> str:
    """A name of at most this many columns, "…" for its middle if it is longer: ends tell labels apart."""
    if cell_len(name) <= width:
        return name
    head, tail = name[: width // 2], name[width // 2 :]
    while cell_len(head + tail) >= width:
        head, tail = (head[:-1], tail) if cell_len(head) > cell_len(tail) else (head, tail[1:])
    return f"{head}…{tail}"


def markdown(header: Cells, rows: Iterable[Cells], *, num_names: int = 1) -> str:
    """A table of GitHub's Markdown, whatever its width; what would mark anything up in a cell is escaped."""
    first, *others = ([escaped(text) for text in line] for line in _texts(header, rows))
    rule = ["---" if place < num_names else "---:" for place in range(len(first))]
    return "\n".join(f"| {' | '.join(line)} |" for line in (first, rule, *others))


def escaped(text: str) -> str:
    """Text that neither ends a cell of Markdown nor marks anything up."""
    for sign in "\\|*_`<>[]":
        text = text.replace(sign, f"\\{sign}")
    return text


def _texts(header: Cells, rows: Iterable[Cells]) -> list[tuple[str, ...]]:
    return [tuple(map(str, line)) for line in (header, *rows)]


def _padded(line: Sequence[str], space: Sequence[int], num_names: int) -> Iterable[str]:
    for place, (text, width) in enumerate(zip(line, space, strict=True)):
        padding = " " * (width - cell_len(text))
        yield text + padding if place < num_names else padding + text
