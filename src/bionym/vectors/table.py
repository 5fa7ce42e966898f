"""Words beside the rows of a matrix, and the forms under which a word is looked for.

V words, D dimensions.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_DIGIT = re.compile(r"\d")


def zero_digits(text: str) -> str:
    """Every digit as "0": "IL-17" is "IL-00"."""
    return _DIGIT.sub("0", text)


FORMS: Mapping[str, Callable[[str], str]] = {
    "exact": str,
    "lower": str.lower,
    "digits": zero_digits,
    "both": lambda word: zero_digits(word.lower()),
}


class Found(NamedTuple):
    """Where a word stands, and under which form: one of `FORMS`."""

    row: int
    form: str


class Neighbour(NamedTuple):
    """A word, and the cosine of its vector with that of the word asked for."""

    word: str
    cosine: float


class WordVectors:
    """Words and their vectors.

    A word is looked for as it stands, lower-cased, with every digit as "0", and both, in this order: so a word has the
    same row wherever and beside whatever it is met.

    Args:
        words: each once, in the order of the rows.
        matrix_VD: their vectors, float32.
    """

    def __init__(self, words: Iterable[str], matrix_VD: NDArray[np.float32]) -> None:
        self.words = tuple(words)
        self.matrix_VD = matrix_VD
        self._rows = {word: row for row, word in enumerate(self.words)}
        assert matrix_VD.ndim == 2 and matrix_VD.shape[0] == len(self.words) == len(self._rows)

    def find(self, word: str) -> Found | None:
        """The row of the first form that is there, and the name of the form."""
        for form, changed in FORMS.items():
            row = self._rows.get(changed(word))
            if row is not None:
                return Found(row, form)
        return None

    def index(self, word: str) -> int | None:
        """The row of the first form that is there."""
        match = self.find(word)
        return None if match is None else match.row

    def nearest(self, row: int, number: int = 10) -> tuple[Neighbour, ...]:
        """The words with the highest cosine, the word of the row aside; best first, equal ones in the order of rows."""
        lengths_V = np.sqrt(np.einsum("vd,vd->v", self.matrix_VD, self.matrix_VD))
        products_V = self.matrix_VD @ self.matrix_VD[row]
        cosines_V = products_V / np.maximum(lengths_V * lengths_V[row], np.finfo(np.float32).tiny)
        order = [int(other) for other in np.argsort(-cosines_V, kind="stable")[: number + 1] if other != row]
        return tuple(Neighbour(self.words[other], float(cosines_V[other])) for other in order[:number])

    def __len__(self) -> int:
        return len(self.words)
