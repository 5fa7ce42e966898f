from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionym import formats
from bionym.data import Entity, Span, entity
from bionym.evaluation import Pair, evaluate, pair
from bionym.evaluation.assignment import assign
from bionym.evaluation.error_examples import CONTEXT_CHARS
from bionym.evaluation.error_kinds import KINDS, classify
from bionym.evaluation.error_names import NAMES
from bionym.evaluation.errors import Errors
from bionym.evaluation.matching import match
from tests.evaluation.error_pairs import TEXT, pair_of, pairs

GOLD = Path(__file__).parents[1] / "gold"
RENAL = entity(0, 19, "Disease")  # acute renal failure
LIVER = entity(24, 43, "Disease")  # acute liver failure


def kinds_of(gold: list[Entity], predicted: list[Entity], text: str = TEXT) -> list[str]:
    return [error.kind for error in classify(match(pair_of(gold, predicted, text)))]


def errors_of(*both: Pair) -> Errors:
    errors = Errors()
    for one in both:
        errors.add(one)
    return errors


@pytest.mark.parametrize(
    ("kind", "predicted"),
    [
        ("left", [entity(6, 19, "Disease")]),
        ("right", [entity(0, 11, "Disease")]),
        ("both-edges", [entity(6, 11, "Disease")]),
        ("gap", [Entity((Span(0, 5), Span(12, 19)), "Disease")]),
        ("split", [entity(0, 5, "Disease"), entity(6, 19, "Disease")]),
        ("label", [entity(0, 19, "Chemical")]),
        ("label-and-boundary", [entity(6, 19, "Chemical")]),
        ("missed", []),
    ],
)
def test_each_kind_has_its_name(kind: str, predicted: list[Entity]) -> None:
    assert kinds_of([RENAL], predicted) == [kind]


def test_one_prediction_over_several_gold_entities_is_a_merge() -> None:
    assert kinds_of([RENAL, LIVER], [entity(0, 43, "Disease")]) == ["merge"]


def test_what_touches_nothing_is_missed_or_spurious() -> None:
    assert kinds_of([RENAL], [LIVER]) == ["missed", "spurious"]


def test_an_entity_in_the_gap_of_another_does_not_overlap_it() -> None:
    around = Entity((Span(0, 5), Span(12, 19)), "Disease")
    assert kinds_of([around], [entity(6, 11, "Disease")]) == ["missed", "spurious"]


def test_discontinuous_entities_that_read_as_one_piece_are_split() -> None:
    gold = Entity((Span(0, 5), Span(12, 19)), "Disease")
    assert kinds_of([gold], [entity(0, 5, "Disease"), entity(12, 19, "Disease")]) == ["split"]


def test_a_nested_prediction_inside_another_is_no_split() -> None:
    assert kinds_of([RENAL], [entity(0, 11, "Disease"), entity(6, 11, "Disease")]) == ["right", "spurious"]


def test_nested_gold_of_which_one_is_right_leaves_the_other_missed() -> None:
    inner = entity(6, 11, "Organ")
    assert kinds_of([RENAL, inner], [RENAL]) == ["missed"]


def test_same_spans_go_before_same_label() -> None:
    predicted = [entity(0, 19, "Chemical"), entity(6, 19, "Disease")]
    assert kinds_of([RENAL], predicted) == ["label", "spurious"]


def test_each_goes_to_the_one_it_overlaps_most() -> None:
    both = pair_of([entity(0, 10, "A"), entity(10, 20, "A")], [entity(1, 12, "A"), entity(12, 20, "A")])
    first, second = classify(match(both))
    assert (first.predicted[0].start, second.predicted[0].start) == (1, 12)


@given(pairs())
def test_every_entity_stands_in_exactly_one_error_or_is_right(documents: Pair) -> None:
    (both,) = pair([documents.gold], [documents.predicted])
    matched = match(both)
    errors = classify(matched)
    assert sorted(one.spans for error in errors for one in error.gold) == sorted(one.spans for one in matched.missed)
    found = sorted(one.spans for error in errors for one in error.predicted)
    assert found == sorted(one.spans for one in matched.spurious)
    counts = evaluate([both.gold], [both.predicted]).counts["strict"].micro
    assert (len(matched.right), len(matched.missed)) == (counts.true_positives, counts.false_negatives)


