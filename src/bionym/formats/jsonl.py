"""JSON Lines: Bionym's own form, one document a line, and nothing lost.

    {"format": "bionym", "version": 1, "id": "227508", "text": "Naloxone reverses ...",
     "passages": [{"start": 0, "end": 59, "label": "title"}],
     "entities": [{"spans": [[0, 8]], "label": "Chemical", "concepts": ["D009270"], "id": "T1", "score": 0.98,
                   "attributes": {"assertion": "absent"}}],
     "relations": [{"label": "CID", "arguments": [["Chemical", "D003000"], ["Disease", "D007022"]], "id": "R1"}],
     "tokens": [[0, 8]], "sentences": [[0, 59]], "meta": {}}

Only `format`, `version`, `id` and `text` must be there; what is empty is left out. Offsets are code points, half-open.
Lone surrogates are written as escapes and survive.

Cannot hold, and what then happens: values in `meta` that JSON has no form for (bytes, dates, not-a-number) and scores that
are no number from 0 to 1 are lost and counted; tuples in `meta` come back as lists, keys as strings.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from bionym.data import Argument, Audit, Document, Entity, Passage, Relation, Span
from bionym.errors import FormatError, SpanError
from bionym.files import open_output, read_lines
from bionym.formats._json import Record, escape_surrogates, parse
from bionym.formats._mentions import Claim, report, settle
from bionym.formats._offsets import Repair
from bionym.formats._skipping import OnError, documents_of

SUFFIXES = (".jsonl", ".ndjson")
ONE_PER_FILE = False
KEEPS_META = True
FORMAT: Final = "bionym"
VERSION: Final = 1
_COMMON = {"spans", "label", "concepts", "score", "id"}
_SCORE = (float, type(None))
_TEXTS = {str}


def read(
    path: Path, *, audit: Audit | None = None, repair: Repair | None = None, on_error: OnError | None = None
) -> Iterator[Document]:
    """Documents of one file, line by line; blank lines are passed over.

    Args:
        audit: counts repairs.
        repair: "nearest" cuts entities that end beyond the text, and leaves out those that are empty, reversed or broken;
            there are no mentions to search for.
        on_error: told of a line that cannot be read, and the next one is taken; None raises.
    Raises: FormatError with the line for broken JSON, an unknown key or a value of the wrong kind.
    """
    lines = (line for line in read_lines(path) if line.text.strip())
    count = (audit if audit is not None else Audit()) if repair else None
    return documents_of(lines, lambda line: _from_line(line.text, path, line.number, count), on_error)


def write(documents: Iterable[Document], path: Path, *, audit: Audit | None = None) -> None:
    """Documents to one file, a line each."""
    count = audit if audit is not None else Audit()
    with open_output(path) as stream:
        for document in documents:
            stream.write(to_line(document, count) + "\n")


def from_line(text: str, *, path: Path, line: int = 1) -> Document:
    """The document of one line; `path` and `line` are for messages. Raises: FormatError."""
    return _from_line(text, path, line, None)


def to_line(document: Document, audit: Audit | None = None) -> str:
    """A document as one line, without its end."""
    values = _line(document, audit if audit is not None else Audit())
    return escape_surrogates(json.dumps(values, ensure_ascii=False, separators=(", ", ": ")))


def sniff(head: str) -> bool:
    """Whether a file's beginning is ours: an object that names the format."""
    return head.lstrip().startswith("{") and f'"format": "{FORMAT}"' in head[:200].replace('":"', '": "')


def _from_line(text: str, path: Path, line: int, repairs: Audit | None) -> Document:
    """The document of one line; `repairs` counts what is wrong with its entities, which without it is an error."""
    try:
        return _document(Record(parse(text, path=path, line=line), path, line), repairs)
    except SpanError as error:
        raise FormatError(str(error), path=path, line=line) from error


def _document(record: Record, repairs: Audit | None) -> Document:
    record.allow("format", "version", "id", "text", "passages", "entities", "relations", "tokens", "sentences", "meta")
    if record.text("format") != FORMAT:
        raise record.error(f'expected "format": "{FORMAT}"', "Name the format with --format, if it is another one.")
    if record.whole("version") != VERSION:
        raise record.error(f"expected version {VERSION}, found {record.whole('version')}", "Update Bionym.")
    return Document(
        record.text("id"),
        record.text("text"),
        tuple(_passage(one) for one in record.records("passages")),
        tuple(_entities(record) if repairs is None else _repaired_entities(record, repairs)),
        tuple(_relation(one) for one in record.records("relations")),
        tuple(Span(*pair) for pair in record.ranges("tokens")),
        tuple(Span(*pair) for pair in record.ranges("sentences")),
        record.mapping("meta"),
    )


def _entities(record: Record) -> Iterator[Entity]:
    for number, values in enumerate(record.items("entities")):
        yield _plain_entity(values) or _entity(record.part("entities", number))


