import contextlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionym import files
from bionym.files import FileNames, companion, stem, suffix


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
    ],
)
def test_names_are_safe_and_stay_readable(document_id: str, name: str) -> None:
    assert FileNames().of(document_id) == name


def test_a_name_used_twice_gets_a_number() -> None:
    names = FileNames()
    assert [names.of(name) for name in ("a", "A", "a")] == ["a", "A.2", "a.3"]


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
