"""Vectors as Bionym keeps them: a folder of safetensors, JSON and TOML.

    vectors.safetensors    the matrix, V x D, float32 or float16
    words.json             V words, in the order of the rows
    config.toml            the settings they were trained with, if they were trained here
    run.json               how much text there was, and the versions of the programs

Why not word2vec's single binary file: a word there can hold no space, nothing says with which settings it was made, and
it is read word by word. Here the numbers are one block, which is read at the disk's speed or in part, half as large in
float16; words may be anything; and it looks like a saved model. Nothing in it can run.

V words, R of them read, D dimensions.
"""

import json
import shutil
from bisect import bisect_left
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bionym.data import Audit
from bionym.errors import FormatError, OutputError
from bionym.vectors.table import WordVectors

MATRIX, WORDS, CONFIG, RUN = "vectors.safetensors", "words.json", "config.toml", "run.json"
ROWS_AT_ONCE = 4_096
_FIX = "Copy or train the folder again."


def is_folder_of_vectors(path: Path) -> bool:
    """Whether the folder is one of ours."""
    return (path / MATRIX).is_file()


def read(path: Path, wanted: Collection[str] | None, audit: Audit) -> WordVectors:
    """The wanted words and their vectors, as float32. Raises: FormatError naming the file that is damaged."""
    from safetensors import SafetensorError, safe_open

    words = _words(path / WORDS)
    rows = [row for row, word in enumerate(words) if wanted is None or word in wanted]
    try:
        with safe_open(path / MATRIX, framework="numpy") as tensors:
            matrix_RD = _rows_of(tensors.get_slice("vectors"), rows, len(words), path / MATRIX)
    except (SafetensorError, OSError) as error:
        raise FormatError("it is missing or damaged", path=path / MATRIX, fix=_FIX) from error
    if not np.isfinite(matrix_RD).all():
        raise FormatError("it holds something that is not a number (NaN or infinite)", path=path / MATRIX, fix=_FIX)
    audit.read["vectors"] += len(rows)
    return WordVectors([words[row] for row in rows], matrix_RD)


def save(
    vectors: WordVectors,
    folder: Path,
    *,
    is_half: bool = False,
    settings: str = "",
    run: Mapping[str, Any] | None = None,
) -> None:
    """Everything into a new folder. Raises: OutputError if a number is too large for float16."""
    from safetensors.numpy import save_file

    matrix_VD = vectors.matrix_VD
    if is_half and len(vectors) and float(np.abs(matrix_VD).max()) > float(np.finfo(np.float16).max):
        raise OutputError("A number is too large for float16. Leave out --half.")
    folder.mkdir()
    save_file(
        {"vectors": np.ascontiguousarray(matrix_VD, dtype=np.float16 if is_half else np.float32)}, folder / MATRIX
    )
    listed = json.dumps(vectors.words, ensure_ascii=False, indent=0) + "\n"
    (folder / WORDS).write_text(listed, encoding="utf-8", newline="")
    shutil.copymode(folder / WORDS, folder / MATRIX)  # safetensors keeps a file from everyone else
    if settings:
        (folder / CONFIG).write_text(settings, encoding="utf-8", newline="")
    if run:
        text = json.dumps(run, indent=2, ensure_ascii=False) + "\n"
        (folder / RUN).write_text(text, encoding="utf-8", newline="")


def copy_record(source: Path, folder: Path) -> None:
    """How vectors were made, from a folder of ours to another; nothing where nothing is known."""
    for name in (CONFIG, RUN):
        if (source / name).is_file():
            shutil.copyfile(source / name, folder / name)


def _rows_of(matrix_VD: Any, rows: list[int], num_words: int, path: Path) -> NDArray[np.float32]:
    """Rows, in ascending order, of a matrix on disk, of which a part at a time is in memory."""
    shape = matrix_VD.get_shape()
    if len(shape) != 2 or shape[0] != num_words:
        problem = f"expected a matrix of {num_words:,} rows, one for each word, found the shape {shape}"
        raise FormatError(problem, path=path, fix=_FIX)
    matrix_RD = np.empty((len(rows), shape[1]), dtype=np.float32)
    for start in range(0, num_words, ROWS_AT_ONCE):
        end = min(start + ROWS_AT_ONCE, num_words)
        first, last = bisect_left(rows, start), bisect_left(rows, end)
        if first < last:
            matrix_RD[first:last] = matrix_VD[start:end][np.array(rows[first:last]) - start]
    return matrix_RD


def _words(path: Path) -> list[str]:
    try:
        words = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FormatError("it is missing or not JSON", path=path, fix=_FIX) from error
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words) or len(set(words)) < len(words):
        raise FormatError("expected a list of words, each once", path=path, fix=_FIX)
    return words
