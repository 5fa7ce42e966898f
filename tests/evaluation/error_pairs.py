"""Pairs for the tests of errors: short ones by hand, and any by Hypothesis, dense with overlaps."""

from dataclasses import replace

from hypothesis import strategies as st

from bionym.data import Document, Entity, Span
from bionym.evaluation import Pair
from tests.strategies import spans

TEXT = "acute renal failure and acute liver failure"


def pair_of(gold: list[Entity], predicted: list[Entity], text: str = TEXT, id: str = "1") -> Pair:
    """A pair over one text."""
    return Pair(Document(id, text, entities=tuple(gold)), Document(id, text, entities=tuple(predicted)))


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    """A pair with nested, overlapping, discontinuous and repeated entities, some with scores, and every kind of error."""
    text = draw(st.sampled_from(("abcdefghij", "a bb a bb a", "IL 2 (IL)\nil ")))
    gold = draw(st.lists(_entities(len(text)), min_size=1, max_size=6) | st.just([]))
    found = [other for one in gold for other in _predicted(one, draw(st.integers(0, 6)))]
    others = draw(st.lists(_entities(len(text)), max_size=3))
    sides = draw(st.permutations([gold, [*found, *others]]))
    return pair_of(*sides, text, draw(st.sampled_from("abc")))


@st.composite
def _entities(draw: st.DrawFn, num_chars: int) -> Entity:
    where = draw(spans(num_chars, discontinuous=draw(st.booleans())))
    return Entity(where, draw(st.sampled_from("AB")), score=draw(st.none() | st.sampled_from((0.05, 0.32, 0.57, 1.0))))


def _predicted(gold: Entity, way: int) -> list[Entity]:
    """What a tagger might make of a gold entity: it, it without its first character, its halves, another label, nothing."""
    middle, end = gold.start + 1, gold.end
    if way == 0 or (way < 3 and end == middle):
        return []
    if way == 1:
        return [replace(gold, spans=(Span(middle, end),))]
    if way == 2:
        return [replace(gold, spans=(Span(gold.start, middle),)), replace(gold, spans=(Span(middle, end),))]
    return [replace(gold, label="B")] if way == 3 else [gold]
