"""Left boundary: an entity is right if its label and its first character are right, wherever it ends.

Each gold entity answers for one predicted entity. Of a discontinuous entity, the first piece has the boundary.
Source: Tsai et al. 2006, the criteria of left and right match.
"""

from bionym.data import Document
from bionym.data.counts import Counts, count_matches
from bionym.evaluation.metrics._matching import distinct
from bionym.evaluation.pairs import Pair

VERSION = 1
TABLES = ("",)
IS_LOCAL = True


def count(pair: Pair) -> tuple[Counts]:
    """True and false positives and false negatives per label."""
    return (count_matches(_items(pair.gold), _items(pair.predicted)),)


def _items(document: Document) -> list[tuple[object, str]]:
    return [(entity.start, entity.label) for entity in distinct(document)]
