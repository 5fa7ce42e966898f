"""Token: each token that an entity touches is right if its label is right; a token under several labels counts with each.

Tokens are the gold document's, for both sides, or ours if it has none. Long entities weigh more than short ones; an entity
that cuts a token has the whole of it; tokens outside all entities count nowhere. NeuroNER's token mode.
Source: Dernoncourt et al. 2017.
"""

from bionym.data.counts import Counts, count_matches
from bionym.evaluation.metrics._tokens import label_tokens, tokens_of
from bionym.evaluation.pairs import Pair

VERSION = 1
TABLES = ("",)
IS_LOCAL = True


def count(pair: Pair) -> tuple[Counts]:
    """True and false positives and false negatives per label, in tokens."""
    tokens = tokens_of(pair)
    return (count_matches(label_tokens(pair.gold, tokens), label_tokens(pair.predicted, tokens)),)
