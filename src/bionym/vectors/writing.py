"""Write word vectors, as Bionym keeps them or as other programs read them."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import IO

import numpy as np

from bionym.data import Audit
from bionym.errors import UnknownNameError
from bionym.files import finishing
from bionym.vectors import _folder
from bionym.vectors.table import WordVectors

FOLDER = "folder"
_BLANKS = "its word is blank or holds one, which this format cannot hold"


def write(
    vectors: WordVectors,
    out: Path,
    to: str = FOLDER,
    *,
    is_half: bool = False,
    force: bool = False,
    audit: Audit | None = None,
    made_from: Path | None = None,
) -> None:
    """Word vectors into a folder of ours ("folder"), or a file: "word2vec-text", "word2vec-binary" or "glove".

    Files cannot hold words with blanks, nor a file of GloVe's anything but float32; text keeps nine digits, all there are.

    Args:
        is_half: float16, in the folder only: half as large, cosines the same to three digits.
        audit: counts the vectors whose words the format cannot hold.
        made_from: where they were read; if it is a folder of ours, its settings and record go into the new folder.
    Raises: UnknownNameError; OutputError if `out` stands in the way.
    """
    audit = audit if audit is not None else Audit()
    if to != FOLDER and to not in WRITERS:
        raise UnknownNameError("format of word vectors", to, (FOLDER, *WRITERS))
    if to == FOLDER:
        with finishing(out, force=force, may_replace=_folder.is_folder_of_vectors) as unfinished:
            _folder.save(vectors, unfinished, is_half=is_half)
            if made_from is not None:
                _folder.copy_record(made_from, unfinished)
        audit.written["vectors"] += len(vectors)
        return
    rows = [row for row, word in enumerate(vectors.words) if word.encode().split() == [word.encode()]]
    if len(rows) < len(vectors):
        audit.lose(str(out), "vector", _BLANKS, count=len(vectors) - len(rows))
    with finishing(out, force=force) as unfinished, unfinished.open("wb") as stream:
        WRITERS[to](vectors, rows, stream)
    audit.written["vectors"] += len(rows)


def _word2vec_text(vectors: WordVectors, rows: list[int], stream: IO[bytes]) -> None:
    stream.write(_header(vectors, rows))
    _glove(vectors, rows, stream)


def _glove(vectors: WordVectors, rows: Iterable[int], stream: IO[bytes]) -> None:
    line = "%s" + " %.9g" * vectors.matrix_VD.shape[1] + "\n"
    for row in rows:
        stream.write((line % (vectors.words[row], *vectors.matrix_VD[row].tolist())).encode("utf-8"))


def _word2vec_binary(vectors: WordVectors, rows: list[int], stream: IO[bytes]) -> None:
    stream.write(_header(vectors, rows))
    little_VD = np.ascontiguousarray(vectors.matrix_VD, dtype="<f4")
    for row in rows:
        stream.write(vectors.words[row].encode("utf-8") + b" " + little_VD[row].tobytes() + b"\n")


def _header(vectors: WordVectors, rows: list[int]) -> bytes:
    return f"{len(rows)} {vectors.matrix_VD.shape[1]}\n".encode()


WRITERS: Mapping[str, Callable[[WordVectors, list[int], IO[bytes]], None]] = {
    "word2vec-text": _word2vec_text,
    "word2vec-binary": _word2vec_binary,
    "glove": _glove,
}
