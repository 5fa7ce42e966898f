"""Protocols: what makes two numbers comparable, and what does not."""

from dataclasses import replace
from typing import Any

import pytest

from bionym import plugins
from bionym.data import Argument, Document, Entity, Relation, Span, entity
from bionym.data.counts import Counts
from bionym.data.labels import LabelMap
from bionym.errors import UsageError
from bionym.evaluation import evaluate
from bionym.evaluation.comparison import Run, System, check, compare, systems_of
from bionym.evaluation.protocol import GoldHash, Protocol
from bionym.evaluation.scores import Labels
from bionym.evaluation.tally import Tally

DOCUMENT = Document("1", "fever and pain", entities=(entity(0, 5, "A"), entity(10, 14, "B")))
OTHER = Document("2", "nothing")
WHOLE_DOCUMENTS = {"concept", "document", "i2b2_official", "relation"}  # a name or a line of theirs is no sentence's


def hash_of(*documents: Document, reads: tuple[str, ...] = ()) -> str:
    gold = GoldHash(reads)
    for document in documents:
        gold.add(document)
    return gold.value


def test_gold_is_the_same_in_any_order_under_any_id_and_with_any_white_space() -> None:
    renamed = replace(DOCUMENT, id="9", text="fever\nand\tpain")
    assert hash_of(DOCUMENT, OTHER) == hash_of(OTHER, renamed)


@pytest.mark.parametrize(
    "changed",
    [
        replace(DOCUMENT, text="Fever and pain"),
        DOCUMENT.with_entities([entity(0, 5, "A")]),
        DOCUMENT.with_entities([entity(0, 5, "A"), entity(10, 14, "A")]),
        DOCUMENT.with_entities([entity(0, 5, "A"), entity(10, 13, "B")]),
    ],
)
def test_gold_with_another_text_span_or_label_is_another(changed: Document) -> None:
    assert hash_of(changed) != hash_of(DOCUMENT)
    assert hash_of(DOCUMENT, DOCUMENT) != hash_of(DOCUMENT)


@pytest.mark.parametrize("part", ["concepts", "attributes", "relations"])
def test_concepts_attributes_and_relations_count_where_a_metric_reads_them(part: str) -> None:
    rich = Document(
        "1",
        "fever",
        entities=(Entity((Span(0, 5),), "A", concepts=("C1",), attributes={"a": "b"}, id="T1"),),
        relations=(Relation("tie", (Argument("x", "T1"), Argument("y", "T1"))),),
    )
    (one,) = rich.entities
    poor = {
        "concepts": replace(rich, entities=(replace(one, concepts=()),)),
        "attributes": replace(rich, entities=(replace(one, attributes={}),)),
        "relations": replace(rich, relations=()),
    }[part]
    assert hash_of(rich) == hash_of(poor) and hash_of(rich, reads=(part,)) != hash_of(poor, reads=(part,))
    renamed = replace(
        rich,
        entities=(replace(one, id="X"),),
        relations=(Relation("tie", (Argument("x", "X"), Argument("y", "X"))),),
    )
    assert hash_of(rich, reads=(part,)) == hash_of(renamed, reads=(part,))


def test_every_fact_of_a_protocol_is_in_its_fingerprint() -> None:
    protocol = Protocol("strict", 1, "abc", 2, 3, {"gold": {"A": "B"}}, ("B", "C"), "test")
    changes: list[dict[str, Any]] = [
        {"metric": "exact-span"},
        {"version": 2},
        {"gold": "abd"},
        {"num_documents": 3},
        {"num_entities": 4},
        {"label_map": {"predicted": {"A": "B"}}},
        {"only": ("B",)},
        {"split": "dev"},
    ]
    prints = {replace(protocol, **change).fingerprint for change in changes}
    assert len(prints) == len(changes) and protocol.fingerprint not in prints
    assert replace(protocol, only=("C", "B")).fingerprint == protocol.fingerprint
    assert replace(protocol, label_map={"gold": {"A": "B"}, "predicted": {}}).fingerprint == protocol.fingerprint


