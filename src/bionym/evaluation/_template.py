"""What every page is made with: the templates, what they may call, the one script."""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from bionym.evaluation import _examples, _words, plots


@cache
def environment() -> Environment:
    """The templates, with the words and plots they use."""
    templates = Environment(
        loader=PackageLoader("bionym.evaluation"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters.update(percent=_words.percent, count=_words.count, between=_words.between, kind=_words.kind)
    templates.globals.update(bar=plots.bar, pieces=_examples.pieces, labels_of=_examples.labels)
    templates.filters.update(tie=_words.tie)
    templates.globals.update(explain=_words.KINDS, explain_slice=_words.SLICES, explain_tie=_words.TIES)
    return templates


@cache
def script() -> tuple[str, str]:
    """The script of the pages, and the hash by which their policy allows it."""
    text = environment().get_template("script.js").render().strip()
    return text, base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def matrix(confusion: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A confusion with the share of its row in each cell; nothing if it is empty."""
    if not confusion or not any(map(any, confusion["counts"])):
        return None
    counts = confusion["counts"]
    shares = [[cell / (sum(row) or 1) for cell in row] for row in counts]
    cells = [list(zip(row, share, strict=True)) for row, share in zip(counts, shares, strict=True)]
    return {"labels": confusion["labels"], "rows": list(zip(confusion["labels"], cells, strict=True))}
