"""BigBio: rows in, documents out, and back without loss of what the schema has room for."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionym import formats
from bionym.data import Argument, Audit, Document, Entity, Passage, Relation, Span, entity
from bionym.errors import FormatError, InputError, MissingExtraError
from bionym.formats import bigbio, bioc_xml
from tests.strategies import documents, texts

GOLD = Path(__file__).parents[1] / "gold"
CORPUS = Path(__file__).parents[2].parent / "shared" / "data" / "corpora" / "bc5cdr"
CONCEPT = {"db_name": "NCBI", "db_id": "7157"}
GENE = {"id": "e1", "type": "Gene", "text": ["p53"], "offsets": [[0, 3]], "normalized": [CONCEPT]}
ROW: dict[str, Any] = {
    "id": "0",
    "document_id": "1",
    "passages": [
        {"id": "p1", "type": "title", "text": ["p53 binds"], "offsets": [[0, 9]]},
        {"id": "p2", "type": "abstract", "text": ["left or right arm"], "offsets": [[10, 27]]},
    ],
    "entities": [
        GENE,
        {"id": "e2", "type": "Part", "text": ["left", "arm"], "offsets": [[10, 14], [24, 27]], "normalized": []},
    ],
    "events": [{"id": "v1", "type": "binding", "trigger": {"text": ["binds"], "offsets": [[4, 9]]}, "arguments": []}],
    "coreferences": [{"id": "c1", "entity_ids": ["e1", "e2"]}],
    "relations": [{"id": "r1", "type": "in", "arg1_id": "e1", "arg2_id": "e2", "normalized": []}],
}


def gene_at(offsets: list[Any]) -> str:
    return json.dumps([{**ROW, "entities": [{**GENE, "offsets": offsets}]}])


def read_text(folder: Path, content: str | bytes, name: str = "some.json", **options: Any) -> list[Document]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(bigbio.read(path, **options))


def again(folder: Path, *given: Document, name: str = "out.json", audit: Audit | None = None) -> list[Document]:
    bigbio.write(given, folder / name, audit=audit)
    return list(bigbio.read(folder / name))


def content(document: Document) -> Any:
    entities = [(one.spans, one.label, one.concepts) for one in document.entities]
    return document.id, document.text, document.passages, entities, document.relations


@pytest.mark.parametrize("value", [{"train": [ROW], "test": []}, {"rows": [{"row": ROW}]}, {"tokens": ["p53"]}])
def test_a_value_that_is_no_row_is_refused(value: Any, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="line 1: expected a row with passages"):
        read_text(tmp_path, json.dumps(value))


def test_the_sample_carries_what_its_bioc_form_carries() -> None:
    ours, theirs = bigbio.read(GOLD / "bigbio" / "bc5cdr.json"), bioc_xml.read(GOLD / "bioc_xml" / "bc5cdr.BioC.xml")
    assert [content(one) for one in ours] == [content(one) for one in theirs]


def source_row(document: Document) -> dict[str, Any]:
    """A document of BC5CDR as BigBio's `source` schema has it."""
    relations = [
        {
            "id": one.id,
            "type": one.label,
            **dict(zip(("arg1_id", "arg2_id"), (a.target for a in one.arguments), strict=True)),
        }
        for one in document.relations
    ]
    passages = []
    for passage in document.passages:
        entities = [
            {
                "id": one.id,
                "offsets": [[span.start, span.end] for span in one.spans],
                "text": [span.of(document.text) for span in one.spans],
                "type": one.label,
                "normalized": [{"db_name": "MESH", "db_id": concept} for concept in one.concepts],
            }
            for one in document.entities
            if passage.start <= one.start < passage.end
        ]
        text = document.text[passage.start : passage.end]
        own = {"document_id": document.id, "type": passage.label, "text": text}
        passages.append({**own, "entities": entities, "relations": relations})
    return {"passages": passages}


def test_the_source_schema_of_bc5cdr_carries_the_same(tmp_path: Path) -> None:
    theirs = list(bioc_xml.read(GOLD / "bioc_xml" / "bc5cdr.BioC.xml"))
    path = tmp_path / "source.json"
    path.write_text(json.dumps([source_row(one) for one in theirs]), encoding="utf-8")
    assert formats.detect(path) == "bigbio"
    found = list(bigbio.read(path))
    assert [content(one) for one in found] == [content(one) for one in theirs] and found[0].relations
    assert [content(one) for one in again(tmp_path, *found)] == [content(one) for one in theirs]


