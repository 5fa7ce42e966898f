"""Tables: columns by name, entities in a column or beside, and every text back from CSV."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from bionym import formats
from bionym.data import Audit, Document, entity
from bionym.errors import BionymError, FormatError, InputError, UsageError
from bionym.formats import table
from tests.strategies import documents

TEXT = "Naloxone treats fever."


def read(folder: Path, content: str, name: str = "a.csv", **options: Any) -> list[Document]:
    (folder / name).write_text(content)
    return list(formats.read(folder / name, "table", **options))


def test_columns_are_named_by_options(tmp_path: Path) -> None:
    rows = (
        "note_id;note;tags\n7;mild fever;[[5, 10, 'Sign']]\n".replace("'", '""')
        .replace("[[", '"[[')
        .replace("]]", ']]"')
    )
    names = {"id_column": "note_id", "text_column": "note", "entities_column": "tags"}
    (document,) = read(tmp_path, rows, delimiter=";", **names)
    assert (document.id, document.text, document.mention(document.entities[0])) == ("7", "mild fever", "fever")


def test_json_lines_need_a_text_alone(tmp_path: Path) -> None:
    found = read(tmp_path, '{"text": "fever"}\n{"id": 3, "text": "ataxia"}\n', "a.jsonl")
    assert [(one.id, one.text) for one in found] == [("a-1", "fever"), ("3", "ataxia")]
    assert formats.detect(tmp_path / "a.jsonl") == "table"


def test_json_lines_with_annotations_of_an_unknown_form_are_not_taken_for_texts(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"text": "fever", "mentions": [{"from": 0, "to": 5}]}')
    with pytest.raises(InputError, match="cannot be told"):
        formats.detect(tmp_path / "a.json")


def test_entities_may_stand_in_a_table_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "names.tsv").write_text("id\tstart\tend\tlabel\tmention\n1\t0\t8\tDrug\tNaloxone\n2\t0\t5\tSign\t\n")
    content = f"id,text\n1,{TEXT}\n2,Fever.\n"
    found = read(tmp_path, content, annotations=str(tmp_path / "names.tsv"))
    assert [[one.mention(each) for each in one.entities] for one in found] == [["Naloxone"], ["Fever"]]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("1,9,17,Drug,Naloxone", r"names\.csv, line 2: the annotation at \[9, 17\) differs from the text there"),
        ("1,0,99,Drug,", r"names\.csv, line 2: the annotation at \[0, 99\) ends beyond the 22 characters"),
        ("5,0,8,Drug,", r"names\.csv, line 2: its id is no document's"),
        ("1,x,8,Drug,", r"names\.csv, line 2: start: expected a whole number"),
        ("1,0,8", r"names\.csv, line 2: expected 5 columns, found 3"),
    ],
)
def test_a_wrong_row_of_the_table_of_entities_is_named(row: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "names.csv").write_text(f"id,start,end,label,mention\n{row}\n")
    with pytest.raises(FormatError, match=message):
        read(tmp_path, f"id,text\n1,{TEXT}\n", annotations=str(tmp_path / "names.csv"))


def test_a_table_of_entities_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such table of annotations"):
        read(tmp_path, "id,text\n", annotations=str(tmp_path / "none.csv"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id,txt\n1,fever\n", "there is no column 'text'. Did you mean 'txt'"),
        ("id,text\n1,fever,3\n", "line 2: expected 2 columns, found 3"),
        ('id,text\n1,"fever\n', "not a table that can be read"),
        ('id,text\n1,"fev"er\n', "line 2: not a table that can be read"),
        ("id,id\n", "two columns have the same name"),
        ('id,text,entities\n1,fever,"[[0, 5"\n', "line 2: not valid JSON"),
        ('id,text,entities\n1,fever,"[[0, 5]]"\n', r"line 2: entities\[0\]: expected \[start, end, label\]"),
        ('id,text,entities\n1,fever,"[{}]"\n', r"line 2: entities\[0\]: the key 'start' is missing"),
        ('id,text,entities\n1,"fever\nataxia",\n2,x,3\n', "line 4: entities: expected an array, found a number"),
    ],
)
def test_a_broken_table_is_refused_with_its_line(content: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=message):
        read(tmp_path, content)


def test_a_delimiter_is_one_character(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="expected one character"):
        read(tmp_path, "id,text\n", delimiter="||")


def test_further_columns_come_back_and_those_that_others_lack_are_counted(tmp_path: Path) -> None:
    found = read(tmp_path, "id,text,ward\n1,fever,3\n")
    odd = Document("2", "ataxia", meta={"table": {"fields": {"room": "9"}}})
    audit = Audit()
    formats.write([*found, odd], tmp_path / "b.csv", audit=audit)
    assert (tmp_path / "b.csv").read_bytes() == b"id,text,entities,ward\r\n1,fever,[],3\r\n2,ataxia,[],\r\n"
    assert audit.lost["column", "is none of the first document's"] == 1


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.json", "a.csv.gz"])
@given(document=documents(relations=False, passages=False))
def test_any_document_survives(name: str, document: Document, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("round") / name
    table.write([document], path)
    (found,) = table.read(path)
    assert (found.text, found.entities) == (document.text, document.entities)


def test_lone_surrogates_become_a_replacement_in_csv_and_are_counted(tmp_path: Path) -> None:
    audit = Audit()
    formats.write([Document("1", "a\ud800b")], tmp_path / "b.csv", audit=audit)
    assert next(iter(formats.read(tmp_path / "b.csv"))).text == "a\ufffdb"
    assert sum(audit.changed.values()) == 1


def test_parquet_is_written_and_told_from_bigbio(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    document = Document("1", TEXT, entities=(entity(0, 8, "Drug"),))
    formats.write([document], tmp_path / "a.parquet", "table")
    assert formats.detect(tmp_path / "a.parquet") == "table"
    assert next(iter(formats.read(tmp_path / "a.parquet"))).entities == document.entities
    formats.write([document], tmp_path / "b.parquet", "bigbio")
    assert formats.detect(tmp_path / "b.parquet") == "bigbio"


def test_parquet_of_lists_is_read_as_tables_of_others_have_it(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    rows = [{"text": TEXT, "entities": [{"start": 0, "end": 8, "label": "Drug", "spans": None}], "year": None}]
    parquet.write_table(arrow.Table.from_pylist(rows), tmp_path / "a.parquet")
    (document,) = formats.read(tmp_path / "a.parquet")
    assert document.mention(document.entities[0]) == "Naloxone"


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"\0" * 50 + b"PAR1"])
def test_what_is_no_parquet_is_refused(content: bytes, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    (tmp_path / "a.parquet").write_bytes(content)
    with pytest.raises(BionymError, match=r"a\.parquet: not a Parquet file that can be read"):
        list(formats.read(tmp_path / "a.parquet", "table"))


def test_a_conll_file_with_a_token_named_text_stays_conll(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("text\tO\nfever\tB-Sign\n")
    assert formats.detect(tmp_path / "a.tsv") == "conll"
    (tmp_path / "b.tsv").write_text("id\ttext\n1\tfever\n")
    assert formats.detect(tmp_path / "b.tsv") == "table"


def test_a_field_may_be_longer_than_csv_begins_with(tmp_path: Path) -> None:
    (document,) = read(tmp_path, f"text\n{'x' * 200_000}\n")
    assert len(document.text) == 200_000


def test_values_that_json_has_no_form_for_are_written_as_text(tmp_path: Path) -> None:
    odd = Document("1", "fever", meta={"table": {"fields": {"day": Path("x"), "big": float("inf")}}})
    formats.write([odd], tmp_path / "b.jsonl", "table")
    assert json.loads((tmp_path / "b.jsonl").read_text())["big"] is None
