"""Characters of a word: a CNN or an LSTM over them makes its vector, each word by itself.

    spelling.onnx  letters_UC, num_letters_U -> vectors_UE

Axes: U distinct words, V all words that are met, C characters of the longest, E values.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from pydantic import Field

from bionym.config import Settings
from bionym.models.bilstm_crf.inputs.protocol import (
    Arrays,
    Floats,
    Names,
    NetworkTable,
    Saved,
    TrainedWordInput,
    TrainingWords,
    WordInput,
)
from bionym.models.bilstm_crf.words import Lexicon
from bionym.onnx.sessions import open_session

if TYPE_CHECKING:
    from bionym.models.bilstm_crf.inputs.layers import WordLayers

GRAPH = "spelling.onnx"
TABLE = "characters.characters.weight"
AT_ONCE = 256  # words that are read at once in prediction


class Characters(Settings):
    """How a word's vector is made of its characters, each word by itself."""

    kind: Literal["cnn", "lstm", "none"] = Field(default="cnn", description="cnn, lstm or none.")
    dim: int = Field(default=30, ge=1, description="Size of a character's vector.")
    size: int = Field(default=64, ge=1, description="Size of a word's vector.")
    widths: tuple[int, ...] = Field(default=(3,), min_length=1, description="For cnn: characters a filter sees.")
    dropout: float = Field(default=0.2, ge=0, lt=1, description="On characters' vectors.")
    highway: int = Field(default=0, ge=0, description="Highway layers above.")


class CharacterInput(WordInput):
    """Vectors of words from their characters.

    Args:
        settings: of the network over the characters.
        lexicon: rows of characters.
    """

    NAME = "characters"
    PART = "characters"
    FILES = (GRAPH,)

    def __init__(self, settings: Characters, lexicon: Lexicon) -> None:
        self._settings, self._lexicon = settings, lexicon

    @classmethod
    def requested_by(cls, network: NetworkTable) -> str | None:
        """`characters.kind`, if it is not none."""
        return "characters.kind" if network.characters.kind != "none" else None

    @classmethod
    def collect(cls, network: NetworkTable, words: TrainingWords) -> Self:
        """With the characters of the lexicon."""
        return cls(network.characters, words.lexicon)

    def numbers(self, words: Sequence[str]) -> Arrays:
        """Characters of the words, U x C; how many each has; and the place of each among these words."""
        return (*self._lexicon.letters(words), np.arange(len(words)))

    def layers(self) -> "WordLayers":
        """The layer over the characters, and highway layers."""
        from bionym.models.bilstm_crf.inputs.characters_layers import Spelling

        return Spelling(self._settings, len(self._lexicon.characters))

    def save(self, layers: "WordLayers", folder: Path) -> None:
        """The graph of the module."""
        from bionym.models.bilstm_crf.inputs.characters_layers import Spelling, export

        assert isinstance(layers, Spelling)
        export(layers, folder / GRAPH)

    def rows(self) -> Names:
        """The characters."""
        return {TABLE: self._lexicon.characters}

    @classmethod
    def saved_rows(cls, folder: Path, lexicon: Lexicon) -> Names:
        """The characters of the lexicon."""
        return {TABLE: lexicon.characters}

    @classmethod
    def load(cls, network: NetworkTable, saved: Saved) -> TrainedWordInput:
        """The graph. Raises: ModelError if it cannot be loaded."""
        return _TrainedCharacters(open_session(saved.folder / GRAPH, keeps_memory=False), saved.lexicon)


class _TrainedCharacters(TrainedWordInput):
    def __init__(self, session: Any, lexicon: Lexicon) -> None:
        self._session, self._lexicon = session, lexicon

    def vectors(self, words: Sequence[str]) -> Floats:
        """Vectors from characters, words of like length together."""
        order = sorted(range(len(words)), key=lambda place: len(words[place]))
        parts = []
        for first in range(0, len(order), AT_ONCE):
            batch = [words[place] for place in order[first : first + AT_ONCE]]
            letters_UC, num_letters_U = self._lexicon.letters(batch)
            parts.append(self._session.run(None, {"letters_UC": letters_UC, "num_letters_U": num_letters_U})[0])
        in_order_UE = np.concatenate(parts)
        vectors_UE: Floats = np.empty_like(in_order_UE)
        vectors_UE[order] = in_order_UE
        return vectors_UE
