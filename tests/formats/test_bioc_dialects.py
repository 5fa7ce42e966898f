"""BioC of other producers: blank passages, labels elsewhere, pretty printing, passages at the same place, null ids."""

import json
from pathlib import Path
from typing import Any

import pytest

from bionym import formats
from bionym.data import Argument, Audit, Document, Relation
from bionym.errors import FormatError, LossError
from bionym.formats import bigbio, bioc_json, bioc_xml

Tree = dict[str, Any]


def read_json(folder: Path, passages: list[Tree], **options: Any) -> Document:
    path = folder / "a.json"
    path.write_text(json.dumps({"documents": [{"id": "1", "infons": {}, "passages": passages}]}))
    (document,) = bioc_json.read(path, **options)
    return document


def read_xml(folder: Path, inside: str, **options: Any) -> Document:
    path = folder / "a.xml"
    head = "<collection><source/><date/><key/><document><id>1</id>"
    path.write_text(f"{head}{inside}</document></collection>")
    (document,) = bioc_xml.read(path, **options)
    return document


def mention(text: str, offset: int, infons: Tree | None = None) -> Tree:
    places = [{"offset": offset, "length": len(text)}]
    return {"id": "T1", "infons": infons or {"type": "Chemical"}, "text": text, "locations": places}


def sentence(text: str, offset: int, *annotations: Tree) -> Tree:
    return {"offset": offset, "infons": {}, "text": text, "annotations": list(annotations), "relations": []}


def mentions(document: Document) -> list[tuple[str, str]]:
    return [(document.mention(one), one.label) for one in document.entities]


# -- sentences under a blank passage


@pytest.mark.parametrize("text", ["", " ", "\n", None])
def test_sentences_are_the_text_of_a_passage_without_one(text: str | None, tmp_path: Path) -> None:
    sentences = [sentence("Lead rose. ", 0, mention("Lead", 0)), sentence("Iron fell.", 11, mention("Iron", 11))]
    document = read_json(tmp_path, [{"offset": 0, "infons": {}, "text": text, "sentences": sentences}])
    assert document.text == "Lead rose. Iron fell."
    assert [one.of(document.text) for one in document.sentences] == ["Lead rose. ", "Iron fell."]
    assert mentions(document) == [("Lead", "Chemical"), ("Iron", "Chemical")]


@pytest.mark.parametrize("text", ["", "<text/>", "<text></text>", "<text>\n  </text>"])
def test_sentences_are_the_text_of_a_passage_without_one_in_xml(text: str, tmp_path: Path) -> None:
    sentences = (
        "<sentence><offset>0</offset><text>Lead rose. </text></sentence>"
        "<sentence><offset>11</offset><text>Iron fell.</text></sentence>"
    )
    document = read_xml(tmp_path, f"<passage><offset>0</offset>{text}{sentences}</passage>")
    assert (document.text, len(document.sentences)) == ("Lead rose. Iron fell.", 2)


def test_a_passage_with_a_text_keeps_it(tmp_path: Path) -> None:
    passage = {"offset": 0, "text": "Lead rose. Iron.", "sentences": [sentence("Lead rose.", 0)]}
    assert read_json(tmp_path, [passage]).text == "Lead rose. Iron."


def test_annotations_of_the_passage_and_the_sentences_are_both_read(tmp_path: Path) -> None:
    passage = {"offset": 0, "text": "", "sentences": [sentence("Lead rose.", 0, mention("Lead", 0))]}
    document = read_json(tmp_path, [{**passage, "annotations": [mention("rose", 5)]}])
    assert mentions(document) == [("Lead", "Chemical"), ("rose", "Chemical")]


def test_several_passages_of_sentences_keep_their_offsets(tmp_path: Path) -> None:
    first = {"offset": 0, "text": "", "sentences": [sentence("Lead.", 0)]}
    second = {"offset": 6, "text": "", "sentences": [sentence("Iron.", 6, mention("Iron", 6))]}
    document = read_json(tmp_path, [first, second])
    assert (document.text, mentions(document)) == ("Lead.\nIron.", [("Iron", "Chemical")])