def _repaired_entities(record: Record, audit: Audit) -> Iterator[Entity]:
    """The entities within the text, cut to it where needed; the others are counted as lost."""
    for number in range(len(record.items("entities"))):
        try:
            made = _repaired(record.part("entities", number), record.text("text"), record.text("id"), audit)
        except (FormatError, SpanError):
            reason = "of no form that an entity has: left out"
            audit.lose(record.text("id"), "entity", reason, place=f"entities[{number}]")
        else:
            if made is not None:
                yield made


def _repaired(record: Record, text: str, document_id: str, audit: Audit) -> Entity | None:
    claim = Claim(tuple(record.ranges("spans")), None)
    (verdict,) = settle(text, [claim], repair=True)
    assert verdict is not None, "repair always knows"
    spans = [list(place) for place in verdict.ranges]
    made = _entity(Record({**record.value, "spans": spans}, record.path, record.line)) if spans else None
    report(audit, document_id, record.text("id", ""), claim, verdict)
    return made


def _passage(record: Record) -> Passage:
    record.allow("start", "end", "label", "attributes")
    return Passage(record.whole("start"), record.whole("end"), record.text("label"), record.texts_by_name("attributes"))


def _entity(record: Record) -> Entity:
    record.allow("spans", "label", "concepts", "attributes", "score", "id")
    spans = tuple(Span(*pair) for pair in record.ranges("spans"))
    attributes = record.texts_by_name("attributes")
    concepts = tuple(record.texts("concepts"))
    return Entity(spans, record.text("label"), concepts, attributes, record.share("score"), record.text("id", ""))


def _plain_entity(values: Any) -> Entity | None:
    """The common entity, of one span, a label and perhaps a score, concepts and an id, without the long way round.

    None for any other and for whatever is not as it should be: `_entity` takes it, or says what is wrong.
    """
    if type(values) is not dict or not values.keys() <= _COMMON:
        return None
    spans, label, score = values.get("spans"), values.get("label"), values.get("score")
    if type(spans) is not list or len(spans) != 1 or type(label) is not str or type(score) not in _SCORE:
        return None
    if score is not None and not 0 <= score <= 1:
        return None
    offsets, concepts, name = spans[0], values.get("concepts"), values.get("id", "")
    if type(name) is not str or type(offsets) is not list or len(offsets) != 2:
        return None
    start, end = offsets
    if type(start) is not int or type(end) is not int:
        return None
    if concepts is not None and (type(concepts) is not list or not set(map(type, concepts)) <= _TEXTS):
        return None
    return Entity((Span(start, end),), label, tuple(concepts or ()), {}, score, name)


def _relation(record: Record) -> Relation:
    record.allow("label", "arguments", "id", "attributes")
    arguments = tuple(Argument(*pair) for pair in record.pairs("arguments"))
    return Relation(record.text("label"), arguments, record.text("id", ""), record.texts_by_name("attributes"))


def _line(document: Document, audit: Audit) -> dict[str, Any]:
    filled = {
        "passages": [_filled(_vars_of_passage(one)) for one in document.passages],
        "entities": [_filled(_vars_of_entity(one, document.id, audit)) for one in document.entities],
        "relations": [_filled(_vars_of_relation(one)) for one in document.relations],
        "tokens": document.tokens,
        "sentences": document.sentences,
        "meta": _plain(document.meta, document.id, audit),
    }
    return {"format": FORMAT, "version": VERSION, "id": document.id, "text": document.text} | _filled(filled)


def _vars_of_passage(passage: Passage) -> dict[str, Any]:
    return {"start": passage.start, "end": passage.end, "label": passage.label, "attributes": dict(passage.attributes)}


def _vars_of_entity(entity: Entity, document_id: str, audit: Audit) -> dict[str, Any]:
    score = entity.score
    if score is not None and not 0 <= score <= 1:
        audit.lose(document_id, "score", "no number from 0 to 1")
        score = None
    return {
        "spans": entity.spans,
        "label": entity.label,
        "concepts": entity.concepts,
        "attributes": dict(entity.attributes),
        "score": score,
        "id": entity.id,
    }


def _vars_of_relation(relation: Relation) -> dict[str, Any]:
    held = {"label": relation.label, "arguments": relation.arguments, "id": relation.id}
    return held | {"attributes": dict(relation.attributes)}


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is empty; zeros and labels stay."""
    return {name: value for name, value in values.items() if name == "label" or value not in (None, "", (), [], {})}


def _plain(value: Any, document_id: str, audit: Audit) -> Any:
    """A value of `meta` as JSON has it; what it has no form for is None, and counted."""
    if isinstance(value, Mapping):
        return {str(name): _plain(one, document_id, audit) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one, document_id, audit) for one in value]
    if value is None or isinstance(value, (str, int)) or (isinstance(value, float) and math.isfinite(value)):
        return value
    audit.lose(document_id, "meta value", f"JSON has no form for {type(value).__name__}")
    return None
