"""Abbreviations and synonyms behind an error, by hand and in abstracts of BC5CDR."""

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bionym import formats
from bionym.data import Document, Entity, Span, entity
from bionym.evaluation import Pair
from bionym.evaluation.error_names import NAMES
from bionym.evaluation.errors import Errors
from bionym.evaluation.seen import Seen
from bionym.evaluation.slices import Slices
from tests.evaluation.error_pairs import pair_of, pairs

EXAMPLES = Path(__file__).parents[2] / "examples" / "bc5cdr" / "test.pubtator"
TEXT = "Scleroderma renal crisis (SRC). SRC was fatal; renal failure too."
LONG = entity(0, 24, "Disease")  # Scleroderma renal crisis
DEFINED = entity(26, 29, "Disease")  # (SRC)
LATER = entity(32, 35, "Disease")  # SRC
OTHER = entity(47, 60, "Disease")  # renal failure


def names_of(both: Pair, seen: Seen | None = None) -> list[tuple[str, ...]]:
    errors = Errors(seen=seen)
    errors.add(both)
    return [tuple(one["names"]) for one in errors.as_dict()["examples"]]  # type: ignore[attr-defined]


def with_concept(one: Entity, concept: str) -> Entity:
    return replace(one, concepts=(concept,))


def test_a_short_form_is_told_by_what_became_of_its_long_form() -> None:
    assert names_of(pair_of([LONG, LATER], [LONG], TEXT)) == [("short-of-found",)]
    assert set(names_of(pair_of([LONG, LATER], [], TEXT))) == {("short-of-missed",), ()}
    assert names_of(pair_of([LATER], [], TEXT)) == [("short-alone",)]


def test_a_long_form_is_told_by_its_short_form() -> None:
    assert names_of(pair_of([LONG, LATER], [LATER], TEXT)) == [("long-of-found",)]


def test_an_entity_that_ends_where_the_long_form_does_counts_as_it() -> None:
    crisis = entity(12, 24, "Disease")  # renal crisis
    assert names_of(pair_of([crisis, LATER], [crisis], TEXT)) == [("short-of-found",)]


def test_a_long_form_under_another_label_is_not_that_of_a_short_form() -> None:
    finding = entity(0, 24, "Finding")
    assert names_of(pair_of([finding, LATER], [finding], TEXT)) == [("short-alone",)]


def test_a_name_that_is_right_elsewhere_is_repeated() -> None:
    found = names_of(pair_of([LONG, DEFINED, LATER], [LONG, DEFINED], TEXT))
    assert found == [("repeated", "short-of-found")]


def test_a_synonym_shares_a_concept_and_is_no_short_form() -> None:
    gold = [with_concept(one, "D007674") for one in (LONG, LATER, OTHER)]
    assert names_of(pair_of(gold, gold[:2], TEXT)) == [("synonym-of-found",)]
    assert names_of(pair_of(gold[:2], gold[:1], TEXT)) == [("short-of-found",)]
    assert names_of(pair_of([LONG, OTHER], [LONG], TEXT)) == [()]


def test_boundary_errors_and_spurious_entities_have_names_too() -> None:
    cut = entity(53, 60, "Disease")  # failure
    gold = [with_concept(LONG, "D007674"), with_concept(OTHER, "D007674")]
    assert names_of(pair_of(gold, [LONG, cut], TEXT)) == [("synonym-of-found",)]
    assert names_of(pair_of([LONG], [LONG, LATER], TEXT)) == [("short-of-found",)]


def test_training_tells_new_synonyms_from_new_names() -> None:
    trained = Document("t", "kidney failure, cough", entities=(with_concept(entity(0, 14, "Disease"), "D007674"),))
    seen = Seen.of([trained])
    assert names_of(pair_of([with_concept(OTHER, "D007674")], [], TEXT), seen) == [("synonym-of-trained",)]
    assert names_of(pair_of([with_concept(OTHER, "D999")], [], TEXT), seen) == [("untrained",)]
    known = pair_of([entity(0, 14, "Disease")], [], "Kidney Failure")
    assert names_of(known, seen) == [()]


def test_a_concept_known_under_another_label_is_not_known() -> None:
    trained = Document("t", "renal", entities=(with_concept(entity(0, 5, "Organ"), "D007674"),))
    assert names_of(pair_of([with_concept(OTHER, "D007674")], [], TEXT), Seen.of([trained])) == [("untrained",)]


def test_the_slices_of_concepts_tell_new_names_of_known_ones() -> None:
    trained = Document("t", "renal crisis", entities=(with_concept(entity(0, 12, "Disease"), "D1"),))
    gold = [entity(12, 24, "Disease"), with_concept(OTHER, "D1"), with_concept(LONG, "D2"), LATER]
    slices = Slices(("concept",), seen=Seen.of([trained]))
    slices.add(pair_of(gold, gold, TEXT))
    told = [(row["slice"], row["true_positives"]) for row in slices.as_dict()["concept"]]
    names = ("known name", "new name of a known concept", "new concept", "new name, no concept")
    assert told == [(name, 1) for name in names]


def test_every_short_form_left_out_of_an_abstract_is_found_again_as_such() -> None:
    document = next(one for one in formats.read(EXAMPLES) if one.id == "22836123")
    kept = [one for one in document.entities if document.mention(one) != "SRC"]
    num_left_out = len(document.entities) - len(kept)
    assert names_of(Pair(document, document.with_entities(kept))) == [("short-of-found",)] * num_left_out
    assert num_left_out == document.text.count("SRC")


def test_the_first_name_of_each_concept_makes_the_others_synonyms() -> None:
    told = []
    for document in formats.read(EXAMPLES):
        first = {one.concepts: one for one in reversed(document.entities) if one.concepts}
        told += names_of(Pair(document, document.with_entities(first.values())))
    assert sum("synonym-of-found" in one for one in told) > 50
    assert sum("short-of-found" in one for one in told) > 20
    assert sum("repeated" in one for one in told) > 200


@given(st.lists(pairs(), max_size=4))
def test_names_are_known_ones_and_no_more_than_errors(both: list[Pair]) -> None:
    errors = Errors(seen=Seen.of([one.gold for one in both[:1]]))
    for one in both:
        errors.add(one)
    found = errors.as_dict()
    assert tuple(found["names"]) == NAMES
    assert all(number <= errors.kinds.total() for number in errors.names.values())


def test_a_discontinuous_mention_is_compared_by_its_words() -> None:
    gap = Entity((Span(0, 11), Span(18, 24)), "Disease")
    assert names_of(pair_of([gap, LATER], [gap], TEXT)) == [("short-of-found",)]
