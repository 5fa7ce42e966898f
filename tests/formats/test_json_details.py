"""Values of JSON asked for by kind, and documents as lines of it."""

from pathlib import Path
from typing import Any

import pytest

from bionym.data import Audit, Document, Entity, Passage, Span
from bionym.errors import FormatError
from bionym.formats import jsonl
from bionym.formats._json import Record, escape_surrogates, parse

FILE = Path("a.json")


def record(**values: Any) -> Record:
    return Record(values, FILE, 3, "rows[1]")


def test_values_are_given_as_they_are_and_defaults_where_there_is_none() -> None:
    one = record(text="a", number=5, digits="07", score=0.5, items=[1], ranges=[[0, 2]], pairs=[["r", "t"]], null=None)
    assert (one.text("text"), one.text("number"), one.text("none", "x")) == ("a", "5", "x")
    assert (one.whole("number"), one.whole("digits"), one.whole("none", 9)) == (5, 7, 9)
    assert (one.share("score"), one.share("none"), one.text("null", "x"), one.whole("null", 9)) == (0.5, None, "x", 9)
    assert (one.items("items"), one.items("null"), one.items("none")) == ([1], [], [])
    assert (one.ranges("ranges"), one.pairs("pairs"), one.mapping("null")) == ([(0, 2)], [("r", "t")], {})
    assert "null" in one and "none" not in one


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("text", True, "expected text"),
        ("text", 1.5, "expected text"),
        ("whole", True, "expected a whole number"),
        ("whole", "1.5", "expected a whole number"),
        ("whole", "9" * 19, "expected a whole number"),
        ("share", False, "expected a number from 0 to 1"),
        ("share", "1", "expected a number from 0 to 1"),
        ("share", 1.5, "expected a number from 0 to 1"),
        ("share", -0.5, "expected a number from 0 to 1"),
        ("share", float("nan"), "expected a number from 0 to 1"),
        ("items", {}, "expected an array"),
        ("texts", ["a", 1], "expected an array of texts"),
        ("ranges", [[0, 1, 2]], r"expected an array of \[start, end\]"),
        ("ranges", [[0, True]], r"expected an array of \[start, end\]"),
        ("ranges", ["ab"], r"expected an array of \[start, end\]"),
        ("pairs", [["a", 1]], r"expected an array of \[role, target\]"),
        ("pairs", [["a"]], r"expected an array of \[role, target\]"),
        ("mapping", [], "expected an object"),
        ("texts_by_name", {"a": 1}, "expected an object of texts"),
    ],
)
def test_a_value_of_another_kind_is_refused_by_place_and_key(kind: str, value: Any, message: str) -> None:
    with pytest.raises(FormatError, match=rf"a\.json, line 3: rows\[1\]: key: {message}, found"):
        getattr(record(key=value), kind)("key")


def test_missing_and_unknown_keys_are_named() -> None:
    with pytest.raises(FormatError, match=r"rows\[1\]: the key 'id' is missing"):
        record().text("id")
    with pytest.raises(FormatError, match=r"rows\[1\]: key 2 is unknown.*label.*Known: id, label"):
        record(id=1, labl=2).allow("id", "label")
    record(id=1).allow("id", "label")