def test_a_source_row_that_does_not_hold_together_is_refused(tmp_path: Path) -> None:
    (first, *_) = bioc_xml.read(GOLD / "bioc_xml" / "bc5cdr.BioC.xml")
    row = source_row(first)
    row["passages"][0]["document_id"] = "another"
    with pytest.raises(FormatError, match="line 1: its passages are of 2 documents"):
        read_text(tmp_path, json.dumps([row]))
    row = source_row(first)
    row["passages"][1]["entities"][0]["offsets"] = [[0, 8]]
    with pytest.raises(FormatError, match="differs from the text there"):
        read_text(tmp_path, json.dumps([row]))


@pytest.mark.corpora
def test_all_of_bc5cdr_is_read_from_the_source_schema(tmp_path: Path) -> None:
    theirs = list(bioc_xml.read(CORPUS / "CDR_DevelopmentSet.BioC.xml"))
    path = tmp_path / "source.jsonl"
    path.write_text("".join(f"{json.dumps(source_row(one))}\n" for one in theirs), encoding="utf-8")
    assert [content(one) for one in bigbio.read(path)] == [content(one) for one in theirs]


def test_a_row_becomes_a_document_with_offsets_from_its_beginning(tmp_path: Path) -> None:
    (document,) = read_text(tmp_path, json.dumps([ROW]))
    assert document.text == "p53 binds\nleft or right arm"
    assert [document.mention(one) for one in document.entities] == ["p53", "left arm"]
    assert document.entities[0].concepts == ("7157",)
    assert document.relations == (Relation("in", (Argument("Arg1", "e1"), Argument("Arg2", "e2")), "r1"),)


def test_events_coreferences_ids_and_databases_are_written_back(tmp_path: Path) -> None:
    again(tmp_path, *read_text(tmp_path, json.dumps([ROW])))
    assert json.loads((tmp_path / "out.json").read_text()) == [ROW]


@pytest.mark.parametrize("arranged", [json.dumps({"data": [ROW, ROW]}), f"{json.dumps(ROW)}\n{json.dumps(ROW)}\n"])
def test_an_object_with_data_and_a_row_a_line_are_read(arranged: str, tmp_path: Path) -> None:
    assert [one.id for one in read_text(tmp_path, arranged)] == ["1", "1"]


def test_the_suffix_says_whether_rows_are_lines(tmp_path: Path) -> None:
    found = again(tmp_path, Document("1", "a\nb"), Document("2", "c"), name="out.jsonl")
    assert [one.text for one in found] == ["a\nb", "c"]
    assert (tmp_path / "out.jsonl").read_bytes().count(b"\n") == 2


def test_a_tie_of_concepts_is_written_for_every_two_mentions_and_read_as_one(tmp_path: Path) -> None:
    entities = [Entity((Span(at, at + 1),), "X", (concept,)) for at, concept in enumerate(("D1", "D1", "D2"))]
    tie = Relation("CID", (Argument("Chemical", "D1"), Argument("Disease", "D2")))
    (found,) = again(tmp_path, Document("1", "abc", entities=tuple(entities), relations=(tie,)))
    rows = json.loads((tmp_path / "out.json").read_text())[0]["relations"]
    assert [(row["arg1_id"], row["arg2_id"]) for row in rows] == [("1_T1", "1_T3"), ("1_T2", "1_T3")]
    assert found.relations == (tie,)


@pytest.mark.parametrize("num_arguments", [0, 1, 2, 3])
def test_relations_of_any_arity_and_role_survive(num_arguments: int, tmp_path: Path) -> None:
    arguments = tuple(Argument(f"role {number}", f"D{number}") for number in range(num_arguments))
    document = Document("1", "a", relations=(Relation("x", arguments, "R1"), Relation("x", arguments, "R1")))
    assert again(tmp_path, document)[0].relations == document.relations


def test_the_database_of_plain_concepts_can_be_named(tmp_path: Path) -> None:
    document = Document("1", "a", entities=(Entity((Span(0, 1),), "X", ("D1",)),))
    bigbio.write([document], tmp_path / "out.json", db_name="MESH")
    assert '{"db_name": "MESH", "db_id": "D1"}' in (tmp_path / "out.json").read_text()


