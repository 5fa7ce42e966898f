"""doccano: each of its spellings gives the same entities, and relations survive."""

import json
from pathlib import Path
from typing import Any

import pytest

from bionym import formats
from bionym.data import Audit, Document, Entity, Span, entity
from bionym.errors import FormatError

TEXT = "Naloxone treats fever."
WHOLE = {"start_offset": 0, "end_offset": 8}


def read(folder: Path, *rows: Any) -> list[Document]:
    path = folder / "a.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return list(formats.read(path, "doccano"))


@pytest.mark.parametrize(
    "spelling",
    [
        {"text": TEXT, "label": [[0, 8, "Drug"]]},
        {"text": TEXT, "labels": [[0, 8, "Drug"]]},
        {"data": TEXT, "label": [[0, 8, "Drug"]]},
        {"text": TEXT, "entities": [[0, 8, "Drug"]]},
        {"text": TEXT, "entities": [{"id": 4, "label": "Drug", **WHOLE}], "relations": []},
        {"text": TEXT, "annotations": [{"id": 4, "label": "Drug", "user": 1, **WHOLE}]},
    ],
)
def test_each_spelling_gives_the_entity(spelling: dict[str, Any], tmp_path: Path) -> None:
    (document,) = read(tmp_path, spelling)
    assert [(document.mention(one), one.label) for one in document.entities] == [("Naloxone", "Drug")]


def test_relations_name_their_entities(tmp_path: Path) -> None:
    spans = [{"id": 4, "label": "Drug", **WHOLE}, {"id": 5, "label": "Sign", "start_offset": 16, "end_offset": 21}]
    ties = [{"id": 1, "from_id": 4, "to_id": 5, "type": "treats"}]
    (document,) = read(tmp_path, {"text": TEXT, "entities": spans, "relations": ties})
    (relation,) = document.relations
    assert [end.target for end in relation.arguments] == ["4", "5"]
    formats.write([document], tmp_path / "b.jsonl", "doccano")
    row = json.loads((tmp_path / "b.jsonl").read_text())
    assert (row["entities"], row["relations"]) == (spans, ties)


def test_meta_and_comments_come_back(tmp_path: Path) -> None:
    row = {"id": 1, "text": TEXT, "label": [], "Comments": ["sure?"], "meta": {"ward": 3}}
    formats.write(read(tmp_path, row), tmp_path / "b.jsonl", "doccano")
    assert json.loads((tmp_path / "b.jsonl").read_text()) == row


def test_lost_comments_are_counted(tmp_path: Path) -> None:
    audit = Audit()
    documents = read(tmp_path, {"text": TEXT, "label": [], "Comments": ["sure?"]})
    formats.write(documents, tmp_path / "b.pubtator", audit=audit)
    assert audit.lost["field", "only doccano has a place for it"] == 1


def test_discontinuous_entities_are_lost_and_counted(tmp_path: Path) -> None:
    gapped = Document("1", TEXT, entities=(Entity((Span(0, 3), Span(5, 8)), "Drug"), entity(16, 21, "Sign")))
    audit = Audit()
    formats.write([gapped], tmp_path / "b.jsonl", "doccano", audit=audit)
    assert json.loads((tmp_path / "b.jsonl").read_text())["label"] == [[16, 21, "Sign"]]
    assert audit.num_lost == 1


def test_labels_of_whole_texts_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"label\[0\]: expected \[start, end, label\]"):
        read(tmp_path, {"text": TEXT, "label": ["positive"]})
