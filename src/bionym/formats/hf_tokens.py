"""Hugging Face token classification: `tokens` and `ner_tags` a row, as JSON, JSON Lines, Parquet or a saved `datasets` folder.

    {"id": "0", "tokens": ["Naloxone", "reverses"], "ner_tags": ["B-Chemical", "O"]}
    {"id": "0", "tokens": ["Naloxone", "reverses"], "ner_tags": [1, 0]}

A row is a document; its text is the tokens, joined by a space. Tags are read from `ner_tags`, `tags`, `labels` or `ner`. What
whole numbers mean is taken from the option `label_names`, from the features of an Arrow or Parquet file or of a
`dataset_info.json` beside it, or from `features` in front of the rows of a JSON file. A folder written by `save_to_disk` is read
as its `.arrow` files. Rows are written with tags as text, or as numbers if `label_names` is given.

Cannot hold, and what then happens: as in CoNLL, of which it is a form in JSON: discontinuous, overlapping and nested entities
(the longest stays), entity edges inside a token (widened), concepts, attributes, scores, relations, passages, and the text
between tokens; sentences, unless they are written a row each (`rows="sentence"`). All of it is counted.

Source: `datasets` 2.x, features Sequence and ClassLabel; the token classification task of `transformers`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Any, Literal

from bionym.data import Audit, Document, Span
from bionym.data.align import from_tags, sentence_ranges, to_tags
from bionym.data.flatten import Policy
from bionym.data.tags import Decoding, TagScheme, detect_scheme, find_scheme, is_tag
from bionym.errors import InputError, UsageError
from bionym.files import read_text, stem, suffix
from bionym.formats import _json_kinds, _losses, _rows, _stated
from bionym.formats._characters import num_uncovered
from bionym.formats._json import Record, parse
from bionym.formats._json_output import LINES, write_values
from bionym.formats._json_stream import items
from bionym.formats._shapes import Fields
from bionym.formats._stated import text_or
from bionym.text.prepare import tokenized

SUFFIXES = (".jsonl", ".json", ".arrow", ".parquet")
ONE_PER_FILE = False
HOLDS = ("tokens", "sentences")
META = "hf_tokens"
META_SHAPE = {META: Fields({"fields": dict})}
TOKENS, TAGS = "tokens", "ner_tags"
TOKEN_COLUMNS = (TOKENS, "words")
TAG_COLUMNS = (TAGS, "tags", "labels", "ner")
NUM_ROWS_SEEN = 1_000  # to find the scheme
ABOUT = ("dataset_info.json", "state.json", "dataset_dict.json", "dataset_infos.json")  # of a saved folder: no rows
Rows = Literal["document", "sentence"]


def read(
    path: Path,
    *,
    tokens_column: str | None = None,
    tags_column: str | None = None,
    label_names: str | None = None,
    scheme: str | None = None,
    decoding: Decoding = "lenient",
) -> Iterator[Document]:
    """Documents of one file, a row each.

    Args:
        tokens_column, tags_column: None takes the first of the usual names; rows without tags have no entities.
        label_names: what numbers mean: the tags in order with commas between, or a file (a JSON array, `id2label`, a
            `dataset_info.json`, or a tag a line).
        scheme: name of the tag scheme; None finds it.
        decoding: "lenient" starts an entity at any tag, "strict" only where the scheme allows.
    Raises: FormatError with file and line; UsageError if numbers have no names.
    """
    if path.name.removesuffix(".gz") in ABOUT:
        return
    names = _names_of(label_names) if label_names else _names_beside(path)
    rows = (_Row(record, tokens_column, tags_column, names) for record in _rows.rows(path))
    seen = list(islice(rows, NUM_ROWS_SEEN))
    found = find_scheme(scheme) if scheme else detect_scheme([row.tags for row in seen])
    for number, row in enumerate(chain(seen, rows), start=1):
        yield row.document(f"{stem(path)}-{number}", found, decoding)


def write(
    documents: Iterable[Document],
    path: Path,
    *,
    scheme: str = "BIO",
    label_names: str | None = None,
    rows: Rows = "document",
    policy: Policy = "longest",
    audit: Audit | None = None,
) -> None:
    """Documents to one file, JSON Lines unless its suffix is `.json`.

    Args:
        scheme: name of the tag scheme.
        label_names: write numbers: the tags in order with commas between, or a file, as for reading.
        rows: a row is a document or a sentence.
        policy: which of overlapping entities stays.
    """
    if suffix(path) in _rows.ARROW_SUFFIXES:
        raise UsageError("This format writes .jsonl and .json, which `datasets` loads; it reads .arrow and .parquet.")
    count = audit if audit is not None else Audit()
    numbers = {name: number for number, name in enumerate(_names_of(label_names))} if label_names else None
    used = find_scheme(scheme)
    made = (row for document in documents for row in _written(document, used, numbers, rows, policy, count))
    write_values(made, path, lines_by_default=True)


def recognises(path: Path) -> bool:
    """Whether a file has rows of tokens and tags."""
    if suffix(path) in _rows.ARROW_SUFFIXES:
        names = _rows.column_names(path)
        return any(name in names for name in TOKEN_COLUMNS) and any(name in names for name in TAG_COLUMNS)
    if path.name in ABOUT:
        return any(path.parent.glob("*.arrow"))
    return _json_kinds.kind(path) == "hf_tokens"


def extras(document: Document) -> dict[str, int]:
    """Further columns."""
    return {"column": len(_stated.fields(document, META))}


class _Row:
    """A row: its words, and their tags as text."""

    def __init__(
        self, record: Record, tokens_column: str | None, tags_column: str | None, names: Sequence[str]
    ) -> None:
        self.record = record
        words_in = tokens_column or next((one for one in TOKEN_COLUMNS if one in record), TOKENS)
        tags_in = tags_column or next((one for one in TAG_COLUMNS if one in record), None)
        if words_in not in record:
            raise record.error(f"there is no column {words_in!r}", "Name it with --option tokens_column=NAME.")
        self.words = record.texts(words_in)
        if "" in self.words:
            raise record.error(f"{words_in}: a token is empty", "Remove it and its tag.")
        self.tags = self._tags(tags_in, names) if tags_in else ["O"] * len(self.words)
        if len(self.tags) != len(self.words):
            raise record.error(f"there are {len(self.words)} tokens and {len(self.tags)} tags")
        self.fields = _stated.rest(record, "id", words_in, tags_in or "")

    def document(self, default_id: str, scheme: TagScheme, decoding: Decoding) -> Document:
        """The document of the row."""
        tokens, at = [], 0
        for word in self.words:
            tokens.append(Span(at, at + len(word)))
            at += len(word) + 1
        name = text_or(self.record, "id", default_id)
        meta = {META: {"fields": self.fields}} if self.fields else {}
        bare = Document(name, " ".join(self.words), tokens=tuple(tokens), meta=meta)
        return replace(bare, entities=from_tags(bare, [self.tags] if tokens else [], scheme, mode=decoding))

    def _tags(self, column: str, names: Sequence[str]) -> list[str]:
        return [
            self._tag(value, f"{column}[{number}]", names) for number, value in enumerate(self.record.items(column))
        ]

    def _tag(self, value: Any, place: str, names: Sequence[str]) -> str:
        if isinstance(value, int) and not isinstance(value, bool):
            value = self._name(value, place, names)
        if not isinstance(value, str) or not is_tag(value):
            raise self.record.error(f"{place}: expected O, or B-, I-, E- or S- and a label")
        return value

    def _name(self, number: int, place: str, names: Sequence[str]) -> str:
        fix = "Give the tags in order: --option label_names=O,B-Disease,I-Disease, or a file of them."
        if not names:
            raise self.record.error(f"{place}: a number, and nothing says what it means", fix)
        if not 0 <= number < len(names):
            raise self.record.error(f"{place}: the number is not below {len(names)}, the number of label names", fix)
        return names[number]


def _names_of(given: str) -> list[str]:
    """The tags that the option gives, or those in the file it names. Raises: UsageError, FormatError."""
    path = Path(given)
    if "," not in given and path.is_file():
        content = read_text(path)
        if content.lstrip()[:1] in ("[", "{"):
            names = _names_in(parse(content, path=path))
        else:
            names = content.split()
        if not names:
            raise InputError("there are no label names in it", path=path, fix="Give an array of tags, or a tag a line.")
        return names
    names = [name.strip() for name in given.split(",")]
    if not all(map(is_tag, names)):
        raise UsageError("Option 'label_names': expected tags such as O,B-Disease,I-Disease, or a file of them")
    return names


def _names_beside(path: Path) -> list[str]:
    """The tags that the file says itself, or a `dataset_info.json` beside it; none if neither does."""
    if suffix(path) in _rows.ARROW_SUFFIXES:
        said = _rows.arrow_metadata(path).get(b"huggingface")
        names = _names_in(_parsed(said.decode("utf-8", "replace"))) if said else []
        beside = path.with_name(ABOUT[0])
        return names or (_names_in(parse(read_text(beside), path=beside)) if beside.is_file() else [])
    if suffix(path) in LINES or suffix(path) not in SUFFIXES:
        return []
    first = next(items(path, ("data",)), None)
    return _names_in(first.header) if first else []


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _names_in(value: Any, depth: int = 8) -> list[str]:
    """The tags somewhere in what a file says of itself: an array, `names`, or `id2label`; the features of tags first."""
    if isinstance(value, list):
        return value if value and all(isinstance(one, str) for one in value) else []
    if not isinstance(value, dict) or not depth:
        return []
    if isinstance(value.get("id2label"), dict):
        return _in_order(value["id2label"])
    if value and all(isinstance(key, str) and key.isdecimal() for key in value):
        return _in_order(value)
    keys = ("info", "features", *TAG_COLUMNS, "feature", "names")
    found = (_names_in(value[key], depth - 1) for key in keys if key in value)
    return next((names for names in found if names), [])


def _in_order(names: Mapping[str, Any]) -> list[str]:
    """The tags of `id2label`, whose keys are the numbers from 0."""
    found = [names.get(str(number)) for number in range(len(names))]
    return [name for name in found if isinstance(name, str)] if all(isinstance(one, str) for one in found) else []


def _written(
    document: Document,
    scheme: TagScheme,
    numbers: Mapping[str, int] | None,
    rows: Rows,
    policy: Policy,
    audit: Audit,
) -> Iterator[dict[str, Any]]:
    _losses.count(document, audit, "Hugging Face")
    document = tokenized(document)
    rest = num_uncovered(document.text, document.tokens)
    if rest:
        audit.lose(document.id, "character", "no token covers it", count=rest)
    if rows == "document":
        if len(document.sentences) > 1:
            audit.lose(document.id, "sentence", "a row is a document", count=len(document.sentences) - 1)
        document = replace(document, sentences=())
    tags = to_tags(document, scheme, policy=policy, audit=audit) or [[]]
    for number, ((first, last), found) in enumerate(zip(sentence_ranges(document) or ((0, 0),), tags, strict=True)):
        words = [token.of(document.text) for token in document.tokens[first:last]]
        name = document.id if rows == "document" else f"{document.id}-{number + 1}"
        values = found if numbers is None else [_number(tag, numbers) for tag in found]
        yield {"id": name, TOKENS: words, TAGS: values} | _stated.fields(document, META)


def _number(tag: str, numbers: Mapping[str, int]) -> int:
    if tag not in numbers:
        raise UsageError(f"Option 'label_names' lacks {tag!r}. Add it.")
    return numbers[tag]
