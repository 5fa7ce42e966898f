"""spaCy as JSON: `Doc.to_json()`, the pairs and the paragraphs of spaCy 2, and what annotation tools make of the pairs.

    {"text": "Naloxone reverses ...", "ents": [{"start": 0, "end": 8, "label": "Chemical", "kb_id": "D009270"}],
     "tokens": [{"id": 0, "start": 0, "end": 8}], "spans": {"sc": [{"start": 0, "end": 8, "label": "Chemical"}]}}
    ["Naloxone reverses ...", {"entities": [[0, 8, "Chemical"]]}]                        (a pair; also many in an array)
    {"classes": ["Chemical"], "annotations": [["Naloxone ...", {"entities": [[0, 8, "Chemical"]]}]]}
    {"id": 0, "paragraphs": [{"raw": "Naloxone reverses ...", "sentences": [{"tokens": [{"orth": "Naloxone", "ner":
     "U-Chemical"}]}]}]}                                                                   (a document a paragraph)

Read: one document, an array or a line each. Spans that overlap stand in `spans`: those under the option `spans_key` are
read, or `sc` if there are no `ents`. A paragraph without `raw` has its tokens joined by spaces. Offsets are code points.
Written: the first form, `ents` if no two entities overlap, else `spans`; or pairs, by `--write-option form=pairs`.

Cannot hold, and what then happens: discontinuous entities, relations, passages, attributes and scores are lost; of several
concepts the first stays. All is counted.

Source: spaCy 3.7 `Doc.to_json`; spaCy 2.3 "JSON input format for training" and "simple training style".
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from bionym.data import Audit, Document, Entity, Span
from bionym.data.align import from_tags
from bionym.data.tags import find_scheme, is_tag
from bionym.errors import FormatError, SpanError
from bionym.files import stem
from bionym.formats import _json_kinds, _losses, _stated
from bionym.formats._json import Record
from bionym.formats._json_output import write_values
from bionym.formats._json_stream import items
from bionym.formats._stated import Stated, text_or
from bionym.formats._unheld import RELATION_ATTRIBUTES, count_unheld

SUFFIXES = (".json", ".jsonl")
ONE_PER_FILE = False
HOLDS = ("tokens", "sentences")
META = "spacy"
SPANS_KEY = "sc"
Form = Literal["doc", "pairs"]
_KNOWN = ("id", "text", "ents", "tokens", "sents", "spans", "cats")


def read(path: Path, *, spans_key: str | None = None, audit: Audit | None = None) -> Iterator[Document]:
    """Documents of one file, one at a time.

    Args:
        spans_key: which group of `spans` to read too; None reads "sc" where there are no `ents`.
    Raises: FormatError with file and line.
    """
    count = audit if audit is not None else Audit()
    for number, record in enumerate(_records(path), start=1):
        try:
            yield _document(record, f"{stem(path)}-{number}", spans_key, count)
        except SpanError as error:
            raise record.error(str(error)) from error


def write(documents: Iterable[Document], path: Path, *, form: Form = "doc", audit: Audit | None = None) -> None:
    """Documents to one file, an array unless its suffix is `.jsonl`.

    Args:
        form: "doc" as `Doc.to_json` has it, "pairs" as spaCy 2 learned from.
    """
    count = audit if audit is not None else Audit()
    rows = _row if form == "doc" else _pair
    write_values((rows(document, count) for document in documents), path)


def recognises(path: Path) -> bool:
    """Whether a file's records are docs, pairs or paragraphs of spaCy."""
    return _json_kinds.kind(path) == "spacy_json"


def overlapping(entities: Iterable[Entity]) -> bool:
    """Whether any two of the entities, in text order, share a character."""
    reach = 0
    for entity in entities:
        if entity.start < reach:
            return True
        reach = max(reach, entity.end)
    return False


def _records(path: Path) -> Iterator[Record]:
    """A record for each document, whatever the form: pairs become records with `entities`, paragraphs stand alone."""
    text: tuple[str, int] | None = None
    for item in items(path, ("annotations",)):
        if text is not None and isinstance(item.value, dict):
            yield _of_pair([text[0], item.value], path, text[1])
            text = None
        elif text is not None:
            raise FormatError("expected an object behind a text", path=path, line=item.line)
        elif isinstance(item.value, str):
            text = item.value, item.line
        elif isinstance(item.value, list):
            yield _of_pair(item.value, path, item.line)
        elif item.value is not None or not item.header:
            record = Record(item.value, path, item.line)
            yield from record.records("paragraphs") if "paragraphs" in record else [record]
    if text is not None:
        raise FormatError("a text without its entities", path=path, line=text[1], fix="Check that the file is whole.")


def _of_pair(pair: list[Any], path: Path, line: int) -> Record:
    if len(pair) != 2:
        raise FormatError("expected [text, {entities}]", path=path, line=line, fix="Check that the file is spaCy's.")
    details = Record(pair[1], path, line)
    return Record({"text": pair[0], "entities": details.items("entities")}, path, line)


