import pytest
from hypothesis import given

from bionym.data import Audit, Document, Entity, Span, entity
from bionym.data.align import to_tags
from bionym.data.blanks import is_blank, without_blank_gaps, without_blanks
from bionym.data.tags import BIO
from bionym.text.prepare import tokenized
from tests.strategies import documents

TEXT = "mild fever \n\nand  ataxia"


def gapped(*spans: tuple[int, int]) -> Entity:
    return Entity(tuple(Span(*span) for span in spans), "X")


def tagged(*entities: Entity) -> tuple[list[str], Audit]:
    audit, document = Audit(), Document("d", TEXT, entities=entities)
    tokens = tokenized(document).tokens
    (tags,) = to_tags(document.with_tokens(tokens, ()), BIO, audit=audit)
    return tags, audit


@pytest.mark.parametrize("span", [(5, 11), (4, 10), (4, 13), (5, 13)])
def test_white_space_at_an_edge_is_trimmed(span: tuple[int, int]) -> None:
    assert without_blanks(TEXT, entity(*span, "X")).spans == (Span(5, 10),)
    tags, audit = tagged(entity(*span, "X"))
    assert tags == ["O", "B-X", "O", "O"]
    assert audit.changed == {("entity", "white space at an edge: trimmed"): 1}


@pytest.mark.parametrize(
    "spans", [((5, 10), (13, 16)), ((5, 11), (12, 16)), ((5, 8), (8, 16)), ((5, 10), (11, 12), (13, 16))]
)
def test_a_gap_of_white_space_alone_is_closed(spans: tuple[tuple[int, int], ...]) -> None:
    assert without_blanks(TEXT, gapped(*spans)).spans == (Span(5, 16),)
    assert without_blank_gaps(TEXT, gapped(*spans)).spans == (Span(5, 16),)
    tags, audit = tagged(gapped(*spans))
    assert tags == ["O", "B-X", "I-X", "O"]
    assert audit.changed == {("entity", "a gap of white space alone: joined"): 1}


def test_a_gap_of_anything_else_stays() -> None:
    tags, audit = tagged(gapped((0, 4), (13, 16)))
    assert (tags, audit.num_lost, audit.num_changed) == (["O"] * 4, 1, 0)


def test_an_edge_inside_a_token_is_widened_and_one_in_white_space_is_not() -> None:
    _, audit = tagged(entity(6, 11, "X"))
    assert {reason for _, reason in audit.changed} == {
        "white space at an edge: trimmed",
        "an edge falls inside a token: widened to the token",
    }


def test_an_entity_of_white_space_alone_stays_as_it_is() -> None:
    blank = entity(10, 13, "X")
    assert without_blanks(TEXT, blank) is blank
    assert is_blank(TEXT, blank)
    assert tagged(blank)[1].lost == {("entity", "covers no token"): 1}


@given(documents())
def test_what_remains_covers_the_same_words(document: Document) -> None:
    for one in document.entities:
        plain = without_blanks(document.text, one)
        assert "".join(plain.text_in(document.text).split()) == "".join(one.text_in(document.text).split())
        assert without_blanks(document.text, plain) is plain
