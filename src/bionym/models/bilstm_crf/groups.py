"""Groups that a word belongs to by itself: those of its shape, and its clusters; each grouping has a small table of vectors.

A group has a row of its own if enough distinct words of the training data are in it; all others, and to be in none, are the
unknown. What stands in development or test data has no influence.

Axes: U distinct words, G groupings, D values of all groupings together.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bionym.errors import ModelError
from bionym.features import shapes
from bionym.lexicon.clusters import WordClusters
from bionym.models.bilstm_crf.settings import NetworkSettings
from bionym.models.bilstm_crf.words import FIRST, UNKNOWN
from bionym.resources import resource_path

NAMES, TABLES = "groups.json", "groups.safetensors"
SHAPE, CLUSTER = "shape", "cluster"
NONE = ""  # the group of a word that is in none


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


def groupings(settings: NetworkSettings, folder: Path | None = None) -> tuple[Grouping, ...]:
    """The groupings that a configuration asks for; the file of clusters is looked for in `folder` first."""
    found = []
    if settings.shapes.dim:
        shape = _shape(settings.shapes.kind)
        found.append(Grouping(SHAPE, shape, settings.shapes.dim, settings.shapes.min_count))
    chosen = settings.clusters
    if chosen.file is not None:
        clusters = WordClusters.read(resource_path(chosen.file, folder))
        for number in range(clusters.num_clusterings):
            for length in (None, *chosen.prefixes):
                name = f"{CLUSTER}{number}" + (f":{length}" if length else "")
                found.append(Grouping(name, _in_clustering(clusters, number, length), chosen.dim, chosen.min_count))
    return tuple(found)


class Groups:
    """Words as rows of the tables of groups.

    Args:
        groupings: the G ways to group words.
        values: for each by name the groups that have rows, in their order.
    """

    def __init__(self, groupings: Sequence[Grouping], values: Mapping[str, Sequence[str]]) -> None:
        self.groupings = tuple(groupings)
        self.values = {one.name: tuple(values[one.name]) for one in self.groupings}
        self._rows = [{group: row for row, group in enumerate(self.values[one.name], FIRST)} for one in self.groupings]

    @property
    def dim(self) -> int:
        """D, values of all groupings together."""
        return sum(one.dim for one in self.groupings)

    @property
    def sizes(self) -> dict[str, tuple[int, int]]:
        """Rows and values of the table of each grouping, by name."""
        return {one.name: (FIRST + len(self.values[one.name]), one.dim) for one in self.groupings}

    def rows(self, words: Sequence[str]) -> NDArray[np.int64]:
        """Rows of the groups of words, U x G."""
        rows_UG = np.full((len(words), len(self.groupings)), UNKNOWN, dtype=np.int64)
        for column, (grouping, rows) in enumerate(zip(self.groupings, self._rows, strict=True)):
            rows_UG[:, column] = [rows.get(grouping.of(word), UNKNOWN) for word in words]
        return rows_UG

    def save(self, folder: Path, tables: Mapping[str, NDArray[np.float32]]) -> None:
        """The groups with rows, and the tables by the name of their grouping; nothing if there is no grouping."""
        from safetensors.numpy import save_file

        if self.groupings:
            text = json.dumps(self.values, ensure_ascii=False, separators=(",", ":"))
            (folder / NAMES).write_text(text, encoding="utf-8")
            save_file(dict(tables), folder / TABLES)


class GroupVectors:
    """The groups of a saved model, with their vectors."""

    def __init__(self, groups: Groups, tables: Mapping[str, NDArray[np.float32]]) -> None:
        self._groups = groups
        self._tables = [tables[one.name] for one in groups.groupings]

    def of(self, words: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of words, U x D."""
        rows_UG = self._groups.rows(words)
        parts = [table_RD[rows_UG[:, column]] for column, table_RD in enumerate(self._tables)]
        return np.concatenate(parts, axis=1)

    @classmethod
    def load(cls, folder: Path, found: Sequence[Grouping]) -> "GroupVectors":
        """Raises: ModelError if a file is missing or damaged."""
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            return cls(Groups(found, read_values(folder)), load_file(folder / TABLES))
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise ModelError(
                f"{folder} does not hold a whole model ({type(error).__name__} at {NAMES} or {TABLES}). "
                "Copy it again, or train anew."
            ) from error


def learned(found: Sequence[Grouping], words: Iterable[str], base: Mapping[str, Sequence[str]]) -> Groups:
    """Groups with rows for these distinct words, and those of another model (`base`) besides."""
    values = {}
    known = list(words)
    for one in found:
        counts = Counter(map(one.of, known))
        frequent = {group for group, number in counts.items() if number >= one.min_count and group != NONE}
        values[one.name] = sorted(frequent | set(base.get(one.name, ())))
    return Groups(found, values)


def read_values(folder: Path) -> dict[str, list[str]]:
    """The groups with rows of the model in a folder; none if it has no groupings."""
    path = folder / NAMES
    values: dict[str, list[str]] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return values


def _shape(kind: shapes.Shape) -> Callable[[str], str]:
    named = shapes.build(shapes.Options(shapes=(kind,)))
    return lambda word: named(word)[0].removeprefix(f"{kind}=")


def _in_clustering(clusters: WordClusters, number: int, length: int | None) -> Callable[[str], str]:
    def group(word: str) -> str:
        found = clusters.of(word)
        return found[number][:length] if number < len(found) else NONE

    return group
