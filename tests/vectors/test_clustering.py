"""Clusters of vectors, as the features of the CRF read them."""

import sys
from pathlib import Path

import numpy as np
import pytest

from bionym.data import Audit
from bionym.errors import MissingExtraError, UsageError
from bionym.lexicon.clusters import WordClusters
from bionym.vectors import WordVectors
from bionym.vectors.clustering import cluster, write_clusters

NUM_GROUPS, PER_GROUP = 5, 20


def groups() -> WordVectors:
    """Words in five directions far from each other, at lengths that differ widely."""
    random = np.random.default_rng(1)
    directions_GD = np.eye(NUM_GROUPS, 8)
    matrix_VD = np.repeat(directions_GD, PER_GROUP, axis=0) + random.normal(scale=0.01, size=(100, 8))
    matrix_VD *= random.uniform(0.1, 50, size=(100, 1))
    return WordVectors([f"g{row // PER_GROUP}w{row}" for row in range(100)], matrix_VD.astype(np.float32))


@pytest.mark.needs("sklearn")
def test_clusters_are_directions_and_not_lengths() -> None:
    found = cluster(groups(), NUM_GROUPS)
    by_group = [set(found[start : start + PER_GROUP].tolist()) for start in range(0, 100, PER_GROUP)]
    assert all(len(numbers) == 1 for numbers in by_group)
    assert set().union(*by_group) == set(range(NUM_GROUPS))


@pytest.mark.needs("sklearn")
@pytest.mark.parametrize("name", ["clusters.tsv", "clusters.tsv.gz"])
def test_the_feature_reads_every_column_and_a_second_run_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        write_clusters(groups(), tmp_path / folder / name, (2, 5, 9))
    assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    found = WordClusters.read(tmp_path / "one" / name)
    assert len(found) == 100
    columns = zip(*(found.of(word) for word in groups().words), strict=True)
    assert [len(set(column)) for column in columns] == [2, 5, 9]


@pytest.mark.needs("sklearn")
def test_words_that_lines_cannot_hold_are_left_out_and_counted(tmp_path: Path) -> None:
    odd = ("a\tb", "c\n", "d\u2028e", "f\x85", "g\x1ch", "i j", "k")
    audit = Audit()
    write_clusters(WordVectors(odd, np.eye(7, dtype=np.float32)), tmp_path / "c.tsv", (2,), audit=audit)
    found = WordClusters.read(tmp_path / "c.tsv")
    assert [bool(found.of(word)) for word in odd] == [False] * 5 + [True] * 2
    assert audit.lost.total() == 5


@pytest.mark.needs("sklearn")
def test_more_clusters_than_words_are_refused_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="100 words cannot be put into 2,000 clusters"):
        write_clusters(groups(), tmp_path / "c.tsv", (2, 2_000))
    assert list(tmp_path.iterdir()) == []


def test_without_scikit_learn_the_command_that_installs_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.cluster", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'bionym\[vectors\]'"):
        cluster(groups(), 2)
