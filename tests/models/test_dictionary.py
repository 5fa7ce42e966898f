"""The dictionary: which terms it finds, what they score, and what training data teach it."""

import json
from pathlib import Path
from typing import Any

import pytest

import bionym
from bionym.data import Audit, Corpus, Document, entity
from bionym.errors import ConfigError, ModelError, UnknownNameError
from bionym.models import dictionary
from bionym.models.dictionary import Config, Dictionary, Facts, Found, Precisions

TEXT = "Breast cancer cells; no breast pain."
RIGHT = (entity(0, 13, "Disease"),)


def lists_of(folder: Path, **terms: str) -> dict[str, Path]:
    for label, lines in terms.items():
        (folder / f"{label}.txt").write_text(lines, encoding="utf-8")
    return {label: folder / f"{label}.txt" for label in terms}


def found_in(text: str, folder: Path, *, policy: Any = "all", **terms: str) -> list[tuple[str, str]]:
    tagger = Dictionary(Config(lists=lists_of(folder, **terms), policy=policy))
    (document,) = tagger.predict([Document("d", text)])
    return [(document.mention(one), one.label) for one in document.entities]


def learned(documents: list[Document], audit: Audit | None = None, **settings: Any) -> Dictionary:
    tagger = dictionary.fit({"": Corpus({"train": tuple(documents)})}, Config(**settings), audit=audit).tagger
    assert isinstance(tagger, Dictionary)
    return tagger


def test_of_one_label_the_longest_match_stays_wherever_it_begins(tmp_path: Path) -> None:
    found = found_in("Breast cancer cells grow.", tmp_path, Disease="breast cancer\ncancer cells grow\nbreast\n")
    assert found == [("Breast", "Disease"), ("cancer cells grow", "Disease")]


def test_of_equally_long_matches_of_one_label_the_first_stays(tmp_path: Path) -> None:
    assert found_in("Breast cancer cells.", tmp_path, Disease="breast cancer\ncancer cells\n") == [
        ("Breast cancer", "Disease")
    ]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("all", [("Breast cancer", "Disease"), ("cancer cells line", "Cell")]),
        ("longest", [("cancer cells line", "Cell")]),
        ("first", [("Breast cancer", "Disease")]),
        ("priority", [("Breast cancer", "Disease")]),
    ],
)
def test_overlaps_of_different_labels_go_by_the_policy(
    policy: str, expected: list[tuple[str, str]], tmp_path: Path
) -> None:
    text = "Breast cancer cells line."
    assert found_in(text, tmp_path, policy=policy, Disease="breast cancer\n", Cell="cancer cells line\n") == expected


def test_without_training_data_every_score_is_1(tmp_path: Path) -> None:
    tagger = Dictionary(Config(lists=lists_of(tmp_path, Disease="breast cancer\n")))
    (document,) = tagger.predict([Document("d", TEXT)])
    assert [one.score for one in document.entities] == [1.0]


def test_a_score_is_the_precision_of_the_term_smoothed_by_that_of_its_length_and_list() -> None:
    precisions = Precisions(Facts(counts={"Disease": {"fever": (3, 4), "cold": (0, 2), "breast cancer": (1, 1)}}))
    of_list = (4 + 1) / (7 + 1)
    of_one_piece, of_two = (3 + of_list) / (6 + 1), (1 + of_list) / (1 + 1)
    assert precisions.of(("Disease", "fever")) == pytest.approx((3 + of_one_piece) / 5)
    assert precisions.of(("Disease", "gout")) == pytest.approx(of_one_piece)
    assert precisions.of(("Disease", "breast cancer")) == pytest.approx((1 + of_two) / 2)
    assert precisions.of(("Disease", "one two three")) == pytest.approx(of_list)


def test_the_score_of_an_entity_counts_right_matches_of_the_training_data(tmp_path: Path) -> None:
    documents = [Document("1", "Fever and fever.", entities=(entity(0, 5, "Disease"),))]
    tagger = learned(documents, lists=lists_of(tmp_path, Disease="fever\n"), least_precision=0)
    assert tagger.facts.counts == {"Disease": {"fever": (1, 2)}}
    of_list = (1 + 1) / (2 + 1)
    expected = (1 + (1 + of_list) / (2 + 1)) / (2 + 1)
    (document,) = tagger.predict(documents)
    assert [one.score for one in document.entities] == pytest.approx([expected, expected], abs=1e-6)


def test_terms_that_were_mostly_wrong_are_left_out_and_what_they_hid_is_judged_in_its_turn(tmp_path: Path) -> None:
    lists = lists_of(tmp_path, Disease="breast cancer\nbreast cancer cells\nbreast\n")
    documents = [Document("1", TEXT, entities=RIGHT)]
    tagger = learned(documents, lists=lists, least_precision=0.5)
    assert tagger.facts.left_out == {"Disease": ("breast", "breast cancer cell")}
    assert tagger.facts.counts == {"Disease": {"breast cancer": (1, 1)}}
    assert [one.entities[0].extent for one in tagger.predict(documents)] == [RIGHT[0].extent]


