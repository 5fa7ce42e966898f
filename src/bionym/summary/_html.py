"""HTML: one self-contained page, a table a label under each document, with counts per label behind the last one.

The page needs nothing from outside, and a policy in its head forbids it to load or run anything.
"""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import groupby
from typing import IO

from jinja2 import Environment, PackageLoader, StrictUndefined

from bionym.summary.names import Name
from bionym.version import __version__


class Html:
    """The parts of the page, one document after the other."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._documents = 0
        self._names: Counter[str] = Counter()
        self._mentions: Counter[str] = Counter()
        self._with: Counter[str] = Counter()
        stream.write(_environment().get_template("head.html").render())

    def add(self, document_id: str, names: Sequence[Name]) -> None:
        """The tables of a document."""
        self._documents += 1
        labels = {label: list(of_label) for label, of_label in groupby(names, key=lambda name: name.label)}
        for label, of_label in labels.items():
            self._with[label] += 1
            self._names[label] += len(of_label)
            self._mentions[label] += sum(name.count for name in of_label)
        has_scores = any(name.highest is not None for name in names)
        article = _environment().get_template("document.html")
        self._stream.write(article.render(id=document_id, labels=labels, has_scores=has_scores))

    def end(self) -> None:
        """The counts per label, and the foot."""
        rows = [(label, number, self._names[label], self._mentions[label]) for label, number in self._with.items()]
        foot = _environment().get_template("foot.html")
        self._stream.write(foot.render(rows=sorted(rows), documents=self._documents, version=__version__))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("bionym.summary"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["number"] = "{:,}".format
    return environment
