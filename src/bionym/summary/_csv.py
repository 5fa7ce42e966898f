"""CSV: a row a name, in UTF-8, cells quoted where they need it. A document without names has no row.

A cell of text that a spreadsheet would take for a formula gets an apostrophe before it (see `files.CsvWriter`). JSON holds
such names unchanged, and the offsets tell where they stand.
"""

from collections.abc import Sequence
from typing import IO

from bionym.files import CsvWriter
from bionym.summary.names import Name

HEADER = (
    "document",
    "label",
    "name",
    "also",  # other wordings, between semicolons
    "concepts",  # between semicolons
    "count",
    "first_start",
    "first_end",
    "highest_score",
    "mean_score",
)
BETWEEN = "; "
DECIMALS = 4


class Csv:
    """The rows of one document after the other."""

    def __init__(self, stream: IO[str]) -> None:
        self._writer = CsvWriter(stream)
        self._writer.row(HEADER)

    def add(self, document_id: str, names: Sequence[Name]) -> None:
        """A row for each name."""
        for name in names:
            self._writer.row(_row(document_id, name))

    def end(self) -> None:
        """Nothing stands behind the last row."""


def _row(document_id: str, name: Name) -> tuple[str | int | float | None, ...]:
    texts = (document_id, name.label, name.name, BETWEEN.join(name.also), BETWEEN.join(name.concepts))
    scores = (None if score is None else round(score, DECIMALS) for score in (name.highest, name.mean))
    return (*texts, name.count, name.first[0].start, name.first[-1].end, *scores)
