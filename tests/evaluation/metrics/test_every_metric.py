"""What holds for every metric, whatever it counts; a new file in `evaluation/metrics/` is tested by being there."""

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bionym import plugins
from bionym.data import Argument, Document, Entity, Relation, Span
from bionym.data.counts import Counts
from bionym.errors import InputError
from bionym.evaluation import Pair, evaluate
from bionym.evaluation.pairs import sentences
from bionym.protocols import Metric

NAMES = plugins.names("evaluation.metrics")
ONE_WAY = ("i2b2_official",)  # its rule for overlap, and so its counts, differ with the side
TEXT = "No chest pain, mild fever\nCT of the left and right lung\nIL-2 given for asthma.\n"
LABELS = ("problem", "test", "treatment")
WORDS = [Span(0, 2), Span(3, 8), Span(9, 14), Span(15, 19), Span(20, 25), Span(26, 28), Span(29, 31), Span(32, 35)]
WORDS += [
    Span(36, 40),
    Span(41, 44),
    Span(45, 50),
    Span(51, 55),
    Span(56, 60),
    Span(61, 66),
    Span(67, 70),
    Span(71, 77),
]
LINES = (Span(0, 25), Span(26, 55), Span(56, 78))


def mention(spans: Sequence[Span], label: str, number: int) -> Entity:
    """An entity with all that any metric reads."""
    return Entity(
        tuple(spans), label, (f"D00{number % 3}",), {"assertion": ("absent", "present")[number % 2]}, id=f"T{number}"
    )


def document(*entities: Entity, id: str = "1", is_bare: bool = False) -> Document:
    """The text, with its tokens unless bare, and a relation between each two entities that follow one another."""
    pairs = pairwise(entities)
    ties = [Relation("with", (Argument("a", left.id), Argument("b", right.id))) for left, right in pairs]
    return Document(id, TEXT, (), entities, tuple(ties), () if is_bare else tuple(WORDS), LINES)


FLAT = document(*(mention([WORDS[at]], LABELS[at % 3], at) for at in (1, 3, 4, 8, 12, 15)))
NESTED = [mention([Span(3, 14)], "problem", 1), mention([Span(3, 8)], "test", 2), mention([Span(3, 8)], "problem", 3)]
NESTED += [
    mention([Span(3, 25)], "treatment", 4),
    mention([Span(71, 77)], "problem", 5),
    mention([Span(67, 77)], "problem", 6),
]
GAP = [mention([Span(36, 40), Span(51, 55)], "problem", 7), mention([Span(45, 55)], "problem", 8)]


def part(name: str) -> Metric:
    found: Metric = plugins.find("evaluation.metrics", name)
    return found


def tables(name: str, gold: Document, predicted: Document) -> tuple[Counts, ...]:
    return part(name).count(Pair(gold, predicted))


def numbers(counts: Counts) -> dict[str, tuple[float, float, float]]:
    """The counts of each label that has any."""
    rows = {label: counts.of(label) for label in counts.labels}
    found = {label: (row.true_positives, row.false_positives, row.false_negatives) for label, row in rows.items()}
    return {label: row for label, row in found.items() if any(row)}


def shuffled(one: Document) -> Document:
    """The same document from entities in another order, all of them twice."""
    entities = [*one.entities, *one.entities]
    random.Random(1).shuffle(entities)
    return replace(one, entities=tuple(entities))


@st.composite
def flat_documents(draw: st.DrawFn) -> Document:
    """Runs of tokens that do not share one, inside their line."""
    found, position = [], 0
    while position < len(WORDS):
        length = draw(st.integers(0, 2))
        inside = [
            word
            for word in WORDS[position : position + length]
            if TEXT.count("\n", WORDS[position].start, word.end) == 0
        ]
        if inside:
            where = Span(inside[0].start, inside[-1].end)
            found.append(mention([where], draw(st.sampled_from(LABELS)), len(found)))
        position += max(1, len(inside))
    return document(*found)


@st.composite
def any_documents(draw: st.DrawFn) -> Document:
    """Any characters, nested, crossing, discontinuous, over line ends."""
    found = []
    for number in range(draw(st.integers(0, 5))):
        edges = draw(st.lists(st.integers(0, len(TEXT)), min_size=2, max_size=4, unique=True).map(sorted))
        spans = [Span(*edges[at : at + 2]) for at in range(0, len(edges) - 1, 2)]
        found.append(mention(spans, draw(st.sampled_from(LABELS)), number))
    return document(*found, is_bare=draw(st.booleans()))


