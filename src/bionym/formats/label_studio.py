"""Label Studio: JSON tasks with annotations, and JSON-MIN, as Label Studio exports them; written as tasks to import.

    [{"id": 1, "data": {"text": "Naloxone reverses ..."},
      "annotations": [{"result": [
        {"id": "a1", "from_name": "label", "to_name": "text", "type": "labels",
         "value": {"start": 0, "end": 8, "text": "Naloxone", "labels": ["Chemical"]}},
        {"type": "relation", "from_id": "a1", "to_id": "a2", "direction": "right", "labels": ["treats"]}]}]}]

    [{"id": 1, "text": "Naloxone reverses ...", "label": [{"start": 0, "end": 8, "text": "Naloxone",
      "labels": ["Chemical"]}], "annotator": 1, "annotation_id": 1}]                                    (JSON-MIN)

Offsets are UTF-16 units, since Label Studio's editor counts the units of JavaScript; where the mentions say that a file
counts code points, as files made by Python scripts do, it is read so, and counted as changed. A region with several labels
is an entity for each. Choices of a region are attributes. Of several annotations of a task the first that was not cancelled
is read, the others are lost, and counted. Regions without labels, and what is said of the whole task, ride in `meta`.

Cannot hold, and what then happens: discontinuous entities, relations of other than two entities, passages and concepts are
lost, and counted. Regions of HyperText and Paragraphs have no offsets in a text, and are refused.

Source: Label Studio 1.x, "Label Studio JSON format of annotated tasks" and "Export annotations".
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from bionym.data import Argument, Audit, Document, Entity, Relation
from bionym.formats import _json_kinds, _losses, _stated
from bionym.formats._json import Record
from bionym.formats._json_documents import documents as documents_in
from bionym.formats._json_output import as_number, write_values
from bionym.formats._offsets import Repair, edges
from bionym.formats._shapes import Fields, Listed
from bionym.formats._stated import Stated, text_or

SUFFIXES = (".json", ".jsonl")
ONE_PER_FILE = False
META = "label_studio"
META_SHAPE = {META: Fields({"fields": dict, "data": dict, "regions": Listed(dict)})}
UNIT = "UTF-16 units"
Source = Literal["annotations", "predictions"]
_TASK_KEYS = ("id", "data", "annotations", "completions", "predictions")
_PLACELESS = ("startOffset", "globalOffsets", "startContainer")


def read(
    path: Path,
    *,
    text_key: str = "text",
    source: Source = "annotations",
    audit: Audit | None = None,
    repair: Repair | None = None,
) -> Iterator[Document]:
    """Documents of one file, one at a time.

    Args:
        text_key: the key of a task's `data` (in JSON-MIN: of the task) that holds the text.
        source: "predictions" reads the model's instead of the annotators' results.
        repair: "nearest" keeps a region that resembles the text at its offsets, moves any other to the nearest
            occurrence of its text, and leaves out one that occurs nowhere.
    Raises: FormatError with file and line.
    """
    count = audit if audit is not None else Audit()

    def document_of(record: Record, name: str) -> Document:
        task = _Task(record, name, text_key, count, repair)
        return task.full(source) if isinstance(record.value.get("data"), dict) else task.minimal()

    yield from documents_in(path, document_of)


def write(documents: Iterable[Document], path: Path, *, audit: Audit | None = None) -> None:
    """Documents to one file of tasks with one annotation each, an array unless its suffix is `.jsonl`."""
    count = audit if audit is not None else Audit()
    write_values((_row(document, count) for document in documents), path)


def recognises(path: Path) -> bool:
    """Whether a file's records are Label Studio's tasks, or lines of JSON-MIN."""
    return _json_kinds.kind(path) == "label_studio"


def extras(document: Document) -> dict[str, int]:
    """Other keys of the task and its data, and regions that are no entities."""
    num_fields = len(_stated.fields(document, META)) + len(_stated.fields(document, META, "data"))
    return {"field": num_fields, "region": len(_regions_kept(document))}


class _Task:
    """A task being read."""

    def __init__(self, record: Record, default_id: str, text_key: str, audit: Audit, repair: Repair | None) -> None:
        self.record, self.default_id, self.text_key = record, default_id, text_key
        self.audit, self.repair = audit, repair

    def full(self, source: Source) -> Document:
        """The document of a task with `data`."""
        data = Record(self.record.mapping("data"), self.record.path, self.record.line, "data")
        text = self._text(data)
        name = text_or(data, "id", text_or(self.record, "id", self.default_id))
        regions = list(self._regions(name, source))
        meta = {
            "fields": _stated.rest(self.record, *_TASK_KEYS),
            "data": _stated.rest(data, "id", self.text_key),
            "regions": [
                one.value for one in regions if "value" in one and not _is_span(one) and not _is_about(one, regions)
            ],
        }
        return self._document(name, text, regions, {key: value for key, value in meta.items() if value})

    def minimal(self) -> Document:
        """The document of a line of JSON-MIN: the spans under whatever key they have."""
        text, name = self._text(self.record), text_or(self.record, "id", self.default_id)
        keys = [key for key, value in self.record.value.items() if _holds_spans(value)]
        regions = [
            Record({"value": one.value}, one.path, one.line, one.name)
            for key in keys
            for one in self.record.records(key)
        ]
        fields = _stated.rest(self.record, "id", self.text_key, *keys)
        return self._document(name, text, regions, {"fields": fields} if fields else {})

    def _text(self, record: Record) -> str:
        if self.text_key not in record:
            fix = "Name the key with --option text_key=KEY." if record.value else ""
            raise record.error(f"there is no text under {self.text_key!r}", fix)
        return record.text(self.text_key)

    def _regions(self, name: str, source: Source) -> Iterator[Record]:
        older = source == "annotations" and "annotations" not in self.record
        found = [
            one for one in self.record.records("completions" if older else source) if not one.value.get("was_cancelled")
        ]
        if len(found) > 1:
            self.audit.lose(name, "annotation", "is a further one of the same task", count=len(found) - 1)
        if found:
            yield from found[0].records("result")

    def _document(self, name: str, text: str, regions: list[Record], meta: Mapping[str, Any]) -> Document:
        attributes = _attributes(regions)
        stated = [one for region in regions if _is_span(region) for one in self._spans(region, attributes, name)]
        relations = tuple(_relations(regions))
        entities = _stated.entities(text, stated, name, self.audit, unit=UNIT, repair=self.repair)
        return Document(name, text, entities=entities, relations=relations, meta={META: meta} if meta else {})

    def _spans(self, region: Record, attributes: Mapping[str, dict[str, str]], name: str) -> Iterator[Stated]:
        value = Record(region.mapping("value"), region.path, region.line, f"{region.name}.value".lstrip("."))
        if any(key in value for key in _PLACELESS):
            raise value.error("a region of HyperText, which has no offsets in a text", "Annotate it as Text.")
        place = (value.whole("start"), value.whole("end"))
        mention = text_or(value, "text").replace("\\n", "\n") or None
        region_id = text_or(region, "id")
        score = _stated.probability(region, "score", name, self.audit)
        for number, label in enumerate(value.texts("labels")):
            own = attributes.get(region_id, {}) if region_id else {}
            yield Stated(value, (place,), label, mention, "" if number else region_id, (), own, score)


def _regions_kept(document: Document) -> list[Any]:
    """Regions of the source that are no entities."""
    held = document.meta.get(META)
    found = held.get("regions") if isinstance(held, Mapping) else None
    return found if isinstance(found, list) else []


def _holds_spans(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) and "labels" in one for one in value)


def _is_span(region: Record) -> bool:
    value = region.value.get("value")
    return isinstance(value, dict) and "labels" in value


def _is_about(region: Record, regions: list[Record]) -> bool:
    """Whether a region's choices say something of a span."""
    spans = {one.value.get("id") for one in regions if _is_span(one) and isinstance(one.value.get("id"), str)}
    return isinstance(region.value.get("id"), str) and region.value["id"] in spans and bool(_values(region))


