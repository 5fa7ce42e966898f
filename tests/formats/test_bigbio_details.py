"""Rows of BigBio by hand: entities that are refused, moved or given an id, and relations of our own."""

import json
from pathlib import Path
from typing import Any

import pytest

import bionym
from bionym.data import Argument, Audit, Document, Entity, Passage, Relation, Span, entity
from bionym.errors import FormatError
from bionym.formats._bigbio import to_row


def row(*entities: dict[str, Any], **more: Any) -> dict[str, Any]:
    passage = {"id": "p", "type": "title", "text": ["fever, pain"], "offsets": [[0, 11]]}
    return {"id": "0", "document_id": "1", "passages": [passage], "entities": list(entities), "relations": []} | more


def mention(start: int, end: int, text: str = "pain", **more: Any) -> dict[str, Any]:
    return {"id": "T1", "type": "A", "text": [text], "offsets": [[start, end]], "normalized": []} | more


def read(value: dict[str, Any], folder: Path, **options: Any) -> Document:
    (folder / "a.json").write_text(json.dumps([value]), encoding="utf-8")
    (document,) = bionym.read(folder / "a.json", "bigbio", **options)
    return document


@pytest.mark.parametrize(
    ("entity", "message"),
    [
        (mention(7, 11, type=""), "has no label.* Check the entity's offsets and type"),
        (
            mention(6, 10),
            r"the entity at \[6, 10\) of document 1 differs from the text there.* --option repair=nearest",
        ),
        (mention(7, 11, offsets=[[0, 5], [7, 11]]), r"the entity at \[0, 11\) of document 1 differs"),
    ],
)
def test_a_wrong_entity_is_refused_with_the_problem_before_the_way_out(
    entity: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with pytest.raises(FormatError, match=message):
        read(row(entity), tmp_path)


def test_a_mention_beside_its_place_is_moved_and_counted_or_lost(tmp_path: Path) -> None:
    audit = Audit()
    document = read(row(mention(5, 9), mention(0, 4, "ache", id="T2")), tmp_path, repair="nearest", audit=audit)
    assert [(one.id, one.extent) for one in document.entities] == [("T1", Span(7, 11))]
    assert (audit.num_changed, audit.lost.total()) == (1, 1)


def test_passages_stand_by_their_first_offset_and_may_have_several_texts(tmp_path: Path) -> None:
    passages = [
        {"id": "q", "type": "abstract", "text": ["c", "de"], "offsets": [[5, 6], [8, 10]]},
        {"id": "p", "type": "title", "text": ["ab"], "offsets": [[0, 2]]},
        {"id": "x_between", "type": "text", "text": ["  "], "offsets": [[2, 4]]},
    ]
    document = read(row(passages=passages), tmp_path)
    assert document.text == "ab  \nc \nde"
    assert document.passages == (Passage(0, 2, "title"), Passage(5, 10, "abstract"))


def test_concepts_are_read_and_none_is_remembered_as_it_was_written(tmp_path: Path) -> None:
    names = [
        [{"db_name": "MESH", "db_id": "D1"}, {"db_name": "MESH", "db_id": "-1"}],
        [{"db_name": "MESH", "db_id": "-1"}],
        [],
    ]
    places = [(0, 5, "fever"), (7, 11, "pain"), (7, 11, "pain")]
    rows = [
        mention(*place, normalized=own, id=f"T{number}")
        for number, (place, own) in enumerate(zip(places, names, strict=True))
    ]
    document = read(row(*rows), tmp_path)
    found = {one.id: (one.concepts, dict(one.attributes)) for one in document.entities}
    assert found == {"T0": (("D1",), {}), "T1": ((), {"identifiers": "-1"}), "T2": ((), {})}
    again = to_row(document, 0, Audit(), "")
    assert {one["id"]: one["normalized"] for one in again["entities"]} == {
        "T0": [{"db_name": "MESH", "db_id": "D1"}],
        "T1": [{"db_name": "MESH", "db_id": "-1"}],
        "T2": [],
    }


def test_entities_without_an_id_get_one_that_nobody_has() -> None:
    entities = (entity(0, 1, "A", id="d_T1"), entity(1, 2, "A"), entity(2, 3, "A", id="d_T3"), entity(3, 4, "A"))
    found = to_row(Document("d", "abcd", entities=entities), 7, Audit(), "")
    assert (found["id"], found["document_id"]) == ("7", "d")
    assert [one["id"] for one in found["entities"]] == ["d_T1", "d_T2", "d_T3", "d_T4"]


def test_what_bigbio_has_no_place_for_is_lost_and_counted() -> None:
    one = Entity((Span(0, 1),), "A", attributes={"a": "b", "c": "d"}, score=0.5)
    audit = Audit()
    document = Document("d", "ab", passages=(Passage(0, 2, "title", {"x": "y"}),), entities=(one,))
    to_row(document, 0, audit, "")
    assert audit.lost == {("attribute", "BigBio holds no attributes"): 3, ("score", "BigBio holds no scores"): 1}


def test_ends_of_relations_are_ids_or_every_mention_of_a_concept() -> None:
    def tie(*ends: tuple[str, str], id: str = "R1") -> Relation:
        return Relation("CID", tuple(Argument(*end) for end in ends), id=id)

    entities = (
        Entity((Span(0, 1),), "A", ("D1",), id="T1"),
        Entity((Span(1, 2),), "A", ("D1",), id="T2"),
        entity(2, 3, "B", id="T3"),
    )
    ties = [tie(("Arg1", "T1"), ("Arg2", "T3")), tie(("x", "D1"), ("y", "T3"), id="R2"), tie(("x", "D9"), id="")]
    rows = to_row(Document("d", "abc", entities=entities, relations=tuple(ties)), 0, Audit(), "")["relations"]
    assert [(one["id"], one["arg1_id"], one["arg2_id"]) for one in rows] == [
        ("R1", "T1", "T3"),
        ("R2.0", "T1", "T3"),
        ("R2.1", "T2", "T3"),
        ("d_R2.0", "D9", ""),
    ]
