from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given

from bionym import formats
from bionym.data import Document, Entity, Span
from bionym.data.mentions import mention_key
from bionym.summary import Name, names_of
from tests.strategies import documents

GOLD = Path(__file__).parents[1] / "gold"


def of(text: str, *mentions: str, label: str = "Disease", concepts: dict[str, str] | None = None) -> tuple[Name, ...]:
    """The names of a text, in which each mention is an entity at its next occurrence."""
    entities, end = [], dict[str, int]()
    for mention in mentions:
        start = text.index(mention, end.get(mention, 0))
        end[mention] = start + len(mention)
        found = (concepts or {}).get(mention)
        entities.append(Entity((Span(start, end[mention]),), label, (found,) if found else ()))
    return names_of(Document("1", text, entities=tuple(entities)))


def told(names: tuple[Name, ...]) -> list[tuple[str, int, dict[str, int]]]:
    return [(one.name, one.count, dict(one.also)) for one in names]


def test_case_and_white_space_make_no_other_name() -> None:
    found = of("Renal failure. No renal\n  failure.", "Renal failure", "renal\n  failure")
    assert told(found) == [("Renal failure", 2, {})]


def test_a_plural_is_another_name() -> None:
    assert told(of("seizure, seizures", "seizure", "seizures")) == [("seizure", 1, {}), ("seizures", 1, {})]


def test_one_wording_under_two_labels_is_two_names() -> None:
    text = "cold and cold"
    entities = (Entity((Span(0, 4),), "Disease"), Entity((Span(9, 13),), "Finding"))
    assert [one.label for one in names_of(Document("1", text, entities=entities))] == ["Disease", "Finding"]


def test_synonyms_with_one_concept_are_one_name() -> None:
    found = of("HTN was hypertension.", "HTN", "hypertension", concepts={"HTN": "D006973", "hypertension": "D006973"})
    assert told(found) == [("HTN", 1 + 1, {"hypertension": 1})]
    assert found[0].concepts == ("D006973",)


def test_one_wording_with_two_concepts_is_two_names_and_a_third_without_stays_alone() -> None:
    entities = [Entity((Span(at, at + 2),), "Drug", concepts) for at, concepts in ((0, ("1",)), (3, ("2",)), (6, ()))]
    assert [one.count for one in names_of(Document("1", "RD RD RD", entities=tuple(entities)))] == [1, 1, 1]


def test_a_mention_without_concept_joins_the_only_concept_of_its_wording() -> None:
    entities = [Entity((Span(at, at + 2),), "Drug", concepts) for at, concepts in ((0, ()), (3, ("1",)))]
    assert [one.count for one in names_of(Document("1", "RD RD", entities=tuple(entities)))] == [2]


def test_a_defined_short_form_is_no_name_of_its_own_and_the_full_form_is_shown() -> None:
    text = "Systemic lupus erythematosus (SLE). SLE and sle."
    found = of(text, "Systemic lupus erythematosus", "SLE", "SLE", "sle")
    assert told(found) == [("Systemic lupus erythematosus", 4, {"SLE": 3})]


def test_a_short_form_that_is_not_defined_or_defined_twice_stays_alone() -> None:
    assert len(of("Heart failure. HF was chronic.", "Heart failure", "HF")) == 2
    twice = "Heart failure (HF). Hay fever (HF). HF."
    assert len(of(twice, "Heart failure", "HF", "Hay fever", "HF", "HF")) == 3


def test_a_short_form_with_another_concept_than_its_long_form_stays_alone() -> None:
    text = "Heart failure (HF)."
    assert len(of(text, "Heart failure", "HF", concepts={"Heart failure": "1", "HF": "2"})) == 2


def test_scores_are_the_highest_and_the_mean_of_those_there_are() -> None:
    scores = (0.5, 0.9, None)
    entities = [Entity((Span(at, at + 2),), "Drug", score=score) for at, score in zip((0, 3, 6), scores, strict=True)]
    (found,) = names_of(Document("1", "RD RD RD", entities=tuple(entities)))
    assert (found.highest, found.mean, found.count) == (0.9, pytest.approx(0.7), 3)
    (without,) = of("fever", "fever")
    assert (without.highest, without.mean) == (None, None)


def test_an_entity_that_stands_twice_counts_once_with_its_highest_score() -> None:
    twice = tuple(Entity((Span(0, 5),), "Sign", score=score) for score in (0.4, 0.8))
    (found,) = names_of(Document("1", "fever", entities=twice))
    assert (found.count, found.highest, found.mean) == (1, 0.8, 0.8)


def test_a_discontinuous_mention_has_all_its_spans() -> None:
    pieces = (Span(0, 4), Span(14, 17))
    (found,) = names_of(Document("1", "left or right arm", entities=(Entity(pieces, "Part"),)))
    assert (found.name, found.first) == ("left arm", pieces)


def test_names_of_an_abstract_are_its_concepts() -> None:
    for document in formats.read(GOLD / "pubtator" / "bc5cdr.PubTator.txt"):
        concepts = {(one.label, frozenset(one.concepts)) for one in document.entities if one.concepts}
        assert {(one.label, frozenset(one.concepts)) for one in names_of(document) if one.concepts} == concepts


@given(documents())
def test_every_place_counts_once_and_first_is_where_a_wording_stands(document: Document) -> None:
    found = names_of(document)
    places = {(one.label, one.spans) for one in document.entities}
    assert Counter(label for label, _ in places) == sum((Counter({one.label: one.count}) for one in found), Counter())
    for one in found:
        first = Entity(one.first, one.label)
        assert mention_key(document.text, first) in {
            " ".join(name.split()).casefold() for name in (one.name, *one.also)
        }
        assert (one.label, one.first) in places


@given(documents())
def test_the_order_of_entities_plays_no_part(document: Document) -> None:
    assert names_of(document.with_entities(reversed(document.entities))) == names_of(document)
