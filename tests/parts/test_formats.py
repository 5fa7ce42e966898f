"""One suite over every format: what goes in comes out, the rest is counted, and nothing malformed gets past."""

import gzip
import random
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from bionym import formats
from bionym.data import Audit, Document, Entity, Passage, entity
from bionym.errors import BionymError, LossError
from tests.extras import usable_formats
from tests.strategies import documents

GOLD = Path(__file__).parents[1] / "gold"
NAMES = usable_formats()
BETWEEN_IS_LOST = ("conll", "hf_tokens", "i2b2")  # the text between tokens, or some of it
FLAT = ("conll", "conllu_plus", "hf_tokens", "text")
STREAMS = [name for name in NAMES if not formats.find(name).ONE_PER_FILE]
TITLE, BODY = "Naloxone reverses hypotension.", "Clonidine is an antihypertensive drug."
TEXT = f"{TITLE}\n{BODY}"
DOCUMENT = Document(
    "227508",
    TEXT,
    passages=(Passage(0, len(TITLE), "title"), Passage(len(TITLE) + 1, len(TEXT), "abstract")),
    entities=(entity(0, 8, "Chemical"), entity(18, 29, "Disease"), entity(31, 40, "Chemical")),
)
SECRETS = ("Naloxone", "hypotension", "Clonidine", "Zebediah", "antihypertensive")


def there_and_back(document: Document, name: str, folder: Path, **options: Any) -> tuple[list[Document], Audit]:
    folder.mkdir(exist_ok=True)
    folder, audit = Path(tempfile.mkdtemp(dir=folder)), Audit()
    target = folder / ("out" if formats.find(name).ONE_PER_FILE else f"out{formats.find(name).SUFFIXES[0]}")
    formats.write([document], target, name, audit=audit, force=True, **options)
    return list(formats.read(target, name)), audit


def mentions(document: Document) -> list[tuple[str, str]]:
    return [(document.mention(one), one.label) for one in document.entities]


@pytest.mark.parametrize("name", NAMES)
def test_flat_entities_come_back(name: str, tmp_path: Path) -> None:
    (found,), audit = there_and_back(DOCUMENT, name, tmp_path)
    expected = [] if name == "text" else mentions(DOCUMENT)
    assert mentions(found) == expected
    assert (audit.num_lost, audit.num_changed) == (3 - len(expected), 0)
    assert found.text.split() == TEXT.split() or name in BETWEEN_IS_LOST


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=documents())
def test_what_is_not_written_is_counted(name: str, document: Document, tmp_path: Path) -> None:
    again, audit = there_and_back(document, name, tmp_path)
    assert sum(len(one.entities) for one in again) == audit.written["entities"]
    assert audit.written["entities"] == len(document.entities) - audit.num_lost


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=documents())
def test_strict_writes_everything_or_nothing(name: str, document: Document, tmp_path: Path) -> None:
    folder = Path(tempfile.mkdtemp(dir=tmp_path))
    target = folder / ("strict" if formats.find(name).ONE_PER_FILE else f"strict{formats.find(name).SUFFIXES[0]}")
    try:
        formats.write([document], target, name, audit=Audit(strict=True), force=True)
    except LossError:
        return
    assert sum(len(one.entities) for one in formats.read(target, name)) == len(document.entities)


@pytest.mark.parametrize("name", STREAMS)
def test_gzip_goes_in_and_out(name: str, tmp_path: Path) -> None:
    target = tmp_path / f"out{formats.find(name).SUFFIXES[0]}.gz"
    formats.write([DOCUMENT], target, name)
    assert target.read_bytes()[:2] == b"\x1f\x8b"
    assert [mentions(one) for one in formats.read(target, name)] == [mentions(DOCUMENT)]


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_gives_all_its_documents_in_order(name: str, tmp_path: Path) -> None:
    suffix = formats.find(name).SUFFIXES[0]
    for number in (2, 1):
        one = Document(f"d{number}", TEXT, DOCUMENT.passages, DOCUMENT.entities)
        target = tmp_path / "in" if formats.find(name).ONE_PER_FILE else tmp_path / "in" / f"d{number}{suffix}"
        formats.write([one], target, name, force=True)
    assert [document.id for document in formats.read(tmp_path / "in", name)] == ["d1", "d2"]


