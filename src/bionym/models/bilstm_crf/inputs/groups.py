"""Groups that a word belongs to by itself: that of its shape, and its clusters; each grouping has a small table of vectors.

A group has a row of its own if enough distinct words of the training data are in it; all others, and to be in none, are the
unknown. What stands in development or test data has no influence.

Axes: U distinct words, G groupings, R rows of a table, E values of all groupings together.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

import numpy as np
from pydantic import Field

from bionym.config import Settings
from bionym.features import shapes
from bionym.features.shapes import Shape
from bionym.lexicon.clusters import WordClusters
from bionym.models.bilstm_crf.inputs.files import copy_files, damaged, read_tensors
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
from bionym.models.bilstm_crf.words import FIRST, UNKNOWN, Lexicon
from bionym.resources import resource_path

if TYPE_CHECKING:
    from bionym.models.bilstm_crf.inputs.layers import WordLayers

NAMES, TABLES = "groups.json", "groups.safetensors"
SHAPE, CLUSTER = "shape", "cluster"
NONE = ""  # the group of a word that is in none


class Shapes(Settings):
    """What kind of characters a word is made of."""

    dim: int = Field(default=0, ge=0, description="Size of a shape's vector; 0 leaves it out.")
    kind: Shape = Field(
        default="collapsed", description="full, collapsed, bounded or kind, as the CRF's feature has them."
    )
    min_count: int = Field(default=2, ge=1, description="Words that must have a shape for it to get a vector.")


class Clusters(Settings):
    """Which words a word is grouped with."""

    file: Path | None = Field(
        default=None, description="Lines of word TAB cluster [TAB cluster ...]; none leaves it out."
    )
    dim: int = Field(default=20, ge=1, description="Size of a cluster's vector.")
    prefixes: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        default=(), description="For clusters in a tree (Brown): their first so many characters have vectors, too."
    )
    min_count: int = Field(default=2, ge=1, description="Words that must be in a cluster for it to get a vector.")


@dataclass(frozen=True)
class Grouping:
    """One way to group words.

    Args:
        name: "shape", "cluster0" (of the first clustering), "cluster0:4" (its clusters' first four characters).
        of: the group of a word.
        dim: size of a group's vector.
        min_count: distinct words that must be in a group for it to have a row.
    """

    name: str
    of: Callable[[str], str]
    dim: int
    min_count: int


class GroupInput(WordInput):
    """Words as rows of the tables of groups.

    Args:
        groupings: the G ways to group words.
        values: for each by name the groups that have rows, in their order.
    """

    NAME = "groups"
    PART = "words"
    FILES = (NAMES, TABLES)

    def __init__(self, groupings: Sequence[Grouping], values: Mapping[str, Sequence[str]]) -> None:
        self.groupings = tuple(groupings)
        self.values = {grouping.name: tuple(values[grouping.name]) for grouping in self.groupings}
        self._rows = [
            {group: row for row, group in enumerate(self.values[grouping.name], FIRST)} for grouping in self.groupings
        ]

    @classmethod
    def requested_by(cls, network: NetworkTable) -> str | None:
        """`shapes.dim` or `clusters.file`, if one is set."""
        if network.shapes.dim:
            return "shapes.dim"
        return "clusters.file" if network.clusters.file is not None else None

    @classmethod
    def collect(cls, network: NetworkTable, words: TrainingWords) -> Self:
        """With rows for the groups of these distinct words, and for those of `base`."""
        groupings = groupings_of(network.shapes, network.clusters)
        base = _read_values(words.base) if words.base is not None else {}
        known = () if words.is_frozen else tuple(words.counts)
        values = {
            grouping.name: sorted(_frequent(grouping, known) | set(base.get(grouping.name, ())))
            for grouping in groupings
        }
        return cls(groupings, values)

    @property
    def sizes(self) -> dict[str, tuple[int, int]]:
        """Rows and values of the table of each grouping, by name."""
        return {grouping.name: (FIRST + len(self.values[grouping.name]), grouping.dim) for grouping in self.groupings}

    def numbers(self, words: Sequence[str]) -> Arrays:
        """Rows of the groups of words, U x G."""
        rows_UG = np.full((len(words), len(self.groupings)), UNKNOWN, dtype=np.int64)
        for column, (grouping, rows) in enumerate(zip(self.groupings, self._rows, strict=True)):
            rows_UG[:, column] = [rows.get(grouping.of(word), UNKNOWN) for word in words]
        return (rows_UG,)

    def layers(self) -> "WordLayers":
        """A table for each grouping."""
        from bionym.models.bilstm_crf.inputs.layers import WordTables

        return WordTables(self.NAME, self.sizes)

    def save(self, layers: "WordLayers", folder: Path) -> None:
        """The groups with rows, and the tables by the name of their grouping."""
        from safetensors.numpy import save_file

        text = json.dumps(self.values, ensure_ascii=False, separators=(",", ":"))
        (folder / NAMES).write_text(text, encoding="utf-8")
        tables = layers.modules[self.NAME]
        tensors = {name: tables.get_parameter(f"{name}.weight") for name in self.values}
        save_file({name: tensor.detach().numpy().copy() for name, tensor in tensors.items()}, folder / TABLES)

    def rows(self) -> Names:
        """The groups of each table."""
        return _by_tensor(self.values)

    @classmethod
    def saved_rows(cls, folder: Path, lexicon: Lexicon) -> Names:
        """The groups of each table."""
        return _by_tensor(_read_values(folder))

    @classmethod
    def load(cls, network: NetworkTable, saved: Saved) -> TrainedWordInput:
        """The groups and their vectors. Raises: ModelError if a file is missing or damaged."""
        groupings = groupings_of(network.shapes, network.clusters, saved.resources)
        try:
            return _TrainedGroups(cls(groupings, _read_values(saved.folder)), read_tensors(saved.folder / TABLES))
        except (OSError, ValueError, KeyError) as error:
            raise damaged(saved.folder, error, f"{NAMES} or {TABLES}") from error

    @classmethod
    def strip(cls, source: Path, target: Path) -> Names:
        """The groups remain: they are shapes and clusters, not words."""
        copy_files(cls.FILES, source, target)
        return {f"groups of words: {name}": values for name, values in _read_values(target).items()}


class _TrainedGroups(TrainedWordInput):
    def __init__(self, groups: GroupInput, tables: Mapping[str, Floats]) -> None:
        self._groups = groups
        self._tables = [tables[grouping.name] for grouping in groups.groupings]

    def vectors(self, words: Sequence[str]) -> Floats:
        """The vectors of all groupings side by side, U x E."""
        (rows_UG,) = self._groups.numbers(words)
        return np.concatenate([table_RE[rows_UG[:, column]] for column, table_RE in enumerate(self._tables)], axis=1)


def groupings_of(shapes_: Shapes, clusters: Clusters, folder: Path | None = None) -> tuple[Grouping, ...]:
    """The groupings that settings ask for; the file of clusters is looked for in `folder` first."""
    groupings = []
    if shapes_.dim:
        groupings.append(Grouping(SHAPE, _shape(shapes_.kind), shapes_.dim, shapes_.min_count))
    if clusters.file is not None:
        file = WordClusters.read(resource_path(clusters.file, folder))
        for number in range(file.num_clusterings):
            for length in (None, *clusters.prefixes):
                name = f"{CLUSTER}{number}" + (f":{length}" if length else "")
                group = _in_clustering(file, number, length)
                groupings.append(Grouping(name, group, clusters.dim, clusters.min_count))
    return tuple(groupings)


def _frequent(grouping: Grouping, words: Iterable[str]) -> set[str]:
    """The groups that enough of these distinct words are in."""
    counts = Counter(map(grouping.of, words))
    return {group for group, number in counts.items() if number >= grouping.min_count and group != NONE}


def _read_values(folder: Path) -> dict[str, list[str]]:
    """The groups with rows of the model in a folder; none if it has no groupings."""
    path = folder / NAMES
    values: dict[str, list[str]] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return values


def _by_tensor(values: Names) -> Names:
    return {f"{GroupInput.NAME}.{name}.weight": groups for name, groups in values.items()}


def _shape(kind: Shape) -> Callable[[str], str]:
    named = shapes.build(shapes.Options(shapes=(kind,)))
    return lambda word: named(word)[0].removeprefix(f"{kind}=")


def _in_clustering(clusters: WordClusters, number: int, length: int | None) -> Callable[[str], str]:
    def group(word: str) -> str:
        of_word = clusters.of(word)
        return of_word[number][:length] if number < len(of_word) else NONE

    return group
