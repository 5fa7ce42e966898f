"""White space that an entity covers does not count in scores, nor as nesting."""

import pytest

from bionym.data import Document, Entity, Span, entity
from bionym.evaluation import evaluate
from bionym.evaluation.census import take

TEXT = "Severe pain \n\nagain"


def document(*entities: Entity) -> Document:
    return Document("d", TEXT, entities=entities)


@pytest.mark.parametrize("metric", ["strict", "exact-span", "overlap", "token", "semeval", "left-boundary"])
@pytest.mark.parametrize(
    "gold", [entity(0, 7, "X"), Entity((Span(0, 3), Span(3, 6)), "X"), Entity((Span(0, 6), Span(6, 7)), "X")]
)
def test_white_space_at_an_edge_costs_nothing(metric: str, gold: Entity) -> None:
    right = document(entity(0, 6, "X"))
    assert evaluate([document(gold)], [right], [metric]).f1 == evaluate([right], [document(gold)], [metric]).f1 == 1


def test_fragments_that_white_space_parts_equal_one_stretch() -> None:
    gold = document(Entity((Span(7, 11), Span(14, 19)), "X"))
    assert evaluate([gold], [document(entity(7, 19, "X"))]).f1 == 1


def test_a_word_more_still_costs() -> None:
    assert evaluate([document(entity(0, 7, "X"))], [document(entity(0, 11, "X"))]).f1 == 0


def test_an_entity_of_white_space_alone_is_not_nested_and_a_trailing_blank_not_misaligned() -> None:
    census = take({"all": [document(entity(0, 11, "X"), entity(6, 7, "X"), entity(7, 12, "Y"))]})
    assert (census.nested, census.crossing, census.misaligned) == (1, 0, 1)
