"""PubTator as it is written: each line by hand, and what each document loses."""

from pathlib import Path
from typing import Any

import pytest

import bionym
from bionym.data import Argument, Audit, Document, Entity, Passage, Relation, Span, entity
from bionym.formats._pubtator_write import document_lines


def written(document: Document, *, discontinuous: str = "drop", roles: Any = None) -> tuple[list[str], Audit]:
    audit = Audit()
    return list(document_lines(document, audit, discontinuous, roles or {})), audit


def titled(text: str, cut: int, *entities: Entity, **more: Any) -> Document:
    passages = (Passage(0, cut, "title"), Passage(cut + 1, len(text), "abstract"))
    return Document("1", text, passages=passages, entities=entities, **more)


def test_title_abstract_and_annotations_have_a_line_each() -> None:
    fever = Entity((Span(9, 14),), "Disease", concepts=("D001", "D002"))
    lines, audit = written(titled("Of aches.fever fell", 8, entity(3, 8, "Symptom"), fever))
    assert lines[:2] == ["1|t|Of aches", "1|a|fever fell"]
    assert lines[2:] == ["1\t3\t8\taches\tSymptom\t-1", "1\t9\t14\tfever\tDisease\tD001|D002"]
    assert audit.changed == {("passage separator", "became a line break"): 1} and not audit.lost


def test_without_passages_the_first_line_is_the_title() -> None:
    lines, audit = written(Document("1", "a b\nc\nd"))
    assert lines == ["1|t|a b", "1|a|c d"]
    assert audit.changed == {("line break", "became a space, since a passage is one line"): 1}


def test_a_title_alone_has_no_abstract_and_a_text_without_lines_an_empty_one() -> None:
    assert written(Document("1", "a b", passages=(Passage(0, 3, "title"),)))[0] == ["1|t|a b"]
    assert written(Document("1", "a b"))[0] == ["1|t|a b", "1|a|"]


@pytest.mark.parametrize(
    "passages",
    [
        (Passage(0, 3, "title"), Passage(5, 8, "abstract")),
        (Passage(0, 2, "title"), Passage(3, 7, "abstract")),
        (Passage(0, 3, "title"), Passage(4, 8, "body")),
    ],
)
def test_other_passages_are_lost_and_the_first_line_break_cuts(passages: tuple[Passage, ...]) -> None:
    lines, audit = written(Document("1", "ab\nc defg", passages=passages))
    assert lines == ["1|t|ab", "1|a|c defg"]
    assert audit.lost == {("passage", "PubTator holds a title and an abstract"): 2}


def test_a_discontinuous_entity_is_lost_or_written_as_its_extent() -> None:
    document = Document("1", "ab cd ef", entities=(Entity((Span(0, 2), Span(6, 8)), "A"), entity(3, 5, "A")))
    lines, audit = written(document)
    assert [line.split("\t")[1:4] for line in lines[2:]] == [["3", "5", "cd"]] and audit.num_lost == 1
    lines, audit = written(document, discontinuous="extent")
    assert [line.split("\t")[1:4] for line in lines[2:]] == [["0", "8", "ab cd ef"], ["3", "5", "cd"]]
    assert (audit.num_lost, audit.num_changed) == (0, 1)


def test_tabs_in_mentions_become_spaces_and_others_stay() -> None:
    lines, audit = written(Document("1", "a\tb\tc d", entities=(entity(0, 3, "A"), entity(0, 3, "B"))))
    assert lines == ["1|t|a b\tc d", "1|a|", "1\t0\t3\ta b\tA\t-1", "1\t0\t3\ta b\tB\t-1"]
    assert audit.changed == {("tab", "became a space, since tabs separate columns"): 1}


def test_lone_surrogates_are_replaced_and_counted() -> None:
    lines, audit = written(Document("1", "a\ud800b\udfff"))
    assert lines[0] == "1|t|a\ufffdb\ufffd"
    assert audit.changed.total() == 2


