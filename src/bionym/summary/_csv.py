"""CSV: a row a name, in UTF-8, cells quoted where they need it. A document without names has no row.

A cell of text that a spreadsheet would take for a formula, since it begins with one of `=+-@` or with a tab or a line break,
gets an apostrophe before it, as spreadsheets themselves write text. JSON holds such names unchanged, and the offsets tell
where they stand.
"""

import csv
from collections.abc import Sequence
from typing import IO

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
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # the wide ones are taken for formulas, too


class Csv:
    """The rows of one document after the other."""

    def __init__(self, stream: IO[str]) -> None:
        self._writer = csv.writer(stream, lineterminator="\n")
        self._writer.writerow(HEADER)

    def add(self, document_id: str, names: Sequence[Name]) -> None:
        """A row for each name."""
        self._writer.writerows(_row(document_id, name) for name in names)

    def end(self) -> None:
        """Nothing stands behind the last row."""


def _row(document_id: str, name: Name) -> tuple[str | int | float | None, ...]:
    texts = (document_id, name.label, name.name, BETWEEN.join(name.also), BETWEEN.join(name.concepts))
    scores = (None if score is None else round(score, DECIMALS) for score in (name.highest, name.mean))
    return (*map(_harmless, texts), name.count, name.first[0].start, name.first[-1].end, *scores)


def _harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
