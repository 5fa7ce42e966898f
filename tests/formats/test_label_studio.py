"""Label Studio: offsets count UTF-16 units, relations and choices belong to their regions."""

import json
from pathlib import Path
from typing import Any

import pytest

from bionym import formats
from bionym.data import Audit, Document, Entity, Span
from bionym.errors import FormatError

TEXT = "😀 Naloxone treats fever."  # one code point and two UTF-16 units come first
GOLD = Path(__file__).parents[1] / "gold" / "label_studio"


def region(start: int, end: int, name: str = "a1", **value: Any) -> dict[str, Any]:
    return {"id": name, "type": "labels", "value": {"start": start, "end": end, "labels": ["Drug"], **value}}


def read(folder: Path, *tasks: Any, **options: Any) -> list[Document]:
    path = folder / "a.json"
    path.write_text(json.dumps(tasks))
    return list(formats.read(path, "label_studio", **options))


def task(*regions: Any) -> dict[str, Any]:
    return {"id": 1, "data": {"text": TEXT}, "annotations": [{"result": list(regions)}]}


@pytest.mark.parametrize("value", [{}, {"text": "Naloxone"}])
def test_offsets_are_units_of_utf_16(value: dict[str, str], tmp_path: Path) -> None:
    (document,) = read(tmp_path, task(region(3, 11, **value)))
    assert document.mention(document.entities[0]) == "Naloxone"


def test_offsets_in_code_points_are_told_by_the_mention_and_counted(tmp_path: Path) -> None:
    audit = Audit()
    (document,) = read(tmp_path, task(region(2, 10, text="Naloxone")), audit=audit)
    assert document.mention(document.entities[0]) == "Naloxone"
    assert audit.changed["entity", "offsets were code points, not UTF-16 units"] == 1


def test_json_min_holds_the_same(tmp_path: Path) -> None:
    row = {"id": 1, "text": TEXT, "tags": [region(3, 11)["value"]], "annotation_id": 3}
    (document,) = read(tmp_path, row)
    assert document.mention(document.entities[0]) == "Naloxone"


def test_a_relation_has_the_direction_of_its_arrow(tmp_path: Path) -> None:
    tie = {"type": "relation", "from_id": "a1", "to_id": "a2", "direction": "left", "labels": ["treats"]}
    (document,) = read(tmp_path, task(region(3, 11), region(19, 24, "a2"), tie))
    assert [end.target for end in document.relations[0].arguments] == ["a2", "a1"]


def test_choices_of_a_region_are_attributes() -> None:
    first, _ = formats.read(GOLD / "tasks.json")
    assert [dict(one.attributes) for one in first.entities] == [{}, {"assertion": "absent"}]


def test_regions_of_a_single_annotation_are_read_and_the_others_counted() -> None:
    audit = Audit()
    assert [len(one.entities) for one in formats.read(GOLD / "tasks.json", audit=audit)] == [2, 1]
    assert audit.lost["annotation", "is a further one of the same task"] == 1


def test_a_cancelled_annotation_is_passed_over(tmp_path: Path) -> None:
    one = task(region(3, 11))
    one["annotations"].insert(0, {"was_cancelled": True, "result": []})
    assert len(read(tmp_path, one)[0].entities) == 1


def test_predictions_are_read_when_asked_for(tmp_path: Path) -> None:
    one = {"data": {"note": TEXT}, "predictions": [{"result": [{**region(3, 11), "score": 0.5}]}]}
    (document,) = read(tmp_path, one, source="predictions", text_key="note")
    assert document.entities[0].score == 0.5


def test_what_is_written_counts_utf_16_units_and_says_its_text(tmp_path: Path) -> None:
    document = Document("n/1", TEXT, entities=(Entity((Span(2, 10),), "Drug", attributes={"sure": "yes"}),))
    formats.write([document], tmp_path / "b.json", "label_studio")
    (row,) = json.loads((tmp_path / "b.json").read_text())
    first, second = row["annotations"][0]["result"]
    assert first["value"] == {"start": 3, "end": 11, "text": "Naloxone", "labels": ["Drug"]}
    assert (second["from_name"], second["value"]["choices"], second["id"]) == ("sure", ["yes"], first["id"])
    assert row["data"]["id"] == "n/1"


def test_regions_of_hypertext_are_refused(tmp_path: Path) -> None:
    value = {"start": "/p[1]/text()[1]", "end": "/p[1]/text()[1]", "startOffset": 0, "endOffset": 8, "labels": ["Drug"]}
    with pytest.raises(FormatError, match=r"HyperText, which has no offsets.*Annotate it as Text"):
        read(tmp_path, task({"type": "hypertextlabels", "value": value}))
