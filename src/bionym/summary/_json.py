"""JSON: an object a document, those without names too, a line each; read it whole, or line by line with the commas cut.

{"summary": 1, "bionym": "0.1.0", "documents": [
{"document": "D2N068", "names": [{"label": "Disease", "name": "hypertension", "also": {"HTN": 1}, "concepts": [],
  "count": 3, "first": [[184, 196]], "highest_score": 0.9987, "mean_score": 0.9312}]}
]}
"""

import json
from collections.abc import Sequence
from typing import IO

from bionym.summary.names import Name
from bionym.version import __version__

VERSION = 1  # of this layout
DECIMALS = 4


class Json:
    """The objects of one document after the other."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream, self._between = stream, "\n"
        stream.write(f'{{"summary": {VERSION}, "bionym": {json.dumps(__version__)}, "documents": [')

    def add(self, document_id: str, names: Sequence[Name]) -> None:
        """An object with the names of a document."""
        value = {"document": document_id, "names": [_value(name) for name in names]}
        self._stream.write(self._between + json.dumps(value, ensure_ascii=False))
        self._between = ",\n"

    def end(self) -> None:
        """The brackets that close."""
        self._stream.write("\n]}\n")


def _value(name: Name) -> dict[str, object]:
    return {
        "label": name.label,
        "name": name.name,
        "also": dict(name.also),
        "concepts": list(name.concepts),
        "count": name.count,
        "first": [list(span) for span in name.first],
        "highest_score": None if name.highest is None else round(name.highest, DECIMALS),
        "mean_score": None if name.mean is None else round(name.mean, DECIMALS),
    }
