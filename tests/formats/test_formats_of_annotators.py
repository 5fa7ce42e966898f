"""Formats of annotation tools: every sample is told by its content, and a spoilt one is refused in one line or read."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bionym import formats
from bionym.data import Audit, Document
from bionym.errors import BionymError, InputError, UsageError

GOLD = Path(__file__).parents[1] / "gold"
NAMES = tuple(
    name
    for name in (
        "doccano",
        "europepmc",
        "hf_tokens",
        "label_studio",
        "prodigy",
        "pubannotation",
        "spacy_json",
        "table",
    )
    if name in formats.names()
)
SAMPLES = [
    (name, path)
    for name in NAMES
    for path in sorted((GOLD / name).iterdir())
    if path.suffix in (".json", ".jsonl") and path.name not in ("dataset_info.json", "state.json")
]
SECRETS = ("Naloxone", "hypotension", "clonidine", "Clonidine")
NASTY: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**30,
    float("inf"),
    1.5,
    "",
    "x\ud800",
    [],
    {},
    [None],
    [[]],
    [{}],
    {"x": None},
)


def by_name(sample: tuple[str, Path]) -> str:
    return f"{sample[0]}-{sample[1].name}"


@pytest.mark.parametrize("sample", SAMPLES, ids=by_name)
def test_samples_are_told_by_their_content(sample: tuple[str, Path]) -> None:
    assert formats.detect(sample[1]) == sample[0]


@pytest.mark.parametrize("sample", SAMPLES, ids=by_name)
def test_samples_hold_entities_and_survive_a_round_trip(sample: tuple[str, Path], tmp_path: Path) -> None:
    name, path = sample
    documents = list(formats.read(path, name))
    assert any(document.entities for document in documents)
    formats.write(documents, tmp_path / path.name, name)
    again = list(formats.read(tmp_path / path.name, name))
    assert [essence(document) for document in again] == [essence(document) for document in documents]


def essence(document: Document) -> Any:
    return document.text, [(one.spans, one.label) for one in document.entities], len(document.relations)


@pytest.mark.parametrize("sample", SAMPLES, ids=by_name)
def test_a_wrong_value_anywhere_is_read_or_refused_in_one_line(sample: tuple[str, Path], tmp_path: Path) -> None:
    name, path = sample
    records = parsed(path)
    for spoilt in variants(records):
        target = tmp_path / path.name
        target.write_text(printed(spoilt, path))
        refused_or_rewritten(target, name, tmp_path)


@pytest.mark.parametrize("sample", SAMPLES, ids=by_name)
def test_values_nested_without_end_are_refused(sample: tuple[str, Path], tmp_path: Path) -> None:
    name, path = sample
    content = path.read_text()
    target = tmp_path / path.name
    for depth in (100, 900, 100_000):
        target.write_text(content.replace("{", '{"deep": ' + "[" * depth + "]" * depth + ", ", 1))
        refused_or_rewritten(target, name, tmp_path)


def refused_or_rewritten(path: Path, name: str, folder: Path) -> None:
    """What is read can be written again; what is not is refused in one line that quotes nothing."""
    try:
        documents = list(formats.read(path, name))
    except InputError as error:
        assert "\n" not in str(error)
        assert path.name in str(error)
        assert not any(secret in str(error) for secret in SECRETS), str(error)
    else:
        formats.write(documents, folder / f"again{path.suffix}", name, force=True)
        formats.write(documents, folder / "again.bionym", "jsonl", force=True)


def parsed(path: Path) -> Any:
    content = path.read_text()
    return [json.loads(line) for line in content.splitlines()] if path.suffix == ".jsonl" else json.loads(content)


def printed(records: Any, path: Path) -> str:
    if path.suffix == ".jsonl" and isinstance(records, list):
        return "".join(as_json(record) + "\n" for record in records)
    return as_json(records)


def as_json(value: Any) -> str:
    return json.dumps(value).replace("Infinity", "1e400")


def variants(value: Any) -> Iterator[Any]:
    """The value with each of its parts replaced by each nasty one, or taken out."""
    for path in places(value):
        for nasty in NASTY:
            yield replaced(value, path, nasty)
        if path and isinstance(path[-1], str):
            yield replaced(value, path, ...)


def places(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield above
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield from places(one, (*above, key))


def replaced(value: Any, path: tuple[Any, ...], by: Any) -> Any:
    if not path:
        return by
    result = copy.deepcopy(value)
    parent = result
    for key in path[:-1]:
        parent = parent[key]
    if by is ...:
        del parent[path[-1]]
    else:
        parent[path[-1]] = by
    return result


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gate", "GATE XML is not read or written"),
        ("spacy", "Its name here is 'spacy_docbin'"),
        ("labelstudio", "Did you mean 'label_studio'"),
        ("huggingface", "Its name here is 'hf_tokens'"),
        ("xlsx", "Save the sheet as CSV"),
        ("INCEpTION", "Its name here is 'webanno_tsv'"),
    ],
)
def test_an_unknown_name_leads_to_the_nearest_format(name: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        formats.find(name)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("a.gate", "<?xml version='1.0'?><GateDocument/>", "It looks like GATE XML, which is not read"),
        ("a.xml", "<FoLiA xmlns='x'/>", "It looks like FoLiA, which is not read"),
        ("a.dat", '{"text": "x", "label": [[0, 1, "A"]]}', "It looks like doccano"),
        ("a.json", '{"some": 1}', "Name it with --format"),
    ],
)
def test_an_unknown_file_leads_to_the_nearest_format(file: str, content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / file).write_text(content)
    with pytest.raises(InputError) as caught:
        formats.detect(tmp_path / file)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("file", "content", "expected"),
    [
        ("a.jsonl", "", "jsonl"),
        ("a.jsonl", '{"entites": []}', "jsonl"),
        ("a.jsonl", '{"format": "bionym", "version": 1, "id": "1", "text": "x", "entities": []}', "jsonl"),
        ("a.jsonl", '{"id": "0", "document_id": "1", "passages": []}', "bigbio"),
        ("a.json", '{"source": "", "infons": {}, "documents": []}', "bioc_json"),
        ("a.tsv", "fever\tB-Disease\n", "conll"),
        ("a.tsv", "fever\tDisease\n", "conll"),
        ("a.xml", "<collection><source/></collection>", "bioc_xml"),
    ],
)
def test_formats_that_were_there_before_are_still_told(file: str, content: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / file).write_text(content)
    assert formats.detect(tmp_path / file) == expected


def lost(documents: list[Document], path: Path, name: str) -> dict[str, int]:
    """What writing the documents loses, by kind."""
    audit = Audit()
    formats.write(documents, path, name, audit=audit, force=True)
    return {what: count for (what, _), count in audit.lost.items()}


def test_an_error_names_the_record_and_the_offsets(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "mild"}\n{"text": "mild", "label": [[0, 9, "X"]]}\n')
    with pytest.raises(BionymError, match=r"a\.jsonl, line 2: the annotation at \[0, 9\) ends beyond the 4 characters"):
        list(formats.read(tmp_path / "a.jsonl", "doccano"))


def test_tables_and_archives_beside_annotations_are_passed_over_as_before(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("mild fever")
    (tmp_path / "a.ann").write_text("T1\tSign 5 10\tfever\n")
    (tmp_path / "counts.csv").write_text("label,count\nSign,1\n")
    formats.write(formats.read(tmp_path), tmp_path / "backup.zip")
    assert [document.id for document in formats.read(tmp_path)] == ["a"]
    assert [document.id for document in formats.read(tmp_path, "zip")] == ["a"]


def test_tables_of_texts_in_a_folder_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,text\n1,mild fever\n")
    assert [document.id for document in formats.read(tmp_path)] == ["1"]


@pytest.mark.parametrize(
    ("name", "expected"), [("a.jsonl", "jsonl"), ("a.tsv", "conll"), ("a.parquet", "bigbio"), ("a.csv", "table")]
)
def test_a_suffix_to_write_to_names_the_format_it_named_before(name: str, expected: str, tmp_path: Path) -> None:
    if name.endswith(".parquet"):
        pytest.importorskip("pyarrow")
    formats.write([Document("1", "mild fever")], tmp_path / name)
    assert formats.detect(tmp_path / name) == expected