# -- labels


def test_another_infon_can_hold_the_label(tmp_path: Path) -> None:
    passage = {"offset": 0, "text": "Lead rose", "annotations": [mention("Lead", 0, {"class": "TRIVIAL", "type": "x"})]}
    document = read_json(tmp_path, [passage], label="class")
    assert (document.entities[0].label, document.entities[0].attributes) == ("TRIVIAL", {"type": "x"})


ANNOTATION = (
    '<passage><offset>0</offset><text>Lead rose</text><annotation id="1"><infon key="class">TRIVIAL</infon>'
    '<location offset="0" length="4"/><text>Lead</text></annotation></passage>'
)


def test_another_infon_can_hold_the_label_in_xml(tmp_path: Path) -> None:
    assert mentions(read_xml(tmp_path, ANNOTATION, label="class")) == [("Lead", "TRIVIAL")]


def test_an_annotation_without_a_label_is_counted(tmp_path: Path) -> None:
    audit = Audit()
    assert mentions(read_xml(tmp_path, ANNOTATION, audit=audit)) == [("Lead", "Entity")]
    assert audit.changed == {("entity", "no infon 'type': labelled Entity"): 1}


def test_a_label_that_is_asked_for_and_absent_is_counted_by_its_name(tmp_path: Path) -> None:
    audit = Audit()
    read_xml(tmp_path, ANNOTATION, audit=audit, label="kind")
    assert audit.changed == {("entity", "no infon 'kind': labelled Entity"): 1}


@pytest.mark.parametrize("label", ["", None])
def test_an_empty_label_is_counted_too(label: str | None, tmp_path: Path) -> None:
    audit = Audit()
    passage = {"offset": 0, "text": "Lead", "annotations": [mention("Lead", 0, {"type": label, "x": "y"})]}
    assert mentions(read_json(tmp_path, [passage], audit=audit)) == [("Lead", "Entity")]
    assert audit.changed.total() == 1


