"""Documents as rows of subwords, all of one length, in a file of integers that is never in memory as a whole.

A row holds one piece of a document or several, each between start and end, and padding only where nothing more fitted. A
document longer than a row is cut into pieces that fill rows; no subword is dropped. Of a number the highest bit says that
the subword goes on with the word before it, the other bits are its id.

R rows, T subwords in a row.
"""

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bionym.encoders.subwords import Subwords
from bionym.files import unfinished_name, write_whole
from bionym.models.transformer.pretraining.packer import Ids, Packer
from bionym.pretraining.text import Piece

DOCUMENTS_AT_ONCE = 1_000
SUBWORDS_BETWEEN = 5_000_000  # that it is written down how a packing stands: a few seconds' work
TRAINING, HELD_OUT = "training.ints", "held-out.ints"
STATE = ".packing.json"


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


def pack(
    pieces: Iterable[Piece],
    subwords: Subwords,
    folder: Path,
    length: int,
    *,
    asked: str = "",
    say: Callable[[str], None] = lambda message: None,
) -> Counted:
    """Write both sides to their files in a folder; they have their names once they are whole.

    A packing that was cut off there is taken up where it last wrote down how it stood, and ends with the same bytes. The text
    that it had read is read again, to see that it is the same, which takes far less time than to find its subwords.

    Args:
        pieces: gone through again, from the first, if it turns out that it is not the same.
        asked: what must be the same for a packing to be taken up: settings, tokenizer; if empty, none is.
        say: told that packing begins anew, though some was done.
    """
    assert length > len(subwords.specials.start) + len(subwords.specials.end), "a row has no room for text"
    packing, left = _begun(pieces, subwords, folder, length, asked, say)
    try:
        while some := list(islice(left, DOCUMENTS_AT_ONCE)):
            packing.add(some)
            if asked and packing.num_subwords - packing.num_saved >= SUBWORDS_BETWEEN:
                packing.save(folder / STATE, asked)
        return packing.finish()
    finally:
        packing.close()


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


def fingerprint(told: str) -> str:
    """Of what must be the same for work to be taken up."""
    return blake2b(told.encode(), digest_size=16).hexdigest()


def kind_of(subwords: Subwords) -> np.dtype[Any]:
    """The integers that hold an id and the bit."""
    return np.dtype(np.uint16 if subwords.size <= 2**15 else np.uint32)


def bit_of(kind: np.dtype[Any]) -> Any:
    """The highest bit."""
    return kind.type(1 << (8 * kind.itemsize - 1))


class _Packing:
    """Both sides, and what is counted of both.

    Args:
        state: of one that was cut off. Raises: ValueError, OSError, LookupError, TypeError if it cannot be taken up.
    """

    def __init__(self, subwords: Subwords, folder: Path, length: int, state: Mapping[str, Any] | None = None) -> None:
        self._subwords, self._folder, self._state = subwords, folder, state
        self._read = blake2b(digest_size=16)
        self._num_unknown = state["unknown"] if state else 0
        self._sides: list[Packer] = []
        try:
            for place, name in enumerate((TRAINING, HELD_OUT)):
                own = state["sides"][place] if state else None
                path, kind = unfinished_name(folder / name), kind_of(subwords)
                self._sides.append(Packer(path, subwords.specials, kind, length, own))
        except BaseException:
            self.close()
            raise
        self.num_saved = self.num_subwords

    @property
    def num_documents(self) -> int:
        """That were packed."""
        return sum(side.num_documents for side in self._sides)

    @property
    def num_subwords(self) -> int:
        """That were packed."""
        return sum(side.num_subwords for side in self._sides)

    def pass_over(self, left: Iterator[Piece]) -> None:
        """Read what was packed already. Raises: ValueError if it is not the same."""
        for piece in islice(left, self.num_documents):
            self._read.update(_bytes_of(piece))
        if self._state is not None and self._read.hexdigest() != self._state["read"]:
            raise ValueError("the text is not that which was read")

    def add(self, pieces: Sequence[Piece]) -> None:
        """Some documents."""
        for piece, ids in zip(pieces, encoded([one.text for one in pieces], self._subwords), strict=True):
            self._sides[piece.is_held_out].add(ids)
            self._read.update(_bytes_of(piece))
            self._num_unknown += int((ids == self._subwords.specials.unknown).sum())

    def save(self, path: Path, asked: str) -> None:
        """Write down how it stands, whole or not at all."""
        sides = [side.state() for side in self._sides]
        state = {"asked": asked, "read": self._read.hexdigest(), "unknown": self._num_unknown, "sides": sides}
        told = json.dumps(state)
        write_whole(path, f"{fingerprint(told)}\n{told}")
        self.num_saved = self.num_subwords

    def finish(self) -> Counted:
        """Write what is open, and give the files their names."""
        for side in self._sides:
            side.finish()
        self.close()
        (self._folder / STATE).unlink(missing_ok=True)
        for name in (TRAINING, HELD_OUT):
            unfinished_name(self._folder / name).replace(self._folder / name)
        (first, second) = ((one.num_documents, one.num_subwords, one.num_rows) for one in self._sides)
        return Counted(*first, *second, self._num_unknown, self._read.hexdigest())

    def close(self) -> None:
        """Let go of the files."""
        for side in self._sides:
            side.close()


def _begun(
    pieces: Iterable[Piece], subwords: Subwords, folder: Path, length: int, asked: str, say: Callable[[str], None]
) -> tuple[_Packing, Iterator[Piece]]:
    """A packing taken up, or a new one, and the documents that it has not yet packed."""
    path = folder / STATE
    if asked and path.is_file():
        try:
            return _taken_up(pieces, subwords, folder, length, _state(path, asked))
        except (ValueError, OSError, LookupError, TypeError) as error:
            say(f"packing begins anew: {error}")
    path.unlink(missing_ok=True)
    return _Packing(subwords, folder, length), iter(pieces)


def _taken_up(
    pieces: Iterable[Piece], subwords: Subwords, folder: Path, length: int, state: Mapping[str, Any]
) -> tuple[_Packing, Iterator[Piece]]:
    left = iter(pieces)
    with contextlib.ExitStack() as stack:
        packing = _Packing(subwords, folder, length, state)
        stack.callback(packing.close)
        packing.pass_over(left)
        stack.pop_all()
    return packing, left


def _state(path: Path, asked: str) -> dict[str, Any]:
    """How a packing stood. Raises: ValueError, OSError."""
    digest, _, told = path.read_text(encoding="utf-8").partition("\n")
    if digest != fingerprint(told):
        raise ValueError("what was written down of it is damaged")
    state: dict[str, Any] = json.loads(told)
    if state["asked"] != asked:
        raise ValueError("the text, the settings or the tokenizer are others")
    return state


def _bytes_of(piece: Piece) -> bytes:
    return piece.text.encode("utf-8", "surrogatepass") + b"\0"