@given(pairs())
def test_kinds_mean_what_they_say(both: Pair) -> None:
    for error in classify(match(both)):
        sizes = len(error.gold), len(error.predicted)
        assert {
            "missed": sizes == (1, 0),
            "spurious": sizes == (0, 1),
            "split": sizes[1] > 1,
            "merge": sizes[0] > 1,
        }.get(error.kind, sizes == (1, 1))
        if all(sizes):
            assert (error.gold_label == error.predicted_label) == (not error.kind.startswith("label"))
            assert all(mine.overlaps(theirs) for mine in error.gold for theirs in error.predicted)


@given(st.lists(pairs(), max_size=5), st.randoms(use_true_random=False))
def test_neither_the_order_of_documents_nor_of_entities_plays_a_part(both: list[Pair], random: Random) -> None:
    shuffled = [Pair(*(side.with_entities(_shuffled(side.entities, random)) for side in one[:2])) for one in both]
    assert shown(_shuffled(shuffled, random)) == shown(both)


def _shuffled(items, random: Random):  # type: ignore[no-untyped-def]
    return random.sample(list(items), len(items))


def shown(both: list[Pair]) -> object:
    return errors_of(*both).as_dict(show_text=True, num_examples=100)


@given(st.lists(pairs(), max_size=4))
def test_rows_of_the_confusion_sum_to_gold_and_columns_to_predicted(both: list[Pair]) -> None:
    errors = Errors()
    gold, predicted = ([one[side] for one in both] for side in (0, 1))
    counts = evaluate(gold, predicted, observers=[errors.add]).counts["strict"]
    found = errors.as_dict()["confusion"]
    table = np.array(found["counts"])
    for number, label in enumerate(found["labels"][:-1]):
        assert table[number].sum() == counts.of(label).support
        assert table[:, number].sum() == counts.of(label).num_predicted
        assert table[number, number] == counts.of(label).true_positives


WEIGHTS = st.dictionaries(st.tuples(st.integers(0, 6), st.integers(0, 6)), st.integers(1, 20), max_size=20)


@pytest.mark.needs("scipy")
@given(WEIGHTS)
def test_the_assignment_is_as_good_as_scipys(weights: dict[tuple[int, int], int]) -> None:
    from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped, unused-ignore]

    table = np.zeros((7, 7))
    for at, weight in weights.items():
        table[at] = weight
    found = assign(weights)
    assert sum(weights[at] for at in found) == table[linear_sum_assignment(table, maximize=True)].sum()
    assert len({row for row, _ in found}) == len({column for _, column in found}) == len(found)


FEVER = entity(0, 5, "Disease")


def num_suspected(*both: Pair) -> int:
    return errors_of(*both).num_suspected_gold_errors


def test_other_label_of_the_same_mention_in_gold_is_suspected() -> None:
    here = pair_of([entity(0, 5, "Symptom")], [FEVER], "fever was high")
    elsewhere = pair_of([entity(5, 10, "Disease")], [entity(5, 10, "Disease")], "High FEVER")
    assert num_suspected(here) == 0
    assert num_suspected(here, elsewhere) == num_suspected(elsewhere, here) == 1
    assert errors_of(here, elsewhere).as_dict()["examples"][0]["suspected_gold_error"]


def test_a_spurious_mention_that_gold_annotates_elsewhere_is_suspected() -> None:
    elsewhere = pair_of([FEVER], [FEVER], "fever")
    assert num_suspected(pair_of([], [FEVER], "fever fit"), elsewhere) == 1
    inside_another = pair_of([entity(0, 9, "Disease")], [FEVER, entity(0, 9, "Disease")], "fever fit")
    assert num_suspected(inside_another, elsewhere) == 0


def test_a_missed_word_that_mostly_stands_unannotated_is_suspected() -> None:
    missed = pair_of([FEVER], [], "Fever, no fever.")
    assert num_suspected(missed) == 1
    assert num_suspected(missed, pair_of([FEVER], [FEVER], "fever")) == 0
    assert num_suspected(pair_of([FEVER], [], "fever")) == 0


def test_text_without_gold_does_not_count_as_unannotated() -> None:
    missed, without_gold = pair_of([FEVER], [], "fever"), pair_of([], [], "No fever.")
    assert num_suspected(missed, without_gold) == 1
    assert num_suspected(missed, without_gold._replace(missing="gold")) == 0


def test_boundary_errors_are_never_suspected() -> None:
    elsewhere = pair_of([FEVER], [FEVER], "fever")
    assert num_suspected(pair_of([entity(0, 9, "Disease")], [FEVER], "fever fit"), elsewhere) == 0