def _values(region: Record) -> list[str]:
    """What is chosen or written of a region."""
    value = region.value.get("value")
    if not isinstance(value, dict):
        return []
    inner = Record(value, region.path, region.line, f"{region.name}.value")
    return inner.texts("choices") if "choices" in inner else inner.texts("text") if _is_list(value) else []


def _is_list(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("text"), list)


def _attributes(regions: list[Record]) -> dict[str, dict[str, str]]:
    """Choices and notes by the id of their region."""
    found: dict[str, dict[str, str]] = {}
    for region in regions:
        if not _is_span(region) and _is_about(region, regions):
            values = "|".join(_values(region))
            found.setdefault(region.text("id"), {})[text_or(region, "from_name", "choice")] = values
    return found


def _relations(regions: list[Record]) -> Iterator[Relation]:
    for number, region in enumerate((one for one in regions if one.value.get("type") == "relation"), start=1):
        ends = [region.text("from_id"), region.text("to_id")]
        if region.value.get("direction") == "left":
            ends.reverse()
        label = "|".join(region.texts("labels")) or "relation"
        yield Relation(label, (Argument("Arg1", ends[0]), Argument("Arg2", ends[1])), f"R{number}")


def _row(document: Document, audit: Audit) -> dict[str, Any]:
    entities = _losses.with_ids(_losses.contiguous(document, audit, "Label Studio"))
    _losses.count(document, audit, "Label Studio", held=("relation", "attribute", "score"))
    number = as_number(document.id)
    result = [*_region_rows(document.text, entities), *_regions_kept(document)]
    for relation in _losses.binary(document, entities, audit, "Label Studio"):
        start, end = (argument.target for argument in relation.arguments)
        result.append({"type": "relation", "from_id": start, "to_id": end, "direction": "right"})
        result[-1]["labels"] = [relation.label]
    data = (
        {"text": document.text}
        | ({"id": number} if isinstance(number, str) else {})
        | _stated.fields(document, META, "data")
    )
    row = {"id": number} if isinstance(number, int) else {}
    return row | {"data": data, "annotations": [{"result": result}]} | _stated.fields(document, META)


def _region_rows(text: str, entities: list[Entity]) -> Iterator[dict[str, Any]]:
    units = {ours: theirs for theirs, ours in edges(text, UNIT).items()}
    for entity in entities:
        common = {"id": entity.id, "from_name": "label", "to_name": "text"}
        place = {"start": units[entity.start], "end": units[entity.end]}
        value = place | {"text": entity.text_in(text), "labels": [entity.label]}
        score = {} if entity.score is None else {"score": entity.score}
        yield common | {"type": "labels", "value": value} | score
        for name, chosen in entity.attributes.items():
            yield common | {"from_name": name, "type": "choices", "value": place | {"choices": [chosen]}}