def _document(record: Record, default_id: str, spans_key: str | None, audit: Audit) -> Document:
    if "sentences" in record:
        return _paragraph(record, default_id)
    text, name = record.text("text"), text_or(record, "id", default_id)
    stated = [*_objects(record, "ents"), *_triples(record, "entities")]
    groups = Record(record.mapping("spans"), record.path, record.line, "spans")
    key = spans_key if spans_key is not None else SPANS_KEY if not stated else None
    if key is not None:
        stated += _objects(groups, key)
    for other in groups.value:
        if other != key and groups.items(other) and not (key is None and other == SPANS_KEY):
            audit.lose(name, "span group", "is not the one that is read (option spans_key)")
    return Document(
        name,
        text,
        entities=_stated.entities(text, stated, name, audit),
        tokens=tuple(_place(one) for one in record.records("tokens")),
        sentences=tuple(_place(one) for one in record.records("sents")),
    )


def _place(record: Record) -> Span:
    return Span(record.whole("start"), record.whole("end"))


def _objects(record: Record, key: str) -> list[Stated]:
    found = []
    for one in record.records(key):
        concept = text_or(one, "kb_id")
        place = (one.whole("start"), one.whole("end"))
        concepts = (concept,) if concept and concept != "NIL" else ()
        found.append(Stated(one, (place,), one.text("label"), id=text_or(one, "id"), concepts=concepts))
    return found


def _triples(record: Record, key: str) -> Iterator[Stated]:
    for number, value in enumerate(record.items(key)):
        if isinstance(value, dict):
            one = record.part(key, number)
            yield Stated(one, ((one.whole("start"), one.whole("end")),), one.text("label"))
        elif isinstance(value, list) and len(value) >= 3 and [type(one) for one in value[:3]] == [int, int, str]:
            yield Stated(record, ((value[0], value[1]),), value[2])
        else:
            raise record.error(f"{key}[{number}]: expected [start, end, label]")


def _paragraph(record: Record, default_id: str) -> Document:
    """A paragraph of spaCy 2's training data: tokens with BILUO tags, looked up in `raw` if it is there."""
    sentences = [list(one.records("tokens")) for one in record.records("sentences")]
    words = [[token.text("orth") for token in sentence] for sentence in sentences]
    text = text_or(record, "raw") or "\n".join(" ".join(sentence) for sentence in words)
    tokens: list[Span] = []
    spans: list[Span] = []
    at = 0
    for sentence in words:
        begin = len(tokens)
        for word in sentence:
            start = text.find(word, at)
            if start < 0 or not word:
                raise record.error("a token does not stand in the text of its paragraph", "Check `raw` and `orth`.")
            at = start + len(word)
            tokens.append(Span(start, at))
        if len(tokens) > begin:
            spans.append(Span(tokens[begin].start, at))
    tags = [[_tag(token) for token in sentence] for sentence in sentences if sentence]
    bare = Document(text_or(record, "id", default_id), text, tokens=tuple(tokens), sentences=tuple(spans))
    return replace(bare, entities=from_tags(bare, tags, find_scheme("BIOES")))


def _tag(token: Record) -> str:
    tag = text_or(token, "ner", "O") or "O"
    if tag == "-":
        return "O"
    if not is_tag(tag):
        raise token.error("ner: expected O, or B-, I-, L- or U- and a label")
    return tag


def _row(document: Document, audit: Audit) -> dict[str, Any]:
    entities = _losses.contiguous(document, audit, "spaCy")
    _losses.count(document, audit, "spaCy", held=("concept",))
    rows = [_entity_row(one, document.id, audit) for one in entities]
    row: dict[str, Any] = {"id": document.id, "text": document.text}
    row |= {"ents": [], "spans": {SPANS_KEY: rows}} if overlapping(entities) else {"ents": rows}
    if document.sentences:
        row["sents"] = [{"start": start, "end": end} for start, end in document.sentences]
    return row | {
        "tokens": [{"id": number, "start": start, "end": end} for number, (start, end) in enumerate(document.tokens)]
    }


def _entity_row(entity: Entity, document_id: str, audit: Audit) -> dict[str, Any]:
    row: dict[str, Any] = {"start": entity.start, "end": entity.end, "label": entity.label}
    if entity.id:
        row["id"] = entity.id
    if entity.concepts:
        row["kb_id"] = entity.concepts[0]
    if len(entity.concepts) > 1:
        audit.lose(document_id, "concept", "spaCy holds one for a span", count=len(entity.concepts) - 1)
    return row


def _pair(document: Document, audit: Audit) -> list[Any]:
    entities = _losses.contiguous(document, audit, "spaCy")
    _losses.count(document, audit, "a pair")
    count_unheld(document, (RELATION_ATTRIBUTES,), audit)
    return [document.text, {"entities": [[one.start, one.end, one.label] for one in entities]}]
