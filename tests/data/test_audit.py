"""The audit: what is counted, what is listed, and what it refuses."""

import pytest

from bionym.data import Audit, Entity, Span, entity
from bionym.data import audit as auditing
from bionym.errors import LossError

FEVER = entity(3, 8, "Disease")


def test_losses_and_changes_are_counted_apart_and_by_reason() -> None:
    audit = Audit()
    audit.lose("d", FEVER, "overlaps", count=2)
    audit.lose("d", FEVER, "crosses")
    audit.lose("d", "relation", "no place", count=5)
    audit.change("d", FEVER, "widened", count=3)
    audit.change("d", "sentence", "joined", count=7)
    assert (audit.num_lost, audit.num_changed) == (3, 3)
    assert audit.lost == {("entity", "overlaps"): 2, ("entity", "crosses"): 1, ("relation", "no place"): 5}


def test_a_report_lists_the_commonest_first_and_where_each_was() -> None:
    audit = Audit()
    audit.read["documents"] += 4
    audit.written["documents"] += 3
    audit.lose("d1", Entity((Span(0, 2), Span(5, 8)), "Disease", id="T1"), "discontinuous")
    audit.lose("d2", "relation", "no place", count=2)
    audit.change("d3", FEVER, "widened")
    assert audit.as_dict() == {
        "read": {"documents": 4},
        "written": {"documents": 3},
        "lost": [
            {"what": "relation", "reason": "no place", "count": 2},
            {"what": "entity", "reason": "discontinuous", "count": 1},
        ],
        "changed": [{"what": "entity", "reason": "widened", "count": 1}],
        "examples": [
            {
                "kind": "lost",
                "what": "entity",
                "reason": "discontinuous",
                "document_id": "d1",
                "place": "T1 [0, 2), [5, 8)",
            },
            {"kind": "lost", "what": "relation", "reason": "no place", "document_id": "d2", "place": ""},
            {"kind": "changed", "what": "entity", "reason": "widened", "document_id": "d3", "place": "Disease [3, 8)"},
        ],
    }


def test_the_list_of_places_has_an_end_and_the_counts_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auditing, "NUM_EXAMPLES", 2)
    audit = Audit()
    for number in range(4):
        audit.lose(str(number), FEVER, "overlaps")
    assert [event.document_id for event in audit.examples] == ["0", "1"]
    assert audit.num_lost == 4


@pytest.mark.parametrize(
    ("document_id", "thing", "message"),
    [
        ("d1", FEVER, "Document 'd1': entity Disease [3, 8) would be lost: overlaps. Nothing was written"),
        ("", "relation", "relation would be lost: overlaps. Nothing was written"),
    ],
)
def test_a_strict_audit_refuses_the_first_loss_by_document_and_place(
    document_id: str, thing: Entity | str, message: str
) -> None:
    with pytest.raises(LossError) as caught:
        Audit(strict=True).lose(document_id, thing, "overlaps")
    assert str(caught.value).startswith(message)