@pytest.mark.parametrize("name", NAMES)
def test_ids_that_are_paths_stay_within_the_folder(name: str, tmp_path: Path) -> None:
    for document_id in ("../../escape", "/etc/passwd", "a/../../b", "x" * 400, "CON: *?"):
        one = Document(document_id, TEXT, DOCUMENT.passages, DOCUMENT.entities)
        found, _ = there_and_back(one, name, tmp_path / "inside")
        assert [mentions(document) for document in found] == [[] if name == "text" else mentions(DOCUMENT)]
        formats_folder = tmp_path / "inside"
        assert {path.name for path in tmp_path.iterdir()} == {"inside"}
        for path in sorted(formats_folder.rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()


@pytest.mark.parametrize("name", NAMES)
def test_documents_with_the_same_id_are_all_kept(name: str, tmp_path: Path) -> None:
    audit = Audit()
    target = tmp_path / ("out" if formats.find(name).ONE_PER_FILE else f"out{formats.find(name).SUFFIXES[0]}")
    formats.write([DOCUMENT, DOCUMENT], target, name, audit=audit)
    assert len(list(formats.read(target, name))) == 2


@pytest.mark.parametrize("name", NAMES)
def test_a_writer_that_fails_leaves_nothing_behind(name: str, tmp_path: Path) -> None:
    def broken() -> Any:
        yield DOCUMENT
        raise BionymError("the reader met a broken file")

    with pytest.raises(BionymError, match="broken file"):
        formats.write(broken(), tmp_path / "out", name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00",
        b"\xff\xfe\x00",
        b"\xef\xbb\xbf",
        b"\x80abc",
        b"<",
        b"{",
        b"[",
        b"\r\n" * 3,
        b"a|t|b\n1\t2",
        b"T1\t",
        b"]]>",
    ],
    ids=lambda content: repr(content)[:20],
)
def test_odd_files_are_read_or_refused_in_one_line(name: str, content: bytes, tmp_path: Path) -> None:
    path = write_odd(name, content, tmp_path)
    try:
        list(formats.read(path, name))
    except BionymError as error:
        assert "\n" not in str(error)
        assert path.stem in str(error)


def write_odd(name: str, content: bytes, folder: Path) -> Path:
    """A file of the format's leading suffix, with its companion text where it needs one."""
    path = folder / f"odd{formats.find(name).SUFFIXES[0]}"
    if ".txt" in formats.find(name).SUFFIXES:
        (folder / "odd.txt").write_text(f"Zebediah takes {TEXT}")
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("name", [name for name in NAMES if (GOLD / name).is_dir()])
def test_damaged_samples_are_read_or_refused_and_never_quoted(name: str, tmp_path: Path) -> None:
    chance = random.Random(1)
    for source in sorted((GOLD / name).rglob("*")):
        if not source.is_file() or source.suffix in (".md", ".conf") or source.stat().st_size > 100_000:
            continue
        for sibling in source.parent.glob(f"{source.name.split('.')[0]}.*"):
            (tmp_path / sibling.name).write_bytes(sibling.read_bytes())
        original = source.read_bytes()
        for _ in range(25):
            (tmp_path / source.name).write_bytes(damaged(original, chance))
            try:
                list(formats.read(tmp_path / source.name, name))
            except BionymError as error:
                assert "\n" not in str(error)
                assert not any(secret in str(error) for secret in SECRETS)
        (tmp_path / source.name).write_bytes(original)


def damaged(content: bytes, chance: random.Random) -> bytes:
    """The file cut off, with a byte changed, a stretch lost or doubled."""
    at = chance.randrange(len(content)) if content else 0
    length = chance.randrange(1, 40)
    kind = chance.randrange(4)
    if kind == 0:
        return content[:at]
    if kind == 1:
        return content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :]
    if kind == 2:
        return content[:at] + content[at + length :]
    return content[: at + length] + content[at:]


def test_a_folder_where_a_file_was_expected_says_so(tmp_path: Path) -> None:
    with pytest.raises(BionymError, match="no file of the format here"):
        list(formats.read(tmp_path, "pubtator"))


def test_damaged_gzip_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"format": "bionym"')[:-6])
    with pytest.raises(BionymError, match="compressed data is damaged"):
        list(formats.read(path))


def test_nested_entities_come_back_from_every_format_that_holds_them(tmp_path: Path) -> None:
    inner, outer = Entity((DOCUMENT.entities[1].spans[0],), "Disease"), entity(9, 29, "Finding")
    nested = DOCUMENT.with_entities([inner, outer])
    for name in sorted({*NAMES}.difference(FLAT)):
        (found,), audit = there_and_back(nested, name, tmp_path / name)
        assert sorted(mentions(found)) == sorted(mentions(nested)), name
        assert audit.num_lost == 0
