from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionym.errors import FormatError
from bionym.lexicon.abbreviations import find_definitions
from bionym.lexicon.terms import Match, TermLists, normalized, pieces, read_terms

WORD = st.sampled_from(["a", "b", "ab", "-", "2", "a2"])


def terms(*names: str) -> TermLists:
    return TermLists({"d": normalized(names, shortest=1)})


@pytest.mark.parametrize("words", [["IL", "-", "2"], ["il2"], ["IL-2"], ["IL", "2"]])
def test_a_term_is_found_whatever_the_tokenizer_made_of_it(words: list[str]) -> None:
    assert terms("IL-2").find(words) == [Match(0, len(words), "d")]


def test_the_longest_term_wins_and_matches_do_not_overlap() -> None:
    found = terms("breast", "breast cancer", "cancer cells").find(["breast", "cancer", "cells"])
    assert found == [Match(0, 2, "d")]


def test_lists_are_found_together_and_do_not_hide_one_another() -> None:
    both = TermLists({"long": ["breast cancer cell"], "short": ["breast", "cancer cell"]})
    found = both.find(["breast", "cancer", "cells"])
    assert found == [Match(0, 3, "long"), Match(0, 1, "short"), Match(1, 3, "short")]


def test_all_places_of_all_terms_are_found_on_request() -> None:
    found = terms("breast", "breast cancer", "cancer cells").find_all(["breast", "cancer", "cells"])
    assert list(found) == [Match(0, 2, "d"), Match(0, 1, "d"), Match(1, 3, "d")]


def test_no_match_crosses_the_edge_of_a_sentence_or_lies_outside_of_all() -> None:
    words = ["il", "2", "breast", "cancer", "il", "2"]
    found = terms("IL-2", "breast cancer").find(words, [(1, 3), (3, 3), (3, 6)])
    assert found == [Match(4, 6, "d")]
    assert terms("IL-2").find(words, []) == []


def test_more_words_than_are_remembered_are_found_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bionym.lexicon.terms.MOST_REMEMBERED", 3)
    lists = terms("breast cancer", "fever")
    for words in (["a", "fever"], ["b", "c", "breast", "cancer"], ["fever"]):
        assert lists.find(words) == TermLists({"d": ["breast cancer", "fever"]}).find(words) != []


def test_a_match_never_begins_or_ends_inside_a_token() -> None:
    assert terms("il").find(["IL2"]) == []
    assert terms("2").find(["IL2"]) == []


def test_plurals_are_found_and_words_that_only_look_so_are_kept() -> None:
    assert pieces("Tumors") == ("tumor",)
    assert pieces("diabetes-virus") == ("diabete", "virus")
    assert terms("tumor").find(["tumors"]) == [Match(0, 1, "d")]


def test_numbers_and_short_terms_are_left_out() -> None:
    assert list(normalized(["123", "ab", "abc"], shortest=3)) == ["abc"]


@given(
    names=st.lists(st.lists(WORD, min_size=1, max_size=3).map(" ".join), max_size=5), words=st.lists(WORD, max_size=8)
)
def test_every_match_is_a_listed_term(names: list[str], words: list[str]) -> None:
    listed = set(normalized(names, shortest=1))
    for match in TermLists({"d": listed}).find(words):
        assert " ".join(piece for word in words[match.start : match.end] for piece in pieces(word)) in listed


@given(
    names=st.lists(st.lists(WORD, min_size=1, max_size=3).map(" ".join), max_size=5), words=st.lists(WORD, max_size=8)
)
def test_the_matches_are_those_of_a_search_term_by_term(names: list[str], words: list[str]) -> None:
    listed, expected, free_from = set(normalized(names, shortest=1)), [], 0
    for start in range(len(words)):
        for end in range(len(words), start, -1):
            parts = [pieces(word) for word in words[start:end]]
            is_term = " ".join(part for found in parts for part in found) in listed
            if is_term and parts[0] and parts[-1] and start >= free_from:
                expected.append(Match(start, end, "d"))
                free_from = end
    assert TermLists({"d": listed}).find(words) == expected


def test_a_column_of_a_table_can_be_the_list(tmp_path: Path) -> None:
    table = tmp_path / "names.tsv"
    table.write_text('id\tlabel\n1\t"aplastic anemia"\n', encoding="utf-8")
    assert list(read_terms(table, column="label")) == ["aplastic anemia"]
    with pytest.raises(FormatError, match="no column 'name'"):
        list(read_terms(table, column="name"))


@pytest.mark.parametrize(
    ("text", "long_form", "short_form"),
    [
        ("the adenomatous polyposis coli ( APC ) gene", "adenomatous polyposis coli", "APC"),
        ("breast cancer ( BC )", "breast cancer", "BC"),
        ("nuclear factor kappa B ( NF - kB )", "nuclear factor kappa B", "NF - kB"),
    ],
)
def test_definitions_are_found(text: str, long_form: str, short_form: str) -> None:
    words = text.split()
    (found,) = find_definitions(words)
    assert " ".join(words[found.start : found.end]) == long_form
    assert " ".join(words[found.short_start : found.short_end]) == short_form


@pytest.mark.parametrize("text", ["fever ( see below )", "in mice ( n = 5 )", "( APC )", "we saw it ( however )"])
def test_other_brackets_define_nothing(text: str) -> None:
    assert find_definitions(text.split()) == []