def test_with_a_least_precision_of_0_every_term_stays(tmp_path: Path) -> None:
    lists = lists_of(tmp_path, Disease="breast cancer cells\nbreast\n")
    tagger = learned([Document("1", TEXT, entities=RIGHT)], lists=lists, least_precision=0)
    assert tagger.facts.left_out == {"Disease": ()}
    assert tagger.facts.counts == {"Disease": {"breast": (0, 1), "breast cancer cell": (0, 1)}}


def test_lists_and_entities_that_never_meet_are_counted(tmp_path: Path) -> None:
    audit = Audit()
    lists = lists_of(tmp_path, Disease="breast cancer\n", Chemical="aspirin\n", Gene="brca1\n")
    entities = (*RIGHT, entity(24, 35, "Disease"), entity(21, 23, "Chemical"))
    learned([Document("1", TEXT, entities=entities)], audit, lists=lists)
    assert audit.lost == {
        ("term list 'Gene'", "the training data have no entity of this label"): 1,
        ("term list 'Chemical'", "none of its terms is in the training data"): 1,
        ("entity", "no list of its label holds it"): 2,
    }


def test_a_list_that_is_not_there_or_fits_no_label_is_an_error_of_one_line(tmp_path: Path) -> None:
    documents = [Document("1", TEXT, entities=RIGHT)]
    with pytest.raises(ConfigError, match=r"A list cannot be used: nothere: no such file. .*that ship: chemicals"):
        learned(documents, lists={"Disease": "nothere"})
    with pytest.raises(ModelError, match=r"No list has a label of the training data, Disease: the lists are of Drug\."):
        learned(documents, lists=lists_of(tmp_path, Drug="aspirin\n"))
    with pytest.raises(ModelError, match="hold no entity"):
        learned([Document("1", TEXT)], lists=lists_of(tmp_path, Drug="aspirin\n"))
    with pytest.raises(ConfigError, match="learns from one corpus; there are 2"):
        dictionary.fit({"a": Corpus({"train": ()}), "b": Corpus({"train": ()})}, Config())
    with pytest.raises(ConfigError, match="lists"):
        bionym.train(documents, model="dictionary", settings=["lists={}"])


def test_a_saved_dictionary_takes_its_lists_along(tmp_path: Path) -> None:
    lists = lists_of(tmp_path, Disease="breast cancer\nbreast\n")
    tagger = bionym.train(
        [Document("1", TEXT, entities=RIGHT)], model="dictionary", settings=[f"lists={as_toml(lists)}"]
    )
    tagger.save(tmp_path / "model")
    lists["Disease"].unlink()
    loaded = bionym.load(tmp_path / "model")
    assert loaded.predict(TEXT) == tagger.predict(TEXT)
    assert loaded.tagger.labels == ("Disease",)
    facts = json.loads((tmp_path / "model" / dictionary.FACTS).read_text())
    assert facts == {"counts": {"Disease": {"breast cancer": [1, 1]}}, "left_out": {"Disease": ["breast"]}}


def as_toml(lists: dict[str, Path]) -> str:
    return "{" + ", ".join(f"{label}='{path}'" for label, path in lists.items()) + "}"


@pytest.mark.parametrize("name", ["dictionary.json", "resources/Disease.txt"])
def test_a_folder_that_is_not_whole_says_so_in_one_line(name: str, tmp_path: Path) -> None:
    tagger = learned([Document("1", TEXT, entities=RIGHT)], lists=lists_of(tmp_path, Disease="breast cancer\n"))
    bionym.Pipeline(tagger).save(tmp_path / "model")
    (tmp_path / "model" / name).unlink()
    with pytest.raises(ModelError, match=r"does not hold a whole model \(.*\). Copy it again, or train anew\.$"):
        bionym.load(tmp_path / "model")


def test_a_dictionary_has_one_head_without_a_name(tmp_path: Path) -> None:
    tagger = Dictionary(Config(lists=lists_of(tmp_path, Disease="breast cancer\n")))
    assert tagger.of_source("") is tagger
    with pytest.raises(UnknownNameError):
        tagger.of_source("ncbi")


def test_a_match_names_the_term_whatever_its_writing(tmp_path: Path) -> None:
    tagger = Dictionary(Config(lists=lists_of(tmp_path, Gene="IL-2\n")))
    document = next(tagger.predict([Document("d", "il2 and IL 2.")]))
    assert tagger.matches(document) == [Found(0, 1, "Gene", "il 2"), Found(2, 4, "Gene", "il 2")]
