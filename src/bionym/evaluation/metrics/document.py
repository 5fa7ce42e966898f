"""Document: which mentions a document holds, as label and lower-cased text; how often and where does not matter.

For lists of what a text names, as in indexing. Runs of white space are one blank; the pieces of a discontinuous entity are
joined by one.
"""

from bionym.data import Document
from bionym.data.counts import Counts, count_matches
from bionym.evaluation.pairs import Pair

VERSION = 1
TABLES = ("",)
IS_LOCAL = False  # a mention in two sentences counts once


def count(pair: Pair) -> tuple[Counts]:
    """True and false positives and false negatives per label."""
    return (count_matches(_items(pair.gold), _items(pair.predicted)),)


def _items(document: Document) -> list[tuple[object, str]]:
    mentions = ((" ".join(document.mention(entity).lower().split()), entity.label) for entity in document.entities)
    return list(dict.fromkeys(mentions))
