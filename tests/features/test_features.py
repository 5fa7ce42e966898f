"""Each feature on words and texts of the field."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionym import plugins
from bionym.data import Document
from bionym.data.align import sentence_ranges
from bionym.features import gazetteer, patterns, shapes
from bionym.formats import read
from bionym.resources import resource_path
from bionym.text.prepare import tokenized

GOLD = Path(__file__).parents[1] / "gold" / "conll" / "ncbi.tsv"


def of_word(name: str, word: str, **options: Any) -> list[str]:
    part = plugins.find("features", name)
    return list(part.build(part.Options(**options))(word))


def of_text(name: str, text: str, **options: Any) -> dict[str, tuple[str, ...]]:
    """The values of each distinct token of a text, at its last place."""
    part, document = plugins.find("features", name), tokenized(Document("d", text))
    values = part.build(part.Options(**options))(document)
    return {token.of(text): value for token, value in zip(document.tokens, values, strict=True)}


def test_words_keep_capitals_and_digits() -> None:
    assert of_word("word", "IL-2") == ["IL-2"]
    assert of_word("lower", "10MG") == ["10mg"]


def test_affixes_are_shorter_than_the_word() -> None:
    assert of_word("affixes", "Oma", shortest=2, longest=5) == ["om-", "-ma"]
    assert "-itis" in of_word("affixes", "hepatitis")


def test_ngrams_mark_the_edges_of_the_word() -> None:
    assert of_word("ngrams", "p53", shortest=3, longest=3) == ["<p5", "p53", "53>"]


@pytest.mark.parametrize(
    ("word", "full", "collapsed", "bounded", "kind"),
    [
        ("IL-2", "XX-d", "X-d", "XX-d", "with-digit"),
        ("Aspirin", "Xxxxxxx", "Xx", "Xx:x:xx", "initial-upper"),
        ("TNFα", "XXXg", "Xg", "XXXg", "mixed"),
        ("2.5", "d.d", "d.d", "d.d", "digits"),
        ("(", "(", "(", "(", "mark"),
    ],
)
def test_shapes(word: str, full: str, collapsed: str, bounded: str, kind: str) -> None:
    found = (shapes.full(word), shapes.collapsed(word), shapes.bounded(word), shapes.kind(word))
    assert found == (full, collapsed, bounded, kind)


@given(st.text(min_size=1, max_size=8))
def test_a_full_shape_has_one_sign_for_each_character(word: str) -> None:
    assert shapes.full(word) == "".join(map(shapes.full, word))


@given(st.from_regex(r"[A-Za-z0-9.,/%+-]{1,6}", fullmatch=True))
def test_the_quick_look_over_all_patterns_misses_none(word: str) -> None:
    found = [name for name, pattern in patterns._COMPILED.items() if pattern.fullmatch(word)]
    assert of_word("patterns", word) == found


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("2.5", "decimal"),
        ("mg", "unit"),
        ("10mg", "dose"),
        ("12/03/2011", "date"),
        ("617-555-0123", "phone"),
        ("XIV", "roman"),
        ("b.i.d.", "dosing"),
        ("1998", "year"),
        ("β", "greek"),
        ("ACGTT", "nucleotides"),
    ],
)
def test_patterns_name_the_class(word: str, name: str) -> None:
    assert name in of_word("patterns", word)


def test_patterns_need_the_whole_word() -> None:
    assert "roman" not in of_word("patterns", "XIVth")
    assert of_word("patterns", "fever") == []


def test_stems_join_the_forms_of_a_word() -> None:
    assert of_word("stems", "Infections") == of_word("stems", "infection")


def test_bigrams_stay_within_the_sentence() -> None:
    values = of_text("bigrams", "Mild fever. Severe pain.")
    assert values["fever"] == ("mild_fever<", ">fever_.")
    assert values["Severe"] == ("_severe<", ">severe_pain")


def test_gazetteer_tells_the_place_in_the_longest_term(tmp_path: Path) -> None:
    terms = tmp_path / "terms.txt"
    terms.write_text("Parkinson's disease\ndisease\nhypotension\n", encoding="utf-8")
    values = of_text("gazetteer", "Hypotension in Parkinson ' s diseases.", lists={"d": terms})
    assert values["Hypotension"] == ("S-d",)
    assert (values["Parkinson"], values["s"], values["diseases"]) == (("B-d",), ("I-d",), ("E-d",))
    assert values["in"] == ()


def test_term_lists_are_read_once_when_they_are_first_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terms, reads = tmp_path / "terms.txt", list[Path]()
    terms.write_text("fever\n", encoding="utf-8")
    read_terms = gazetteer.read_terms
    monkeypatch.setattr(gazetteer, "read_terms", lambda path, **how: (reads.append(path), read_terms(path, **how))[1])
    places = gazetteer.of_words(gazetteer.Options(lists={"d": terms}))
    assert reads == []
    assert places(["fever"], [(0, 1)]) == places(["Fever"], [(0, 1)]) == [("S-d",)]
    assert reads == [terms]


def test_an_abbreviation_is_a_member_of_the_lists_of_its_long_form(tmp_path: Path) -> None:
    terms = tmp_path / "terms.txt"
    terms.write_text("atelosteogenesis\n", encoding="utf-8")
    values = of_text("gazetteer", "Atelosteogenesis type 2 (AO2) is rare. AO2 is lethal.", lists={"d": terms})
    assert values["AO2"] == ("short-d",)


def test_clusters_are_found_lower_cased_and_with_digits_masked(tmp_path: Path) -> None:
    table = tmp_path / "clusters.tsv"
    table.write_text("fever\t3\t17\np00\t4\t18\n", encoding="utf-8")
    assert of_word("clusters", "Fever", file=table) == ["0=3", "1=17"]
    assert of_word("clusters", "p53", file=table) == ["0=4", "1=18"]
    assert of_word("clusters", "unseen", file=table) == []


def test_an_abbreviation_says_what_it_stands_for_wherever_it_is_used_later() -> None:
    values = of_text("abbreviations", "Adenomatous polyposis coli (APC) is common. We saw APC again.")
    assert values["APC"][:3] == ("short", "first=adenomatous", "last=coli")
    assert {"word=polyposis", "suffix=osis"} <= set(values["APC"])
    assert values["common"] == ()


def test_a_repeated_word_tells_what_stood_around_the_first() -> None:
    values = of_text("repetition", "The drug selegiline was given. Later selegiline failed.")
    assert values["selegiline"] == ("seen", "before=drug", "behind=was")
    assert values["failed"] == ()


def test_parts_of_speech_come_from_the_tagger_that_ships() -> None:
    values = of_text("part_of_speech", "The patients received aspirin daily.")
    assert (values["The"], values["patients"], values["received"]) == (("DT",), ("NNS",), ("VBD",))


DOCUMENT_FEATURES = [name for name in plugins.names("features") if not plugins.find("features", name).PER_WORD]


@pytest.mark.parametrize("name", DOCUMENT_FEATURES)
def test_every_document_feature_gives_one_tuple_a_token(name: str, tmp_path: Path) -> None:
    part = plugins.find("features", name)
    (tmp_path / "terms.txt").write_text("disease\n")
    given = {"lists": {"d": tmp_path / "terms.txt"}} if name == "gazetteer" else {}
    options = part.Options(**given).with_files(resource_path)
    for document in read(GOLD, "conll"):
        values = part.build(options)(document)
        assert len(values) == len(document.tokens) == sentence_ranges(document)[-1][1]
        assert all(isinstance(value, tuple) for value in values)


def test_places_as_numbers_are_those_by_name_whatever_documents_stand_together(tmp_path: Path) -> None:
    for name, listed in (("d", "Hypotension\nheart failure\natelosteogenesis type 2"), ("e", "type 2\nheart")):
        (tmp_path / name).write_text(listed, encoding="utf-8")
    options = gazetteer.Options(lists={name: tmp_path / name for name in ("d", "e")})
    texts = ("Atelosteogenesis type 2 (AO2) is rare. AO2 is lethal.", "", "Heart failure (HF), hypotension. HF type 2.")
    documents = [tokenized(Document("1", text)) for text in texts]
    words = [[text[start:end] for start, end in one.tokens] for text, one in zip(texts, documents, strict=True)]
    columns = gazetteer.columns(options.lists)
    by_name = [set(places) for one in documents for places in gazetteer.build(options)(one)]
    found = gazetteer.numbered(options)(words, list(map(sentence_ranges, documents)))
    assert [{columns[place] for place in row.nonzero()[0]} for row in found] == by_name
    assert {"short-d", "B-d", "I-d", "E-d", "S-d", "S-e", "B-e"} <= set().union(*by_name)
