import csv
import gzip
import io
import json
import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bionym import formats, summary
from bionym.data import Document, Entity, Span, entity
from bionym.errors import OutputError, UsageError

GOLD = Path(__file__).parents[1] / "gold" / "pubtator" / "bc5cdr.PubTator.txt"
HOSTILE = '<script>alert("1")</script>'


def document_of(mention: str, id: str = "1", label: str = "Sign", score: float | None = None) -> Document:
    return Document(id, mention, entities=(entity(0, len(mention), label, score=score),))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def written(folder: Path, *documents: Document, name: str = "out.csv") -> Path:
    summary.write(documents, folder / name, force=True)
    return folder / name


def test_csv_and_json_say_the_same(tmp_path: Path) -> None:
    with summary.writing([tmp_path / "a.csv", tmp_path / "a.json"]) as made:
        for document in formats.read(GOLD):
            made.add(document)
    rows, found = rows_of(tmp_path / "a.csv"), json.loads((tmp_path / "a.json").read_text())
    told = [(one["document"], name["name"], name["count"]) for one in found["documents"] for name in one["names"]]
    assert [(row["document"], row["name"], int(row["count"])) for row in rows] == told
    assert (made.num_documents, made.num_names, made.num_without) == (2, len(told), 0)


def test_first_offsets_are_places_in_the_text(tmp_path: Path) -> None:
    texts = {document.id: document.text for document in formats.read(GOLD)}
    rows = rows_of(written(tmp_path, *formats.read(GOLD)))
    for row in rows:
        first = texts[row["document"]][int(row["first_start"]) : int(row["first_end"])]
        assert first.casefold() in {name.casefold() for name in (row["name"], *row["also"].split("; "))}
    assert any(int(row["first_start"]) > len(texts[row["document"]].partition("\n")[0]) for row in rows)


@pytest.mark.parametrize("mention", ["=1+1", "+x", "-x", "@sum", "＝x", '=HYPERLINK("http://x","y")'])
def test_no_cell_is_a_formula(mention: str, tmp_path: Path) -> None:
    (row,) = rows_of(written(tmp_path, document_of(mention, id=mention, label=mention)))
    assert (row["document"], row["label"], row["name"]) == (f"'{mention}",) * 3
    found = json.loads(written(tmp_path, document_of(mention), name="out.json").read_text())
    assert found["documents"][0]["names"][0]["name"] == mention


def test_quotes_commas_and_line_breaks_stay_in_their_cell(tmp_path: Path) -> None:
    path = written(tmp_path, document_of('3,4-"MDMA"\r\n x', id='a\n"b",c'))
    (row,) = rows_of(path)
    assert (row["document"], row["name"]) == ('a\n"b",c', '3,4-"MDMA" x')


def test_a_document_without_names_stands_in_json_and_html_and_is_counted(tmp_path: Path) -> None:
    made = summary.write([Document("quiet", "Nothing.")], tmp_path / "a.json")
    assert made.num_without == 1
    assert json.loads((tmp_path / "a.json").read_text())["documents"] == [{"document": "quiet", "names": []}]
    assert "No name was found." in written(tmp_path, Document("quiet", "Nothing."), name="a.html").read_text()


def test_no_documents_make_a_whole_file(tmp_path: Path) -> None:
    assert rows_of(written(tmp_path)) == []
    assert json.loads(written(tmp_path, name="a.json").read_text())["documents"] == []
    assert written(tmp_path, name="a.html").read_text().rstrip().endswith("</html>")


def test_the_page_escapes_everything_and_loads_nothing(tmp_path: Path) -> None:
    one = Document(HOSTILE, HOSTILE, entities=(Entity((Span(0, len(HOSTILE)),), HOSTILE, (HOSTILE,), score=0.5),))
    page = written(tmp_path, one, name="a.html").read_text()
    assert "<script" not in page and "&lt;script&gt;" in page
    assert "default-src 'none'" in page
    assert not re.search(r"(src|href)=|url\(|@import|https?:", page)


@pytest.mark.skipif(os.name != "posix", reason="rights are those of POSIX")
@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.html", "a.csv.gz"])
def test_only_the_owner_can_read_it(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("older, and open to all")
    assert stat.S_IMODE(written(tmp_path, document_of("fever"), name=name).stat().st_mode) == 0o600


def test_a_packed_summary_is_a_summary(tmp_path: Path) -> None:
    path = written(tmp_path, document_of("fever"), name="a.csv.gz")
    assert gzip.decompress(path.read_bytes()).decode().splitlines()[1].startswith("1,Sign,fever")


def test_what_utf8_cannot_hold_stands_as_its_escape(tmp_path: Path) -> None:
    path = written(tmp_path, document_of("fe\udce9ver"), name="a.json")
    assert json.loads(path.read_text())["documents"][0]["names"][0]["name"] == "fe\udce9ver"
    assert rows_of(written(tmp_path, document_of("fe\udce9ver")))[0]["name"] == "fe\\udce9ver"


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_what_is_interrupted_leaves_nothing_behind(error: type[BaseException], tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text("older")

    def stopped() -> Iterator[Document]:
        yield document_of("fever")
        raise error

    with (
        pytest.raises(error),
        summary.writing([tmp_path / "a.csv", tmp_path / "b.json"], force=True) as made,
    ):
        list(made.passing(stopped()))
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("b.json", "older")]


def test_documents_pass_one_at_a_time(tmp_path: Path) -> None:
    asked = []

    def documents() -> Iterator[Document]:
        for number in range(3):
            asked.append(number)
            yield document_of("fever", id=str(number))

    with summary.writing([tmp_path / "a.csv"]) as made:
        next(passing := made.passing(documents()))
        assert (asked, made.num_documents) == ([0], 1)
        list(passing)


def test_what_stands_there_stays_without_force(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("older")
    with pytest.raises(OutputError, match="exists"):
        summary.write([document_of("fever")], tmp_path / "a.csv")
    (tmp_path / "b.csv").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        summary.write([document_of("fever")], tmp_path / "b.csv", force=True)


def test_a_suffix_that_is_not_known_and_a_file_named_twice_are_refused_before_any_work(tmp_path: Path) -> None:
    for paths, message in ((["a.xlsx"], "Known: .csv, .json, .html"), (["a.csv", "a.csv"], "named twice")):
        with pytest.raises(UsageError, match=message), summary.writing([tmp_path / path for path in paths]):
            raise AssertionError
    assert not list(tmp_path.iterdir())


def test_standard_output_gets_csv(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", out)
    summary.write([document_of("fièvre", score=0.98765)], "-")
    assert out.buffer.getvalue().decode().splitlines()[1] == "1,Sign,fièvre,,,1,0,6,0.9877,0.9877"  # type: ignore[attr-defined]


def test_a_carriage_return_breaks_no_row_of_csv(tmp_path: Path) -> None:
    summary.write([document_of("fever\r=1")], tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as stream:
        content = stream.read()
    assert "\r" not in content
    rows = list(csv.reader(io.StringIO(content, newline="")))
    assert len({len(row) for row in rows}) == 1
