"""Binary: each token lies in an entity or in none, whatever the label.

What matters where something must be found but not named, as in removing identifiers. Tokens are the gold document's, for
both sides, or ours if it has none; an entity that cuts a token has the whole of it. NeuroNER's binary mode.
Source: Dernoncourt et al. 2017.
"""

from bionym.data import Document, Span
from bionym.data.counts import Counts, count_matches
from bionym.data.tags import UNNAMED_LABEL
from bionym.evaluation.metrics._tokens import label_tokens, tokens_of
from bionym.evaluation.pairs import Pair

VERSION = 1
TABLES = ("",)
IS_LOCAL = True


def count(pair: Pair) -> tuple[Counts]:
    """True and false positives and false negatives in tokens, under the label "Entity"."""
    tokens = tokens_of(pair)
    return (count_matches(_items(pair.gold, tokens), _items(pair.predicted, tokens)),)


def _items(document: Document, tokens: tuple[Span, ...]) -> list[tuple[object, str]]:
    starts = dict.fromkeys(start for start, _ in label_tokens(document, tokens))
    return [(start, UNNAMED_LABEL) for start in starts]
