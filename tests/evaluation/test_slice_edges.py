"""Slices at their edges: the numbers at which one ends and the next begins."""

import pytest

from bionym.data import Document, Entity, Passage, Span, entity
from bionym.evaluation.sections import Sections, headings
from bionym.evaluation.seen import Seen
from bionym.evaluation.slicers import SLICERS, Side, Surroundings, frequency


def slice_of(name: str, one: Entity, text: str, *others: Entity, seen: Seen | None = None) -> str:
    document = Document("d", text, entities=(one, *others))
    return SLICERS[name](one, Side(document.entities, Surroundings(document), seen))


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (1, "1 token"),
        (2, "2 tokens"),
        (3, "3 tokens"),
        (4, "4-5 tokens"),
        (5, "4-5 tokens"),
        (6, "6+ tokens"),
        (9, "6+ tokens"),
    ],
)
def test_a_length_is_a_number_of_tokens(number: int, name: str) -> None:
    assert slice_of("length", entity(0, 2 * number - 1, "A"), "a b c d e f g h i j") == name


def test_tokens_that_two_pieces_share_count_once_and_gaps_not_at_all() -> None:
    assert slice_of("length", Entity((Span(0, 2), Span(3, 4)), "A"), "abcd x") == "1 token"
    assert slice_of("length", Entity((Span(0, 1), Span(6, 7)), "A"), "a b c d") == "2 tokens"


@pytest.mark.parametrize(
    ("number", "name"),
    [(0, "0"), (1, "1"), (2, "2-4"), (4, "2-4"), (5, "5-19"), (19, "5-19"), (20, "20+"), (99, "20+")],
)
def test_a_frequency_has_its_slice(number: int, name: str) -> None:
    assert frequency(number) == name


@pytest.mark.parametrize(
    ("mention", "is_short"),
    [
        ("HF", True),
        ("ABCDEF", True),
        ("ABCDEFG", False),
        ("AbCd", True),
        ("AbCde", False),
        ("H1", False),
        ("A B", False),
        ("Hf", False),
        ("mRNA", True),
    ],
)
def test_short_words_of_capitals_are_abbreviations(mention: str, is_short: bool) -> None:
    name = slice_of("abbreviation", entity(0, len(mention), "A"), f"{mention} fell")
    assert name == ("abbreviation" if is_short else "full form")


def test_a_defined_short_form_is_one_in_any_case() -> None:
    text = "heart failure (Hef), hef"
    assert slice_of("abbreviation", entity(21, 24, "A"), text) == "abbreviation"
    assert slice_of("abbreviation", entity(0, 13, "A"), text) == "full form"


def test_training_tells_known_names_from_known_concepts() -> None:
    known = Entity((Span(0, 5),), "A", concepts=("C1",))
    seen = Seen.of([Document("t", "Fever pain", entities=(known, entity(6, 10, "B")))])
    text = "pain fever ache x"
    cases = {
        entity(5, 10, "A"): ("seen with this label", "known name"),
        entity(0, 4, "A"): ("seen with another label", "new name, no concept"),
        Entity((Span(11, 15),), "A", concepts=("C2", "C1")): ("unseen", "new name of a known concept"),
        Entity((Span(11, 15),), "B", concepts=("C1",)): ("unseen", "new concept"),
        entity(16, 17, "A"): ("unseen", "new name, no concept"),
    }
    for one, names in cases.items():
        assert (slice_of("seen", one, text, seen=seen), slice_of("concept", one, text, seen=seen)) == names


def test_an_entity_in_the_middle_of_three_lies_inside_another() -> None:
    outer, middle, inner = entity(0, 9, "A"), entity(0, 6, "A"), entity(2, 4, "A")
    names = [slice_of("nested", one, "abcdefghij", *({outer, middle, inner} - {one})) for one in (outer, middle, inner)]
    assert names == ["holds another", "inside another", "inside another"]
    assert slice_of("nested", entity(0, 3, "A"), "abcdef", entity(2, 5, "A")) == "alone"


def test_a_passage_holds_its_first_character_and_not_the_one_behind_it() -> None:
    passages = (Passage(0, 4, "title"), Passage(5, 12, "abstract"), Passage(6, 8, "inner"))
    sections = Sections(Document("d", "PLAN:\nxyzxyz", passages=passages))
    names = ["title", "title", "none", "abstract", "inner", "inner", "abstract", "abstract", "none"]
    assert [sections.at(offset) for offset in (0, 3, 4, 5, 6, 7, 8, 11, 12)] == names


def test_a_section_reaches_from_its_heading_to_the_next() -> None:
    text = "Seen.\nMeds: x\nFOO BAR: y\nplan\nz"
    assert [(one.start, one.name) for one in headings(text)] == [
        (6, "medications"),
        (14, "other section"),
        (25, "assessment and plan"),
    ]
    sections = Sections(Document("d", text))
    names = ["none", "none", "medications", "medications", "other section", "other section", "assessment and plan"]
    assert [sections.at(offset) for offset in (0, 5, 6, 13, 14, 24, 25)] == names
