"""Packed files: damage is one clear error in every format, and size has a bound."""

import gzip
import shutil
from pathlib import Path
from typing import Any

import pytest

from bionym import formats
from bionym.apps.cli import main
from bionym.errors import FormatError, InputError, UsageError
from tests.extras import usable_formats

NAMES = usable_formats()
GOLD = Path(__file__).parents[1] / "gold"
GOOD = gzip.compress(b"1|t|Zebediah took lead\n" + b"x" * 50_000, mtime=0)
DAMAGES = {
    "cut": GOOD[: len(GOOD) // 2],
    "cut in the header": GOOD[:4],
    "without its check sum": GOOD[:-6],
    "flipped": GOOD[:30] + bytes(byte ^ 0x55 for byte in GOOD[30:40]) + GOOD[40:],
    "wrong check sum": GOOD[:-8] + b"\x00" * 8,
    "no gzip": b"Zebediah took lead",
}


def packed(name: str, suffix: str, content: bytes, folder: Path) -> Path:
    path = folder / f"j{suffix}.gz"
    path.write_bytes(content)
    if suffix != ".txt" and ".txt" in formats.find(name).SUFFIXES:
        (folder / "j.txt").write_text("lead")
    if name == "uima_xmi":
        shutil.copy(GOLD / name / "TypeSystem.xml", folder)
    return path


EVERY = [
    (name, suffix) for name in NAMES for suffix in formats.find(name).SUFFIXES if (name, suffix) != ("brat", ".txt")
]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize(("name", "suffix"), [(name, formats.find(name).SUFFIXES[0]) for name in NAMES])
def test_damaged_data_is_one_clear_error(name: str, suffix: str, damage: str, tmp_path: Path) -> None:
    path = packed(name, suffix, DAMAGES[damage], tmp_path)
    with pytest.raises(FormatError, match="compressed data is damaged") as caught:
        list(formats.read(path, name))
    assert str(path) in str(caught.value)
    assert caught.value.__cause__ is None  # Python's own words quote bytes


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
def test_damaged_data_is_one_clear_error_in_the_other_forms_of_bigbio(suffix: str, tmp_path: Path) -> None:
    if suffix == ".parquet":
        pytest.importorskip("pyarrow")
    with pytest.raises(FormatError, match="compressed data is damaged"):
        list(formats.read(packed("bigbio", suffix, DAMAGES["cut"], tmp_path), "bigbio"))


@pytest.mark.parametrize("damage", DAMAGES)
def test_the_command_ends_with_one_line_and_exit_code_1(
    damage: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = packed("bioc_xml", ".xml", DAMAGES[damage], tmp_path)
    assert main(["convert", str(path), "--to", "jsonl", "--out", str(tmp_path / "o.jsonl")]) == 1
    assert "compressed data is damaged" in capsys.readouterr().err


def test_the_end_of_data_is_never_taken_for_an_interruption(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def broken(*args: Any, **options: Any) -> Any:
        raise EOFError("John Smith")

    monkeypatch.setattr(formats, "read", broken)
    assert main(["convert", str(tmp_path), "--to", "jsonl", "--out", "-"]) == 1
    told = capsys.readouterr().err
    assert "ended too early" in told and "John" not in told


def test_a_reader_that_goes_on_passes_over_damaged_files(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(DAMAGES["cut"])
    (tmp_path / "b.jsonl").write_text('{"format": "bionym", "version": 1, "id": "b", "text": "x"}\n')
    (tmp_path / "c.json.gz").write_bytes(DAMAGES["no gzip"])
    errors: list[InputError] = []
    assert [one.id for one in formats.read(tmp_path, on_error=errors.append)] == ["b"]
    assert len(errors) == 2


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("brat", "i2b2")])
def test_data_that_unpacks_beyond_the_bound_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIONYM_MAX_UNPACKED_GIB", "0.0001")
    path = packed(name, formats.find(name).SUFFIXES[0], gzip.compress(b" " * 200_000), tmp_path)
    with pytest.raises(FormatError, match=r"larger than 0.0001 GiB.*BIONYM_MAX_UNPACKED_GIB"):
        list(formats.read(path, name))


def test_the_bound_can_be_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = packed("text", ".txt", gzip.compress(b"x" * 200_000), tmp_path)
    monkeypatch.setenv("BIONYM_MAX_UNPACKED_GIB", "0.001")
    assert len(next(formats.read(path)).text) == 200_000


@pytest.mark.parametrize("value", ["0", "-1", "many", "nan"])
def test_a_bound_that_is_none_is_refused(value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIONYM_MAX_UNPACKED_GIB", value)
    with pytest.raises(UsageError, match="expected a number of GiB above 0"):
        list(formats.read(packed("text", ".txt", GOOD, tmp_path)))


@pytest.mark.parametrize("ending", [".JSONL", ".Jsonl", ".jsonl.GZ", ".JSONL.GZ", ".JSONL.gz"])
def test_suffixes_may_have_any_case(ending: str, tmp_path: Path) -> None:
    line = b'{"format": "bionym", "version": 1, "id": "b", "text": "x"}\n'
    path = tmp_path / f"a{ending}"
    path.write_bytes(gzip.compress(line) if ending.lower().endswith(".gz") else line)
    assert [one.id for one in formats.read(path)] == [one.id for one in formats.read(tmp_path)] == ["b"]


@pytest.mark.parametrize(("text", "ann"), [(".TXT", ".ANN"), (".TXT", ".ann"), (".txt", ".ANN"), (".Txt", ".Ann")])
@pytest.mark.parametrize("packing", ["", ".gz", ".GZ"])
def test_pairs_are_found_in_any_case(text: str, ann: str, packing: str, tmp_path: Path) -> None:
    for suffix, content in ((text, b"Severe pain"), (ann, b"T1\tX 0 6\tSevere\n")):
        (tmp_path / f"P1{suffix}{packing}").write_bytes(gzip.compress(content) if packing else content)
    for source in (tmp_path, tmp_path / f"P1{ann}{packing}", tmp_path / f"P1{text}{packing}"):
        (document,) = formats.read(source, "brat")
        assert (document.id, document.text, len(document.entities)) == ("P1", "Severe pain", 1)


def test_names_that_differ_in_case_or_escapes_alone_are_documents_of_their_own(tmp_path: Path) -> None:
    for name in ("P1.TXT", "P1.txt", "a|b.txt", "a%7Cb.txt"):
        (tmp_path / name).write_text(name)
    texts = sorted(document.text for document in formats.read(tmp_path, "text"))
    assert texts == ["P1.TXT", "P1.txt", "a%7Cb.txt", "a|b.txt"]


def test_the_files_of_i2b2_are_found_in_any_case(tmp_path: Path) -> None:
    (tmp_path / "a.TXT").write_text("chest pain .\n")
    (tmp_path / "a.Con").write_text('c="chest pain" 1:0 1:1||t="problem"\n')
    (tmp_path / "a.AST").write_text('c="chest pain" 1:0 1:1||t="problem"||a="present"\n')
    (document,) = formats.read(tmp_path, "i2b2")
    assert document.entities[0].attributes == {"assertion": "present"}


def test_a_file_beside_is_found_in_any_case(tmp_path: Path) -> None:
    for folder in ("texts", "annotations"):
        (tmp_path / folder).mkdir()
    (tmp_path / "texts" / "a.TXT").write_text("Severe pain")
    (tmp_path / "annotations" / "a.ANN").write_text("T1\tX 0 6\tSevere\n")
    (document,) = formats.read(tmp_path / "texts" / "a.TXT", "brat", beside=[tmp_path / "annotations"])
    assert len(document.entities) == 1
