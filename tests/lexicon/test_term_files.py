"""Term lists from files, and which terms are listed."""

from pathlib import Path

import pytest

from bionym.errors import FormatError
from bionym.lexicon.terms import MAX_PIECES, Match, TermLists, normalize, pieces, read_terms


def test_a_file_without_a_column_has_a_term_a_line(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_text("Breast Cancers\nIL-2\n12\nab\n", encoding="utf-8")
    assert list(read_terms(path)) == ["breast cancer", "il 2"]
    assert list(read_terms(path, shortest=2)) == ["breast cancer", "il 2", "ab"]


def test_a_file_of_normalized_terms_is_taken_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "names.terms"
    path.write_text("breast cancers\nab\n\n", encoding="utf-8")
    assert list(read_terms(path)) == ["breast cancers", "ab"]


def test_the_columns_of_a_table_are_apart_by_commas_or_tabs_and_short_rows_are_passed_over(tmp_path: Path) -> None:
    for name, separator in (("names.csv", ","), ("names.tsv", "\t")):
        rows = [("id", "label", "x"), ("1", "fever"), ("2",), ("3", "severe pain", "y")]
        (tmp_path / name).write_text("".join(separator.join(row) + "\n" for row in rows), encoding="utf-8")
        assert list(read_terms(tmp_path / name, column="label")) == ["fever", "severe pain"]


def test_a_missing_column_is_answered_with_those_that_stand_there(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_text("id,label\n", encoding="utf-8")
    with pytest.raises(FormatError, match=r"line 1: there is no column 'name'.* Its columns: id, label\."):
        read_terms(path, column="name")


def test_a_term_counts_letters_and_digits_not_spaces() -> None:
    assert list(normalize(["a-b", "a-bc", "a-b-c-d"], shortest=3)) == ["a bc", "a b c d"]


def test_terms_of_numbers_alone_or_of_too_many_pieces_are_left_out() -> None:
    longest = " ".join(["word"] * MAX_PIECES)
    assert list(normalize(["12-34", "", longest, f"{longest} word"])) == [longest]


@pytest.mark.parametrize(
    ("plural", "piece"),
    [
        ("cells", "cell"),
        ("gas", "gas"),
        ("rats", "rat"),
        ("class", "class"),
        ("virus", "virus"),
        ("sis", "sis"),
        ("axis", "axis"),
    ],
)
def test_a_plural_s_is_taken_off_words_of_four_letters_or_more(plural: str, piece: str) -> None:
    assert pieces(plural) == (piece,)


def test_a_term_in_several_lists_is_found_in_each() -> None:
    lists = TermLists({"a": ["fever"], "b": ["fever", "pain"], "c": ["fever"]})
    assert lists.find(["fever", "pain"]) == [Match(0, 1, "a"), Match(0, 1, "b"), Match(0, 1, "c"), Match(1, 2, "b")]
    assert len(lists) == 2


def test_a_term_of_many_pieces_is_found_before_a_shorter_one() -> None:
    words = ["w", *["x"] * 10, "y"]
    assert TermLists({"a": [" ".join(words), "w x"]}).find(["z", *words, "z"]) == [Match(1, 13, "a")]
