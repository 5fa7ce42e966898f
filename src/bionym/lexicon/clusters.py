"""Word clusters: a table from words to numbers, one or several clusterings side by side."""

import re
from collections.abc import Mapping
from pathlib import Path

from bionym.errors import FormatError
from bionym.files import read_text

_DIGIT = re.compile(r"\d")


class WordClusters:
    """Clusters of words.

    A word is looked for as it stands, lower-cased, and with every digit as "0", in this order.
    """

    def __init__(self, table: Mapping[str, tuple[str, ...]]) -> None:
        self._table = table

    def of(self, word: str) -> tuple[str, ...]:
        """The word's cluster in each clustering; empty if it is in none."""
        lower = word.lower()
        return self._table.get(word) or self._table.get(lower) or self._table.get(_DIGIT.sub("0", lower), ())

    @property
    def num_clusterings(self) -> int:
        """Clusterings side by side, of the word that is in most."""
        return max(map(len, set(self._table.values())), default=0)

    def __len__(self) -> int:
        return len(self._table)

    @classmethod
    def read(cls, path: Path) -> "WordClusters":
        """From lines of word TAB cluster [TAB cluster ...]. Raises: FormatError with the line."""
        table: dict[str, tuple[str, ...]] = {}
        known: dict[str, tuple[str, ...]] = {}
        for number, line in enumerate(read_text(path).splitlines(), start=1):
            word, tab, clusters = line.partition("\t")
            if not tab:
                raise FormatError("expected word TAB cluster", path=path, line=number, fix="Separate them by a tab.")
            row = known.get(clusters)
            if row is None:
                row = known[clusters] = tuple(clusters.split("\t"))
            table[word] = row
        return cls(table)