def test_confident_errors_come_first_and_kinds_take_turns() -> None:
    predicted = [entity(start, start + 2, "A", score=start / 40) for start in (0, 10, 20)]
    found = errors_of(pair_of([entity(30, 35, "B")], predicted)).as_dict(num_examples=3)["examples"]
    assert [(one["kind"], [each["score"] for each in one["predicted"]]) for one in found] == [
        ("spurious", [0.5]),
        ("missed", []),
        ("spurious", [0.25]),
    ]


def test_examples_are_bounded_and_their_context_is_short() -> None:
    errors = Errors(most_examples=2)
    text = "x " * 2000
    errors.add(pair_of([entity(place, place + 1, "A") for place in range(0, 4000, 2)], [], text))
    examples = errors.as_dict(show_text=True)["examples"]
    assert [len(one["context"]["text"]) <= 2 * CONTEXT_CHARS + 1 for one in examples] == [True, True]
    assert errors.kinds["missed"] == 2000


def test_context_is_the_sentence_and_where_it_starts() -> None:
    both = pair_of([], [entity(6, 11, "A")], "One. Fever. Two.")
    gold = both.gold.with_tokens((), (Span(0, 4), Span(5, 11), Span(12, 16)))
    example = errors_of(both._replace(gold=gold)).as_dict(show_text=True)["examples"][0]
    assert example["context"] == {"text": "Fever.", "start": 5}


def test_long_context_is_cut_between_words() -> None:
    text = "abcdef " * 30 + "fever" + " abcdef" * 30
    example = errors_of(pair_of([entity(210, 215, "A")], [], text)).as_dict(show_text=True)["examples"][0]
    words = example["context"]["text"].split(" ")
    assert set(words) == {"abcdef", "fever"} and len(words) < 40
    assert text[example["context"]["start"] :].startswith(example["context"]["text"])


def test_frequent_errors_are_counted_by_mention_only_if_text_is_shown() -> None:
    both = pair_of([entity(0, 5, "A"), entity(6, 9, "A"), entity(10, 15, "A")], [], "fever flu FEVER")
    errors = errors_of(both)
    alike = {"kind": "missed", "gold_label": "A", "predicted_label": None}
    assert errors.as_dict()["frequent"] == [alike | {"number": 3}]
    assert errors.as_dict(show_text=True)["frequent"][0] == alike | {"mention": "fever", "number": 2}


def test_no_text_stands_in_what_does_not_show_it() -> None:
    gold = list(formats.read(GOLD / "brat"))
    predicted = [document.with_entities(moved(document.entities)) for document in gold]
    errors = Errors()
    evaluate(gold, predicted, observers=[errors.add])
    labels = {one.label for document in (*gold, *predicted) for one in document.entities}
    said = set(strings_in(errors.as_dict(num_examples=1000)))
    assert said <= labels | {document.id for document in gold} | {*KINDS, *NAMES, "none"} | KEYS
    assert not said.isdisjoint(KINDS)
    shown = " ".join(strings_in(errors.as_dict(show_text=True)))
    assert "Prader-Willi" in shown and "prader-willi syndrome" in shown


KEYS = {
    "gold",
    "predicted",
    "right",
    "kinds",
    "names",
    "by_label",
    "confusion",
    "suspected_gold_errors",
    "frequent",
    "examples",
}
KEYS |= {"labels", "counts", "kind", "gold_label", "predicted_label", "number", "document", "suspected_gold_error"}
KEYS |= {"spans", "label", "score"}


def strings_in(value: object) -> Iterator[str]:
    """Every string in nested lists and dictionaries, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (string for item in value.items() for part in item for string in strings_in(part))
    elif isinstance(value, list):
        yield from (string for item in value for string in strings_in(item))


def moved(entities: tuple[Entity, ...]) -> list[Entity]:
    """Every second entity as it is; of the others one shortened, one with another label, one lost, in turn."""
    found = []
    for number, one in enumerate(entities):
        if number % 2 == 0:
            found.append(one)
        elif number % 6 == 1 and len(one.spans) == 1 and one.end - one.start > 1:
            found.append(entity(one.start, one.end - 1, one.label))
        elif number % 6 == 3:
            found.append(Entity(one.spans, "Chemical" if one.label != "Chemical" else "Disease"))
    return found
