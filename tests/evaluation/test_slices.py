from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionym import formats
from bionym.data import Document, Entity, Passage, Span, entity
from bionym.errors import UnknownNameError
from bionym.evaluation import Pair, evaluate
from bionym.evaluation.sections import headings
from bionym.evaluation.seen import Seen
from bionym.evaluation.slices import NAMES, Slices
from tests.evaluation.error_pairs import pair_of, pairs

GOLD = Path(__file__).parents[1] / "gold"
TEXT = "long tail syndrome (LTS): LTS and long tail"


def slices_of(name: str, *both: Pair, training: list[Document] | None = None) -> dict[object, tuple[object, ...]]:
    """True positives, false positives and false negatives of each slice, in order."""
    slices = Slices((name,), seen=Seen.of(training) if training is not None else None)
    for one in both:
        slices.add(one)
    counts = ("true_positives", "false_positives", "false_negatives")
    return {row["slice"]: tuple(row[name] for name in counts) for row in slices.as_dict().get(name, ())}


def document(*entities: Entity, text: str = TEXT) -> Document:
    return Document("1", text, entities=entities)


def test_right_and_missed_count_where_gold_lies_and_spurious_where_it_was_predicted() -> None:
    both = pair_of([entity(0, 4, "A"), entity(0, 9, "A")], [entity(0, 4, "A"), entity(0, 18, "A")], TEXT)
    assert slices_of("length", both) == {"1 token": (1, 0, 0), "2 tokens": (0, 0, 1), "3 tokens": (0, 1, 0)}


def test_tokens_of_the_document_measure_length() -> None:
    both = pair_of([entity(0, 18, "A")], [], TEXT)
    cut = both.gold.with_tokens([Span(0, 9), Span(10, 18)], [])
    assert slices_of("length", both._replace(gold=cut)) == {"2 tokens": (0, 0, 1)}


def test_frequency_is_that_in_all_gold_in_any_case() -> None:
    first = pair_of([entity(0, 5, "A")], [entity(0, 5, "A"), entity(6, 9, "A")], "fever fit")
    second = pair_of([entity(0, 5, "B")], [], "FEVER")
    expected = {"0": (0, 1, 0), "2-4": (1, 0, 1)}
    assert slices_of("frequency", first, second) == slices_of("frequency", second, first) == expected


def test_seen_asks_for_mention_and_label_of_the_training_documents() -> None:
    training = [document(entity(0, 4, "A"), entity(5, 9, "B"))]
    both = pair_of([entity(0, 4, "A"), entity(5, 9, "A"), entity(10, 18, "A")], [], TEXT)
    found = slices_of("seen", both, training=training)
    assert list(found) == ["seen with this label", "seen with another label", "unseen"]
    assert set(found.values()) == {(0, 0, 1)}


def test_seen_is_left_out_without_training_documents() -> None:
    assert list(Slices().as_dict()) == [name for name in NAMES if name not in ("seen", "concept")]


def test_nested_entities_lie_inside_or_hold_others_of_their_side() -> None:
    outer, inner, alone = entity(0, 18, "A"), entity(5, 9, "B"), entity(26, 29, "A")
    found = slices_of("nested", pair_of([outer, inner, alone], [outer], TEXT))
    assert found == {"alone": (0, 0, 1), "inside another": (0, 0, 1), "holds another": (1, 0, 0)}


def test_equal_spans_do_not_nest() -> None:
    assert slices_of("nested", pair_of([entity(0, 4, "A"), entity(0, 4, "B")], [], TEXT)) == {"alone": (0, 0, 2)}


def test_abbreviations_are_defined_ones_and_short_words_in_capitals() -> None:
    both = pair_of([entity(26, 29, "A"), entity(0, 18, "A")], [], TEXT)
    assert slices_of("abbreviation", both) == {"abbreviation": (0, 0, 1), "full form": (0, 0, 1)}
    defined = "tumour suppressor protein (tsP) and tsp"
    assert slices_of("abbreviation", pair_of([entity(27, 30, "A")], [], defined)) == {"abbreviation": (0, 0, 1)}
    shouted = pair_of([entity(0, 8, "A"), entity(9, 14, "A"), entity(15, 20, "A")], [], "HEADACHE BRCA1 Fever")
    assert slices_of("abbreviation", shouted) == {"abbreviation": (0, 0, 1), "full form": (0, 0, 2)}


def test_passages_are_the_sections_and_come_in_order() -> None:
    both = pair_of([entity(0, 4, "A"), entity(26, 29, "A"), entity(34, 38, "A")], [], TEXT)
    passages = (Passage(0, 18, "title"), Passage(20, 30, "abstract"))
    gold = Document("1", TEXT, passages=passages, entities=both.gold.entities)
    assert list(slices_of("section", both._replace(gold=gold))) == ["title", "abstract", "none"]


def test_headings_of_clinical_notes_are_told_apart_but_never_quoted() -> None:
    note = "Pt seen.\nMedications on Admission:\r\naspirin\nJOHN DOE: seen\nAssessment/Plan\n  hpi: fever\nRest: none"
    assert [section.name for section in headings(note)] == [
        "medications",
        "other section",
        "assessment and plan",
        "history of present illness",
    ]
    both = pair_of([entity(0, 2, "A"), entity(36, 43, "A"), entity(44, 48, "A")], [], note)
    assert list(slices_of("section", both)) == ["medications", "other section", "none"]


def test_discontinuous_entities_have_their_slice() -> None:
    gap = Entity((Span(0, 4), Span(10, 18)), "A")
    assert slices_of("discontinuous", pair_of([gap], [gap], TEXT)) == {"with gaps": (1, 0, 0)}


def test_an_unknown_slice_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'length'"):
        Slices(("lenght",))


@given(st.lists(pairs(), max_size=4))
def test_slices_of_each_name_sum_to_the_strict_counts(both: list[Pair]) -> None:
    slices = Slices(seen=Seen.of([both[0].gold] if both else []))
    scores = evaluate([one.gold for one in both], [one.predicted for one in both], observers=[slices.add])
    micro = scores.counts["strict"].micro
    found = slices.as_dict()
    assert tuple(found) == NAMES
    for rows in found.values():
        for name in ("true_positives", "false_positives", "false_negatives"):
            assert sum(row[name] for row in rows) == getattr(micro, name)  # type: ignore[misc]


def test_slices_by_label_are_the_scores_by_label() -> None:
    gold = list(formats.read(GOLD / "pubtator" / "bc5cdr.PubTator.txt"))
    predicted = [document.with_entities(document.entities[::2]) for document in gold]
    slices = Slices(("label",))
    counts = evaluate(gold, predicted, observers=[slices.add]).counts["strict"]
    for row in slices.as_dict()["label"]:
        of = counts.of(str(row["slice"]))
        assert (row["precision"], row["recall"], row["f1"]) == (of.precision, of.recall, of.f1)
        assert (row["support"], row["predicted"]) == (of.support, of.num_predicted)
