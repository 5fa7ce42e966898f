"""What is known of a word by itself, and a sentence as characters."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch

from bionym.errors import ModelError
from bionym.models.bilstm_crf.inputs import groups
from bionym.models.bilstm_crf.inputs.groups import GroupInput
from bionym.models.bilstm_crf.inputs.protocol import Saved, TrainingWords
from bionym.models.bilstm_crf.settings import NetworkSettings
from bionym.models.bilstm_crf.streams import StreamReader, character_stream, side_by_side
from bionym.models.bilstm_crf.words import Lexicon

LEXICON = Lexicon((), None, "")
SENTENCES = [["The", "fever", "of", "α-hemolysis"], ["No"], ["Pain", "."]]


def test_every_boundary_is_where_a_word_begins_or_ends() -> None:
    text, boundaries = character_stream(SENTENCES[0])
    for word, start, end in zip(SENTENCES[0], boundaries, boundaries[1:], strict=False):
        assert text[start + 1 : end] == word
        assert not text[start].strip() and not text[end].strip()


def test_characters_without_a_row_are_unknown_and_rows_follow_the_order_given() -> None:
    reader = StreamReader("oN \n")
    assert reader.read(["No"]).characters_S.tolist() == [4, 3, 2, 5]
    assert reader.read(["Nö\ud800"]).characters_S.tolist() == [4, 3, 1, 1, 5]


def test_very_long_words_are_read_from_both_ends() -> None:
    stream = StreamReader("ab \n").read(["a" * 500 + "b" * 500, "a"])
    assert stream.boundaries_N.tolist() == [0, 41, 43]
    assert stream.characters_S[1:41].tolist() == [2] * 20 + [3] * 20


def test_streams_of_several_sentences_are_padded_with_nothing() -> None:
    reader = StreamReader("No \nTh")
    block = side_by_side([reader.read(words) for words in SENTENCES])
    assert block.lengths_B.tolist() == [len(character_stream(words)[0]) for words in SENTENCES]
    assert not block.characters_BS[1, block.lengths_B[1] :].any() and not block.boundaries_BN[1, 2:].any()
    np.testing.assert_array_equal(block.characters_BS[1, :4], reader.read(["No"]).characters_S)


@pytest.fixture
def settings(tmp_path: Path) -> NetworkSettings:
    path = tmp_path / "clusters.tsv"
    path.write_text("fever\t0110\tx\npain\t0111\tx\ncough\t00\tx\naspirin\t1000\ty\nil-00\t1001\n", encoding="utf-8")
    clusters = {"file": path, "prefixes": [2], "dim": 3, "min_count": 2}
    return NetworkSettings.model_validate({"clusters": clusters, "shapes": {"dim": 4, "kind": "collapsed"}})


def test_groups_are_shapes_clusters_and_their_beginnings(settings: NetworkSettings) -> None:
    group_of = {grouping.name: grouping.of for grouping in groups.groupings_of(settings.shapes, settings.clusters)}
    assert list(group_of) == ["shape", "cluster0", "cluster0:2", "cluster1", "cluster1:2"]
    assert [group_of[name]("Fever") for name in ("shape", "cluster0", "cluster0:2", "cluster1")] == [
        "Xx",
        "0110",
        "01",
        "x",
    ]
    assert [group_of[name]("IL-17") for name in ("shape", "cluster0:2", "cluster1")] == ["X-d", "10", groups.NONE]


def test_a_group_has_a_row_if_enough_distinct_words_are_in_it_or_the_model_before_has_it(
    settings: NetworkSettings, tmp_path: Path
) -> None:
    (tmp_path / groups.NAMES).write_text('{"cluster1": ["y"], "gone": ["z"]}', encoding="utf-8")
    counts = Counter({"Fever": 9, "pain": 1, "cough": 1, "of": 7, "aspirin": 1})
    collected = GroupInput.collect(settings, TrainingWords(counts, LEXICON, tmp_path))
    assert collected.values["cluster0:2"] == ("01",) and collected.values["cluster1"] == ("x", "y")
    assert collected.values["shape"] == ("x",)
    (rows_UG,) = collected.numbers(["aspirin", "pain"])
    assert dict(zip(collected.values, rows_UG.T.tolist(), strict=True)) == {
        "shape": [2, 2],
        "cluster0": [1, 1],
        "cluster0:2": [1, 2],
        "cluster1": [3, 2],
        "cluster1:2": [1, 2],
    }
    assert collected.layers().dim == 4 + 4 * 3 and collected.sizes["cluster1"] == (4, 3)
    frozen = GroupInput.collect(settings, TrainingWords(counts, LEXICON, tmp_path, is_frozen=True))
    assert {name: values for name, values in frozen.values.items() if values} == {"cluster1": ("y",)}


def test_saved_groups_give_the_vectors_of_their_rows(settings: NetworkSettings, tmp_path: Path) -> None:
    collected = GroupInput.collect(settings, TrainingWords(Counter(["Fever", "pain", "cough"]), LEXICON))
    layers = collected.layers()
    collected.save(layers, tmp_path)
    saved = Saved(tmp_path, tmp_path, LEXICON)
    words = ["pain", "unmet"]
    expected = layers.values(*map(torch.from_numpy, collected.numbers(words))).detach().numpy()
    np.testing.assert_array_equal(GroupInput.load(settings, saved).vectors(words), expected)
    (tmp_path / groups.TABLES).unlink()
    with pytest.raises(ModelError, match=r"groups\.safetensors"):
        GroupInput.load(settings, saved)
