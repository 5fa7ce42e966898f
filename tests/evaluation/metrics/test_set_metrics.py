"""What a document holds, wherever it stands: mentions, concepts, relations; and assertions."""

from dataclasses import replace

from bionym.data import Argument, Document, Entity, Relation, Span, entity
from bionym.data.counts import Counts
from bionym.evaluation import Pair
from bionym.evaluation.metrics import assertion, concept, document, relation

TEXT = "Aspirin for fever; aspirin\n again. Chest  PAIN, chest pain"
DRUG, FEVER = entity(0, 7, "Chemical", id="T1"), entity(12, 17, "Disease", id="T2")


def of(*entities: Entity, relations: tuple[Relation, ...] = ()) -> Document:
    return Document("1", TEXT, entities=entities, relations=relations)


def rows(counts: Counts) -> dict[str, tuple[float, float, float]]:
    found = {label: counts.of(label) for label in counts.labels}
    return {label: (row.true_positives, row.false_positives, row.false_negatives) for label, row in found.items()}


def with_concepts(one: Entity, *concepts: str) -> Entity:
    return replace(one, concepts=concepts)


def tie(*ends: tuple[str, str], label: str = "treats") -> Relation:
    return Relation(label, tuple(Argument(*end) for end in ends))


def test_a_mention_counts_once_wherever_it_stands() -> None:
    gold, predicted = (
        of(DRUG, entity(19, 26, "Chemical"), FEVER),
        of(entity(19, 26, "Chemical"), entity(12, 17, "Sign")),
    )
    assert rows(document.count(Pair(gold, predicted))[0]) == {
        "Chemical": (1, 0, 0),
        "Disease": (0, 0, 1),
        "Sign": (0, 1, 0),
    }


def test_case_and_white_space_do_not_tell_mentions_apart() -> None:
    assert rows(document.count(Pair(of(entity(35, 46, "S")), of(entity(48, 58, "S"))))[0]) == {"S": (1, 0, 0)}
    gap = Entity((Span(35, 40), Span(54, 58)), "S")
    assert rows(document.count(Pair(of(gap), of(entity(48, 58, "S"))))[0]) == {"S": (1, 0, 0)}


def test_concepts_count_once_a_document_and_label() -> None:
    gold = of(with_concepts(DRUG, "D1"), with_concepts(entity(19, 26, "Chemical"), "D1"), with_concepts(FEVER, "D2"))
    predicted = of(with_concepts(FEVER, "D2", "D3"), DRUG)
    assert rows(concept.count(Pair(gold, predicted))[0]) == {"Chemical": (0, 0, 1), "Disease": (1, 1, 0)}


def test_joined_concepts_count_one_by_one_and_mesh_needs_no_prefix() -> None:
    gold, predicted = (
        of(with_concepts(FEVER, "D1|D2", "D3+D4")),
        of(with_concepts(FEVER, "MESH:D1", "mesh:D2", "D3", "D4")),
    )
    assert rows(concept.count(Pair(gold, predicted))[0]) == {"Disease": (4, 0, 0)}


def test_a_relation_needs_its_label_and_both_ends() -> None:
    gold = of(DRUG, FEVER, relations=(tie(("a", "T1"), ("b", "T2")),))
    others = (tie(("a", "T1"), ("b", "T2"), label="causes"), tie(("a", "T1"), ("b", "T1")))
    assert rows(relation.count(Pair(gold, of(DRUG, FEVER, relations=others)))[0]) == {
        "causes": (0, 1, 0),
        "treats": (0, 1, 1),
    }


def test_ends_are_compared_by_what_they_name_in_any_order() -> None:
    gold = of(DRUG, FEVER, relations=(tie(("a", "T1"), ("b", "T2")),))
    renamed = (replace(FEVER, id="x"), replace(DRUG, id="y"))
    twice = tie(("b", "x"), ("a", "y"))
    for counts in relation.count(Pair(gold, of(*renamed, relations=(twice, twice)))):
        assert rows(counts) == {"treats": (1, 0, 0)}


def test_roles_count_in_the_first_table_only() -> None:
    gold, predicted = (
        of(DRUG, FEVER, relations=(tie(("a", one), ("b", other)),)) for one, other in (("T1", "T2"), ("T2", "T1"))
    )
    with_roles, any_role = relation.count(Pair(gold, predicted))
    assert (rows(with_roles), rows(any_role)) == ({"treats": (0, 1, 1)}, {"treats": (1, 0, 0)})


def test_relations_between_concepts_need_no_mention() -> None:
    gold = of(relations=(tie(("Chemical", "D001"), ("Disease", "D002")),))
    assert rows(relation.count(Pair(gold, of(DRUG, relations=gold.relations)))[0]) == {"treats": (1, 0, 0)}
    assert relation.count(Pair(gold, of()))[0].micro.recall == 0


def test_an_end_whose_entity_has_another_span_is_wrong() -> None:
    ties = (tie(("a", "T1"), ("b", "T2")),)
    gold, predicted = of(DRUG, FEVER, relations=ties), of(DRUG, entity(12, 16, "Disease", id="T2"), relations=ties)
    assert rows(relation.count(Pair(gold, predicted))[0]) == {"treats": (0, 1, 1)}


def test_assertions_are_rows_and_need_span_and_label() -> None:
    absent, present = ({"assertion": value} for value in ("absent", "present"))
    gold = of(replace(DRUG, attributes=absent), replace(FEVER, attributes=absent), entity(35, 46, "Disease"))
    predicted = of(replace(DRUG, attributes=absent), replace(FEVER, attributes=present))
    assert rows(assertion.count(Pair(gold, predicted))[0]) == {"absent": (1, 0, 1), "present": (0, 1, 0)}


def test_an_entity_without_an_assertion_misses_it() -> None:
    gold = of(replace(FEVER, attributes={"assertion": "absent"}))
    assert rows(assertion.count(Pair(gold, of(FEVER)))[0]) == {"absent": (0, 0, 1)}
