import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given

from bionym.data import Document, Entity, Span, entity
from bionym.errors import FormatError
from bionym.formats import html, write
from tests.strategies import documents


class Page(HTMLParser):
    """The visible text of a page's documents, and whether its marks are balanced."""

    def __init__(self) -> None:
        super().__init__()
        self.shown, self._open = "", []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("meta", "br"):
            self._open.append((tag, dict(attrs).get("class")))  # type: ignore[call-overload]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        inside = [tag for tag, _ in self._open]
        if ("div", "text") in self._open and "small" not in inside:
            self.shown += data


def page(tmp_path: Path, *documents: Document) -> str:
    write(documents, tmp_path / "out.html", "html", force=True)
    return (tmp_path / "out.html").read_text(encoding="utf-8")


@given(document=documents())
def test_every_page_is_balanced_shows_the_whole_text_and_reads_back(
    document: Document, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("html")
    parser = Page()
    parser.feed(page(folder, document))
    assert re.sub(r"\s", "", parser.shown) == re.sub(r"\s", "", document.text)
    (again,) = html.read(folder / "out.html")
    assert (again.text, again.entities) == (document.text, document.entities)


def test_crossing_entities_are_cut_where_they_cross(tmp_path: Path) -> None:
    text = page(tmp_path, Document("1", "abcdef", entities=(entity(0, 4, "A"), entity(2, 6, "B"))))
    assert text.count("<mark") - text.count("<li>") == 3


def test_markup_in_text_and_labels_is_shown_not_run(tmp_path: Path) -> None:
    text = page(tmp_path, Document("<b>", "<script>alert(1)</script>", entities=(entity(0, 8, "</mark>"),)))
    assert "<script>alert" not in text
    assert "default-src 'none'" in text


def test_a_page_needs_nothing_from_outside(tmp_path: Path) -> None:
    text = page(tmp_path, Document("1", "abc", entities=(Entity((Span(0, 1), Span(2, 3)), "A"),)))
    assert not re.search(r"(src|href)=|url\(|@import", text)


def test_other_pages_are_refused(tmp_path: Path) -> None:
    (tmp_path / "some.html").write_text("<html></html>")
    with pytest.raises(FormatError, match="holds no documents"):
        list(html.read(tmp_path / "some.html"))
