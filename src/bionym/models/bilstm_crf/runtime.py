"""Prediction behind onnxruntime: sentences in, scores of tags out; torch is not needed.

What a token looks like to the network depends on its word, its places in term lists, and, if the network reads them, on the
characters of the whole sentence. The first is remembered for the words met so far, so that characters are read once a word;
tokens that look the same are handed over once (see `graph`).

Axes: N tokens of all sentences, U distinct tokens, K values from term lists, D values of a token, S scores of all heads.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bionym.errors import ModelError
from bionym.models.bilstm_crf.groups import GroupVectors
from bionym.models.bilstm_crf.lanes import lanes
from bionym.models.bilstm_crf.sentences import Sentence
from bionym.models.bilstm_crf.streams import StreamVectors
from bionym.models.bilstm_crf.words import FIRST, Lexicon
from bionym.onnx.sessions import open_session

Floats = NDArray[np.float32]

TAGGER, SPELLING, STREAM, INT8 = "tagger.onnx", "spelling.onnx", "stream.onnx", "tagger.int8.onnx"
NETWORK = "network.safetensors"  # that another model goes on from; nothing here reads it

MOST_TOKENS = 20_480  # read at once; has no influence on what is found
MOST_REMEMBERED = 50_000  # words; when there are more, all are forgotten
_BITS = 20  # which the sum of so many powers of two in 32 bits holds exactly
_FEEDS = {"inputs_UD", "rows_TB", "is_first_TB", "is_last_TB"}


class Runtime:
    """A network that only predicts.

    Args:
        lexicon: rows of words and characters.
        new_VD: vectors of padding, of the unknown word and of the new words.
        tagger, spelling, stream: the graphs; those for characters are None where they are not read.
        groups: vectors of the groups of words, if there are any.
    """

    def __init__(
        self,
        lexicon: Lexicon,
        new_VD: Floats,
        tagger: Path,
        spelling: Path | None,
        *,
        stream: Path | None = None,
        groups: GroupVectors | None = None,
    ) -> None:
        self.lexicon, self._new_VD = lexicon, new_VD
        self._tagger, self._spelling = (
            _tagger_session(tagger),
            open_session(spelling, keeps_memory=False) if spelling else None,
        )
        self._num_scores = int(self._tagger.get_outputs()[0].shape[2])
        self._stream = StreamVectors(open_session(stream, keeps_memory=False), lexicon.characters) if stream else None
        self._groups = groups
        self._lock = Lock()  # around what is remembered
        self._rows: dict[str, int] = {}
        self._vectors_WD = np.zeros((0, 0), dtype=np.float32)

    def scores(self, sentences: Sequence[Sentence]) -> NDArray[np.float64]:
        """Scores of every token of all sentences, one sentence behind the other, N x S.

        In memory the scores of a tag stand together, as decoding reads them.
        """
        found = [self._scores(some) for some in _runs(sentences)]
        if len(found) == 1:
            return found[0].T
        return np.concatenate(found, axis=1).T if found else np.zeros((0, self._num_scores))

    def _scores(self, sentences: Sequence[Sentence]) -> NDArray[np.float64]:
        """As `scores`, but S x N."""
        inputs_UD, rows_N = self._inputs(sentences)
        placed = lanes(list(map(len, sentences)))
        rows_TB = np.zeros(placed.shape, dtype=np.int32)
        rows_TB.flat[placed.places_N] = rows_N
        feeds = {
            "inputs_UD": inputs_UD,
            "rows_TB": rows_TB,
            "is_first_TB": placed.marked(placed.first),
            "is_last_TB": placed.marked(placed.last),
        }
        scores_TBS = self._tagger.run(None, feeds)[0]
        scores_NS = scores_TBS.reshape(-1, self._num_scores)[placed.places_N]
        return np.ascontiguousarray(scores_NS.T, dtype=np.float64)

    def _inputs(self, sentences: Sequence[Sentence]) -> tuple[Floats, NDArray[np.intp]]:
        """What the distinct tokens look like, U x D, and which of them each token is.

        Where characters of the sentence are read, no two tokens look the same.
        """
        words_N, vectors_WD, lists_NK = self._looked_up(sentences)
        if self._stream is not None:
            stream_NE = self._stream.of([sentence.words for sentence in sentences])
            inputs_ND = np.concatenate((vectors_WD[words_N], lists_NK, stream_NE), axis=1)
            return inputs_ND, np.arange(len(words_N), dtype=np.intp)
        chosen_U, rows_N = _distinct(words_N, lists_NK)
        return np.concatenate((vectors_WD[words_N[chosen_U]], lists_NK[chosen_U]), axis=1), rows_N

    def _looked_up(self, sentences: Sequence[Sentence]) -> tuple[NDArray[np.intp], Floats, Floats]:
        """The row of each token's word among those remembered, these, and all tokens' places in term lists."""
        words = [word for sentence in sentences for word in sentence.words]
        with self._lock:
            self._learn(dict.fromkeys(word for word in words if word not in self._rows), words)
            rows, vectors_WD = self._rows, self._vectors_WD  # other threads only add to them, or put new ones in place
        rows_N = np.fromiter(map(rows.__getitem__, words), dtype=np.intp, count=len(words))
        return rows_N, vectors_WD, np.concatenate([sentence.lists_TK for sentence in sentences])

    def _learn(self, new: dict[str, None], words: Sequence[str]) -> None:
        """Vectors of words not met before."""
        if len(self._rows) + len(new) > MOST_REMEMBERED:
            self._rows = {}
            self._vectors_WD = self._vectors_WD[:0]
            new = dict.fromkeys(words)
        if not new:
            return
        vectors = self._vectors(list(new))
        first = len(self._rows)
        self._rows.update((word, row) for row, word in enumerate(new, first))
        if first + len(new) > len(self._vectors_WD):
            room_WD = np.zeros((max(2 * first, first + len(new)), vectors.shape[1]), dtype=np.float32)
            room_WD[:first] = self._vectors_WD[:first].reshape(first, -1) if first else 0
            self._vectors_WD = room_WD
        self._vectors_WD[first : first + len(new)] = vectors

    def _vectors(self, words: list[str]) -> Floats:
        rows_U = np.array([self.lexicon.row(word) for word in words], dtype=np.intp)
        num_new = FIRST + len(self.lexicon.new)
        pretrained = self.lexicon.pretrained
        vectors_UD = self._new_VD[np.minimum(rows_U, num_new - 1)]
        if pretrained is not None:
            is_pretrained_U = rows_U >= num_new
            vectors_UD[is_pretrained_U] = pretrained.matrix_VD[rows_U[is_pretrained_U] - num_new]
        parts = [vectors_UD]
        if self._spelling is not None:
            parts.append(self._spelled(words))
        if self._groups is not None:
            parts.append(self._groups.of(words))
        return np.concatenate(parts, axis=1)

    def _spelled(self, words: list[str]) -> Floats:
        """Vectors from characters, words of like length together."""
        assert self._spelling is not None
        order = sorted(range(len(words)), key=lambda place: len(words[place]))
        parts = []
        for first in range(0, len(order), 256):
            letters_UC, num_letters_U = self.lexicon.letters([words[place] for place in order[first : first + 256]])
            parts.append(self._spelling.run(None, {"letters_UC": letters_UC, "num_letters_U": num_letters_U})[0])
        spelled = np.concatenate(parts)
        back = np.empty_like(spelled)
        back[order] = spelled
        return back


def _runs(sentences: Sequence[Sentence]) -> Iterator[list[Sentence]]:
    """Sentences with words, as many together as are read at once."""
    run: list[Sentence] = []
    num_tokens = 0
    for sentence in sentences:
        if run and num_tokens + len(sentence) > MOST_TOKENS:
            yield run
            run, num_tokens = [], 0
        if len(sentence):
            run.append(sentence)
            num_tokens += len(sentence)
    if run:
        yield run


def _distinct(words_N: NDArray[np.intp], lists_NK: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """One token for each distinct pair of word and places, U; and which of these each token is, N.

    Most tokens stand in no list: for them a look-up among the words does, without sorting.
    """
    patterns_N = _patterns(lists_NK)
    listed, plain = np.flatnonzero(patterns_N), np.flatnonzero(patterns_N == 0)
    chosen_W = np.full(words_N.max() + 1, -1)
    chosen_W[words_N[plain]] = plain
    known_W = np.flatnonzero(chosen_W >= 0)
    place_W = np.cumsum(chosen_W >= 0) - 1
    pairs = words_N[listed] * (patterns_N.max() + 1) + patterns_N[listed]
    _, first, places = np.unique(pairs, return_index=True, return_inverse=True)
    rows_N = np.empty(len(words_N), dtype=np.intp)
    rows_N[plain], rows_N[listed] = place_W[words_N[plain]], places + len(known_W)
    return np.concatenate((chosen_W[known_W], listed[first])), rows_N


def _patterns(lists_NK: Floats) -> NDArray[np.intp]:
    """A number for each set of places in term lists, 0 for none, N."""
    patterns_N = np.zeros(len(lists_NK), dtype=np.intp)
    for first in range(0, lists_NK.shape[1], _BITS):
        some_NK = lists_NK[:, first : first + _BITS]
        bits_N = (some_NK @ np.exp2(np.arange(some_NK.shape[1], dtype=np.float32))).astype(np.intp)
        if first:
            patterns_N = np.unique(np.append(patterns_N, 0), return_inverse=True)[1][:-1]  # small again, 0 still 0
        patterns_N = patterns_N << _BITS | bits_N
    return patterns_N


def _tagger_session(path: Path) -> Any:
    """The session of a tagger. Raises: ModelError if it is one of an earlier kind."""
    session = open_session(path, keeps_memory=False)
    if {one.name for one in session.get_inputs()} != _FEEDS:
        raise ModelError(f"{path.name} is of an earlier version of Bionym. Train the model anew.")
    return session
