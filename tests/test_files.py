import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    from pathlib import Path

    assert (stem(Path("a/b.JSON.gz")), suffix(Path("a/b.JSON.gz"))) == ("b", ".json")


def test_a_companion_is_found_beside_or_next_to_a_file(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    (folder / "con").mkdir()
    (folder / "x.txt").touch()
    (folder / "con" / "x.con").touch()
    assert companion(folder / "x.txt", ".con") is None
    assert companion(folder / "x.txt", ".con", [folder / "con"]) == folder / "con" / "x.con"
    assert companion(folder / "x.txt", ".con", [folder / "con" / "x.con"]) == folder / "con" / "x.con"
