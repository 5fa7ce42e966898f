"""Prediction behind onnxruntime: sentences in, scores of tags out; torch is not needed.

What a token looks like to the network depends on its word, and on what inputs of sentences say of it. The first is remembered
for the words met so far, so that inputs of words are computed once a word; tokens that look the same are handed over once
(see `graph`).

Axes: N tokens of all sentences, U distinct tokens, K values of inputs of sentences, D values of a token, S scores of all heads.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bionym.errors import ModelError
from bionym.models.bilstm_crf.inputs.protocol import TrainedSentenceInput, TrainedWordInput
from bionym.models.bilstm_crf.lanes import lanes
from bionym.models.bilstm_crf.sentences import Sentence
from bionym.models.bilstm_crf.words import FIRST, Lexicon
from bionym.onnx.sessions import open_session

Floats = NDArray[np.float32]

TAGGER, INT8 = "tagger.onnx", "tagger.int8.onnx"
NETWORK = "network.safetensors"  # that another model goes on from; nothing here reads it

MOST_TOKENS = 20_480  # read at once; has no influence on what is predicted
MOST_REMEMBERED = 50_000  # words; when there are more, all are forgotten
_BITS = 20  # which the sum of so many powers of two in 32 bits holds exactly
_FEEDS = {"inputs_UD", "rows_TB", "is_first_TB", "is_last_TB"}


class Runtime:
    """A network that only predicts.

    Args:
        lexicon: rows of words.
        new_VD: vectors of padding, of the unknown word and of the new words.
        tagger: the graph that scores tokens.
        of_words, of_sentences: the inputs besides, in the order of their values in a token's vector.
    """

    def __init__(
        self,
        lexicon: Lexicon,
        new_VD: Floats,
        tagger: Path,
        of_words: Sequence[TrainedWordInput] = (),
        of_sentences: Sequence[TrainedSentenceInput] = (),
    ) -> None:
        self.lexicon, self._new_VD = lexicon, new_VD
        self._of_words, self._of_sentences = tuple(of_words), tuple(of_sentences)
        self._tagger = _tagger_session(tagger)
        self._num_scores = int(self._tagger.get_outputs()[0].shape[2])
        self._lock = Lock()  # around what is remembered
        self._rows: dict[str, int] = {}
        self._vectors_WD = np.zeros((0, 0), dtype=np.float32)

    def scores(self, sentences: Sequence[Sentence]) -> NDArray[np.float64]:
        """Scores of every token of all sentences, one sentence behind the other, N x S.

        In memory the scores of a tag stand together, as decoding reads them.
        """
        scores = [self._scores(run) for run in _runs(sentences)]
        if len(scores) == 1:
            return scores[0].T
        return np.concatenate(scores, axis=1).T if scores else np.zeros((0, self._num_scores))

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

        Where an input of sentences is not sparse, no two tokens look the same.
        """
        words_N, vectors_WD = self._looked_up([word for sentence in sentences for word in sentence.words])
        values = [part.vectors(sentences) for part in self._of_sentences]
        if not all(part.is_sparse for part in self._of_sentences):
            return np.concatenate((vectors_WD[words_N], *values), axis=1), np.arange(len(words_N), dtype=np.intp)
        sparse_NK = values[0] if len(values) == 1 else np.concatenate((_no_values(words_N), *values), axis=1)
        chosen_U, rows_N = _distinct(words_N, sparse_NK)
        return np.concatenate((vectors_WD[words_N[chosen_U]], sparse_NK[chosen_U]), axis=1), rows_N

    def _looked_up(self, words: Sequence[str]) -> tuple[NDArray[np.intp], Floats]:
        """The row of each token's word among those remembered, and these."""
        with self._lock:
            self._learn(dict.fromkeys(word for word in words if word not in self._rows), words)
            rows, vectors_WD = self._rows, self._vectors_WD  # other threads only add to them, or put new ones in place
        return np.fromiter(map(rows.__getitem__, words), dtype=np.intp, count=len(words)), vectors_WD

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
        return np.concatenate([vectors_UD, *(part.vectors(words) for part in self._of_words)], axis=1)


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


def _no_values(words_N: NDArray[np.intp]) -> Floats:
    return np.zeros((len(words_N), 0), dtype=np.float32)


def _distinct(words_N: NDArray[np.intp], lists_NK: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """One token for each distinct pair of word and sparse values, U; and which of these each token is, N.

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
    if {feed.name for feed in session.get_inputs()} != _FEEDS:
        raise ModelError(f"{path.name} is of an earlier version of Bionym. Train the model anew.")
    return session