@pytest.mark.parametrize("name", NAMES)
def test_a_metric_says_what_it_is(name: str) -> None:
    found: Any = part(name)
    assert found.VERSION >= 1
    assert len(set(found.TABLES)) == len(found.TABLES) >= 1
    assert set(getattr(found, "READS", ())) <= {"concepts", "attributes", "relations"}
    assert len(tables(name, FLAT, FLAT)) == len(found.TABLES)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("entities", [NESTED, GAP], ids=["nested", "discontinuous"])
def test_nested_and_discontinuous_are_right_or_refused_by_name(name: str, entities: list[Entity]) -> None:
    one = document(*entities, id="report17")
    try:
        scores = evaluate([one], [one], [name], unit="document")
    except InputError as refused:
        assert "'report17'" in str(refused) and refused.fix and "[" in str(refused)
        assert not any(word in str(refused) for word in ("chest", "lung", "asthma"))
        return
    assert scores.f1 == 1
    assert all(counts.micro.f1 == 1 for counts in scores.counts.values() if counts.labels)


def test_only_those_that_stand_for_files_refuse_anything() -> None:
    refusing = set()
    for name in NAMES:
        for entities in (NESTED, GAP):
            try:
                tables(name, document(*entities), document())
            except InputError:
                refusing.add(name)
    assert refusing == {"conlleval", "i2b2_official", "tag"}


@pytest.mark.parametrize("name", NAMES)
def test_a_perfect_prediction_gives_1_and_an_empty_one_no_recall(name: str) -> None:
    perfect, empty = tables(name, FLAT, FLAT), tables(name, FLAT, FLAT.with_entities(()))
    assert perfect[0].micro.f1 == 1
    assert all(counts.micro.f1 == 1 for counts in perfect if counts.labels)
    assert empty[0].micro.recall == 0 and empty[0].micro.support == perfect[0].micro.support


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ONE_WAY])
@settings(max_examples=25)
@given(left=flat_documents(), right=flat_documents())
def test_swapped_sides_swap_precision_and_recall(name: str, left: Document, right: Document) -> None:
    there, back = tables(name, left, right), tables(name, right, left)
    for one, other in zip(there, back, strict=True):
        assert (one.micro.precision, one.micro.recall) == (other.micro.recall, other.micro.precision)


@pytest.mark.parametrize("name", sorted({*NAMES} - {"conlleval", "i2b2_official", "tag"}))
@settings(max_examples=25)
@given(left=any_documents(), right=any_documents())
def test_neither_order_nor_duplicates_change_counts(name: str, left: Document, right: Document) -> None:
    once, again = tables(name, left, right), tables(name, shuffled(left), shuffled(right))
    assert list(map(numbers, once)) == list(map(numbers, again))


@pytest.mark.parametrize("name", NAMES)
def test_counts_of_documents_add_up(name: str) -> None:
    other = document(*FLAT.entities[::2], id="2")
    one_by_one = [tables(name, FLAT, other), tables(name, other, FLAT)]
    gold, predicted = [FLAT, replace(other, id="2")], [replace(other, id="1"), replace(FLAT, id="2")]
    together = evaluate(gold, predicted, [name], unit="document").counts.values()
    for number, counts in enumerate(together):
        total = Counts()
        for single in one_by_one:
            total.add(single[number])
        assert numbers(total) == numbers(counts)


@pytest.mark.parametrize("name", [name for name in NAMES if part(name).IS_LOCAL])
@settings(max_examples=25)
@given(left=flat_documents() | any_documents(), right=flat_documents() | any_documents())
def test_a_local_metric_counts_a_document_as_its_sentences(name: str, left: Document, right: Document) -> None:
    try:
        whole = tables(name, left, right)
    except InputError:
        return
    totals = [Counts() for _ in whole]
    for unit in sentences(Pair(left, right)):
        for total, counts in zip(totals, part(name).count(unit), strict=True):
            total.add(counts)
    assert list(map(numbers, totals)) == list(map(numbers, whole))


@pytest.mark.parametrize("name", NAMES)
def test_nothing_on_either_side_counts_nothing(name: str) -> None:
    for empty in (document(), document(is_bare=True), Document("1", ""), Document("1", "\n \n")):
        for table, counts in zip(part(name).TABLES, tables(name, empty, empty), strict=True):
            assert counts.micro.false_positives == counts.micro.false_negatives == 0
            assert counts.micro.true_positives == 0 or table == "tags"
