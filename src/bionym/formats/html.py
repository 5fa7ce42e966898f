"""HTML: one self-contained page of documents with their entities highlighted, to look at, print and pass on.

The page needs nothing from outside and holds the documents themselves as JSON Lines, so that it reads back without loss.
Nested and overlapping entities are drawn as nested marks, cut where they cross; the data keeps them whole.

Cannot hold: what `jsonl` cannot hold.
"""

import html
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from bionym.data import Audit, Document
from bionym.errors import FormatError
from bionym.files import open_output, read_text
from bionym.formats import jsonl
from bionym.formats._characters import without_surrogates

SUFFIXES = (".html", ".htm")
ONE_PER_FILE = False
KEEPS_META = True

_DATA = re.compile(r'<script type="application/x-ndjson" data-bionym>\n(.*?)</script>', re.DOTALL)
_OURS = '<meta name="generator" content="Bionym">'
_NUM_HUES = 10
_STYLE = """
:root { color-scheme: light dark; --ink: #1d2733; --paper: #fdfcf9; --quiet: #6a7480; --line: #d9d6cd; --light: 88%; --edge: 42% }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e7ea; --paper: #16191d; --quiet: #98a2ad; --line: #333a42; --light: 26%; --edge: 68% }
}
body { background: var(--paper); color: var(--ink); font: 17px/1.9 Georgia, "Times New Roman", serif; margin: 0 auto;
  max-width: 46rem; padding: 2rem 1.2rem 4rem }
h1, h2, .legend, mark small { font-family: system-ui, "Segoe UI", Helvetica, Arial, sans-serif }
h1 { font-size: 1.35rem; margin: 0 0 .4rem } h2 { font-size: 1rem; color: var(--quiet); margin: 0 0 .6rem }
.legend { font-size: .85rem; padding: 0; margin: 0 0 2rem; list-style: none; display: flex; flex-wrap: wrap; gap: .5rem 1.2rem }
article { border-top: 1px solid var(--line); padding: 1.4rem 0 }
.text { white-space: pre-wrap; overflow-wrap: anywhere }
mark { color: inherit; background: hsl(var(--hue) 65% var(--light)); border-bottom: 2px solid hsl(var(--hue) 60% var(--edge));
  border-radius: 3px; padding: .08em .18em; box-decoration-break: clone; -webkit-box-decoration-break: clone }
mark small { font-size: .62em; color: hsl(var(--hue) 55% var(--edge)); margin-left: .35em; white-space: nowrap }
@media print { body { font-size: 11pt; max-width: none } article { break-inside: avoid } }
"""


def read(path: Path, *, audit: Audit | None = None) -> Iterator[Document]:
    """The documents that a page of ours holds. Raises: FormatError for any other page."""
    page = read_text(path)
    blocks = _DATA.findall(page)
    if not blocks and _OURS not in page:
        fix = "Only pages that Bionym wrote can be read."
        raise FormatError("the page holds no documents", path=path, fix=fix)
    for block in blocks:
        for line in filter(None, block.split("\n")):
            yield jsonl.from_line(line, path=path)


def write(documents: Iterable[Document], path: Path, *, title: str = "Entities", audit: Audit | None = None) -> None:
    """One page with all documents, in order."""
    with open_output(path) as stream:
        stream.write(_head(title))
        hues: dict[str, int] = {}
        for document in documents:
            drawn = without_surrogates(document, Audit(), in_id=True)  # the data below holds them
            new = [entity.label for entity in drawn.entities if entity.label not in hues]
            for label in dict.fromkeys(new):
                hues[label] = len(hues) * 360 // _NUM_HUES * 3 % 360
            stream.write(_article(drawn, hues))
            stream.write(_data(document, audit))
        stream.write("</main></body></html>\n")


def _head(title: str) -> str:
    name = html.escape(title)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>' + name + "</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        + _OURS
        + "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<style>{_STYLE}</style></head><body><main><h1>{name}</h1>\n"
    )


def _article(document: Document, hues: dict[str, int]) -> str:
    counts = {label: sum(entity.label == label for entity in document.entities) for label in hues}
    legend = "".join(
        f'<li><mark style="--hue:{hues[label]}">{html.escape(label)}</mark> {number}</li>'
        for label, number in counts.items()
        if number
    )
    return (
        f'<article><h2>{html.escape(document.id)}</h2><ul class="legend" aria-label="Entities by label">{legend}</ul>'
        f'<div class="text">{_marked(document, hues)}</div></article>\n'
    )


def _marked(document: Document, hues: dict[str, int]) -> str:
    """The text with a `<mark>` for each span; a mark that would cross another is closed and opened again."""
    pieces = io.StringIO()
    opening: dict[int, list[int]] = {}
    ends: list[tuple[int, int]] = []
    spans = [(span, entity) for entity in document.entities for span in entity.spans]
    for number, (span, _) in enumerate(spans):
        opening.setdefault(span.start, []).append(number)
    edges = sorted({0, len(document.text), *(edge for span, _ in spans for edge in span)})
    for start, end in zip(edges, [*edges[1:], len(document.text)], strict=True):
        while ends and ends[-1][0] <= start:
            pieces.write(_close(spans[ends.pop()[1]][1]))
        for number in sorted(opening.get(start, ()), key=lambda number: -spans[number][0].end):
            span, entity = spans[number]
            limit = min(span.end, ends[-1][0]) if ends else span.end
            ends.append((limit, number))
            pieces.write(f'<mark style="--hue:{hues[entity.label]}" title="{html.escape(_title(entity))}">')
            if limit < span.end:
                spans.append((span, entity))
                opening.setdefault(limit, []).append(len(spans) - 1)
        pieces.write(html.escape(document.text[start:end], quote=False))
    return pieces.getvalue()


def _title(entity: object) -> str:
    score = getattr(entity, "score", None)
    concepts = ", ".join(getattr(entity, "concepts", ()))
    return " ".join(
        filter(None, (str(getattr(entity, "label", "")), concepts, "" if score is None else f"{score:.2f}"))
    )


def _close(entity: object) -> str:
    return f"<small>{html.escape(str(getattr(entity, 'label', '')))}</small></mark>"


def _data(document: Document, audit: Audit | None) -> str:
    line = jsonl.to_line(document, audit).replace("<", "\\u003c")
    return f'<script type="application/x-ndjson" data-bionym>\n{line}\n</script>\n'
