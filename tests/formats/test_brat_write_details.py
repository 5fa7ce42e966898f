"""New ids of brat, and what becomes of lines whose entities have gone."""

from pathlib import Path

import pytest

import bionym
from bionym.data import Argument, Audit, Document, Entity, Relation, Span, entity
from bionym.formats._brat_ids import Ids, is_id
from bionym.formats._brat_model import Source
from bionym.formats._brat_write import to_lines
from bionym.formats._offsets import Ruler


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("T1", True), ("R12", True), ("T", False), ("", False), ("1", False), ("T1a", False), ("é1", False)],
)
def test_an_id_is_a_letter_and_a_number(name: str, is_one: bool) -> None:
    assert (bool(name) and is_id(name)) == is_one
    assert is_id("T" + "9" * 17) and not is_id("T" + "9" * 18)


def test_new_ids_count_on_from_the_highest_of_their_letter() -> None:
    ids = Ids({"T7", "T3", "R1", "other"})
    assert [ids.claim("", letter) for letter in "TTRA"] == ["T8", "T9", "R2", "A1"]
    assert [ids.claim(name, "T") for name in ("T20", "T20", "R30", "T12", "T3")] == ["T20", "T21", "T22", "T12", "T23"]


def lines(document: Document, audit: Audit | None = None) -> list[str]:
    """The lines of a document that comes from no file."""
    ann = to_lines(document, Source((), {}, {}, {}), Ruler(document.text), audit if audit is not None else Audit())
    return [one.raw.rstrip("\n") for one in ann]


def test_entities_with_their_facts_and_relations_have_lines() -> None:
    one = Entity((Span(0, 1), Span(4, 5)), "A b", concepts=("MESH:D1",), attributes={"negated": "yes"}, id="T5")
    other = entity(2, 3, "B", score=0.5)
    tie = Relation("CID", (Argument("x", "T5"), Argument("y", "T5")))
    audit = Audit()
    found = lines(Document("d", "a b c", entities=(one, other), relations=(tie,)), audit)
    assert found[:2] == ["T5\tA_b 0 1;4 5\ta c", "T6\tB 2 3\tb"]
    assert {line.split("\t")[0] for line in found[2:]} == {"A1", "N1", "#1", "R1"}
    assert any(line.startswith("R1\tCID x:T5 y:T5") for line in found)
    assert audit.changed == {("entity", "brat types hold no white space: '_' instead"): 1}


def test_two_entities_of_one_id_get_two() -> None:
    same = (entity(0, 1, "A", id="T2"), entity(2, 3, "A", id="T2"))
    assert [line.split("\t")[0] for line in lines(Document("d", "a b", entities=same))] == ["T2", "T3"]


def test_relations_need_two_ends_that_are_entities() -> None:
    ends = {1: ("T1",), 2: ("T1", "T2"), 3: ("T1", "T2", "T1")}
    ties = [Relation("r", tuple(Argument(f"a{place}", end) for place, end in enumerate(own))) for own in ends.values()]
    ties.append(Relation("r", (Argument("a", "T1"), Argument("b", "D001"))))
    audit = Audit()
    document = Document(
        "d", "a b", entities=(entity(0, 1, "A", id="T1"), entity(2, 3, "A", id="T2")), relations=tuple(ties)
    )
    assert len(lines(document, audit)) == 3
    assert audit.lost == {
        ("relation", "brat relations have two ends"): 2,
        ("relation", "an end is no entity of the document, and brat ties entities"): 1,
    }


def test_line_ends_are_left_out_of_mentions() -> None:
    audit = Audit()
    document = Document("d", "ab\ncd\n\n\n", entities=(entity(0, 6, "A"), entity(6, 8, "B")))
    assert lines(document, audit) == ["T1\tA 0 2;3 5\tab cd"]
    assert (audit.num_lost, audit.num_changed) == (1, 1)


ANN = """T1\tA 0 1\ta
T2\tA 2 3\tb
T3\tB 4 5\tc
R1\tr x:T1 y:T2
R2\tr x:T2 y:T3
A1\tnegated T1
A2\tnegated T3
N1\tReference T3 MESH:D1\tc
*\tEquiv T1 T2 T3
*\tEquiv T2 T3
"""


def test_lines_go_with_the_entity_they_refer_to_and_are_counted(tmp_path: Path) -> None:
    (tmp_path / "d.txt").write_text("a b c")
    (tmp_path / "d.ann").write_text(ANN)
    (document,) = bionym.read(tmp_path, "brat")
    kept = [one for one in document.entities if one.id != "T3"]
    ties = [one for one in document.relations if one.id == "R1"]
    audit = Audit()
    bionym.write([document.with_entities(kept, relations=ties)], tmp_path / "out", "brat", audit=audit)
    assert (tmp_path / "out" / "d.ann").read_text().splitlines() == [
        "T1\tA 0 1\ta",
        "T2\tA 2 3\tb",
        "R1\tr x:T1 y:T2",
        "A1\tnegated T1",
        "*\tEquiv T1 T2",
    ]
    assert {what: number for (what, _), number in audit.lost.items()} == {
        "relation line": 1,
        "attribute": 1,
        "normalisation": 1,
        "equivalence": 1,
    }


def test_a_mention_whose_label_has_changed_is_written_anew_under_its_id(tmp_path: Path) -> None:
    (tmp_path / "d.txt").write_text("a b")
    (tmp_path / "d.ann").write_text("T1\tA 0 1\ta\nT2\tA 2 3\tb\n")
    (document,) = bionym.read(tmp_path, "brat")
    changed = [Entity(one.spans, "B", id=one.id) if one.id == "T1" else one for one in document.entities]
    bionym.write([document.with_entities(changed)], tmp_path / "out", "brat")
    assert (tmp_path / "out" / "d.ann").read_text() == "T1\tB 0 1\ta\nT2\tA 2 3\tb\n"
