"""Matrices as int8, with a scale for each row."""

import numpy as np
from numpy.typing import NDArray


def rows_as_whole(matrix_VD: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Eight bits for each value: a scale for each row, and whole numbers from -127 to 127."""
    scale_V1 = np.maximum(np.abs(matrix_VD).max(axis=1, keepdims=True), 1e-9) / 127
    return np.rint(matrix_VD / scale_V1).astype(np.int8), scale_V1.astype(np.float32)
