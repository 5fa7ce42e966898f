"""BioC JSON: the same documents as BioC XML, whatever way the file is arranged."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionym import formats
from bionym.data import Audit, Document
from bionym.errors import FormatError, InputError
from bionym.formats import _json_stream, bioc_json, bioc_xml
from tests.strategies import documents, texts

GOLD = Path(__file__).parents[1] / "gold"
MENTION = {"id": "T1", "infons": {"type": "Gene"}, "text": "p53", "locations": [{"offset": 0, "length": 3}]}
TREE = {"id": "1", "infons": {}, "passages": [{"offset": 0, "infons": {}, "text": "p53", "annotations": [MENTION]}]}


def read_text(folder: Path, content: str | bytes, **options: Any) -> list[Document]:
    path = folder / "some.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(bioc_json.read(path, **options))


def everything(document: Document) -> Any:
    return document, [dict(one.attributes) for one in document.entities], dict(document.meta)


def test_the_sample_is_the_same_as_in_xml() -> None:
    ours = bioc_json.read(GOLD / "bioc_json" / "bc5cdr.json")
    theirs = bioc_xml.read(GOLD / "bioc_xml" / "bc5cdr.BioC.xml")
    assert [everything(one) for one in ours] == [everything(one) for one in theirs]


@pytest.mark.parametrize(
    "arranged",
    [
        json.dumps({"source": "x", "documents": [TREE, TREE]}, indent=1),
        json.dumps([TREE, TREE]),
        json.dumps(TREE) + "\n" + json.dumps(TREE),
        json.dumps([{"source": "x", "documents": [TREE, TREE]}]),
        json.dumps({"PubTator3": [TREE, TREE]}),
    ],
)
def test_every_arrangement_of_documents_is_read(arranged: str, tmp_path: Path) -> None:
    found = read_text(tmp_path, arranged)
    assert [(one.id, one.text, one.mention(one.entities[0])) for one in found] == [("1", "p53", "p53")] * 2


def test_numbers_as_ids_and_null_infons_are_no_harm(tmp_path: Path) -> None:
    infons = {"type": "Gene", "identifier": None}
    passage = {"offset": 0, "text": "p53", "annotations": [{**MENTION, "id": 3, "infons": infons}]}
    (document,) = read_text(tmp_path, json.dumps({"id": 7, "passages": [passage]}))
    assert (document.id, document.entities[0].id, document.entities[0].concepts) == ("7", "3", ())


def test_infons_that_are_no_text_are_kept_as_json_and_counted(tmp_path: Path) -> None:
    audit = Audit()
    passage = {"offset": 0, "text": "p53", "annotations": [{**MENTION, "infons": {"type": "Gene", "valid": True}}]}
    (document,) = read_text(tmp_path, json.dumps({"id": "1", "passages": [passage]}), audit=audit)
    assert document.entities[0].attributes == {"valid": "true"}
    assert sum(audit.changed.values()) == 1


def test_lone_surrogates_survive(tmp_path: Path) -> None:
    bioc_json.write([Document("1", "a\ud800b")], tmp_path / "out.json")
    assert next(bioc_json.read(tmp_path / "out.json")).text == "a\ud800b"


def test_no_documents_make_a_collection_without_documents(tmp_path: Path) -> None:
    bioc_json.write([], tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text()) == {"documents": []}
    assert list(bioc_json.read(tmp_path / "out.json")) == read_text(tmp_path, "") == []


def test_documents_larger_than_a_chunk_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_json_stream, "_CHUNK_BYTES", 3)
    text = 'p53 é𠮷 \\ " \n' * 20
    tree = {"id": "1", "passages": [{"offset": 0, "text": text, "annotations": [MENTION]}]}
    found = read_text(tmp_path, json.dumps({"key": 12, "documents": [tree, tree]}, ensure_ascii=False))
    assert [one.text for one in found] == [text, text]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"documents": [\n{"id": "1",}]}', "line 2: not valid JSON"),
        ('{"documents": [\n\n{"id": "1"', "line 3: not valid JSON"),
        ('{"documents": [', "not valid JSON"),
        ('{"documents" []}', "not valid JSON (expected ':')"),
        ("{1: 2}", "not valid JSON (expected '\"')"),
        ("nonsense", "expected an array or an object"),
        ("[NaN]", "NaN, Infinity"),
        ("[" * 100_000, "nested too deep"),
        ("[[]]", "expected an object, found an array"),
        ('{"a": 1}', "expected a document with passages"),
        ('{"id": "1", "passages": {}}', "passages: expected an array, found an object"),
        ('{"id": "1", "passages": [{"offset": "x"}]}', "passages[0]: offset: expected a whole number"),
        (json.dumps(TREE).replace('"length": 3', '"length": 4'), "the annotation at [0, 4) of document 1 differs"),
        (b'[{"id": "caf\xe9"}]', "line 1: byte 0xe9 is not UTF-8"),
        (b'[{"id": "caf\xc3', "line 1: byte 0xc3 is not UTF-8"),
        (json.dumps(TREE).encode("utf-16"), "UTF-16"),
    ],
)
def test_malformed_files_are_one_line_errors(content: str | bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError) as caught:
        read_text(tmp_path, content)
    assert message in str(caught.value)
    assert "some.json, line " in str(caught.value)
    assert "p53" not in str(caught.value)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="folder"):
        list(bioc_json.read(tmp_path))


def test_the_front_door_recognises_it(tmp_path: Path) -> None:
    formats.write([Document("1", "a")], tmp_path / "x.json", "bioc_json")
    assert formats.detect(tmp_path / "x.json") == "bioc_json"


@given(document=documents(text=texts(characters=st.characters())))
def test_any_document_survives(document: Document, tmp_path_factory: pytest.TempPathFactory) -> None:
    audit, path = Audit(), tmp_path_factory.mktemp("round") / "out.json"
    bioc_json.write([document], path, audit=audit)
    (found,) = bioc_json.read(path)
    assert not audit.lost
    assert not audit.changed
    assert everything(found) == everything(document)
