"""Prediction behind onnxruntime: sentences in, scores of tags out; torch is not needed.

What a token looks like to the network depends on its word, its places in term lists, and, if the network reads them, on the
characters of the whole sentence. The first is remembered for the words met so far, so that characters are read once a word.

Axes: N tokens of all sentences, T tokens of the longest sentence, B sentences, D values of a token, S scores of all heads.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bionym.errors import ModelError
from bionym.models._neural.groups import GroupVectors
from bionym.models._neural.sentences import Sentence, by_length
from bionym.models._neural.streams import StreamVectors
from bionym.models._neural.words import FIRST, Lexicon

Floats = NDArray[np.float32]

TAGGER, SPELLING, STREAM, INT8 = "tagger.onnx", "spelling.onnx", "stream.onnx", "tagger.int8.onnx"

BATCH_TOKENS = 4_096  # read at once, padding counted; has no influence on what is found
MOST_REMEMBERED = 50_000  # words; when there are more, all are forgotten


class Runtime:
    """A network that only predicts.

    Args:
        lexicon: rows of words and characters.
        new_VD: vectors of padding, of the unknown word and of the new words.
        tagger, spelling, stream: the graphs; those for characters are None where they are not read.
        groups: vectors of the groups of words, if there are any.
        alone: read each sentence by itself. Eight-bit weights need it: onnxruntime scales what it multiplies with them by
            the largest value of the whole batch, and what is found must not depend on what stands beside it.
    """

    def __init__(
        self,
        lexicon: Lexicon,
        new_VD: Floats,
        tagger: bytes | Path,
        spelling: Path | None,
        *,
        stream: Path | None = None,
        groups: GroupVectors | None = None,
        alone: bool = False,
    ) -> None:
        self.lexicon, self._batch_tokens = lexicon, 0 if alone else BATCH_TOKENS
        self._new_VD = new_VD
        self._tagger, self._spelling = _session(tagger), _session(spelling) if spelling else None
        self._stream = StreamVectors(_session(stream), lexicon.characters) if stream else None
        self._groups = groups
        self._rows: dict[str, int] = {}
        self._vectors_WD = np.zeros((0, 0), dtype=np.float32)

    def scores(self, sentences: Sequence[Sentence]) -> NDArray[np.float64]:
        """Scores of every token of all sentences, one sentence behind the other, N x S."""
        rows_N, lists_NK = self._looked_up(sentences)
        if self._stream is not None:
            lists_NK = np.concatenate((lists_NK, self._stream.of([sentence.words for sentence in sentences])), axis=1)
        starts = np.concatenate(([0], np.cumsum([len(sentence) for sentence in sentences]))).astype(np.intp)
        scores_NS: NDArray[np.float64] | None = None
        for batch in by_length(sentences, self._batch_tokens):
            lengths_B = np.array([len(sentences[place]) for place in batch], dtype=np.int32)
            steps_TB = np.arange(lengths_B.max())[:, None]
            tokens_TB = starts[batch] + np.minimum(steps_TB, lengths_B - 1)
            inputs_TBD = np.concatenate((self._vectors_WD[rows_N[tokens_TB]], lists_NK[tokens_TB]), axis=2)
            found_TBS = self._tagger.run(None, {"inputs_TBD": inputs_TBD, "lengths_B": lengths_B})[0]
            is_inside_TB = steps_TB < lengths_B
            if scores_NS is None:
                scores_NS = np.zeros((int(starts[-1]), found_TBS.shape[2]))
            scores_NS[tokens_TB[is_inside_TB]] = found_TBS[is_inside_TB]
        return np.zeros((0, 0)) if scores_NS is None else scores_NS

    def _looked_up(self, sentences: Sequence[Sentence]) -> tuple[NDArray[np.intp], Floats]:
        """The row of each token's word among those remembered, and all tokens' places in term lists."""
        words = [word for sentence in sentences for word in sentence.words]
        self._learn(dict.fromkeys(word for word in words if word not in self._rows), words)
        rows_N = np.fromiter(map(self._rows.__getitem__, words), dtype=np.intp, count=len(words))
        return rows_N, np.concatenate([sentence.lists_TK for sentence in sentences])

    def _learn(self, new: dict[str, None], words: Sequence[str]) -> None:
        """Vectors of words not met before."""
        if len(self._rows) + len(new) > MOST_REMEMBERED:
            self._rows.clear()
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


def _session(graph: bytes | Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        source = graph if isinstance(graph, bytes) else str(graph)
        return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        name = graph.name if isinstance(graph, Path) else "the network"
        raise ModelError(
            f"{name} cannot be loaded ({type(error).__name__}). Copy the model again, or train anew."
        ) from error