@pytest.mark.parametrize(
    ("start", "end", "place"), [(3, 7, (0, 4)), (8, 12, (11, 15)), (11, 15, (11, 15)), (0, 4, (0, 4))]
)
def test_a_mention_beside_its_place_is_read_where_it_stands_nearest_to_its_start(
    start: int, end: int, place: tuple[int, int], tmp_path: Path
) -> None:
    path = tmp_path / "a.pubtator"
    path.write_text(f"1|t|pain and a pain\n1|a|\n1\t{start}\t{end}\tpain\tA\n", encoding="utf-8")
    (document,) = bionym.read(path, "pubtator", repair="nearest")
    assert [one.extent for one in document.entities] == [Span(*place)]


def test_a_mention_in_other_letters_keeps_its_place(tmp_path: Path) -> None:
    path = tmp_path / "a.pubtator"
    path.write_text("1|t|pain and a Pain\n1|a|\n1\t11\t15\tpain\tA\n", encoding="utf-8")
    (document,) = bionym.read(path, "pubtator", repair="nearest")
    assert [one.extent for one in document.entities] == [Span(11, 15)]


def test_scores_and_attributes_are_lost_and_counted() -> None:
    one = Entity((Span(0, 1),), "A", attributes={"negated": "yes", "x": "y"}, score=0.5)
    lines, audit = written(Document("1", "a", entities=(one,)))
    assert lines[2] == "1\t0\t1\ta\tA\t-1"
    assert audit.lost == {("attribute", "PubTator holds no attributes"): 2, ("score", "PubTator holds no scores"): 1}


def test_a_document_remembers_order_empty_columns_and_the_form_of_none() -> None:
    meta = {"pubtator": {"order": [[2, 3, "A"], [0, 1, "A"]], "empty_column": [[0, 1, "A"]], "no_concept": "-"}}
    document = Document("1", "a b", entities=(entity(0, 1, "A"), entity(2, 3, "A")), meta=meta)
    assert written(document)[0][2:] == ["1\t2\t3\tb\tA\t-", "1\t0\t1\ta\tA\t-\t"]
    more = document.with_entities([*document.entities, entity(0, 3, "A")])
    assert [line.split("\t")[1:3] for line in written(more)[0][2:]] == [["0", "3"], ["0", "1"], ["2", "3"]]


def tie(*targets: str, label: str = "CID", roles: tuple[str, ...] = ("Arg1", "Arg2", "Arg3")) -> Relation:
    return Relation(label, tuple(Argument(role, target) for role, target in zip(roles, targets, strict=False)))


@pytest.mark.parametrize(
    ("relation", "line", "num_lost", "num_changed"),
    [
        (tie("D1", "D2"), "1\tCID\tD1\tD2", 0, 0),
        (tie("D1", "D2", "D3"), None, 1, 0),
        (tie("D1", "D2", roles=("Chemical", "Disease")), "1\tCID\tD1\tD2", 0, 1),
        (tie("D1", "D2", label="a\tb"), None, 1, 0),
        (tie("D1", "T1"), None, 1, 0),
        (tie("D1"), None, 1, 0),
        (tie("D1", "D2", label="12"), None, 1, 0),
    ],
)
def test_relations_tie_two_concepts_under_a_name_without_blanks(
    relation: Relation, line: str | None, num_lost: int, num_changed: int
) -> None:
    one = Entity((Span(0, 1),), "A", concepts=("D1",), id="T1")
    lines, audit = written(Document("1", "a", entities=(one,), relations=(relation,)))
    assert lines[3:] == ([] if line is None else [line])
    assert (audit.lost.total(), audit.changed.total()) == (num_lost, num_changed)


def test_roles_that_the_reader_knows_are_usual() -> None:
    relation = tie("D1", "D2", roles=("Chemical", "Disease"))
    document = Document("1", "a", relations=(relation,))
    assert not written(document, roles={"CID": ("Chemical", "Disease")})[1].changed


def test_an_id_that_ties_both_a_mention_and_a_concept_is_a_concept() -> None:
    one = Entity((Span(0, 1),), "A", concepts=("D1",), id="D1")
    lines, audit = written(Document("1", "a", entities=(one,), relations=(tie("D1", "D2"),)))
    assert lines[3:] == ["1\tCID\tD1\tD2"] and not audit.lost


def test_ids_hold_no_bars_and_no_marks() -> None:
    lines, audit = written(Document("a|b\ufeff\tc", "x"))
    assert lines[0] == "a_b_ c|t|x" and audit.changed.total() == 1
