"""Characters of the sentence as a whole: LSTMs read them forward and backward, and a word is what they know at its ends.

    stream.onnx    characters_BS, lengths_B, boundaries_BN -> vectors_BTE

Axes: B sentences, S characters of the longest stream, N boundaries of words in it, T words of the longest sentence, M words of
all sentences, E values.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from pydantic import Field

from bionym.config import Settings
from bionym.models.bilstm_crf.inputs.protocol import (
    Arrays,
    Floats,
    Names,
    NetworkTable,
    Saved,
    SentenceInput,
    TrainedSentenceInput,
    TrainingWords,
)
from bionym.models.bilstm_crf.sentences import Sentence
from bionym.models.bilstm_crf.streams import Integers, Stream, StreamReader, side_by_side
from bionym.models.bilstm_crf.words import UNKNOWN, Lexicon, rank_rows
from bionym.onnx.sessions import open_session

if TYPE_CHECKING:
    from bionym.models.bilstm_crf.inputs.layers import SentenceLayers

GRAPH = "stream.onnx"
TABLE = "stream.characters.weight"
MOST_CHARACTERS = 16_384  # read at once, padding counted; has no influence on what is predicted


class SentenceCharacters(Settings):
    """Characters of the sentence as a whole, read forward and backward; beside those of each word, or in their place."""

    size: int = Field(default=0, ge=0, description="Of each direction; 0 leaves it out.")
    dim: int = Field(default=30, ge=1, description="Size of a character's vector.")
    highway: int = Field(default=1, ge=0, description="Highway layers above, and before each prediction of a word.")
    dropout: float = Field(default=0.5, ge=0, lt=1, description="On characters' vectors and on the states.")
    language_model: float = Field(
        default=0.1,
        ge=0,
        description="Weight of learning besides to predict the next and the previous word; 0 leaves it out.",
    )


class SentenceCharacterInput(SentenceInput):
    """Vectors of words from the characters of their sentence; in training it may also learn to predict the words.

    Args:
        settings: of the network over the characters.
        lexicon: rows of words and characters.
        ranks: the place of each row among the words to predict; None where it does not learn to.
    """

    NAME = "sentence_characters"
    PART = "characters"
    FILES = (GRAPH,)
    UNSAVED = ("stream.predictors.",)

    def __init__(self, settings: SentenceCharacters, lexicon: Lexicon, ranks: Mapping[int, int] | None = None) -> None:
        self._settings, self._lexicon, self._ranks = settings, lexicon, ranks
        self._reader = StreamReader(lexicon.characters)

    @classmethod
    def requested_by(cls, network: NetworkTable) -> str | None:
        """`sentence_characters.size`, if it is not 0."""
        return "sentence_characters.size" if network.sentence_characters.size else None

    @classmethod
    def collect(cls, network: NetworkTable, words: TrainingWords) -> Self:
        """With the characters of the lexicon; with words to predict, unless it is frozen."""
        settings = network.sentence_characters
        is_predicting = settings.language_model and not words.is_frozen
        return cls(settings, words.lexicon, rank_rows(words.lexicon, words.counts) if is_predicting else None)

    def numbers(self, sentences: Sequence[Sentence]) -> Arrays:
        """The streams of sentences; and, if words are predicted, the rank of each, B x T, and how many there are, B."""
        streams = side_by_side([self._reader.read(sentence.words) for sentence in sentences])
        return tuple(streams) if self._ranks is None else (*streams, *self._ranked(sentences, self._ranks))

    def layers(self) -> "SentenceLayers":
        """The LSTMs over the characters."""
        from bionym.models.bilstm_crf.inputs.sentence_characters_layers import SentenceSpelling

        return SentenceSpelling(self._settings, len(self._lexicon.characters), num_words=len(self._ranks or ()))

    def save(self, layers: "SentenceLayers", folder: Path) -> None:
        """The graph of the module, without what predicts words."""
        from bionym.models.bilstm_crf.inputs.sentence_characters_layers import SentenceSpelling, export

        assert isinstance(layers, SentenceSpelling)
        export(layers, folder / GRAPH)

    def rows(self) -> Names:
        """The characters."""
        return {TABLE: self._lexicon.characters}

    @classmethod
    def saved_rows(cls, folder: Path, lexicon: Lexicon) -> Names:
        """The characters of the lexicon."""
        return {TABLE: lexicon.characters}

    @classmethod
    def load(cls, network: NetworkTable, saved: Saved) -> TrainedSentenceInput:
        """The graph. Raises: ModelError if it cannot be loaded."""
        return TrainedSentenceCharacters(
            open_session(saved.folder / GRAPH, keeps_memory=False), saved.lexicon.characters
        )

    def _ranked(self, sentences: Sequence[Sentence], ranks: Mapping[int, int]) -> tuple[Integers, Integers]:
        lengths_B = np.array(list(map(len, sentences)), dtype=np.int64)
        rank = {
            word: ranks.get(self._lexicon.row(word), ranks[UNKNOWN])
            for word in {word for sentence in sentences for word in sentence.words}
        }
        ranks_BT = np.zeros((len(sentences), int(lengths_B.max())), dtype=np.int64)
        for number, sentence in enumerate(sentences):
            ranks_BT[number, : len(sentence)] = [rank[word] for word in sentence.words]
        return ranks_BT, lengths_B


class TrainedSentenceCharacters(TrainedSentenceInput):
    """Vectors of words from the characters of whole sentences, behind onnxruntime.

    Args:
        session: of the graph.
        characters: those with a row, in the order of the rows.
    """

    is_sparse = False

    def __init__(self, session: Any, characters: str) -> None:
        self._session, self._reader = session, StreamReader(characters)

    def vectors(self, sentences: Sequence[Sentence]) -> Floats:
        """Vectors of all words, one sentence behind the other, M x E."""
        streams = [self._reader.read(sentence.words) for sentence in sentences if len(sentence)]
        order = sorted(range(len(streams)), key=lambda place: len(streams[place].characters_S))
        vectors: list[Floats] = [np.zeros((0, 0), dtype=np.float32)] * len(streams)
        for batch in _batches(order, streams):
            vectors_BTE = self._session.run(None, side_by_side([streams[place] for place in batch])._asdict())[0]
            for place, vectors_TE in zip(batch, vectors_BTE, strict=True):
                vectors[place] = vectors_TE[: len(streams[place].boundaries_N) - 1]
        return np.concatenate(vectors)


def _batches(order: Sequence[int], streams: Sequence[Stream]) -> Iterator[list[int]]:
    """Places of streams, shortest first, as many together as are read at once."""
    batch: list[int] = []
    for place in order:
        if batch and (len(batch) + 1) * len(streams[place].characters_S) > MOST_CHARACTERS:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
