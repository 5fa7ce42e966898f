"""Rows as they stream by: the wanted ones go into a matrix that grows, what cannot be kept is counted.

V words, D dimensions.
"""

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bionym.data import Audit
from bionym.errors import FormatError
from bionym.vectors.table import WordVectors

FIRST_ROWS = 64
GROWTH = 1.5


class Collector:
    """The words kept, and their vectors.

    Args:
        num_dimensions: of every vector.
        wanted: the only words to keep; None keeps all.
        audit: counts words that stand twice (the first is kept), are blank, are not UTF-8, or whose vectors are not numbers.
    """

    def __init__(self, path: Path, num_dimensions: int, wanted: Collection[str] | None, audit: Audit) -> None:
        self._path, self._audit = path, audit
        self._wanted = None if wanted is None else {word.encode("utf-8", "surrogatepass") for word in wanted}
        self._rows: dict[str, int] = {}
        self._matrix_VD: NDArray[np.float32] = np.empty((FIRST_ROWS, num_dimensions), dtype=np.float32)

    def wants(self, word: bytes) -> bool:
        """Whether the vector of this word is worth reading."""
        return self._wanted is None or word in self._wanted

    def first_pieces(self) -> frozenset[bytes] | None:
        """What a line of text with a wanted word begins with, up to the first space; None if all are wanted."""
        return None if self._wanted is None else frozenset(word.split()[0] for word in self._wanted if word.split())

    def add(self, raw: bytes, vector_D: NDArray[np.float32] | Sequence[float]) -> None:
        """Add a word with its vector, unless it is a duplicate or not finite."""
        word = self._decoded(raw)
        if word is None:
            return
        if word in self._rows:
            self._audit.lose(str(self._path), "vector", "its word occurs twice; the first is kept")
            return
        with np.errstate(over="ignore"):
            kept_D = np.asarray(vector_D, dtype=np.float32)
        if np.isfinite(kept_D).all():
            self._keep(word, kept_D)
        else:
            self._audit.lose(str(self._path), "vector", "it holds something that is not a number (NaN or infinite)")

    def collected(self) -> WordVectors:
        """The words and vectors. Raises: FormatError if there were none and all were wanted."""
        if self._wanted is None and not self._rows:
            raise FormatError("this file holds no word vectors", path=self._path)
        self._matrix_VD.resize((len(self._rows), self._matrix_VD.shape[1]), refcheck=False)
        self._audit.read["vectors"] += len(self._rows)
        return WordVectors(self._rows, self._matrix_VD)

    def _decoded(self, raw: bytes) -> str | None:
        try:
            word = raw.decode("utf-8")
        except UnicodeDecodeError:
            self._audit.lose(str(self._path), "vector", "its word is not UTF-8, so no token can equal it")
            return None
        if not word:
            self._audit.lose(str(self._path), "vector", "its word is blank")
        return word or None

    def _keep(self, word: str, vector_D: NDArray[np.float32]) -> None:
        row, (capacity, num_dimensions) = len(self._rows), self._matrix_VD.shape
        if row == capacity:  # in place, where the system can: a copy would double the memory
            self._matrix_VD.resize((int(capacity * GROWTH), num_dimensions), refcheck=False)
        self._matrix_VD[row] = vector_D
        self._rows[word] = row
