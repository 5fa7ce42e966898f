"""i2b2: the four counts of the 2010 i2b2/VA scorer, without its mistakes.

    exact-span      the spans are right, whatever the label
    exact-class     spans and label are right
    inexact-span    they share a character with a gold entity, whatever the label
    inexact-class   they share a character with a gold entity of the same label

Differs from `i2b2-official` in this: a prediction that starts before the gold entity and ends inside it does overlap;
entities are paired one to one in the best way instead of the first found; inexact-class is counted from its own misses;
every label counts, not three; an entity that stands twice counts once; spans are characters, so nested, overlapping and
discontinuous ones are compared as they are.
Source: Uzuner et al. 2011.
"""

from bionym.data.counts import Counts
from bionym.evaluation.metrics import exact_span, overlap, overlap_span, strict
from bionym.evaluation.pairs import Pair

VERSION = 1
TABLES = ("exact-span", "exact-class", "inexact-span", "inexact-class")
IS_LOCAL = True


def count(pair: Pair) -> tuple[Counts, ...]:
    """Counts per label, a table each."""
    return tuple(count for part in (exact_span, strict, overlap_span, overlap) for count in part.count(pair))
