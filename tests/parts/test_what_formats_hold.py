"""Of every format: nothing that a document may hold ends in another error than ours, and what is lost is counted."""

from pathlib import Path
from typing import Any

import pytest

import bionym
from bionym import formats
from bionym.data import Argument, Audit, Document, Entity, Passage, Relation, Span, entity
from bionym.errors import BionymError, InputError, OutputError
from tests.parts.test_formats import NAMES, there_and_back

META = {name: formats.find(name).META_SHAPE for name in NAMES if hasattr(formats.find(name), "META_SHAPE")}
METAS = sorted({key for shapes in META.values() for key in shapes})
SURROGATE = Document(
    "d\udce9",
    "a\ud800 pain",
    (Passage(0, 7, "t\ud800", {"x": "\ud800"}),),
    (Entity((Span(3, 7),), "X\ud800", ("D1\udc00",), {"a\ud800": "b\ud800"}, None, "T1\ud800"),),
    (Relation("R\ud800", (Argument("Arg1", "T1\ud800"), Argument("Arg2", "T1\ud800"))),),
)


def target(name: str, folder: Path) -> Path:
    return folder / ("out" if formats.find(name).ONE_PER_FILE else f"out{formats.find(name).SUFFIXES[0]}")


@pytest.mark.parametrize("suffix", ["", ".parquet"])
@pytest.mark.parametrize("name", NAMES)
def test_lone_surrogates_are_kept_or_counted(name: str, suffix: str, tmp_path: Path) -> None:
    if suffix and (name != "bigbio" or pytest.importorskip("pyarrow") is None):
        return
    audit, path = Audit(), target(name, tmp_path).with_suffix(suffix) if suffix else target(name, tmp_path)
    formats.write([SURROGATE], path, name, audit=audit)
    (again,) = formats.read(path, name)
    assert again.text[0] == "a" and "pain" in again.text
    assert "\ud800" in again.text or "character" in {what for what, _ in audit.changed}


@pytest.mark.parametrize("name", NAMES)
def test_meta_of_any_shape_is_held_or_counted(name: str, tmp_path: Path) -> None:
    values: list[Any] = [5, [], "x", True, *({part: 5} for part in ("relations", "rows", "ann", "order", "fields"))]
    metas = [{key: value} for key in METAS for value in (*values, {"tags": [1]}, {"regions": [1]}, {"num_a1": "x"})]
    documents, audit = (
        [Document(f"d{number}", "pain", (), (entity(0, 4, "X"),), meta=meta) for number, meta in enumerate(metas)],
        Audit(),
    )
    formats.write(documents, target(name, tmp_path), name, audit=audit)
    texts = [again.text.strip() for again in formats.read(target(name, tmp_path), name, audit=audit)]
    assert texts == ["pain"] * len(documents)
    num_misshapen = sum(not isinstance(value, dict) for meta in metas for value in meta.values())
    assert sum(number for (what, _), number in audit.lost.items() if what == "meta value") >= num_misshapen


@pytest.mark.parametrize("name", NAMES)
def test_values_that_are_nested_deep_are_written_or_refused(name: str, tmp_path: Path) -> None:
    for depth in (900, 100_000):
        value: Any = "x"
        for _ in range(depth):
            value = [value]
        for key in ("bioc", "other", "bigbio"):
            document = Document("7", "pain", meta={key: {"infons": {"a": value}, "events": [value]}})
            try:
                formats.write([document], target(name, tmp_path), name, force=True)
            except OutputError as error:
                assert "nested too deep" in str(error) and "'7'" in str(error)
        value = None


@pytest.mark.parametrize("score", [float("inf"), float("nan"), -0.5, 1.5])
@pytest.mark.parametrize("name", NAMES)
def test_a_score_that_is_none_is_written_so_that_it_is_read(name: str, score: float, tmp_path: Path) -> None:
    document = Document("1", "pain", entities=(entity(0, 4, "X", score=score),))
    (again,), audit = there_and_back(document, name, tmp_path)
    assert all(one.score is None for one in again.entities)
    assert audit.lost.total() or audit.changed.total()


@pytest.mark.parametrize("name", NAMES)
def test_ids_come_back_or_are_counted(name: str, tmp_path: Path) -> None:
    ids = [
        "a|b",
        "x" * 500,
        "CON",
        "aux.x",
        "x.",
        "x ",
        "a//b",
        "a/b",
        "50%",
        ".hidden",
        "a\tb",
        "a\nb",
        "B",
        "b",
        "",
        "b",
    ]
    for number, one in enumerate(ids):
        path, audit = target(name, tmp_path / str(number)), Audit()
        formats.write([Document(one, "pain", entities=(entity(0, 4, "X"),))], path, name, audit=audit)
        (again,) = formats.read(path, name)
        assert again.id == one or "document id" in {what for what, _ in audit.changed} or not one, one


