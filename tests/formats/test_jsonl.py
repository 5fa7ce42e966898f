"""JSON Lines: nothing is lost, and what is wrong is named with its line."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionym import formats
from bionym.data import Argument, Audit, Document, Entity, Passage, Relation, Span
from bionym.errors import FormatError, InputError
from bionym.formats import jsonl
from tests.strategies import documents, texts

LINE = {"format": "bionym", "version": 1, "id": "1", "text": "mild fever"}
RICH = Document(
    "notes/1",
    "mild fever",
    (Passage(0, 10, "title", {"section": "1"}),),
    (Entity((Span(0, 2), Span(5, 10)), "B-cell", ("D005334",), {"assertion": "absent"}, 0.25, "T1"),),
    (Relation("CID", (Argument("Chemical", "T1"), Argument("Disease", "D005334")), "R1"),),
    (Span(0, 4), Span(5, 10)),
    (Span(0, 10),),
    {"brat": {"notes": ["checked"]}},
)


def parts(document: Document) -> Any:
    """Everything of a document, attributes too, which equality leaves out of nothing but hashing."""
    return document, [dict(entity.attributes) for entity in document.entities], dict(document.meta)


def read_text(folder: Path, content: str | bytes) -> list[Document]:
    path = folder / "some.jsonl"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(jsonl.read(path))


def again(folder: Path, *given: Document, audit: Audit | None = None) -> list[Document]:
    jsonl.write(given, folder / "out.jsonl", audit=audit)
    return list(jsonl.read(folder / "out.jsonl"))


def test_everything_of_a_document_survives(tmp_path: Path) -> None:
    (found,) = again(tmp_path, RICH)
    assert parts(found) == parts(RICH)


def test_the_sample_says_what_the_docstring_promises() -> None:
    (document,) = jsonl.read(Path(__file__).parents[1] / "gold" / "jsonl" / "naloxone.jsonl")
    assert next((document.mention(one), one.concepts) for one in document.entities) == ("Naloxone", ("D009270",))


def test_a_document_is_one_line_whatever_its_text(tmp_path: Path) -> None:
    again(tmp_path, Document("1", "a\r\nb\u2028c\x85d"), Document("2", ""))
    assert (tmp_path / "out.jsonl").read_bytes().count(b"\n") == 2


def test_lone_surrogates_survive(tmp_path: Path) -> None:
    (found,) = again(tmp_path, Document("\udc80", "a\ud800b"))
    assert (found.id, found.text) == ("\udc80", "a\ud800b")


def test_what_is_empty_is_left_out(tmp_path: Path) -> None:
    again(tmp_path, Document("1", "a"))
    assert json.loads((tmp_path / "out.jsonl").read_text()) == {**LINE, "text": "a"}


def test_meta_that_json_cannot_hold_is_lost_and_counted(tmp_path: Path) -> None:
    audit, held = Audit(), {"pair": (1, 2), "raw": b"z", "nan": float("nan")}
    (found,) = again(tmp_path, Document("1", "a", meta={"x": held}), audit=audit)
    assert found.meta == {"x": {"pair": [1, 2], "raw": None, "nan": None}}
    assert sum(audit.lost.values()) == 2


def test_blank_lines_a_byte_order_mark_and_a_missing_final_line_break_are_no_harm(tmp_path: Path) -> None:
    line = json.dumps(LINE).encode()
    assert len(read_text(tmp_path, b"\xef\xbb\xbf" + line + b"\r\n  \r\n" + line)) == 2


def test_an_empty_file_holds_no_documents(tmp_path: Path) -> None:
    assert read_text(tmp_path, "") == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"entites": []}, "line 2: key 5 is unknown. Did you mean 'entities'?"),
        ({"format": "other"}, 'expected "format": "bionym"'),
        ({"version": 2}, "expected version 1, found 2"),
        ({"version": True}, "version: expected a whole number, found true or false"),
        ({"text": 3.5}, "text: expected text, found a number"),
        ({"text": None}, "text: expected text, found null"),
        ({"entities": [{"spans": [[0, 99]], "label": "X"}]}, "ends beyond the 10 characters"),
        ({"entities": [{"spans": [[3, 3]], "label": "X"}]}, "0 <= start < end"),
        ({"entities": [{"spans": [[0, "1"]], "label": "X"}]}, "entities[0]: spans: expected an array of [start, end]"),
        ({"entities": [{"spans": [[0, 1]]}]}, "entities[0]: the key 'label' is missing"),
        ({"entities": [{"spans": [[0, 1]], "label": ""}]}, "has no label"),
        ({"entities": {}}, "entities: expected an array, found an object"),
        ({"relations": [{"label": "X", "arguments": [["a"]]}]}, "an array of [role, target]"),
        ({"meta": []}, "meta: expected an object"),
    ],
)
def test_wrong_values_are_named_with_line_and_key(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError) as caught:
        read_text(tmp_path, json.dumps(LINE) + "\n" + json.dumps({**LINE, **change}))
    assert message in str(caught.value)
    assert "line 2" in str(caught.value)
    assert "mild" not in str(caught.value)


BROKEN = ['{"format": ', "[]", "nonsense", '{"a": NaN}', "[" * 100_000, '{"a": ' + "9" * 9999]


@pytest.mark.parametrize("content", BROKEN)
def test_broken_lines_are_errors_with_their_line(content: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"some\.jsonl, line 2"):
        read_text(tmp_path, json.dumps(LINE) + "\n" + content)


def test_bytes_of_another_encoding_are_an_error_with_their_line(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="line 2: byte 0xe9"):
        read_text(tmp_path, json.dumps(LINE).encode() + b'\n{"text": "caf\xe9"}')


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="folder"):
        list(jsonl.read(tmp_path))


def test_the_front_door_tells_it_from_other_json_lines(tmp_path: Path) -> None:
    formats.write([RICH], tmp_path / "a.jsonl.gz", "jsonl")
    assert formats.detect(tmp_path / "a.jsonl.gz") == "jsonl"


@given(document=documents(text=texts(characters=st.characters())))
def test_any_document_survives(document: Document, tmp_path_factory: pytest.TempPathFactory) -> None:
    (found,) = again(tmp_path_factory.mktemp("round"), document)
    assert parts(found) == parts(document)
