"""The four measures of SemEval 2013: against nervaluate where it is right, and against all pairings there are."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nervaluate import Evaluator

from bionym.data import Document, Entity, Span, entity
from bionym.evaluation import Pair, evaluate
from bionym.evaluation.metrics import semeval
from bionym.evaluation.metrics.semeval import Outcomes, outcomes

THEIR_NAMES = {"strict": "strict", "exact": "exact", "partial": "partial", "type": "ent_type"}
ROOM = 10  # characters for one gold and one predicted entity, so that nothing is ambiguous
INSIDE = st.lists(st.integers(0, ROOM - 1), min_size=2, max_size=2, unique=True).map(sorted)
ENTITY = st.builds(lambda edges, label: entity(*edges, label), INSIDE, st.sampled_from("AB"))
ROOMS = st.lists(st.tuples(st.none() | ENTITY, st.none() | ENTITY), min_size=1, max_size=5)
CROWD = st.lists(ENTITY, max_size=4, unique_by=lambda one: (one.spans, one.label))


def document(*entities: Entity) -> Document:
    return Document("1", "x" * 60, entities=entities)


def ours(gold: Document, predicted: Document) -> dict[str, Outcomes]:
    return outcomes(evaluate([gold], [predicted], ["semeval"]))


def moved(one: Entity, by: int) -> Entity:
    return entity(one.start + by, one.end + by, one.label)


def their_form(entities: list[Entity]) -> list[dict[str, Any]]:
    """Ends are inclusive there."""
    return [{"label": one.label, "start": one.start, "end": one.end - 1} for one in entities]


@given(rooms=ROOMS)
def test_where_one_meets_one_the_numbers_are_those_of_nervaluate(
    rooms: list[tuple[Entity | None, Entity | None]],
) -> None:
    placed = [[one and moved(one, ROOM * number) for one in room] for number, room in enumerate(rooms)]
    gold, predicted = ([room[side] for room in placed if room[side]] for side in (0, 1))
    theirs = Evaluator([their_form(gold)], [their_form(predicted)], tags=["A", "B"], loader="dict").evaluate()[
        "overall"
    ]
    scores = evaluate([document(*gold)], [document(*predicted)], ["semeval"])
    for table, found in outcomes(scores).items():
        same = theirs[THEIR_NAMES[table]]
        assert found == (same.correct, same.incorrect, same.partial, same.missed, same.spurious)
        micro = scores.counts[f"semeval:{table}"].micro
        assert (micro.precision, micro.recall, micro.f1) == pytest.approx((same.precision, same.recall, same.f1))


@given(gold=CROWD, predicted=CROWD)
def test_no_pairing_is_better(gold: list[Entity], predicted: list[Entity]) -> None:
    found = ours(document(*gold), document(*predicted))
    num_pairs = found["partial"].correct + found["partial"].partial
    reached = found["strict"].correct, found["exact"].correct, found["type"].correct, num_pairs
    assert reached == max(map(ranks, pairings(gold, predicted)))


def pairings(gold: list[Entity], predicted: list[Entity]) -> Any:
    few, many = sorted((gold, predicted), key=len)
    for others in permutations(many, len(few)):
        yield [pair for pair in zip(few, others, strict=True) if pair[0].overlaps(pair[1])]


def ranks(pairs: list[tuple[Entity, Entity]]) -> tuple[int, int, int, int]:
    """Pairs equal in spans and label, in spans, in label, and all."""
    exact, same = ([getattr(one, what) == getattr(other, what) for one, other in pairs] for what in ("spans", "label"))
    return sum(map(all, zip(exact, same, strict=True))), sum(exact), sum(same), len(pairs)


def test_the_worked_example() -> None:
    """A right one, a wrong label, a wrong edge, both wrong, a missed and a spurious one."""
    gold = document(entity(0, 5, "A"), entity(6, 9, "A"), entity(10, 15, "A"), entity(20, 25, "A"), entity(30, 35, "A"))
    predicted = document(
        entity(0, 5, "A"), entity(6, 9, "B"), entity(10, 14, "A"), entity(21, 25, "B"), entity(40, 45, "A")
    )
    assert ours(gold, predicted) == {
        "strict": (1, 3, 0, 1, 1),
        "exact": (2, 2, 0, 1, 1),
        "partial": (2, 0, 2, 1, 1),
        "type": (2, 2, 0, 1, 1),
    }


def test_half_a_point_is_missed_under_the_gold_label_and_spurious_under_the_predicted() -> None:
    partial = semeval.count(Pair(document(entity(0, 5, "A")), document(entity(0, 4, "B"))))[2]
    assert (partial.of("A").true_positives, partial.of("A").false_negatives) == (0.5, 0.5)
    assert (partial.of("B").false_positives, partial.micro.precision, partial.micro.recall) == (0.5, 0.5, 0.5)


def test_an_exact_pair_is_never_given_up_for_two_partial_ones() -> None:
    gold, predicted = document(entity(0, 10, "A"), entity(0, 4, "B")), document(entity(0, 10, "A"), entity(8, 12, "A"))
    assert ours(gold, predicted)["strict"] == (1, 0, 0, 1, 1)


def test_pieces_of_a_discontinuous_entity_must_all_be_right() -> None:
    gold, part = document(Entity((Span(0, 4), Span(8, 10)), "A")), document(entity(0, 4, "A"))
    assert ours(gold, gold)["strict"].correct == 1
    assert ours(gold, part)["partial"] == (0, 0, 1, 0, 0)
    assert ours(gold, document(entity(5, 7, "A")))["partial"] == (0, 0, 0, 1, 1)
