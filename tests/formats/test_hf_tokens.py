"""Hugging Face rows: tags as text or as numbers whose names stand somewhere."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from bionym import formats
from bionym.data import Audit, Document, entity
from bionym.errors import BionymError, FormatError, UsageError

GOLD = Path(__file__).parents[1] / "gold" / "hf_tokens"
WORDS = ["mild", "fever", "today"]
NAMES = ["O", "B-Sign", "I-Sign"]
DOCUMENT = Document("1", "Mild fever. No ataxia.", entities=(entity(5, 10, "Sign"), entity(15, 21, "Sign")))


def read(folder: Path, *rows: Any, **options: Any) -> list[Document]:
    (folder / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return list(formats.read(folder / "a.jsonl", "hf_tokens", **options))


def mentions(document: Document) -> list[str]:
    return [document.mention(one) for one in document.entities]


def test_tags_as_text_need_no_names(tmp_path: Path) -> None:
    (document,) = read(tmp_path, {"words": WORDS, "labels": ["B-Sign", "I-Sign", "O"]})
    assert (document.text, mentions(document)) == ("mild fever today", ["mild fever"])


@pytest.mark.parametrize(
    "names",
    [
        "O,B-Sign,I-Sign",
        json.dumps(NAMES),
        json.dumps({"id2label": {"0": "O", "1": "B-Sign", "2": "I-Sign"}}),
        json.dumps({"0": "O", "1": "B-Sign", "2": "I-Sign"}),
        json.dumps({"features": {"ner_tags": {"feature": {"names": NAMES}}}}),
        "O\nB-Sign\nI-Sign\n",
    ],
)
def test_numbers_mean_what_the_names_say(names: str, tmp_path: Path) -> None:
    if names != "O,B-Sign,I-Sign":
        (tmp_path / "names").write_text(names)
        names = str(tmp_path / "names")
    (document,) = read(tmp_path, {"tokens": WORDS, "ner_tags": [1, 2, 0]}, label_names=names)
    assert mentions(document) == ["mild fever"]


def test_names_may_stand_in_front_of_the_rows() -> None:
    (document,) = formats.read(GOLD / "numbers.json")
    assert mentions(document) == ["Naloxone", "clonidine"]


def test_a_saved_data_set_is_read_as_a_folder() -> None:
    pytest.importorskip("pyarrow")
    found = list(formats.read(GOLD / "saved"))
    assert [mentions(one) for one in found] == [["Naloxone", "clonidine"], []]


def test_an_arrow_file_says_itself_what_its_numbers_mean(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    said = {"info": {"features": {"ner_tags": {"feature": {"names": NAMES, "_type": "ClassLabel"}}}}}
    rows = arrow.table({"tokens": [WORDS], "ner_tags": [[1, 2, 0]]})
    rows = rows.replace_schema_metadata({b"huggingface": json.dumps(said).encode()})
    with arrow.OSFile(str(tmp_path / "a.arrow"), "wb") as file, arrow.ipc.new_file(file, rows.schema) as writer:
        writer.write_table(rows)
    (document,) = formats.read(tmp_path / "a.arrow")
    assert mentions(document) == ["mild fever"]


def test_parquet_of_the_hub_is_told_by_its_columns(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    parquet.write_table(arrow.table({"tokens": [WORDS], "ner_tags": [["O", "B-Sign", "O"]]}), tmp_path / "a.parquet")
    assert [mentions(one) for one in formats.read(tmp_path / "a.parquet")] == [["fever"]]


def test_damaged_arrow_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    folder = Path(shutil.copytree(GOLD / "saved", tmp_path / "saved"))
    path = folder / "data-00000-of-00001.arrow"
    content = path.read_bytes()
    for at in range(0, len(content), 7):
        path.write_bytes(content[:at] + b"\xff" + content[at + 1 :])
        try:
            list(formats.read(path))
        except BionymError as error:
            assert path.name in str(error)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"tokens": WORDS, "ner_tags": [1, 2, 0]}, r"ner_tags\[0\]: a number, and nothing says what it means"),
        ({"tokens": WORDS, "ner_tags": ["O"]}, "there are 3 tokens and 1 tags"),
        ({"tokens": ["a", ""], "ner_tags": ["O", "O"]}, "tokens: a token is empty"),
        ({"tokens": WORDS, "ner_tags": ["O", "?", "O"]}, r"ner_tags\[1\]: expected O, or B-"),
        ({"words_": WORDS}, "there is no column 'tokens'"),
        ({"tokens": [1], "ner_tags": ["O"]}, "tokens: expected an array of texts"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line(row: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=rf"a\.jsonl, line 1: {message}"):
        read(tmp_path, row)


def test_a_number_beyond_the_names_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"ner_tags\[0\]: the number is not below 3"):
        read(tmp_path, {"tokens": WORDS, "ner_tags": [3, 0, 0]}, label_names="O,B-Sign,I-Sign")


def test_rows_may_be_sentences_and_tags_numbers(tmp_path: Path) -> None:
    options = {"rows": "sentence", "label_names": "O,B-Sign,I-Sign"}
    formats.write([DOCUMENT], tmp_path / "b.jsonl", "hf_tokens", **options)
    rows = [json.loads(line) for line in (tmp_path / "b.jsonl").read_text().splitlines()]
    assert [row["id"] for row in rows] == ["1-1", "1-2"]
    assert [row["ner_tags"] for row in rows] == [[0, 1, 0], [0, 1, 0]]


def test_a_label_without_a_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="lacks 'B-Sign'"):
        formats.write([DOCUMENT], tmp_path / "b.jsonl", "hf_tokens", label_names="O,B-Drug")


def test_lost_sentences_and_relations_are_counted(tmp_path: Path) -> None:
    audit = Audit()
    formats.write([DOCUMENT], tmp_path / "b.jsonl", "hf_tokens", audit=audit)
    assert audit.lost["sentence", "a row is a document"] == 1


def test_parquet_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"writes \.jsonl and \.json"):
        formats.write([DOCUMENT], tmp_path / "b.parquet", "hf_tokens")