def test_the_label_option_is_one_of_the_front_door(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(f"<collection><document><id>1</id>{ANNOTATION}</document></collection>")
    (document,) = formats.read(tmp_path / "a.xml", "bioc_xml", label="class")
    assert mentions(document) == [("Lead", "TRIVIAL")]


# -- pretty printing

PRETTY = """
<passage>
  <infon key="type">
    title
  </infon>
  <infon key="section">
    Two words
  </infon>
  <offset>
    0
  </offset>
  <text>Serum zinc rose</text>
  <annotation id="1">
    <infon key="type">
      Gene
    </infon>
    <infon key="identifier">
      7124
    </infon>
    <location offset="6" length="4"/>
    <text>zinc</text>
  </annotation>
</passage>
"""


def test_pretty_printed_xml_is_read_as_if_it_were_not(tmp_path: Path) -> None:
    document = read_xml(tmp_path, PRETTY)
    assert mentions(document) == [("zinc", "Gene")]
    assert document.entities[0].concepts == ("7124",)
    assert (document.passages[0].label, document.passages[0].attributes) == ("title", {"section": "Two words"})


def test_ids_dates_and_keys_are_trimmed(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(
        "<collection>\n<source>\n  PMC\n</source><date>\n1\n</date><key/>\n<infon key='a'>\n b\n</infon>"
        "<document>\n<id>\n  77\n</id>\n<infon key='c'>\n d\n</infon></document></collection>"
    )
    (document,) = bioc_xml.read(path)
    assert document.id == "77"
    meta = document.meta["bioc"]
    assert (meta["collection"], meta["infons"]) == ({"source": "PMC", "date": "1", "infons": {"a": "b"}}, {"c": "d"})


def test_the_text_is_never_trimmed(tmp_path: Path) -> None:
    document = read_xml(tmp_path, "<passage><offset>0</offset><text>\n Lead \n</text></passage>")
    assert document.text == "\n Lead \n"


def test_a_label_with_blanks_around_it_is_trimmed_and_counted(tmp_path: Path) -> None:
    audit = Audit()
    passage = {"offset": 0, "text": "Lead", "annotations": [mention("Lead", 0, {"type": " Chemical\n"})]}
    assert mentions(read_json(tmp_path, [passage], audit=audit)) == [("Lead", "Chemical")]
    assert audit.changed.total() == 1


def test_what_would_be_taken_for_pretty_printing_is_counted_when_written(tmp_path: Path) -> None:
    passage = {"offset": 0, "text": "Lead", "annotations": [mention("Lead", 0, {"type": "X", "note": "\nlong\n"})]}
    with pytest.raises(LossError):
        formats.write([read_json(tmp_path, [passage])], tmp_path / "o.xml", "bioc_xml", audit=Audit(strict=True))


# -- passages at the same place


def at_zero() -> list[Tree]:
    first = {"offset": 0, "infons": {"type": "title"}, "text": "Lead rose.", "annotations": []}
    second = {"offset": 0, "infons": {"type": "abstract"}, "text": "Iron fell.", "annotations": [mention("Iron", 0)]}
    return [first, second]


@pytest.mark.parametrize("change", ["same", "none", "null", "partial"])
def test_repair_lays_passages_that_overlap_one_after_the_other(change: str, tmp_path: Path) -> None:
    passages, audit = at_zero(), Audit()
    if change == "none":
        passages = [{name: value for name, value in one.items() if name != "offset"} for one in passages]
    if change == "null":
        passages = [{**one, "offset": None} for one in passages]
    if change == "partial":
        passages[1] = {**passages[1], "offset": 5, "annotations": [mention("Iron", 5)]}
    document = read_json(tmp_path, passages, repair="nearest", audit=audit)
    assert (document.text, mentions(document)) == ("Lead rose.\nIron fell.", [("Iron", "Chemical")])
    assert [(one.start, one.end, one.label) for one in document.passages] == [(0, 10, "title"), (11, 21, "abstract")]
    assert audit.changed["passage", "passages overlapped or had no offset: laid one after the other"] == 2


def test_repair_moves_sentences_with_their_passage(tmp_path: Path) -> None:
    passages = [
        {"offset": 0, "sentences": [sentence("Lead rose.", 0)]},
        {"offset": 0, "sentences": [sentence("Iron fell.", 0, mention("Iron", 0))]},
    ]
    document = read_json(tmp_path, passages, repair="nearest")
    assert (document.text, mentions(document)) == ("Lead rose.\nIron fell.", [("Iron", "Chemical")])
    assert len(document.sentences) == 2


def test_without_repair_the_way_out_is_named(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"overlap at offset 0.*--option repair=nearest"):
        read_json(tmp_path, at_zero())


def test_repair_lays_passages_apart_in_xml_and_bigbio(tmp_path: Path) -> None:
    twice = (
        "<passage><offset>0</offset><text>Lead</text></passage><passage><offset>0</offset><text>Iron</text></passage>"
    )
    assert read_xml(tmp_path, twice, repair="nearest").text == "Lead\nIron"
    rows = [{"id": str(n), "type": "t", "text": [text], "offsets": [[0, 4]]} for n, text in enumerate(("Lead", "Iron"))]
    entity = {"id": "e", "type": "X", "text": ["Iron"], "offsets": [[0, 4]], "normalized": []}
    for passages in (rows, [{**one, "offsets": []} for one in rows]):
        (tmp_path / "b.json").write_text(json.dumps([{"document_id": "1", "passages": passages, "entities": [entity]}]))
        (document,) = bigbio.read(tmp_path / "b.json", repair="nearest")
        assert (document.text, mentions(document)) == ("Lead\nIron", [("Iron", "X")])


@pytest.mark.parametrize("num_passages", [2, 40, 300])
def test_wide_gaps_are_refused_for_what_they_are_and_in_sum(num_passages: int, tmp_path: Path) -> None:
    step = 1_500_000 if num_passages == 2 else 999_000
    passages = [{"offset": step * number, "text": "a"} for number in range(num_passages)]
    with pytest.raises(FormatError, match="the gaps between passages are wider than 1,000,000 characters in all"):
        read_json(tmp_path, passages)


# -- null


def test_an_id_that_is_null_is_none(tmp_path: Path) -> None:
    document = read_json(tmp_path, [{"offset": 0, "text": "Lead", "annotations": [{**mention("Lead", 0), "id": None}]}])
    assert document.entities[0].id == ""


@pytest.mark.parametrize("key", ["id", "infons", "annotations", "relations", "sentences"])
def test_null_is_as_if_absent_everywhere(key: str, tmp_path: Path) -> None:
    document = read_json(tmp_path, [{"offset": 0, "text": "Lead", "annotations": [mention("Lead", 0)], key: None}])
    assert (document.text, len(document.entities)) == ("Lead", key != "annotations")


def test_a_database_id_that_is_null_is_none(tmp_path: Path) -> None:
    passage = {"id": "p", "type": "t", "text": ["Lead"], "offsets": [[0, 4]]}
    entity = {"id": None, "type": "X", "text": ["Lead"], "offsets": [[0, 4]]}
    for normalized in ([{"db_name": "MESH", "db_id": None}], [{"db_name": None, "db_id": "D1"}], None):
        row = {
            "id": None,
            "document_id": "1",
            "passages": [passage],
            "entities": [{**entity, "normalized": normalized}],
        }
        (tmp_path / "b.json").write_text(json.dumps([row]))
        (document,) = bigbio.read(tmp_path / "b.json")
        assert document.entities[0].concepts in ((), ("D1",)) and document.entities[0].id == ""


# -- novelty, and how there is no concept


@pytest.mark.parametrize("key", ["novel", "Novelty"])
def test_the_novelty_of_a_relation_is_an_attribute(key: str, tmp_path: Path) -> None:
    infons = {"entity1": "D1", "entity2": "D2", "type": "Association", key: "No"}
    path = tmp_path / "a.json"
    tree = {
        "id": "1",
        "passages": [{"offset": 0, "text": "a"}],
        "relations": [{"id": "R1", "infons": infons, "nodes": []}],
    }
    path.write_text(json.dumps({"documents": [tree]}))
    (document,) = bioc_json.read(path)
    (relation,) = document.relations
    assert [one.target for one in relation.arguments] == ["D1", "D2"] and relation.attributes == {key: "No"}
    formats.write([document], tmp_path / "o.json", "bioc_json")
    (again,) = formats.read(tmp_path / "o.json")
    assert again.relations == document.relations


@pytest.mark.parametrize("name", ["bioc_json", "bioc_xml", "bigbio", "jsonl", "html"])
@pytest.mark.parametrize("field", ["-", "-1"])
def test_the_mark_of_no_concept_goes_through_other_formats(field: str, name: str, tmp_path: Path) -> None:
    pubtator = f"1|t|Lead and iron\n1|a|\n1\t0\t4\tLead\tX\t{field}\n1\t9\t13\tiron\tX\t{field}\n\n"
    (tmp_path / "a.pubtator").write_text(pubtator)
    middle = tmp_path / f"b{formats.find(name).SUFFIXES[0]}"
    formats.write(formats.read(tmp_path / "a.pubtator"), middle, name)
    formats.write(formats.read(middle, name), tmp_path / "c.pubtator")
    assert (tmp_path / "c.pubtator").read_text().rstrip("\n") == pubtator.rstrip("\n")


def test_relations_keep_their_attributes_where_they_can(tmp_path: Path) -> None:
    relation = Relation("Treats", (Argument("A", "D1"), Argument("B", "D2")), "R1", {"certainty": "low"})
    document = Document("1", "a", relations=(relation,))
    for name, is_held in (("jsonl", True), ("html", True), ("bioc_json", True), ("bioc_xml", True), ("bigbio", False)):
        audit, path = Audit(), tmp_path / f"{name}{formats.find(name).SUFFIXES[0]}"
        formats.write([document], path, name, audit=audit)
        (again,) = formats.read(path, name)
        assert (again.relations == (relation,)) == is_held
        assert ("attribute of a relation" in {what for what, _ in audit.lost}) != is_held
