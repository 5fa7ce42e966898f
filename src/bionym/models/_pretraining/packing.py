"""Documents as rows of subwords, all of one length, in a file of integers that is never in memory as a whole.

A row holds one piece of a document or several, each between start and end, and padding only where nothing more fitted. A
document longer than a row is cut into pieces that fill rows; no subword is dropped. Of a number the highest bit says that
the subword goes on with the word before it, the other bits are its id.

R rows, T subwords in a row.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bionym.encoders.subwords import Subwords
from bionym.models._pretraining.text import Piece

DOCUMENTS_AT_ONCE = 1_000
OPEN_ROWS = 256
TRAINING, HELD_OUT = "training.ints", "held-out.ints"

Ids = NDArray[Any]  # uint16 or uint32, with the bit


class Counted(NamedTuple):
    """How much text there was: of the side that is learned from, what is held out, and of both."""

    documents: int
    subwords: int
    rows: int
    held_out_documents: int
    held_out_subwords: int
    held_out_rows: int
    unknown_subwords: int
    fingerprint: str


class Rows:
    """Packed rows on the disk.

    Args:
        path: the file; it must be whole.
        subwords: whose ids they are.
        length: T.
    """

    def __init__(self, path: Path, subwords: Subwords, length: int) -> None:
        self._kind = kind_of(subwords)
        num_rows = path.stat().st_size // (self._kind.itemsize * length)
        shape = (num_rows, length)
        self._rows_RT = np.memmap(path, self._kind, "r", shape=shape) if num_rows else np.empty(shape, self._kind)

    def __len__(self) -> int:
        return len(self._rows_RT)

    def take(self, numbers: Sequence[int] | NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Some rows: ids, and whether a subword goes on with the word before it."""
        numbers_RT = self._rows_RT[np.asarray(numbers)]
        bit = bit_of(self._kind)
        return (numbers_RT & ~bit).astype(np.int64), (numbers_RT & bit) != 0


def pack(pieces: Iterable[Piece], subwords: Subwords, folder: Path, length: int) -> Counted:
    """Write both sides to their files in a folder; they have their names once they are whole."""
    assert length > len(subwords.specials.start) + len(subwords.specials.end), "a row has no room for text"
    num_unknown, fingerprint = 0, blake2b(digest_size=16)
    paths = [folder / TRAINING, folder / HELD_OUT]
    unfinished = [path.with_name(f".{path.name}.unfinished") for path in paths]
    with unfinished[0].open("wb") as training, unfinished[1].open("wb") as held_out:
        sides = [_Packer(training, subwords, length), _Packer(held_out, subwords, length)]
        left = iter(pieces)
        while some := list(islice(left, DOCUMENTS_AT_ONCE)):
            for piece, ids in zip(some, encoded([one.text for one in some], subwords), strict=True):
                sides[piece.is_held_out].add(ids)
                fingerprint.update(ids.tobytes() + b"\0")
                num_unknown += int((ids == subwords.specials.unknown).sum())
        for side in sides:
            side.close()
    for path, written in zip(paths, unfinished, strict=True):
        written.replace(path)
    (first, second) = ((one.num_documents, one.num_subwords, one.num_rows) for one in sides)
    return Counted(*first, *second, num_unknown, fingerprint.hexdigest())


def encoded(texts: Sequence[str], subwords: Subwords) -> Iterator[Ids]:
    """The subwords of each text, without start and end; what looks like a special subword in a text is text."""
    tokenizer, kind = subwords.tokenizer, kind_of(subwords)
    was_special, tokenizer.encode_special_tokens = tokenizer.encode_special_tokens, True
    try:
        found = tokenizer.encode_batch(list(texts), add_special_tokens=False)
    finally:
        tokenizer.encode_special_tokens = was_special
    for one in found:
        ids, words = np.array(one.ids, dtype=kind), np.array(one.word_ids, dtype=np.float64)  # no word is NaN
        goes_on = np.zeros(len(ids), bool)
        goes_on[1:] = words[1:] == words[:-1]
        yield ids | np.where(goes_on, bit_of(kind), kind.type(0))


def kind_of(subwords: Subwords) -> np.dtype[Any]:
    """The integers that hold an id and the bit."""
    return np.dtype(np.uint16 if subwords.size <= 2**15 else np.uint32)


def bit_of(kind: np.dtype[Any]) -> Any:
    """The highest bit."""
    return kind.type(1 << (8 * kind.itemsize - 1))


class _Packer:
    """Puts pieces into the open row with the least room that is enough; the fullest is written when all are taken."""

    def __init__(self, stream: IO[bytes], subwords: Subwords, length: int) -> None:
        self._stream, self._length, self._kind = stream, length, kind_of(subwords)
        specials = subwords.specials
        self._start, self._end = (np.array(one, self._kind) for one in (specials.start, specials.end))
        self._padding = specials.padding
        self._open: list[tuple[int, int]] = []  # room left and number, the fullest first
        self._held: dict[int, list[Ids]] = {}
        self._next = self.num_documents = self.num_subwords = self.num_rows = 0

    def add(self, ids: Ids) -> None:
        """A document."""
        room = self._length - len(self._start) - len(self._end)
        self.num_documents += 1
        self.num_subwords += len(ids)
        for first in range(0, len(ids), room):
            self._put(np.concatenate((self._start, ids[first : first + room], self._end)))

    def close(self) -> None:
        """Write what is open."""
        while self._open:
            self._write()

    def _put(self, piece: Ids) -> None:
        place = bisect_left(self._open, (len(piece), -1))
        if place == len(self._open):
            if len(self._open) == OPEN_ROWS:
                self._write()
            room, number = self._length, self._next
            self._next += 1
            self._held[number] = []
        else:
            room, number = self._open.pop(place)
        self._held[number].append(piece)
        insort(self._open, (room - len(piece), number))
        if self._open[0][0] == 0:
            self._write()

    def _write(self) -> None:
        room, number = self._open.pop(0)
        row = np.concatenate((*self._held.pop(number), np.full(room, self._padding, self._kind)))
        self._stream.write(row.tobytes())
        self.num_rows += 1
