"""CSV that a spreadsheet can open: no cell of text is taken for a formula, none breaks its row."""

import csv
import re
from collections.abc import Iterable
from typing import IO

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # the wide ones are taken for formulas, too
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BREAK = re.compile(r"\r\n?|[\x85\u2028\u2029]")


class CsvWriter:
    """Rows of cells; quoted where they need it, lines ending with a line feed.

    A cell of text that a spreadsheet would take for a formula, since it begins with one of `=+-@` or with white space
    that is no blank, gets an apostrophe before it, as spreadsheets themselves write text. In a cell every line break is
    a line feed, and any other control character U+FFFD. Numbers stay as they are; None is an empty cell.
    """

    def __init__(self, stream: IO[str]) -> None:
        self._writer = csv.writer(stream, lineterminator="\n")

    def row(self, cells: Iterable[object]) -> None:
        """One row."""
        self._writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in cells])


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula, and that stays in its cell.

    >>> harmless("=1+1"), harmless("p53")
    ("'=1+1", 'p53')
    """
    held = _CONTROL.sub("\ufffd", _BREAK.sub("\n", text))
    visible = held.lstrip(" \xa0\ufeff\u200b")
    return f"'{held}" if visible.startswith((*_FORMULA, "\t", "\n")) else held
