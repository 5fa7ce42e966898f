"""Spans, entities and documents at their edges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionym.data import Document, Entity, Passage, Span, entity
from bionym.data.align import Aligned, align, from_tags, join_cut_sentences
from bionym.data.entity import in_text_order
from bionym.data.flatten import choose
from bionym.data.mentions import mention_key
from bionym.data.tags import BIO
from bionym.errors import SpanError

SPANS = st.tuples(st.integers(0, 8), st.integers(1, 5)).map(lambda pair: Span(pair[0], pair[0] + pair[1]))


@given(SPANS, SPANS)
def test_overlap_and_containment_are_those_of_sets_of_characters(one: Span, other: Span) -> None:
    left, right = set(range(*one)), set(range(*other))
    assert one.overlaps(other) == bool(left & right)
    assert one.contains(other) == (left >= right)
    assert set(range(*one.shift(3))) == {place + 3 for place in left}


def test_pieces_of_discontinuous_entities_can_lie_between_each_other() -> None:
    one = Entity((Span(0, 2), Span(6, 8)), "A")
    assert not one.overlaps(Entity((Span(2, 6),), "A"))
    assert one.overlaps(Entity((Span(3, 4), Span(7, 9)), "A"))


def test_pieces_that_touch_are_in_order_and_pieces_that_overlap_are_not() -> None:
    assert Entity((Span(0, 2), Span(2, 4)), "A").extent == Span(0, 4)
    with pytest.raises(SpanError, match=r"Entity A: Span\(1, 4\) overlaps or precedes Span\(0, 2\)"):
        Entity((Span(0, 2), Span(1, 4)), "A")


def test_entities_stand_by_start_then_length_to_the_last_piece_then_label() -> None:
    parts = Entity((Span(0, 2), Span(7, 9)), "B")
    order = [entity(0, 9, "A"), parts, entity(0, 8, "A"), entity(0, 8, "B"), entity(1, 9, "A")]
    assert list(in_text_order(reversed(order))) == order


def test_an_entity_may_end_where_the_text_ends_and_not_beyond() -> None:
    document = Document("d", "text").with_entities([entity(0, 4, "Disease")])
    assert document.mention(document.entities[0]) == "text"
    with pytest.raises(SpanError, match=r"Document d: entity T1 Span\(0, 5\) ends beyond the 4 characters"):
        document.with_entities([entity(0, 5, "Disease", id="T1")])


def test_a_passage_may_be_empty_at_the_end_and_not_reach_beyond() -> None:
    assert Document("d", "text", passages=(Passage(0, 4, "title"), Passage(4, 4, "abstract"))).passages[1].start == 4
    for start, end in ((-1, 2), (3, 2), (4, 5)):
        with pytest.raises(SpanError, match="is not inside the 4 characters"):
            Document("d", "text", passages=(Passage(start, end, "title"),))


@pytest.mark.parametrize("kind", ["tokens", "sentences"])
def test_tokens_and_sentences_may_touch_but_neither_overlap_nor_reach_beyond(kind: str) -> None:
    assert Document("d", "text", **{kind: (Span(0, 2), Span(2, 4))})
    with pytest.raises(SpanError, match=rf"the {kind} are out of order or overlap at Span\(1, 4\)"):
        Document("d", "text", **{kind: (Span(0, 2), Span(1, 4))})
    with pytest.raises(SpanError, match=r"Span\(2, 5\) ends beyond the 4 characters"):
        Document("d", "text", **{kind: (Span(0, 2), Span(2, 5))})


@given(st.lists(SPANS, max_size=5), SPANS)
def test_an_entity_is_aligned_with_the_tokens_it_shares_a_character_with(spans: list[Span], span: Span) -> None:
    tokens: list[Span] = []
    for one in sorted(spans):
        if not tokens or tokens[-1].end <= one.start:
            tokens.append(one)
    touched = [place for place, token in enumerate(tokens) if token.overlaps(span)]
    expected = None
    if touched:
        is_exact = tokens[touched[0]].start == span.start and tokens[touched[-1]].end == span.end
        expected = Aligned(touched[0], touched[-1] + 1, is_exact)
    assert align(tokens, span) == expected


def test_tags_of_a_later_sentence_become_the_characters_of_its_tokens() -> None:
    tokens = tuple(Span(2 * place, 2 * place + 1) for place in range(5))
    document = Document("d", "a b c d e", tokens=tokens, sentences=(Span(0, 3), Span(4, 9)))
    (found,) = from_tags(document, [["O", "O"], ["O", "B-A", "I-A"]], BIO)
    assert found.spans == (Span(6, 9),)


def test_sentences_are_joined_only_where_an_entity_crosses() -> None:
    sentences = (Span(0, 2), Span(2, 4), Span(4, 6), Span(6, 8))
    document = Document("d", "abcdefgh", sentences=sentences, entities=(entity(0, 2, "A"), entity(3, 5, "A")))
    assert join_cut_sentences(document).sentences == (Span(0, 2), Span(2, 6), Span(6, 8))


def test_an_entity_over_three_sentences_joins_them_all() -> None:
    document = Document("d", "abcdef", sentences=(Span(0, 2), Span(2, 4), Span(4, 6)), entities=(entity(1, 5, "A"),))
    assert join_cut_sentences(document).sentences == (Span(0, 6),)


def test_mentions_compare_in_any_case_and_white_space() -> None:
    text = "Heart\n  FAILURE heart failure"
    assert mention_key(text, entity(0, 15, "A")) == mention_key(text, entity(16, 29, "A")) == "heart failure"


@pytest.mark.parametrize(
    ("policy", "keep"),
    [
        ("longest", [False, True, False, True]),
        ("first", [True, False, True, True]),
        ("outermost", [False, True, False, True]),
        ("priority", [True, False, True, True]),
    ],
)
def test_each_policy_chooses_among_spans_that_cross_and_nest(policy: str, keep: list[bool]) -> None:
    spans = [(0, 3, "B"), (2, 9, "A"), (4, 6, "B"), (9, 10, "A")]
    assert choose(spans, policy, ("B",)) == keep  # type: ignore[arg-type]


def test_of_spans_that_start_together_the_longer_is_first_and_of_equal_lengths_the_earlier() -> None:
    assert choose([(0, 2, "A"), (0, 4, "A")], "first") == [False, True]
    assert choose([(2, 5, "A"), (0, 3, "A")], "longest") == [False, True]
