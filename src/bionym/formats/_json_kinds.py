"""Which JSON a file holds, by the keys of its first records: many formats of annotators share `.json` and `.jsonl`.

A format is told only where its keys leave no doubt: `kind` gives its name, or "" for one that this module does not know
(BioC, BigBio and Bionym's own form tell themselves by the beginning of the file).
"""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bionym.errors import InputError
from bionym.files import read_head

NUM_CHARS_SEEN = 1 << 20
NUM_RECORDS_SEEN = 50
_OTHERS = {"format", "documents", "passages", "infons", "bioctype", "document_id"}
_TAG_KEYS = ("ner_tags", "tags", "labels", "ner")
_DECODER = json.JSONDecoder()
_SPACE = " \t\r\n"
Fields = Mapping[str, Any]


def kind(path: Path) -> str:
    """The name of the format of a JSON file, or ""."""
    try:
        head = read_head(path, NUM_CHARS_SEEN)
    except InputError:
        return ""
    return kind_of(head)


def kind_of(head: str) -> str:
    """The name of the format of a text that begins so, or ""."""
    weak = ""
    for number, value in enumerate(_records(head)):
        if number == NUM_RECORDS_SEEN:
            break
        if isinstance(value, list):
            return "spacy_json" if _is_pair(value) else ""
        if _OTHERS & value.keys() and not value.keys() & {"denotations", "data", "tokens"}:
            return ""
        found = next((name for name, test in _TESTS.items() if test(value)), "")
        if not found:
            return ""
        if found != "table":
            return found
        weak = found
    return weak


def _records(head: str) -> Iterator[Any]:
    """The records of an array, or one a line; the last may lack what the head does not show."""
    at = _skip(head, 0)
    depth = 0
    while at < len(head):
        if head[at] == "[" and depth == 0 and head[_skip(head, at + 1) : _skip(head, at + 1) + 1] != '"':
            at, depth = _skip(head, at + 1), 1
            continue
        if head[at] in ",]":
            at = _skip(head, at + 1)
            continue
        if head[at] == "{":
            fields, at = _fields(head, at)
            yield fields
        else:
            try:
                value, at = _DECODER.raw_decode(head, at)
            except (ValueError, RecursionError):
                return
            if not isinstance(value, list):
                return
            yield value
        at = _skip(head, at)


def _fields(head: str, at: int) -> tuple[dict[str, Any], int]:
    """The keys of an object, and where it ends; a value that is cut off is None, and then the head ends."""
    fields: dict[str, Any] = {}
    at = _skip(head, at + 1)
    while at < len(head) and head[at] == '"':
        try:
            key, at = _DECODER.raw_decode(head, at)
            at = _skip(head, at)
            if head[at : at + 1] != ":":
                return fields, len(head)
            fields[key] = None
            fields[key], at = _DECODER.raw_decode(head, _skip(head, at + 1))
        except (ValueError, RecursionError):
            return fields, len(head)
        at = _skip(head, at)
        if head[at : at + 1] == ",":
            at = _skip(head, at + 1)
    return fields, at + 1 if head[at : at + 1] == "}" else len(head)


def _skip(head: str, at: int) -> int:
    while at < len(head) and head[at] in _SPACE:
        at += 1
    return at


def _is_pair(value: list[Any]) -> bool:
    """spaCy 2: [text, {"entities": [...]}]."""
    return len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], dict) and "entities" in value[1]


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else None


def _has(value: Any, *keys: str) -> bool:
    return isinstance(value, dict) and value.keys() >= set(keys)


def _is_uima(fields: Fields) -> bool:
    return "%FEATURE_STRUCTURES" in fields or "%TYPES" in fields


def _is_pubannotation(fields: Fields) -> bool:
    return "denotations" in fields or ("text" in fields and bool(fields.keys() & {"sourcedb", "sourceid", "tracks"}))


def _is_europepmc(fields: Fields) -> bool:
    if "articles" in fields:
        return True
    first = _first(fields.get("annotations"))
    return "annotations" in fields and ("extId" in fields or _has(first, "exact"))


def _is_label_studio(fields: Fields) -> bool:
    if isinstance(fields.get("data"), dict):
        return True
    return "annotation_id" in fields or any(_has(_first(value), "start", "end", "labels") for value in fields.values())


def _is_spacy(fields: Fields) -> bool:
    if _has(fields, "text", "ents") or "paragraphs" in fields:
        return True
    pair = _first(fields.get("annotations"))
    return "classes" in fields and "annotations" in fields and (pair is None or isinstance(pair, list))


def _is_prodigy(fields: Fields) -> bool:
    if "text" not in fields:
        return False
    return bool(fields.keys() & {"_input_hash", "_task_hash", "answer"}) or isinstance(fields.get("spans"), list)


def _is_tagged(fields: Fields) -> bool:
    rows = fields.get("data")
    if isinstance(rows, list):
        return isinstance(_first(rows), dict) and _is_tagged(rows[0])
    words = next((fields[key] for key in ("tokens", "words") if key in fields), None)
    is_words = isinstance(words, list) and isinstance(_first(words), (str, type(None)))
    return is_words and any(isinstance(fields.get(key), list) for key in _TAG_KEYS)


def _is_doccano(fields: Fields) -> bool:
    if not any(isinstance(fields.get(key), str) for key in ("text", "data")):
        return False
    lists = [fields[key] for key in ("label", "labels", "entities", "annotations") if key in fields]
    if any(isinstance(_first(found), list) or _has(_first(found), "start_offset", "end_offset") for found in lists):
        return True
    is_empty = any(found == [] for found in lists)
    return is_empty and bool(fields.keys() & {"Comments", "relations", "label", "labels"})


def _is_table(fields: Fields) -> bool:
    """A text, and nothing that looks like annotations of an unknown form."""
    if not isinstance(fields.get("text"), str):
        return False
    first = _first(fields.get("entities"))
    others = (value for key, value in fields.items() if key != "entities")
    return (first is None or isinstance(first, dict)) and not any(isinstance(value, list) for value in others)


_TESTS: Mapping[str, Callable[[Fields], bool]] = {
    "uima_json": _is_uima,
    "pubannotation": _is_pubannotation,
    "europepmc": _is_europepmc,
    "spacy_json": _is_spacy,
    "hf_tokens": _is_tagged,
    "label_studio": _is_label_studio,
    "prodigy": _is_prodigy,
    "doccano": _is_doccano,
    "table": _is_table,
}
