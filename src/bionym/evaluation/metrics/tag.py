"""Tag: each token's BIO tag; a row is a tag, such as `B-Disease`. Tokens tagged O on both sides count nowhere.

Shows whether beginnings or insides are missed. Tokens are the gold document's, for both sides, or ours if it has none; an
entity that cuts a token has the whole of it. Refuses entities that share a token, are discontinuous or cover no token, since
tags cannot hold them. NeuroNER's bio mode.
Source: Dernoncourt et al. 2017.
"""

from collections.abc import Iterator, Sequence

from bionym.data import Document, Span
from bionym.data.counts import Counts, count_matches
from bionym.evaluation.metrics._tokens import as_runs, tokens_of
from bionym.evaluation.pairs import Pair

VERSION = 1
TABLES = ("",)
IS_LOCAL = True


def count(pair: Pair) -> tuple[Counts]:
    """True and false positives and false negatives per tag. Raises: InputError for what tags cannot hold."""
    tokens = tokens_of(pair)
    return (count_matches(_items(pair.gold, tokens), _items(pair.predicted, tokens)),)


def _items(document: Document, tokens: Sequence[Span]) -> Iterator[tuple[int, str]]:
    for start, end, label in as_runs(document, tokens):
        for position in range(start, end):
            yield tokens[position].start, f"{'B' if position == start else 'I'}-{label}"
