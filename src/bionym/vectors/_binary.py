"""Vectors as word2vec's binary form: a header of two counts, then words and float32 numbers, little-endian.

Specification: Mikolov's `word2vec.c`, which puts a line end behind every vector, and gensim, which does not. A word ends
at its first space, so it can hold none.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np

from bionym.errors import FormatError
from bionym.vectors._collecting import Collector
from bionym.vectors._layout import Layout

CHUNK_BYTES = 1 << 18
LONGEST_WORD = 10_000
_FIX = "Fetch the file again."


def collect(stream: IO[bytes], path: Path, layout: Layout, into: Collector) -> None:
    """Every wanted row. Raises: FormatError where the file is cut short, or goes on behind its last word."""
    stream.readline()
    for word, values in _rows(stream, path, layout):
        if into.wants(word):
            into.add(word, np.frombuffer(values, dtype="<f4"))


def _rows(stream: IO[bytes], path: Path, layout: Layout) -> Iterator[tuple[bytes, bytes]]:
    assert layout.num_words is not None
    buffer, at, width = b"", 0, 4 * layout.num_dimensions
    for number in range(layout.num_words):
        while (space := buffer.find(b" ", at)) < 0 or len(buffer) < space + 1 + width:
            more = stream.read(max(CHUNK_BYTES, width))
            if not more or (space < 0 and len(buffer) - at > LONGEST_WORD):
                raise _cut_short(path, number, layout.num_words)
            buffer, at = buffer[at:] + more, 0
        word, at = buffer[at:space].lstrip(b"\n"), space + 1 + width
        yield word, buffer[space + 1 : at]
    if (buffer[at:] + stream.read(CHUNK_BYTES)).strip():
        problem = f"it continues after the {layout.num_words:,} words that the header promises"
        raise FormatError(problem, path=path, fix=_FIX)


def _cut_short(path: Path, number: int, promised: int) -> FormatError:
    problem = f"the header promises {promised:,} words, but the file ends or is damaged at word {number + 1:,}"
    return FormatError(problem, path=path, fix=_FIX)
