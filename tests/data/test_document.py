import pickle

import pytest

from bionym.data import Document, Entity, Span, entity
from bionym.errors import SpanError


@pytest.mark.parametrize(("start", "end"), [(3, 3), (4, 3), (-1, 2)])
def test_span_is_never_empty_or_reversed(start: int, end: int) -> None:
    with pytest.raises(SpanError):
        Span(start, end)


def test_span_is_half_open() -> None:
    assert Span(5, 10).of("mild fever") == "fever"
    assert Span(0, 5).overlaps(Span(4, 9))
    assert not Span(0, 5).overlaps(Span(5, 9))
    assert Span(0, 9).contains(Span(5, 9))


def test_span_survives_pickling_between_processes() -> None:
    assert pickle.loads(pickle.dumps(Span(1, 2))) == Span(1, 2)


def test_discontinuous_entity_joins_its_pieces() -> None:
    text = "left and right ventricle"
    found = Entity((Span(0, 4), Span(15, 24)), "Anatomy")
    assert found.text_in(text) == "left ventricle"
    assert found.is_discontinuous
    assert found.extent == Span(0, 24)


@pytest.mark.parametrize("spans", [(), (Span(4, 6), Span(0, 2)), (Span(0, 5), Span(4, 6))])
def test_entity_refuses_no_disordered_or_overlapping_spans(spans: tuple[Span, ...]) -> None:
    with pytest.raises(SpanError):
        Entity(spans, "Disease")


def test_entity_refuses_an_empty_label() -> None:
    with pytest.raises(SpanError):
        entity(0, 1, "")


def test_document_sorts_its_entities_longer_first() -> None:
    inner, outer, late = entity(0, 3, "A"), entity(0, 9, "A"), entity(4, 5, "A")
    assert Document("d", "0123456789", entities=(late, inner, outer)).entities == (outer, inner, late)


def test_document_refuses_an_entity_beyond_its_text() -> None:
    with pytest.raises(SpanError, match="ends beyond the 4 characters"):
        Document("d", "text", entities=(entity(0, 5, "Disease"),))


def test_document_refuses_tokens_out_of_order() -> None:
    with pytest.raises(SpanError, match="out of order"):
        Document("d", "a b", tokens=(Span(2, 3), Span(0, 1)))


def test_offsets_count_code_points() -> None:
    text = "𝓐 naïve e\u0301"
    assert Span(0, 1).of(text) == "𝓐"
    assert Span(8, 10).of(text) == "e\u0301"


def test_with_entities_leaves_the_first_document_alone() -> None:
    gold = Document("d", "fever", entities=(entity(0, 5, "Disease"),))
    predicted = gold.with_entities([])
    assert len(gold.entities) == 1
    assert predicted.entities == ()