def test_attributes_and_scores_are_lost_and_counted(tmp_path: Path) -> None:
    audit = Audit()
    held = Entity((Span(0, 1),), "X", (), {"assertion": "absent"}, 0.5)
    again(tmp_path, Document("1", "a", (Passage(0, 1, "t", {"a": "b"}),), (held,)), audit=audit)
    assert {what: count for (what, _), count in audit.lost.items()} == {"attribute": 2, "score": 1}


def test_text_outside_of_passages_survives(tmp_path: Path) -> None:
    document = Document("1", "ab cd ef", (Passage(3, 5, "title"),), (entity(0, 2, "X", id="T1"),))
    assert content(again(tmp_path, document)[0]) == content(document)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("nonsense", "expected an array or an object"),
        ("[\n{]", "line 2: not valid JSON"),
        (json.dumps([ROW])[:-20], "not valid JSON"),
        ("[3]", "expected an object, found a number"),
        (gene_at([[0, 5]]), "the entity at [0, 5) of document 1 differs"),
        (gene_at([]), "the entity at [0, 0) of document 1 differs"),
        (gene_at([["0", 4]]), "offsets: expected an array of [start, end]"),
        (json.dumps([{**ROW, "passages": ROW["passages"] * 2}]), "two passages overlap at offset 0"),
        (json.dumps([{**ROW, "passages": [{"text": ["a"], "offsets": []}]}]), "passages[0]: 1 texts have 0 offsets"),
        (json.dumps([{**ROW, "relations": [{"id": "r"}]}]), "relations[0]: the key 'arg1_id' is missing"),
        (b'[{"id": "caf\xe9"}]', "byte 0xe9 is not UTF-8"),
    ],
)
def test_malformed_files_are_one_line_errors(content: str | bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError) as caught:
        read_text(tmp_path, content)
    assert message in str(caught.value)
    assert "some.json, line " in str(caught.value)
    assert "p53" not in str(caught.value)


def test_offsets_in_bytes_are_converted(tmp_path: Path) -> None:
    audit = Audit()
    row = {**ROW, "passages": [{"text": ["é p53"], "offsets": [[0, 6]]}], "entities": [{**GENE, "offsets": [[3, 6]]}]}
    (document,) = read_text(tmp_path, json.dumps(row), audit=audit)
    assert (document.entities[0].spans, audit.num_changed) == ((Span(2, 5),), 1)


def test_repair_moves_an_entity_to_its_nearest_occurrence(tmp_path: Path) -> None:
    row = {**ROW, "entities": [{**GENE, "offsets": [[2, 5]]}], "relations": []}
    (document,) = read_text(tmp_path, json.dumps(row), repair="nearest")
    assert document.entities[0].spans == (Span(0, 3),)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="folder"):
        list(bigbio.read(tmp_path))


@pytest.mark.parametrize("name", ["x.json", "x.jsonl"])
def test_the_front_door_tells_it_from_other_json(name: str, tmp_path: Path) -> None:
    formats.write([Document("1", "a")], tmp_path / name, "bigbio")
    assert formats.detect(tmp_path / name) == "bigbio"


def test_parquet_without_pyarrow_names_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'bionym\[parquet\]'"):
        bigbio.write([Document("1", "a")], tmp_path / "out.parquet")


def test_parquet_holds_the_same_rows(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    found = read_text(tmp_path, json.dumps([ROW]))
    (document,) = again(tmp_path, *found, name="out.parquet")
    assert (document, dict(document.meta)) == (found[0], dict(found[0].meta))


def test_what_is_no_parquet_is_an_error(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    with pytest.raises(FormatError, match=r"some.parquet: not a Parquet file"):
        read_text(tmp_path, "nonsense", name="some.parquet")


@given(document=documents(text=texts(characters=st.characters())))
def test_any_document_survives_and_losses_are_counted(
    document: Document, tmp_path_factory: pytest.TempPathFactory
) -> None:
    audit = Audit()
    (found,) = again(tmp_path_factory.mktemp("round"), document, audit=audit)
    assert content(found) == content(document)
    lost = {what: count for (what, _), count in audit.lost.items()}
    assert lost.get("attribute", 0) == sum(len(one.attributes) for one in document.entities)
    assert lost.get("score", 0) == sum(one.score is not None for one in document.entities)


@pytest.mark.corpora
def test_bc5cdr_survives(tmp_path: Path) -> None:
    theirs = list(bioc_xml.read(CORPUS / "CDR_DevelopmentSet.BioC.xml"))
    assert [content(one) for one in again(tmp_path, *theirs)] == [content(one) for one in theirs]