def test_a_part_knows_its_own_line_and_name() -> None:
    first, second = record(rows=[{"@line": 7}, {}]).records("rows")
    assert [(one.name, one.line) for one in (first, second)] == [("rows[1].rows[0]", 7), ("rows[1].rows[1]", 3)]
    assert record(rows=[{"a": 1}, {"a": 2}]).part("rows", 1).whole("a") == 2
    assert Record({"rows": [{}]}, FILE, 1).part("rows", 0).name == "rows[0]"
    with pytest.raises(FormatError, match="expected an object, found"):
        Record([], FILE, 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{\n"a": }', r"line 6: not valid JSON \(Expecting value, column 6\)"),
        ("[NaN]", "line 5: not usable JSON: NaN"),
        ("[" * 200_000, "line 5: not usable JSON: it is nested too deep"),
    ],
)
def test_broken_json_is_refused_by_line(text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        parse(text, path=FILE, line=5)


def test_only_lone_surrogates_are_escaped() -> None:
    assert escape_surrogates("a\ud800é\U0001d4d0\udfff") == "a\\ud800é\U0001d4d0\\udfff"


def line(entities: str = "[]", more: str = "") -> str:
    return f'{{"format": "bionym", "version": 1, "id": "1", "text": "fever", "entities": {entities}{more}}}'


@pytest.mark.parametrize(
    ("entity", "expected"),
    [
        ('{"spans": [[0, 5]], "label": "A"}', Entity((Span(0, 5),), "A")),
        ('{"spans": [[0, 5]], "label": "A", "score": 0.5, "id": "T1"}', Entity((Span(0, 5),), "A", score=0.5, id="T1")),
        ('{"spans": [[0, 5]], "label": "A", "concepts": ["C1", "C2"]}', Entity((Span(0, 5),), "A", ("C1", "C2"))),
        ('{"spans": [[0, 1], [2, 5]], "label": "A"}', Entity((Span(0, 1), Span(2, 5)), "A")),
        (
            '{"spans": [[0, 5]], "label": "A", "attributes": {"a": "b"}}',
            Entity((Span(0, 5),), "A", attributes={"a": "b"}),
        ),
        ('{"spans": [[0, 5]], "label": "A", "score": 1}', Entity((Span(0, 5),), "A", score=1)),
        ('{"spans": [[0, 5]], "label": 7, "id": 8}', Entity((Span(0, 5),), "7", id="8")),
    ],
)
def test_entities_are_read_from_their_line(entity: str, expected: Entity) -> None:
    assert jsonl.from_line(line(f"[{entity}]"), path=FILE).entities == (expected,)


@pytest.mark.parametrize(
    ("entity", "message"),
    [
        ('{"spans": [[0, 5]], "label": "A", "kind": 1}', r"entities\[0\]: key 3 is unknown"),
        ('{"spans": [[0, 5, 6]], "label": "A"}', r"entities\[0\]: spans: expected an array of \[start, end\]"),
        ('{"spans": [[0, 5]]}', r"entities\[0\]: the key 'label' is missing"),
        ('{"spans": [[0, 5]], "label": "A", "score": "1"}', r"entities\[0\]: score: expected a number"),
        ('{"spans": [[0, true]], "label": "A"}', r"entities\[0\]: spans: expected"),
        (
            '{"spans": [[0, 5]], "label": "A", "concepts": ["a", 1]}',
            r"entities\[0\]: concepts: expected an array of texts",
        ),
        ('{"spans": [[5, 5]], "label": "A"}', "line 4: A span needs 0 <= start < end"),
        ('{"spans": [], "label": "A"}', "has no span"),
    ],
)
def test_a_wrong_entity_is_refused_by_line_and_place(entity: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        jsonl.from_line(line(f"[{entity}]"), path=FILE, line=4)


def test_what_is_empty_is_left_out_and_zeros_and_labels_stay() -> None:
    document = Document("", "a", passages=(Passage(0, 0, ""),), entities=(Entity((Span(0, 1),), "A", score=0.0),))
    assert jsonl.to_line(document) == (
        '{"format": "bionym", "version": 1, "id": "", "text": "a", '
        '"passages": [{"start": 0, "end": 0, "label": ""}], "entities": [{"spans": [[0, 1]], "label": "A", "score": 0.0}]}'
    )
    assert jsonl.from_line(jsonl.to_line(document), path=FILE) == document


def test_values_of_meta_that_json_has_no_form_for_are_lost_and_counted() -> None:
    audit = Audit()
    meta = {"a": {"b": [1, 2.5, None, True, "x", b"y", float("nan"), (3,)]}, 4: float("inf")}
    printed = jsonl.to_line(Document("d", "a", meta=meta), audit)
    assert printed.endswith('"meta": {"a": {"b": [1, 2.5, null, true, "x", null, null, [3]]}, "4": null}}')
    assert audit.lost == {
        ("meta value", "JSON has no form for bytes"): 1,
        ("meta value", "JSON has no form for float"): 2,
    }


def test_a_line_of_another_form_or_version_is_refused() -> None:
    with pytest.raises(FormatError, match='expected "format": "bionym"'):
        jsonl.from_line(line().replace("bionym", "other"), path=FILE)
    with pytest.raises(FormatError, match="expected version 1, found 2"):
        jsonl.from_line(line().replace('"version": 1', '"version": 2'), path=FILE)


def test_a_beginning_is_ours_if_it_is_an_object_that_names_the_format_early() -> None:
    assert jsonl.sniff(line()) and jsonl.sniff(" " + line().replace('": "', '":"'))
    assert not jsonl.sniff(f"[{line()}]") and not jsonl.sniff('{"format": "other"}')
    assert not jsonl.sniff("{" + " " * 200 + line()[1:])
