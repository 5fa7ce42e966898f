"""Pieces of documents put into rows, one side of a text: written as they fill, and taken up again where a run was cut off.

T subwords in a row.
"""

import os
from bisect import bisect_left, insort
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bionym.encoders.subwords import Specials

OPEN_ROWS = 256
BYTES_AT_ONCE = 1 << 20

Ids = NDArray[Any]  # uint16 or uint32, with the bit


class Packer:
    """Puts pieces into the open row with the least room that is enough; the fullest is written when all are taken.

    Args:
        path: of the rows that are written; made anew unless a state is given.
        specials: what stands around a piece, and the padding.
        kind: the integers.
        length: T.
        state: of a packer that was cut off; see `state`.
    Raises: ValueError if the file is not what that packer had written.
    """

    def __init__(
        self, path: Path, specials: Specials, kind: np.dtype[Any], length: int, state: Mapping[str, Any] | None = None
    ) -> None:
        self._length, self._kind, self._padding = length, kind, specials.padding
        self._start, self._end = (np.array(one, kind) for one in (specials.start, specials.end))
        self._open: list[tuple[int, int]] = []  # room left and number, the fullest first
        self._held: dict[int, list[Ids]] = {}
        self._next = self.num_documents = self.num_subwords = self.num_rows = 0
        self._written = blake2b(digest_size=16)
        self._stream = path.open("r+b" if state else "wb")
        if state:
            try:
                self._take_up(state)
            except BaseException:
                self._stream.close()
                raise

    def add(self, ids: Ids) -> None:
        """A document."""
        room = self._length - len(self._start) - len(self._end)
        self.num_documents += 1
        self.num_subwords += len(ids)
        for first in range(0, len(ids), room):
            self._put(np.concatenate((self._start, ids[first : first + room], self._end)))

    def finish(self) -> None:
        """Write what is open."""
        while self._open:
            self._write()

    def close(self) -> None:
        """Let go of the file."""
        self._stream.close()

    def state(self) -> dict[str, Any]:
        """Where it stands, as JSON can hold it; what it has written is on the disk then."""
        self._stream.flush()
        os.fsync(self._stream.fileno())
        return {
            "documents": self.num_documents,
            "subwords": self.num_subwords,
            "rows": self.num_rows,
            "next": self._next,
            "written": self._written.hexdigest(),
            "open": [[number, np.concatenate(self._held[number]).tolist()] for _, number in self._open],
        }

    def _take_up(self, state: Mapping[str, Any]) -> None:
        self.num_documents, self.num_subwords = state["documents"], state["subwords"]
        self.num_rows, self._next = state["rows"], state["next"]
        left = self.num_rows * self._length * self._kind.itemsize
        while left and (some := self._stream.read(min(left, BYTES_AT_ONCE))):
            self._written.update(some)
            left -= len(some)
        if left or self._written.hexdigest() != state["written"]:
            raise ValueError("the rows are not those that were written")
        self._stream.truncate()
        for number, ids in state["open"]:
            self._held[number] = [np.array(ids, self._kind)]
            insort(self._open, (self._length - len(ids), number))

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
        row = np.concatenate((*self._held.pop(number), np.full(room, self._padding, self._kind))).tobytes()
        self._stream.write(row)
        self._written.update(row)
        self.num_rows += 1
