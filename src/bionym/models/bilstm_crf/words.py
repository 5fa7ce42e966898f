"""Words and characters as numbers: the rows of tables that a network looks up.

A word's row depends on the word and the tables alone; what stands in development or test data has no influence on it.

Axes: V pretrained words, D values of a vector, U distinct words, C characters of the longest.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bionym.errors import ConfigError, ModelError
from bionym.onnx.whole_numbers import rows_as_whole
from bionym.vectors import WordVectors, every_form, read

PADDING, UNKNOWN, FIRST = 0, 1, 2  # rows, as `bionym.layers.embedding` has them
WORDS, VECTORS = "words.json", "words.safetensors"
LONGEST = 40  # characters of a word that are read, from both its ends


@dataclass(frozen=True)
class Lexicon:
    """Words with a row.

    Args:
        new: words without a pretrained vector that have a row of their own, in the order of the rows.
        pretrained: words with a pretrained vector, and the vectors; None without.
        characters: those with a row.
    """

    new: tuple[str, ...]
    pretrained: WordVectors | None
    characters: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "_rows", {word: row for row, word in enumerate(self.new, FIRST)})
        object.__setattr__(self, "_places", {character: row for row, character in enumerate(self.characters, FIRST)})

    def row(self, word: str) -> int:
        """The row of a word: that of its pretrained vector, its own, or that of the unknown."""
        place = self.pretrained.index(word) if self.pretrained else None
        if place is not None:
            return FIRST + len(self.new) + place
        rows: dict[str, int] = self._rows  # type: ignore[attr-defined]
        return rows.get(word.lower(), UNKNOWN)

    def letters(self, words: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows of the characters of words, U x C with padding behind, and how many each has."""
        places: dict[str, int] = self._places  # type: ignore[attr-defined]
        read = list(map(cut, words))
        lengths_U = np.array(list(map(len, read)), dtype=np.int64)
        letters_UC = np.zeros((len(read), int(lengths_U.max(initial=1))), dtype=np.int64)
        for number, word in enumerate(read):
            letters_UC[number, : len(word)] = [places.get(character, UNKNOWN) for character in word]
        return letters_UC, lengths_U

    def singletons(self, counts: Counter[str]) -> list[int]:
        """Rows of new words that occur once."""
        return [row for row, word in enumerate(self.new, FIRST) if counts[word] == 1]

    def save(self, folder: Path) -> None:
        """The words and characters as JSON, the vectors as whole numbers with a scale for each word."""
        from safetensors.numpy import save_file

        names = {"new": self.new, "pretrained": self.pretrained.words if self.pretrained else ()}
        text = json.dumps(names | {"characters": self.characters}, ensure_ascii=False, separators=(",", ":"))
        (folder / WORDS).write_text(text, encoding="utf-8")
        if self.pretrained:
            whole_VD, scale_V1 = rows_as_whole(self.pretrained.matrix_VD)
            save_file({"vectors": whole_VD, "scale": scale_V1}, folder / VECTORS)

    @classmethod
    def load(cls, folder: Path) -> "Lexicon":
        """Raises: ModelError if a file is missing or damaged."""
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            names: dict[str, Any] = json.loads((folder / WORDS).read_text(encoding="utf-8"))
            pretrained = None
            if names["pretrained"]:
                tensors = load_file(folder / VECTORS)
                pretrained = WordVectors(names["pretrained"], tensors["vectors"] * tensors["scale"])
            return cls(tuple(names["new"]), pretrained, names["characters"])
        except (OSError, ValueError, KeyError, AssertionError, SafetensorError) as error:
            raise ModelError(
                f"{folder} does not hold a whole model ({type(error).__name__} at {WORDS} or {VECTORS}). "
                "Copy it again, or train anew."
            ) from error


def collect_words(
    counts: Counter[str],
    *,
    vectors: Path | None,
    most_vectors: int,
    only_found: bool,
    min_count: int,
    only_pretrained: bool = False,
    besides: str = "",
    base: Lexicon | None = None,
) -> Lexicon:
    """The words of a training corpus with rows.

    Args:
        counts: how often each word occurs in the training data, as it stands.
        vectors: a file of word vectors; the first of it, which are the most frequent, are kept.
        most_vectors: how many at most.
        only_found: keep only those of words that occur in the training data.
        min_count: a lower-cased word without a vector has a row of its own if it occurs so often.
        only_pretrained: no other word has a row.
        besides: characters to have, whether words hold them or not.
        base: words, characters and, unless `vectors` are given, vectors to have besides.
    Raises: ConfigError if only pretrained words are asked for, and there are none.
    """
    wanted = every_form(counts) if only_found else None
    pretrained = base.pretrained if base else None
    if vectors is not None:
        table = read(vectors, wanted)
        pretrained = WordVectors(table.words[:most_vectors], _rounded(table.matrix_VD[:most_vectors]))
    lower: Counter[str] = Counter()
    for word, number in counts.items():
        if pretrained is None or pretrained.index(word) is None:
            lower[word.lower()] += number
    new = {word for word, number in lower.items() if number >= min_count} | set(base.new if base else ())
    if only_pretrained and pretrained is None:
        raise ConfigError(
            "The setting 'network.words.only_pretrained' is true, but there are no 'vectors'. Name a file."
        )
    new = set() if only_pretrained else new
    characters = {character for word in counts for character in word} | set(base.characters if base else ())
    characters |= set(besides)
    return Lexicon(tuple(sorted(new)), pretrained, "".join(sorted(characters)))


def rank_rows(lexicon: Lexicon, counts: Counter[str]) -> dict[int, int]:
    """The rows of these words, and that of the unknown, by falling frequency: each row's place, from 0."""
    rows = Counter({UNKNOWN: 0})
    for word, number in counts.items():
        rows[lexicon.row(word)] += number
    order = sorted(rows, key=lambda row: (-rows[row], row))
    return {row: rank for rank, row in enumerate(order)}


def cut(word: str) -> str:
    """The characters of a word that are read."""
    return word if len(word) <= LONGEST else word[: LONGEST // 2] + word[-LONGEST // 2 :]


def _rounded(matrix_VD: NDArray[np.float32]) -> NDArray[np.float32]:
    """The vectors as they will be when saved and loaded, so that a model learns with what it will predict with."""
    whole_VD, scale_V1 = rows_as_whole(matrix_VD)
    rounded: NDArray[np.float32] = whole_VD * scale_V1
    return rounded
