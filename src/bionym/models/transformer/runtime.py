"""Prediction behind onnxruntime: windows in, scores of tokens out; neither torch nor transformers is needed.

Every window is read by itself, without padding. What an encoder computes for a text differs in the last bits with the number
of texts beside it; read so, what is found depends on the window alone.

Axes: T subwords of a window, N tokens, S scores of all heads.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bionym.errors import ModelError
from bionym.models.transformer.reading import Piece
from bionym.onnx.sessions import multiplies_rightly, open_session

FLOAT32, INT8 = "tagger.onnx", "tagger.int8.onnx"
Floats = NDArray[np.float64]
Read = Callable[[NDArray[np.int64]], NDArray[np.float32]]  # ids_1T -> scores_TS


class Runtime(Protocol):
    """What reads windows."""

    def scores(self, pieces: Sequence[Piece]) -> Floats:
        """Scores of every token that the windows score, one window behind the other, N x S; of none 0 x 0."""


class OneByOne:
    """Reads windows one after the other.

    Args:
        read: gives the scores of every subword of a window.
        pooling: "first" or "mean": how the scores of subwords become those of their token.
    """

    def __init__(self, read: Read, pooling: str) -> None:
        self._read, self._pooling = read, pooling

    def scores(self, pieces: Sequence[Piece]) -> Floats:
        """As `Runtime` has it."""
        scores = [self._pooled(self._read(piece.ids_T[None]), piece) for piece in pieces]
        return np.concatenate(scores).astype(np.float64) if scores else np.zeros((0, 0))

    def _pooled(self, scores_TS: NDArray[np.float32], piece: Piece) -> NDArray[np.float32]:
        if self._pooling == "first" or not len(piece.firsts_N):
            return scores_TS[piece.firsts_N]
        first, last = int(piece.firsts_N[0]), int(piece.firsts_N[-1] + piece.counts_N[-1])
        sums_NS = np.add.reduceat(scores_TS[first:last], piece.firsts_N - first, axis=0)
        means_NS: NDArray[np.float32] = (sums_NS / piece.counts_N[:, None]).astype(np.float32)
        return means_NS


def onnx_reader(graph: Path, otherwise: Path | None = None) -> Read:
    """The network of a graph.

    Args:
        otherwise: the float32 graph, for a CPU on which the int8 one gives wrong results.
    Raises: ModelError if it cannot be loaded, or if there is no graph for this CPU.
    """
    session = open_session(graph)
    if otherwise is not None and not multiplies_rightly(session):
        if not otherwise.is_file():
            raise ModelError(
                f"This CPU lacks VNNI; the int8 model would give wrong results, and {otherwise} is missing. Predict with the "
                "model as it was trained, not with one that was exported for prediction."
            )
        session = open_session(otherwise)

    def read(ids_1T: NDArray[np.int64]) -> NDArray[np.float32]:
        scores_TS: NDArray[np.float32] = session.run(["scores_TS"], {"ids_1T": ids_1T})[0]
        return scores_TS

    return read
