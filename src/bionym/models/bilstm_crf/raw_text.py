"""Raw text as sentences of numbers in files, which are never in memory as a whole.

    tokens.ints    each token as the place of its word among the distinct words of the text
    lengths.ints   tokens of each sentence
    words.json     the distinct words, and how often each occurs

The first place is kept for words beyond the number that is counted. A sentence of more tokens than are read at once is cut;
of one of fewer than three tokens nothing could be learned, and it is left out.

Axes: V distinct words, N tokens, B sentences.
"""

import json
from array import array
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bionym.data import Document
from bionym.data.align import sentence_ranges
from bionym.text.prepare import tokenized

TOKENS, LENGTHS, WORDS = "tokens.ints", "lengths.ints", "words.json"
LONGEST = 200  # tokens of a sentence that are read at once
FEWEST = 3  # tokens of a sentence from which anything can be learned
MOST_WORDS = 2_000_000
BLOCK = 256  # sentences, which stay together when the order is drawn


class Counted(NamedTuple):
    """How much text there was, on the side that is learned from and on that held out."""

    documents: int
    tokens: int
    sentences: int
    held_out_documents: int
    held_out_tokens: int
    held_out_sentences: int
    fingerprint: str


def write(pieces: Iterable[tuple[str, bool]], folder: Path) -> Counted:
    """Texts, each with whether it is held out, into files: those held out have "held-out." before their names."""
    place: dict[str, int] = {"": 0}
    counts = array("q", [0])
    fingerprint = blake2b(digest_size=16)
    sides = [_Side(folder, ""), _Side(folder, "held-out.")]
    for text, is_held_out in pieces:
        fingerprint.update(text.encode("utf-8", "surrogatepass") + b"\0")
        side = sides[is_held_out]
        side.num_documents += 1
        for words in _sentences(text):
            places = [place.get(word) for word in words]
            for number, word in enumerate(words):
                if places[number] is None and len(place) < MOST_WORDS:
                    places[number] = place.setdefault(word, len(place))
            known = [found or 0 for found in places]
            counts.extend([0] * (len(place) - len(counts)))
            for found in known:
                counts[found] += not is_held_out
            side.add(known)
    for side in sides:
        side.close()
    (folder / WORDS).write_text(json.dumps([list(place), list(counts)], ensure_ascii=False), encoding="utf-8")
    first, second = ((one.num_documents, one.num_tokens, one.num_sentences) for one in sides)
    return Counted(*first, *second, fingerprint.hexdigest())


def read_words(folder: Path) -> tuple[list[str], NDArray[np.int64]]:
    """The distinct words and how often each occurs on the side that is learned from."""
    words, counts = json.loads((folder / WORDS).read_text(encoding="utf-8"))
    return words, np.array(counts, dtype=np.int64)


class Tokens:
    """One side of the text, from its files.

    Args:
        prefix: of their names.
    """

    def __init__(self, folder: Path, prefix: str = "") -> None:
        self._tokens_N = _mapped(folder / f"{prefix}{TOKENS}", np.int32)
        self._lengths = _mapped(folder / f"{prefix}{LENGTHS}", np.uint16)
        sums = [int(self._lengths[at : at + BLOCK].sum()) for at in range(0, len(self._lengths), BLOCK)]
        self._starts = np.concatenate(([0], np.cumsum(sums, dtype=np.int64)))

    @property
    def num_blocks(self) -> int:
        """Runs of sentences that stay together."""
        return len(self._starts) - 1

    def block(self, number: int) -> list[NDArray[np.int64]]:
        """The sentences of a block, each as the places of its words."""
        lengths = self._lengths[number * BLOCK : (number + 1) * BLOCK].astype(np.int64)
        words_N = self._tokens_N[self._starts[number] : self._starts[number + 1]].astype(np.int64)
        return np.split(words_N, np.cumsum(lengths)[:-1])


class _Side:
    def __init__(self, folder: Path, prefix: str) -> None:
        self._tokens = (folder / f"{prefix}{TOKENS}").open("wb")
        self._lengths = (folder / f"{prefix}{LENGTHS}").open("wb")
        self.num_documents = self.num_tokens = self.num_sentences = 0

    def add(self, places: Sequence[int]) -> None:
        np.array(places, dtype=np.int32).tofile(self._tokens)
        np.array([len(places)], dtype=np.uint16).tofile(self._lengths)
        self.num_tokens += len(places)
        self.num_sentences += 1

    def close(self) -> None:
        self._tokens.close()
        self._lengths.close()


def _sentences(text: str) -> Iterator[list[str]]:
    document = tokenized(Document("text", text))
    words = [text[start:end] for start, end in document.tokens]
    for start, end in sentence_ranges(document):
        for first in range(start, end, LONGEST):
            piece = words[first : min(first + LONGEST, end)]
            if len(piece) >= FEWEST:
                yield piece


def _mapped(path: Path, kind: type) -> "np.ndarray[tuple[int], np.dtype[np.generic]]":
    return np.memmap(path, kind, "r") if path.stat().st_size else np.zeros(0, kind)
