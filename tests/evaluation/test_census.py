"""The census of a corpus: each number against entities placed by hand."""

from bionym.data import Argument, Document, Entity, Relation, Span, entity
from bionym.evaluation import census

TEXT = "aa bb cc dd ee"
TOKENS = tuple(Span(place, place + 2) for place in range(0, 14, 3))


def document(*entities: Entity, id: str = "d") -> Document:
    return Document(id, TEXT, entities=entities, tokens=TOKENS, sentences=(Span(0, 14),))


def taken(*entities: Entity) -> census.Census:
    return census.take({"train": [document(*entities)]})


def places(found: census.Census) -> list[tuple[str, int, int]]:
    return [(place.what, place.start, place.end) for place in found.places]


def test_an_entity_inside_another_is_nested_whatever_its_label() -> None:
    found = taken(entity(0, 8, "A"), entity(3, 5, "B"), entity(6, 8, "A"))
    assert (found.nested, found.crossing, found.same_label) == (2, 0, 1)
    assert places(found) == [("nested", 3, 5), ("nested", 6, 8)]


def test_entities_that_overlap_without_nesting_cross() -> None:
    found = taken(entity(0, 8, "A"), entity(3, 11, "A"), entity(6, 14, "A"))
    assert (found.nested, found.crossing, found.same_label) == (0, 3, 3)
    assert places(found) == [("crossing", 3, 11), ("crossing", 6, 14)]


def test_entities_that_touch_neither_nest_nor_cross() -> None:
    found = taken(entity(0, 2, "A"), entity(2, 5, "A"))
    assert (found.nested, found.crossing, found.same_label) == (0, 0, 0)


def test_an_entity_in_the_gap_of_another_does_not_overlap_it() -> None:
    found = taken(Entity((Span(0, 2), Span(6, 8)), "A"), entity(3, 5, "A"))
    assert (found.discontinuous, found.nested, found.crossing, found.same_label) == (1, 0, 0, 0)
    assert places(found) == [("discontinuous", 0, 8)]


def test_duplicates_are_counted_and_not_taken_for_nested() -> None:
    found = taken(entity(0, 2, "A"), entity(0, 2, "A"), entity(0, 2, "B"))
    assert (found.duplicates, found.nested, found.same_label) == (1, 1, 0)


def test_lengths_are_tokens_and_edges_inside_tokens_are_counted() -> None:
    found = taken(entity(0, 5, "A"), entity(3, 7, "A"), entity(9, 11, "B"), entity(11, 12, "B"))
    assert found.lengths == {2: 2, 1: 1, 0: 1}
    assert found.misaligned == 2
    report = found.as_dict()
    assert report["length_tokens"] == {"median": 1.5, "max": 2, "counts": {0: 1, 1: 1, 2: 2}}
    assert census.take({"train": [document()]}).as_dict()["length_tokens"] == {}


def test_splits_labels_relations_and_mentions_are_counted() -> None:
    tie = Relation("tie", (Argument("Arg1", "T1"), Argument("Arg2", "T1")))
    first = Document("1", "ab ab", entities=(entity(0, 2, "A"), entity(3, 5, "A", id="T1")), relations=(tie, tie))
    splits = {
        "train": [first, Document("2", "x"), Document("2", "y")],
        "test": [Document("3", "AB  ab"), Document("2", "z")],
    }
    found = census.take(splits)
    report = found.as_dict(num_mentions=5)
    assert (found.num_documents, found.num_entities, found.num_tokens) == (5, 2, 7)
    assert (report["splits"], report["labels"]) == ({"train": 3, "test": 2}, {"A": 2})
    assert (report["relations"], report["mentions"]) == ({"tie": 2}, [["A", "ab", 2]])
    assert report["repeated_ids"] == {"2": 2}
    assert [one["document"] for one in report["in_several_splits"]] == ["1", "2"]  # type: ignore[attr-defined]
