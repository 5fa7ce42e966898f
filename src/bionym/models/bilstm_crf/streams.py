"""A sentence as one stream of characters, for the LSTMs that read it as a whole.

    boundary   0     1        2   3
    stream     _ T h e _ f e v e r _ .  \\n

Axes: B sentences, S characters of the longest stream, N boundaries of a sentence, one more than it has words.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bionym.models.bilstm_crf.words import FIRST, UNKNOWN, cut

Integers = NDArray[np.int64]
BETWEEN, BEHIND = " ", "\n"


class Stream(NamedTuple):
    """Rows of the characters of a sentence, and the places of its boundaries among them."""

    characters_S: Integers
    boundaries_N: Integers


class Streams(NamedTuple):
    """Streams of several sentences, 0 in the padding."""

    characters_BS: Integers
    lengths_B: Integers
    boundaries_BN: Integers


def character_stream(words: Sequence[str]) -> tuple[str, list[int]]:
    """The characters a sentence is read as, and the positions of its boundaries.

    >>> character_stream(["The", "fever"])
    (' The fever\\n', [0, 4, 10])
    """
    boundaries = [0]
    for word in words:
        boundaries.append(boundaries[-1] + len(word) + 1)
    return BETWEEN + BETWEEN.join(words) + BEHIND, boundaries


class StreamReader:
    """Makes streams of sentences.

    Args:
        characters: those with a row, in the order of the rows.
    """

    def __init__(self, characters: str) -> None:
        codes = _codes(characters)
        self._order = np.argsort(codes)
        self._codes = codes[self._order]

    def read(self, words: Sequence[str]) -> Stream:
        """The stream of a sentence; of very long words the ends."""
        text, boundaries = character_stream([cut(word) for word in words])
        codes_S = _codes(text)
        places_S = np.searchsorted(self._codes, codes_S).clip(max=len(self._codes) - 1)
        rows_S = np.where(self._codes[places_S] == codes_S, FIRST + self._order[places_S], UNKNOWN)
        return Stream(rows_S, np.array(boundaries, dtype=np.int64))


def side_by_side(streams: Sequence[Stream]) -> Streams:
    """Streams of several sentences as one block."""
    return Streams(
        _padded([stream.characters_S for stream in streams]),
        np.array([len(stream.characters_S) for stream in streams], dtype=np.int64),
        _padded([stream.boundaries_N for stream in streams]),
    )


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _padded(rows: Sequence[Integers]) -> Integers:
    padded = np.zeros((len(rows), max(map(len, rows))), dtype=np.int64)
    for number, row in enumerate(rows):
        padded[number, : len(row)] = row
    return padded
