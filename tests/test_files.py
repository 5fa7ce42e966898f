import contextlib
import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionym import files
from bionym.files import CsvWriter, FileNames, companion, document_id_of, harmless, read_lines, stem, suffix


@pytest.mark.parametrize(
    ("document_id", "name"),
    [
        ("PMID-1", "PMID-1"),
        ("train/1", "train/1"),
        ("../../etc/passwd", "%2E%2E/%2E%2E/etc/passwd"),
        ("a:b*?", "a%3Ab%2A%3F"),
        ("", "document"),
        ("ä", "ä"),
        ("notes[1] & O'Hara #2", "notes[1] & O'Hara #2"),
        ("u\u0308", "u\u0308"),
        (".5mg/.x", "%2E5mg/%2Ex"),
        ("50%\n", "50%25%0A"),
        ("CON", "%43ON"),
        ("nul.txt", "%6Eul.txt"),
        ("lpt1/x", "%6Cpt1/x"),
        ("x.", "x%2E"),
        ("x /y", "x%20/y"),
        ("b.txt/c", "b%2Etxt/c"),
        ("v1.2/c.ann", "v1.2/c.ann"),
    ],
)
def test_names_are_safe_and_stay_readable(document_id: str, name: str) -> None:
    assert FileNames().of(document_id) == name


def test_a_name_used_twice_gets_a_number() -> None:
    names = FileNames()
    assert [names.of(name) for name in ("a", "A", "a")] == ["a", "A.2", "a.3"]


@given(st.text(max_size=60))
def test_the_id_is_told_from_its_name_or_the_change_is_noted(document_id: str) -> None:
    changed: list[str] = []
    name = FileNames(changed.append).of(document_id)
    assert document_id_of(name) == document_id or changed == [document_id]


@pytest.mark.parametrize("name", ["a%20b", "100%", "%41", "a%2", "%", "%ZZ", "a%2Fb", "%FF"])
def test_names_that_are_not_ours_are_ids_as_they_stand(name: str) -> None:
    assert document_id_of(name) == name
    assert document_id_of(FileNames().of(name)) == name


def test_a_name_that_is_taken_or_too_long_is_noted() -> None:
    changed: list[str] = []
    names = FileNames(changed.append)
    found = [names.of(one) for one in ("a", "a", "x" * 181, "/".join("a" * 2500), "é" * 100)]
    assert changed == ["a", "x" * 181, "/".join("a" * 2500), "é" * 100]
    assert all(len(name.encode()) <= 900 for name in found)


def test_accents_that_are_composed_otherwise_are_one_name() -> None:
    names = FileNames()
    assert [names.of("\u00e9"), names.of("e\u0301")] == ["\u00e9", "e\u0301.2"]


def test_a_number_behind_a_name_is_never_one_that_is_taken() -> None:
    names = FileNames()
    assert len({names.of(one) for one in ("a.2", "a", "a", "A.2")}) == 4


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a\rb\r", ["a", "b"]),
        (b"a\rb", ["a", "b"]),
        (b"a\r", ["a"]),
        (b"a\r\rb\r", ["a", "", "b"]),
        (b"a\nb\rc\n", ["a", "b\rc"]),
        (b"a\r\nb\r\n", ["a", "b"]),
        (b"", []),
        (b"\r", [""]),
    ],
)
def test_carriage_returns_end_lines_where_there_is_no_line_feed(
    content: bytes, expected: list[str], tmp_path: Path
) -> None:
    (tmp_path / "a").write_bytes(content)
    assert [line.text for line in read_lines(tmp_path / "a")] == expected


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "\xa0=1", "\ufeff=1", "\r\n-x", "\u2028=1"],
)
def test_no_cell_is_taken_for_a_formula(cell: str) -> None:
    assert harmless(cell).startswith("'")


def test_no_cell_breaks_its_row_and_numbers_stay() -> None:
    import csv

    stream = io.StringIO()
    CsvWriter(stream).row(["a\rb", "c\r\nd", "e\x00f\x1b", 'g"h', -1, 0.5, None, "p53"])
    assert list(csv.reader(io.StringIO(stream.getvalue(), newline=""))) == [
        ["a\nb", "c\nd", "e\ufffdf\ufffd", 'g"h', "-1", "0.5", "", "p53"]
    ]
    assert "\r" not in stream.getvalue()


@given(st.lists(st.text(max_size=300), max_size=6))
def test_names_never_leave_the_folder_and_never_repeat(ids: list[str]) -> None:
    names = FileNames()
    found = [names.of(one) for one in ids]
    assert len({name.lower() for name in found}) == len(found)
    for name in found:
        assert not name.startswith("/")
        assert all(part not in ("", ".", "..") and len(part.encode()) <= 250 for part in name.split("/"))


def test_suffixes_look_through_gzip(tmp_path: object) -> None:
    assert (stem(Path("a/b.JSON.gz")), suffix(Path("a/b.JSON.gz"))) == ("b", ".json")


def test_a_companion_is_found_beside_or_next_to_a_file(tmp_path: object) -> None:
    folder = Path(str(tmp_path))
    (folder / "con").mkdir()
    (folder / "x.txt").touch()
    (folder / "con" / "x.con").touch()
    assert companion(folder / "x.txt", ".con") is None
    assert companion(folder / "x.txt", ".con", [folder / "con"]) == folder / "con" / "x.con"
    assert companion(folder / "x.txt", ".con", [folder / "con" / "x.con"]) == folder / "con" / "x.con"


def test_a_file_that_is_not_finished_leaves_the_old_one_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "state"
    path.write_text("old", encoding="utf-8")
    with contextlib.suppress(RuntimeError), files.writing_whole(path, is_durable=True) as unfinished:
        unfinished.write_text("ne", encoding="utf-8")
        raise RuntimeError("power")
    assert path.read_text(encoding="utf-8") == "old" and list(tmp_path.iterdir()) == [path]


def test_a_durable_file_is_on_the_disk_before_and_after_it_gets_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    replace = os.replace
    monkeypatch.setattr(os, "fsync", lambda number: steps.append("fsync"))
    monkeypatch.setattr(os, "replace", lambda *paths: (steps.append("replace"), replace(*paths)))
    files.write_whole(tmp_path / "state", "new", is_durable=True)
    assert steps == ["fsync", "replace", "fsync"] and (tmp_path / "state").read_text(encoding="utf-8") == "new"
