"""From documents to the cells of a linear chain, by the features a configuration names."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from bionym.data import Document
from bionym.data.align import sentence_ranges
from bionym.linear_chain.columns import Attribute, Cell, Column, Sequences


class Template:
    """The features of a model.

    Features that depend on the word alone share one column, "word"; every other feature has its own.

    Args:
        features: for each feature by name, its module and its options.
    """

    def __init__(self, features: Mapping[str, tuple[Any, Any]]) -> None:
        built = {name: (part, options, part.build(options)) for name, (part, options) in features.items()}
        per_word = {name: (options.window, build) for name, (part, options, build) in built.items() if part.PER_WORD}
        self._documents = {name: build for name, (part, _, build) in built.items() if not part.PER_WORD}
        radius = max((window for window, _ in per_word.values()), default=0)
        windows = [Column(name, built[name][1].window) for name in self._documents]
        self.columns: tuple[Column, ...] = (Column("word", radius, _of_word(per_word), marks_edges=True), *windows)

    def sequences(self, documents: Sequence[Document]) -> Sequences:
        """The cells of all sentences of these documents, one behind the other."""
        cells: dict[str, list[Cell]] = {column.name: [] for column in self.columns}
        ranges: list[tuple[int, int]] = []
        for document in documents:
            first = len(cells["word"])
            text = document.text
            cells["word"] += [text[start:end] for start, end in document.tokens]
            for name, feature in self._documents.items():
                cells[name] += feature(document)
            ranges += [(first + start, first + end) for start, end in sentence_ranges(document)]
        return Sequences(cells, ranges)


def _of_word(features: Mapping[str, tuple[int, Callable[[str], list[str]]]]) -> Callable[[Cell], Iterable[Attribute]]:
    def attributes(word: Cell) -> list[Attribute]:
        assert isinstance(word, str)
        attributes_of_word: list[Attribute] = [("bias", 0)]
        for name, (window, feature) in features.items():
            attributes_of_word += [(f"{name}={value}", window) for value in feature(word)]
        return attributes_of_word

    return attributes
