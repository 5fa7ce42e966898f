"""Word clusters: how a word is looked for, and what a file of them must hold."""

from pathlib import Path

import pytest

from bionym.errors import FormatError
from bionym.lexicon.clusters import WordClusters


def test_a_word_is_looked_for_as_it_stands_then_lower_cased_then_without_digits() -> None:
    clusters = WordClusters({"IL2": ("1",), "il2": ("2",), "il0": ("3",)})
    assert [clusters.of(word) for word in ("IL2", "Il2", "IL7", "IL")] == [("1",), ("2",), ("3",), ()]


def test_a_file_has_a_word_a_line_and_its_cluster_in_each_clustering(tmp_path: Path) -> None:
    path = tmp_path / "clusters.tsv"
    path.write_text("fever\t3\t17\npain\t3\t17\np00\t4\n", encoding="utf-8")
    clusters = WordClusters.read(path)
    assert (clusters.of("pain"), clusters.of("P53"), len(clusters)) == (("3", "17"), ("4",), 3)
    assert clusters.num_clusterings == 2
    assert WordClusters({}).num_clusterings == 0


def test_a_line_without_a_tab_is_named(tmp_path: Path) -> None:
    path = tmp_path / "clusters.tsv"
    path.write_text("fever\t3\npain\n", encoding="utf-8")
    with pytest.raises(FormatError, match=r"clusters\.tsv, line 2: expected word TAB cluster"):
        WordClusters.read(path)