@pytest.mark.parametrize("name", [name for name in NAMES if formats.find(name).ONE_PER_FILE])
def test_no_id_stands_in_the_way_of_another(name: str, tmp_path: Path) -> None:
    suffix = formats.find(name).SUFFIXES[0]
    ids = [
        f"b{suffix}/c",
        "b",
        f"b{suffix}",
        "b.txt/c",
        "annotation.conf/x",
        "/".join("a" * 2500),
        "CON",
        "con",
        "é",
        "e\u0301",
    ]
    formats.write([Document(one, "pain", entities=(entity(0, 4, "X"),)) for one in ids], tmp_path / "out", name)
    assert len(list(formats.read(tmp_path / "out", name))) == len(ids)


@pytest.mark.parametrize("name", NAMES)
def test_tokens_and_sentences_of_the_source_are_held_or_counted(name: str, tmp_path: Path) -> None:
    document = Document(
        "1", "IL-2 fell. It rose.", tokens=(Span(0, 4), Span(5, 19)), sentences=(Span(0, 4), Span(5, 19))
    )
    (again,), audit = there_and_back(document, name, tmp_path)
    lost = {what for what, _ in audit.lost}
    assert ("token" in lost) == (not again.tokens)
    assert ("sentence" in lost) == (len(again.sentences) != 2)


@pytest.mark.parametrize("path", ["a\0b", "x" * 5000, "y/" + "x" * 300])
def test_paths_that_no_file_can_have_are_refused(path: str, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        list(bionym.read(tmp_path / path))
    with pytest.raises(InputError):
        list(bionym.read(str(tmp_path / path), "text"))
    with pytest.raises(OutputError):
        bionym.write([Document("1", "a")], tmp_path / f"{path}.jsonl")


def test_losses_that_one_format_has_are_counted(tmp_path: Path) -> None:
    twice = Entity((Span(0, 4),), "PATIENT", ("D1", "D1"), {"TYPE": "DOCTOR", "within": "P9"}, id="T1")
    cut = Entity((Span(0, 4), Span(5, 9)), "X", id="T2")
    blank = Relation("R", (Argument("an end", "T1"), Argument("Arg2", "T2")))
    nameless = Relation("", (Argument("Arg1", "T1"), Argument("Arg2", "T1")))
    document = Document("1", "pain\nalso more", (Passage(0, 4, "title"),), (twice, cut), (blank, nameless))
    expected = {
        "brat": {"brat says each of its concepts once", "brat types and roles hold no white space: '_' instead"},
        "i2b2_xml": {"its attribute TYPE reads back as its label", "it names a tag that the document does not have"},
        "text": {"plain text holds no passages"},
        "i2b2": {"has no label, which i2b2 relations need"},
    }
    expected["brat"] |= {"its pieces have a line end alone between them: they read back as one"}
    for name, reasons in expected.items():
        audit = Audit()
        formats.write([document], tmp_path / name, name, audit=audit)
        assert reasons <= {reason for _, reason in (*audit.lost, *audit.changed)}


def test_a_concept_that_means_none_is_counted_in_bigbio(tmp_path: Path) -> None:
    audit = Audit()
    document = Document("1", "pain", entities=(Entity((Span(0, 4),), "X", ("-",)), Entity((Span(0, 3),), "X", ("-1",))))
    formats.write([document], tmp_path / "o.json", "bigbio", audit=audit)
    assert audit.changed["entity", "a concept of it reads back as none"] == 2


def test_text_keeps_a_byte_order_mark_that_is_its_own(tmp_path: Path) -> None:
    (again,), _ = there_and_back(Document("1", "\ufeffpain"), "text", tmp_path)
    assert again.text == "\ufeffpain"


def test_the_text_between_tokens_is_counted_in_i2b2(tmp_path: Path) -> None:
    audit = Audit()
    document = Document("1", "chest pain severe", tokens=(Span(0, 5), Span(6, 10)))
    formats.write([document], tmp_path / "o", "i2b2", audit=audit)
    assert audit.lost["character", "no token covers it"] == 6


@pytest.mark.parametrize("concepts", ["null", "[]", '["D1"]'])
def test_null_means_empty_in_json_lines(concepts: str, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        '{"format": "bionym", "version": 1, "id": "1", "text": "pain", '
        f'"entities": [{{"spans": [[0, 4]], "label": "X", "concepts": {concepts}}}]}}'
    )
    (document,) = formats.read(tmp_path / "a.jsonl")
    assert document.entities[0].concepts == (("D1",) if "D1" in concepts else ())


@pytest.mark.parametrize(
    "value", ['"concepts": false', '"concepts": 0', '"score": 1e400', '"score": 1.5', '"score": -0.1']
)
def test_wrong_values_of_an_entity_are_refused(value: str, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        f'{{"format": "bionym", "version": 1, "id": "1", "text": "pain", "entities": [{{"spans": [[0, 4]], "label": "X", {value}}}]}}'
    )
    with pytest.raises(BionymError, match=r"entities\[0\]: (concepts|score): expected"):
        list(formats.read(tmp_path / "a.jsonl"))
