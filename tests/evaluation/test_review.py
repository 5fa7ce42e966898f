import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionym import formats
from bionym.data import Audit, Document, Entity, Relation, Span, entity
from bionym.evaluation import Pair, evaluate
from bionym.evaluation.error_kinds import KINDS
from bionym.evaluation.review import Review, review
from tests.evaluation.error_pairs import TEXT, pair_of, pairs

GOLD = Path(__file__).parents[1] / "gold"
RENAL, LIVER = entity(0, 19, "Disease"), entity(24, 43, "Disease")


def test_right_missed_and_spurious_stand_side_by_side() -> None:
    (found,) = review([pair_of([RENAL, LIVER], [RENAL, entity(30, 43, "Disease")])])
    assert [(one.label, dict(one.attributes)) for one in found.entities] == [
        ("Disease", {}),
        ("MISSED-Disease", {"error": "left"}),
        ("SPURIOUS-Disease", {"error": "left"}),
    ]


def test_only_documents_with_errors_are_made_and_all_are_counted() -> None:
    collected = Review()
    wrong = Document("2", f"{TEXT}.", entities=(LIVER,))
    right = Document("1", TEXT, entities=(RENAL,))
    evaluate([right, wrong], [right, wrong.with_entities(())], observers=[collected.add])
    assert ([one.id for one in collected.documents], collected.num_pairs) == (["2"], 2)


@given(st.lists(pairs(), max_size=4))
def test_every_entity_of_a_document_with_errors_stands_once(both: list[Pair]) -> None:
    for one, found in zip([one for one in both if list(review([one]))], review(both), strict=True):
        gold = {(entity.spans, entity.label) for entity in one.gold.entities}
        predicted = {(entity.spans, entity.label) for entity in one.predicted.entities}
        expected = [(spans, label) for spans, label in gold & predicted]
        expected += [(spans, f"MISSED-{label}") for spans, label in gold - predicted]
        expected += [(spans, f"SPURIOUS-{label}") for spans, label in predicted - gold]
        assert sorted((entity.spans, entity.label) for entity in found.entities) == sorted(expected)


@pytest.mark.parametrize("format", ["brat", "jsonl", "bioc_json"])
def test_what_is_written_is_read_again_without_loss(format: str, tmp_path: Path) -> None:
    gold = [one for one in formats.read(GOLD / "brat") if one.entities]
    predicted = [one.with_entities((*one.entities[::2], Entity((Span(0, 3), Span(5, 8)), "Drug"))) for one in gold]
    collected, audit = Review(), Audit()
    evaluate(gold, predicted, observers=[collected.add])
    formats.write(collected.documents, tmp_path / "review", format, audit=audit)
    again = list(formats.read(tmp_path / "review", format))
    assert [shown(one) for one in again] == [shown(one) for one in collected.documents]
    assert not audit.lost and not audit.changed
    kinds = {one.attributes["error"] for document in again for one in document.entities if "-" in one.label}
    assert kinds and kinds <= set(KINDS)


def shown(document: Document) -> list[object]:
    return [(one.spans, one.label, dict(one.attributes)) for one in document.entities]


def test_labels_are_legal_in_brat(tmp_path: Path) -> None:
    formats.write(review([pair_of([RENAL], [LIVER])]), tmp_path / "review", "brat")
    labels = re.findall(r"^T\d+\t(\S+) ", (tmp_path / "review" / "1.ann").read_text(), re.MULTILINE)
    assert labels == ["MISSED-Disease", "SPURIOUS-Disease"]
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", label) for label in labels)


def test_nothing_of_either_source_file_rides_along() -> None:
    gold = Document("1", TEXT, entities=(entity(0, 19, "Disease", id="T1"),), meta={"brat": {"ann": "T9\tX 0 1\ta\n"}})
    related = gold.with_entities(gold.entities, relations=[Relation("Is", (), "R1")])
    (found,) = review([Pair(related, gold.with_entities(()))])
    assert (found.meta, found.relations, found.entities[0].id) == ({}, (), "")
