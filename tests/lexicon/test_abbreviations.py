"""Abbreviations: which brackets define one, and how far a short form holds."""

import pytest

from bionym.data import Span
from bionym.lexicon.abbreviations import Definition, find_definitions, places_of_definitions, short_forms

HEART_FAILURE = ["Heart", "failure", "(", "HF", ")"]


@pytest.mark.parametrize(
    ("text", "definitions"),
    [
        ("heart failure ( HF )", [Definition(0, 2, 3, 4)]),
        ("heart failure ( HF ; chronic )", [Definition(0, 2, 3, 4)]),
        ("heart failure ( HF , chronic )", [Definition(0, 2, 3, 4)]),
        ("heart failure ( HF ) or breast cancer ( BC )", [Definition(0, 2, 3, 4), Definition(6, 8, 9, 10)]),
        ("acetylcholinesterase ( AChE )", [Definition(0, 1, 2, 3)]),
        ("nuclear factor kappa B ( NF - kB )", [Definition(0, 4, 5, 8)]),
        ("a b c d e f g h i j ( ABCDEFGHIJ )", [Definition(0, 10, 11, 12)]),
        ("heart failure ( HF was severe )", []),  # four tokens to the bracket
        ("heart failure ( HF", []),
        ("heart failure ( HF x", []),
        ("heart failure ( H )", []),
        ("heart failure ( hf )", []),
        ("heart failure ( - HF )", []),
        ("heart failure ( )", []),
        ("AB ( AB )", []),  # no longer than the short form
        ("a b c d e f g h i j k ( ABCDEFGHIJK )", []),  # of more than ten characters
        ("failure of the heart ( HF )", []),
    ],
)
def test_a_short_form_in_brackets_has_its_letters_in_the_long_form_before(
    text: str, definitions: list[Definition]
) -> None:
    assert find_definitions(text.split()) == definitions


def test_the_long_form_begins_no_further_away_than_the_short_form_allows() -> None:
    near, far = ["heart", *["of"] * 3, "failure"], ["heart", *["of"] * 30, "failure"]
    assert find_definitions([*near, "(", "HF", ")"]) == [Definition(0, 5, 6, 7)]
    assert find_definitions([*far, "(", "HF", ")"]) == []


def test_the_first_letter_of_the_short_form_begins_a_word() -> None:
    assert find_definitions(["ahead", "failure", "(", "HF", ")"]) == []
    assert find_definitions(["whole", "heart", "failure", "(", "HF", ")"]) == [Definition(1, 3, 4, 5)]


def test_places_of_definitions_are_characters() -> None:
    text = "In  heart failure (HF)."
    tokens = [Span(0, 2), Span(4, 9), Span(10, 17), Span(18, 19), Span(19, 21), Span(21, 22), Span(22, 23)]
    assert places_of_definitions(text, tokens) == [(Span(19, 21), Span(4, 17))]
    assert places_of_definitions("none", [Span(0, 4)]) == []


@pytest.mark.parametrize(("reach", "places"), [(4, [3]), (5, [3, 8]), (10, [3, 8])])
def test_a_short_form_holds_at_its_definition_and_within_reach_behind_it(reach: int, places: list[int]) -> None:
    words = [*HEART_FAILURE, "is", "bad", ".", "HF", "kills"]
    assert list(short_forms(words, reach)) == [(place, (0, 2)) for place in places]


def test_a_short_form_means_nothing_before_its_definition_and_the_last_one_counts() -> None:
    words = ["HF", *HEART_FAILURE, "HF", "hay", "fever", "(", "HF", ")", "HF"]
    assert list(short_forms(words, 100)) == [(4, (1, 3)), (6, (1, 3)), (10, (7, 9)), (12, (7, 9))]


def test_a_short_form_of_several_tokens_is_not_followed() -> None:
    assert list(short_forms(["nuclear", "factor", "kappa", "B", "(", "NF", "-", "kB", ")", "NF"], 100)) == []
