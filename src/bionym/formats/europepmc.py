"""Europe PMC annotations: JSON of the Annotations API, names in articles by what stands before and behind them.

    [{"source": "MED", "extId": "227508", "pmcid": "PMC...", "annotations": [
       {"prefix": "", "exact": "Naloxone", "postfix": " reverses the", "type": "Chemicals", "section": "Title",
        "tags": [{"name": "naloxone", "uri": "http://purl.obolibrary.org/obo/CHEBI_7459"}], "provider": "Europe PMC"}]}]

The API gives no offsets and no text. Where a text is at hand (`EXTID.txt` or `PMCID.txt` beside the file or in a folder of
`--text`), each annotation is looked up there, with prefix and postfix, else by the mention alone if it occurs once; one that
is not there, or not alone, is lost. Without a text the document is its snippets, each of them once (prefix, mention and
postfix), a line and a passage each, in the order of the file: enough to see names in context, not to score a tagger with.

Written: prefix and postfix reach to the ends of the passage (of the text, if there are no passages), so that what is read
back is the passages that have entities. The text of the others is lost; so are discontinuous entities, relations, scores and
attributes. All is counted. Concepts are the `uri` of tags.

Source: https://europepmc.org/AnnotationsApi
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bionym.data import Audit, Document, Entity, Passage, Span
from bionym.errors import SpanError
from bionym.files import BOM, companion, read_text
from bionym.formats import _json_kinds, _losses, _stated
from bionym.formats._json import Record
from bionym.formats._json_documents import documents as documents_in
from bionym.formats._json_output import write_values
from bionym.formats._shapes import Fields
from bionym.formats._stated import text_or

SUFFIXES = (".json", ".jsonl")
ONE_PER_FILE = False
META = "europepmc"
META_SHAPE = {META: Fields({"fields": dict})}
_KNOWN = ("extId", "pmcid", "annotations")


def read(path: Path, *, texts: Sequence[Path] = (), audit: Audit | None = None) -> Iterator[Document]:
    """Documents of one file, an article each.

    Args:
        texts: folders in which the articles' texts may lie.
    Raises: FormatError with file and line.
    """
    count = audit if audit is not None else Audit()
    yield from documents_in(
        path, lambda record, name: _document(record, name, path, texts, count), streamed=("articles",)
    )


def write(documents: Iterable[Document], path: Path, *, audit: Audit | None = None) -> None:
    """Documents to one file, an array unless its suffix is `.jsonl`."""
    count = audit if audit is not None else Audit()
    write_values((_row(document, count) for document in documents), path)


def recognises(path: Path) -> bool:
    """Whether a file's records are articles with annotations that have an `exact` mention."""
    return _json_kinds.kind(path) == "europepmc"


def extras(document: Document) -> dict[str, int]:
    """Other keys of the article."""
    return {"field": len(_stated.fields(document, META))}


def _document(record: Record, default_id: str, path: Path, texts: Sequence[Path], audit: Audit) -> Document:
    name = text_or(record, "extId", text_or(record, "pmcid", default_id))
    annotations = list(record.records("annotations"))
    fields = _stated.rest(record, *_KNOWN)
    meta = {META: {"fields": fields}} if fields else {}
    text = _text_of((name, text_or(record, "pmcid")), path, texts)
    if text is None:
        return _snippets(name, annotations, meta)
    entities = [entity for one in annotations if (entity := _located(one, text, name, audit)) is not None]
    return Document(name, text, entities=tuple(entities), meta=meta)


def _text_of(names: Iterable[str], path: Path, texts: Sequence[Path]) -> str | None:
    """The article's text, if a file of it is at hand."""
    for name in names:
        if re.fullmatch(r"\w[\w.-]{0,99}", name):
            found = companion(path.with_name(f"{name}.json"), ".txt", texts)
            if found is not None:
                return read_text(found).removeprefix(BOM)
    return None


def _located(record: Record, text: str, name: str, audit: Audit) -> Entity | None:
    before, mention, behind = _parts(record)
    at = text.find(before + mention + behind)
    if at >= 0:
        return _entity(record, at + len(before), mention)
    if text.count(mention) == 1:
        return _entity(record, text.index(mention), mention)
    audit.lose(name, "entity", "its mention stands nowhere in the text, or at several places")
    return None


def _snippets(name: str, annotations: list[Record], meta: dict[str, Any]) -> Document:
    """The document of what stands around the mentions."""
    places: dict[tuple[str, str], int] = {}
    at, entities = 0, []
    for record in annotations:
        before, mention, behind = _parts(record)
        key = (before + mention + behind, text_or(record, "section"))
        if key not in places:
            places[key], at = at, at + len(key[0]) + 1
        entities.append(_entity(record, places[key] + len(before), mention))
    passages = tuple(Passage(start, start + len(text), label or "snippet") for (text, label), start in places.items())
    return Document(name, "\n".join(text for text, _ in places), passages, tuple(entities), meta=meta)


def _parts(record: Record) -> tuple[str, str, str]:
    mention = record.text("exact")
    if not mention:
        raise record.error("exact: expected the mention, found nothing")
    return text_or(record, "prefix"), mention, text_or(record, "postfix")


def _entity(record: Record, start: int, mention: str) -> Entity:
    uris = [text_or(tag, "uri") for tag in record.records("tags")]
    try:
        span = Span(start, start + len(mention))
        return Entity((span,), record.text("type"), tuple(uri for uri in uris if uri), id=text_or(record, "id"))
    except SpanError as error:
        raise record.error(str(error), "Give the annotation a type.") from error


def _row(document: Document, audit: Audit) -> dict[str, Any]:
    entities = _losses.contiguous(document, audit, "Europe PMC")
    _losses.count(document, audit, "Europe PMC", held=("passage", "concept"))
    windows = [_window(document, one) for one in entities]
    if _leaves_text(document.text, windows):
        audit.lose(document.id, "text", "stands in no passage that has an entity")
    annotations = [_annotation(document.text, *pair) for pair in zip(entities, windows, strict=True)]
    row = {"source": "", "extId": document.id, "annotations": annotations}
    return row | _stated.fields(document, META)


def _window(document: Document, entity: Entity) -> tuple[int, int, str]:
    """From the beginning of the passage in which an entity begins to the end of that in which it ends, and its label."""
    first = next((one for one in document.passages if one.start <= entity.start < one.end), None)
    last = next((one for one in document.passages if one.start < entity.end <= one.end), None)
    if first is None or last is None or first.start > entity.start or last.end < entity.end:
        return 0, len(document.text), ""
    return first.start, max(first.end, last.end), first.label


def _leaves_text(text: str, windows: Iterable[tuple[int, int, str]]) -> bool:
    """Whether anything but white space stands outside the windows."""
    at = 0
    for start, end, _ in sorted(windows):
        if text[at:start].strip():
            return True
        at = max(at, end)
    return bool(text[at:].strip())


def _annotation(text: str, entity: Entity, window: tuple[int, int, str]) -> dict[str, Any]:
    start, end, label = window
    mention = entity.text_in(text)
    row: dict[str, Any] = {"prefix": text[start : entity.start], "exact": mention, "postfix": text[entity.end : end]}
    row |= {"type": entity.label, "tags": [{"name": mention, "uri": concept} for concept in entity.concepts]}
    return row | ({"section": label} if label else {}) | ({"id": entity.id} if entity.id else {})
