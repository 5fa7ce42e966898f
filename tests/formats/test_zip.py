"""A zip of a folder: what it holds is read as the folder would be, and nothing leaves its own folder."""

import stat
import tempfile
import zipfile
from pathlib import Path

import pytest

from bionym import formats
from bionym.data import Audit, Document, Entity, Passage, Span, entity
from bionym.errors import FormatError, InputError, UsageError
from bionym.formats import zip as zip_format

GOLD = Path(__file__).parents[1] / "gold"


def packed(folder: Path, files: dict[str, str], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(folder / "a.zip", "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return folder / "a.zip"


def test_a_folder_of_brat_is_read_from_its_zip() -> None:
    found = {one.id: one for one in formats.read(GOLD / "zip", "zip")}
    for document in formats.read(GOLD / "brat", "brat"):
        if document.id in found:
            assert found[document.id].entities == document.entities
            assert found[document.id].meta["brat"]["ann"] == document.meta["brat"]["ann"]
    assert sorted(found) == ["81271552", "8473723"]


def test_files_of_any_format_are_read_and_written(tmp_path: Path) -> None:
    document = Document("n/1", "mild fever", entities=(entity(5, 10, "Sign"),))
    for inner in ("jsonl", "doccano", "bioc_xml", "webanno_tsv", "i2b2"):
        formats.write([document], tmp_path / f"{inner}.zip", inner=inner)
        (found,) = formats.read(tmp_path / f"{inner}.zip", inner=inner)
        assert [(found.mention(one), one.label.lower()) for one in found.entities] == [("fever", "sign")], inner


def test_folders_in_it_and_hidden_files_are_as_in_a_folder(tmp_path: Path) -> None:
    files = {"ward/a.txt": "fever", "ward/a.ann": "T1\tSign 0 5\tfever\n", "__MACOSX/ward/._a.ann": "x", ".b.ann": "x"}
    assert [(one.id, len(one.entities)) for one in formats.read(packed(tmp_path, files))] == [("ward/a", 1)]


def test_what_is_lost_within_is_counted_once(tmp_path: Path) -> None:
    gapped = Entity((Span(0, 2), Span(5, 8)), "Sign")
    document = Document("1", "mild fever", (Passage(0, 10, "title"),), (gapped, entity(5, 10, "Sign")))
    audit = Audit()
    formats.write([document], tmp_path / "a.zip", inner="i2b2", audit=audit)
    assert (audit.written["documents"], audit.written["entities"], audit.num_lost) == (1, 1, 1)
    reading = Audit()
    list(formats.read(tmp_path / "a.zip", audit=reading))
    assert (reading.read["documents"], reading.read["entities"]) == (1, 1)


@pytest.mark.parametrize("name", ["../a.txt", "/a.txt", "x/../../a.txt", "C:/a.txt", "..\\a.txt", "x\\..\\..\\a.txt"])
def test_a_file_that_would_leave_its_folder_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"a\.zip: file 1 of the archive is a link, or would leave its folder"):
        list(formats.read(packed(tmp_path, {name: "fever"}), inner="text"))


def test_a_link_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("a.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(FormatError, match="is a link"):
        list(formats.read(tmp_path / "a.zip"))


@pytest.mark.parametrize(("bound", "value"), [("MAX_BYTES", 150), ("MAX_FILE_BYTES", 99), ("MAX_FILES", 1)])
def test_an_archive_beyond_the_bounds_is_refused(
    bound: str, value: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = packed(tmp_path, {"a.txt": "x" * 100, "b.txt": "x" * 100})
    assert len(list(formats.read(path, inner="text"))) == 2
    monkeypatch.setattr(zip_format, bound, value)
    with pytest.raises(FormatError, match=r"more than"):
        list(formats.read(path, inner="text"))


def test_rare_packing_and_doubled_names_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="packed in a rare way"):
        list(formats.read(packed(tmp_path, {"a.txt": "x"}, zipfile.ZIP_LZMA), inner="text"))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.txt", "x")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.txt", "y")
    with pytest.raises(FormatError, match="has the name of another"):
        list(formats.read(tmp_path / "a.zip", inner="text"))


def test_an_error_within_names_the_archive_and_the_file(tmp_path: Path) -> None:
    path = packed(tmp_path, {"ward/a.txt": "fever", "ward/a.ann": "T1\tSign 0 9\tfever\n"})
    with pytest.raises(FormatError, match=r"a\.zip/ward/a\.ann, line 1: T1"):
        list(formats.read(path))
    with pytest.raises(InputError, match=r"a\.zip: no file of the format here"):
        list(formats.read(packed(tmp_path, {"a.dat": "x"})))


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06" + b"\0" * 18, b"PK\x03\x04" + b"\xff" * 60])
def test_what_is_no_zip_is_refused_or_empty(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    if content.startswith(b"PK\x05"):
        assert list(formats.read(tmp_path / "a.zip")) == []
        return
    with pytest.raises(FormatError, match=r"a\.zip: not a zip archive that can be read"):
        list(formats.read(tmp_path / "a.zip"))


def test_nothing_stays_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
    reading = formats.read(GOLD / "zip", "zip")
    next(reading)
    assert list((tmp_path / "scratch").iterdir())
    reading.close()  # type: ignore[attr-defined]
    assert list((tmp_path / "scratch").iterdir()) == []


def test_the_same_documents_give_the_same_archive(tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        formats.write([Document("1", "fever")], tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_an_archive_within_an_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="an archive within an archive"):
        formats.write([Document("1", "fever")], tmp_path / "a.zip", inner="zip")
