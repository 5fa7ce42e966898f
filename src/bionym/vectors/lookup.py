"""The vectors of a vocabulary: which row each word has, and how many have none.

N words of the vocabulary.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bionym.vectors.table import FORMS, WordVectors

MISSING = "missing"


class Rows(NamedTuple):
    """The rows of a vocabulary, -1 for a word that has none; and how many were found under each form, or are missing."""

    rows_N: NDArray[np.int64]
    num_by_form: Counter[str]


def lookup(words: Iterable[str], vectors: WordVectors) -> Rows:
    """The row of each word: as it stands, lower-cased, with digits as "0", or both, whichever is there first.

    A word's row depends on the word and the vectors alone, never on the other words.

    Returns: `Rows`; the counts hold "exact", "lower", "digits", "both" and "missing", in this order.
    Source: Dernoncourt, Lee and Szolovits 2017 (NeuroNER), `check_for_lowercase`, `check_for_digits_replaced_with_zeros`.
    """
    matches = [vectors.find(word) for word in words]
    rows_N = np.array([-1 if match is None else match.row for match in matches], dtype=np.int64)
    counts = Counter(dict.fromkeys((*FORMS, MISSING), 0))
    counts.update(MISSING if match is None else match.form for match in matches)
    return Rows(rows_N, counts)


def every_form(words: Iterable[str]) -> frozenset[str]:
    """What `lookup` may look for: pass it to `read` as `wanted`, and nothing that is needed stays behind."""
    return frozenset(changed(word) for word in words for changed in FORMS.values())