def test_scores_know_their_documents_and_those_on_one_side_only() -> None:
    gold = [DOCUMENT, Document("3", "c", entities=(entity(0, 1, "A"),)), Document("2", "b")]
    predicted = [Document("4", "d", entities=(entity(0, 1, "A"),)), DOCUMENT]
    labels = Labels(LabelMap({"B": "A"}, ("A",)), LabelMap({"B": "A"}, ("A",)))
    scores = evaluate(gold, predicted, ["strict"], labels=labels, split="test", unit="document")
    assert (scores.num_documents, scores.only_gold, scores.only_predicted) == (4, ("2", "3"), ("4",))
    protocol = scores.protocols["strict"]
    assert (protocol.num_documents, protocol.num_entities, protocol.split, protocol.only) == (3, 3, "test", ("A",))
    assert scores.counts["strict"] == Counts({"A": 2}, {"A": 1}, {"A": 1})
    assert sorted(scores.tables["strict"].units) == ["1", "2", "3", "4"]


@pytest.mark.parametrize(("number", "kind"), [(19, "sentence"), (20, "document"), (21, "document")])
def test_few_documents_are_counted_by_sentence(number: int, kind: str) -> None:
    documents = [Document(str(place), "It fell. It rose.", entities=(entity(0, 2, "A"),)) for place in range(number)]
    tally = evaluate(documents, documents).tables["strict"]
    assert (tally.kind, len(tally.units)) == (kind, number * (2 if kind == "sentence" else 1))
    assert tally.total.of("A").true_positives == number


def test_a_document_that_stands_twice_is_two_units() -> None:
    scores = evaluate([DOCUMENT, DOCUMENT], [DOCUMENT, DOCUMENT], unit="document")
    assert scores.tables["strict"].units == ["1", "1 (2)"]


def run(right: int, missed: int, *, source: str = "", num_units: int = 12, **more: Any) -> Run:
    units = {str(number): Counts({"A": right}, {}, {"A": missed}) for number in range(num_units)}
    return Run(source, Tally.of("document", units), "print", **more)


def test_every_two_systems_are_compared_the_second_minus_the_first() -> None:
    systems = [System("x", [run(1, 1)]), System("y", [run(2, 0), run(1, 1)]), System("z", [run(2, 0)])]
    found = compare(systems, num_rounds=200)
    assert [(one["first"], one["second"]) for one in found["differences"]] == [("x", "y"), ("x", "z"), ("y", "z")]
    assert [one["recall"]["value"] for one in found["differences"]] == pytest.approx([0.25, 0.5, 0.25])
    assert [one["recall"] for one in found["systems"]] == pytest.approx([0.5, 0.75, 1.0])
    assert [one["seeds"] is None for one in found["systems"]] == [True, False, True]
    assert (found["unit"], found["units"], found["rounds"]) == ("document", 12, 200)


def test_what_does_not_compare_is_told_by_its_source() -> None:
    alike = System("x", [run(1, 1, source="a", num_missing=1), run(1, 1, source="b", num_missing=1)])
    assert check([alike], "print") == []
    others = System("y", [run(1, 1, source="c", num_missing=2), run(1, 1, source="d", num_missing=1, num_unknown=3)])
    assert check([alike, others], "print") == [
        "c lacks 2 gold documents and a 1",
        "d holds 3 documents that gold does not have",
    ]
    assert check([others], "other")[0].startswith("c was scored under another protocol (print) than this one (other)")


def test_runs_of_one_name_are_seeds_of_a_system_and_two_systems_are_needed() -> None:
    named = [("x", run(1, 1, source="a")), ("y", run(1, 1, source="b")), ("x", run(1, 1, source="c"))]
    assert [(one.name, [each.source for each in one.runs]) for one in systems_of(named)] == [
        ("x", ["a", "c"]),
        ("y", ["b"]),
    ]
    with pytest.raises(UsageError, match="two systems or more"):
        systems_of(named[::2])


def test_only_metrics_of_whole_documents_are_not_counted_by_sentence() -> None:
    parts = {name: plugins.find("evaluation.metrics", name) for name in plugins.names("evaluation.metrics")}
    assert {name for name, part in parts.items() if not part.IS_LOCAL} == WHOLE_DOCUMENTS
