"""spaCy's `.spacy`: many docs in one binary file, as `spacy train` reads and `DocBin.to_disk` writes.

Read: `ents`, and the group of `spans` that is named, or `sc` if a doc has no `ents`. Written: `ents` where no two entities
overlap, else the group `sc`; tokens are the document's, or ours, cut at the edges of entities, and every character of the text
comes back. A knowledge base id is a concept; a document's name stands in `user_data["id"]`. Needs spaCy:
pip install 'bionym[spacy]'. A DocBin is msgpack and arrays; no code in it is run.

Cannot hold, and what then happens: discontinuous entities, entities of nothing but a space between tokens, relations, passages,
attributes, scores, and all concepts of an entity but the first are lost; lone surrogates become U+FFFD. All is counted.

Source: spaCy 3.7, `spacy.tokens.DocBin`.
"""

import importlib
import warnings
import zlib
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from bionym.data import Audit, Document, Entity, Span
from bionym.errors import FormatError, InputError, SpanError, require
from bionym.files import open_bytes, stem
from bionym.formats import _losses
from bionym.formats._characters import without_surrogates
from bionym.formats._json_output import open_binary
from bionym.formats.spacy_json import SPANS_KEY, overlapping
from bionym.text.prepare import tokenized

SUFFIXES = (".spacy",)
ONE_PER_FILE = False
HOLDS = ("tokens", "sentences")
MAX_UNPACKED_BYTES = 4 << 30
ID = "id"  # the key of `user_data` that holds a document's name
_ATTRIBUTES = ("ORTH", "SPACY", "ENT_IOB", "ENT_TYPE", "ENT_KB_ID", "SENT_START")


class Word(NamedTuple):
    """A token of spaCy, and whether a space follows it."""

    start: int
    end: int
    has_space: bool


def read(path: Path, *, spans_key: str | None = None, audit: Audit | None = None) -> Iterator[Document]:
    """Documents of one file.

    Args:
        spans_key: which group of `spans` to read too; None reads "sc" where there are no `ents`.
    Raises: InputError with the file; MissingExtraError without spaCy.
    """
    spacy, tokens = _spacy()
    count = audit if audit is not None else Audit()
    packed = _bounded(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            docs = list(tokens.DocBin().from_bytes(packed).get_docs(spacy.blank("xx").vocab))
        except (
            Exception
        ) as error:  # spaCy and msgpack let every error of their parsing out, some of which quote the file
            raise FormatError(
                "not a DocBin that can be read", path=path, fix="Write it again, with spaCy 3."
            ) from error
    for number, doc in enumerate(docs, start=1):
        try:
            yield _document(doc, f"{stem(path)}-{number}", spans_key, count)
        except SpanError as error:
            raise InputError(f"doc {number}: {error}", path=path, fix="Write the file again.") from error


def write(documents: Iterable[Document], path: Path, *, audit: Audit | None = None) -> None:
    """Documents to one file, all of them held in memory first."""
    spacy, tokens = _spacy()
    count = audit if audit is not None else Audit()
    vocab = spacy.blank("xx").vocab
    docs = tokens.DocBin(attrs=list(_ATTRIBUTES), store_user_data=True)
    for document in documents:
        docs.add(_doc(document, vocab, tokens, count))
    with open_binary(path) as stream:
        stream.write(docs.to_bytes())


def _spacy() -> tuple[Any, Any]:
    require("spacy", extra="spacy", purpose="A .spacy file")
    return importlib.import_module("spacy"), importlib.import_module("spacy.tokens")


def _bounded(path: Path) -> bytes:
    """The file, if it is whole and unpacks to no more than memory should hold."""
    with open_bytes(path) as stream:
        try:
            packed = stream.read()
            unpacker, size, rest = zlib.decompressobj(), 0, packed
            while rest and not unpacker.eof:
                size += len(unpacker.decompress(rest, 1 << 24))
                rest = unpacker.unconsumed_tail
                if size > MAX_UNPACKED_BYTES:
                    raise FormatError("it unpacks to more than 4 GiB", path=path, fix="Split it.")
        except (zlib.error, EOFError, OSError) as error:
            raise FormatError(
                "not a DocBin that can be read", path=path, fix="Write it again, with spaCy 3."
            ) from error
    if not unpacker.eof:
        raise FormatError(
            "not a DocBin that can be read: it is cut off", path=path, fix="Write it again, with spaCy 3."
        )
    return packed


def _document(doc: Any, default_id: str, spans_key: str | None, audit: Audit) -> Document:
    name = doc.user_data.get(ID, default_id)
    name = str(name) if isinstance(name, (str, int)) else default_id
    spans = list(doc.ents)
    key = spans_key if spans_key is not None else SPANS_KEY if not spans else None
    for group in doc.spans:
        if group == key:
            spans += doc.spans[group]
        elif len(doc.spans[group]):
            audit.lose(name, "span group", "is not the one that is read (option spans_key)")
    words = [token for token in doc if not token.is_space]
    return Document(
        name,
        doc.text,
        entities=tuple(_entity(span) for span in spans),
        tokens=tuple(Span(token.idx, token.idx + len(token)) for token in words),
        sentences=tuple(_sentences(doc)) if doc.has_annotation("SENT_START") else (),
    )


def _sentences(doc: Any) -> Iterator[Span]:
    """The sentences without white space at their edges."""
    for sentence in doc.sents:
        words = [token for token in sentence if not token.is_space]
        if words:
            yield Span(words[0].idx, words[-1].idx + len(words[-1]))


def _entity(span: Any) -> Entity:
    concepts = (span.kb_id_,) if span.kb_id_ and span.kb_id_ != "NIL" else ()
    return Entity((Span(span.start_char, span.end_char),), span.label_ or "Entity", concepts)


def _doc(document: Document, vocab: Any, tokens: Any, audit: Audit) -> Any:
    document = tokenized(without_surrogates(document, audit, in_id=True))
    text = document.text
    entities = _losses.contiguous(document, audit, "spaCy")
    _losses.count(document, audit, "spaCy", held=("concept",))
    words = _words(document, entities)
    starts = _sentence_starts(document)
    doc = tokens.Doc(
        vocab,
        words=[text[word.start : word.end] for word in words],
        spaces=[word.has_space for word in words],
        sent_starts=[word.start in starts for word in words] if starts else None,
        user_data={ID: document.id},
    )
    first = {word.start: number for number, word in enumerate(words)}
    last = {word.end: number + 1 for number, word in enumerate(words)}
    spans = [_span(one, doc, first, last, tokens, audit) for one in entities]
    held = [span for span in spans if span is not None]
    if overlapping(entities):
        doc.spans[SPANS_KEY] = held
    else:
        doc.set_ents(held)
    return doc


def _words(document: Document, entities: Iterable[Entity]) -> list[Word]:
    """Tokens that cover the text but for single spaces behind them: cut at the edges of entities."""
    text = document.text
    edges = {0, len(text), *(edge for token in document.tokens for edge in token)}
    edges.update(edge for entity in entities for edge in (entity.start, entity.end))
    ordered = sorted(edges)
    words: list[Word] = []
    for start, end in pairwise(ordered):
        if text[start] == " " and words and words[-1].end == start and not words[-1].has_space:
            words[-1] = words[-1]._replace(has_space=True)
            start += 1
        if start < end:
            words.append(Word(start, end, has_space=False))
    return words


def _sentence_starts(document: Document) -> set[int]:
    return {sentence.start for sentence in document.sentences}


def _span(entity: Entity, doc: Any, first: dict[int, int], last: dict[int, int], tokens: Any, audit: Audit) -> Any:
    """The entity as a span of tokens; None, and counted, if it is but the space behind one."""
    start = first.get(entity.start, first.get(entity.start + 1))
    end = last.get(entity.end, last.get(entity.end - 1))
    if start is None or end is None or start >= end:
        audit.lose(doc.user_data[ID], entity, "covers no token of spaCy's")
        return None
    if entity.start not in first or entity.end not in last:
        audit.change(doc.user_data[ID], entity, "a space at its edge left out")
    if len(entity.concepts) > 1:
        audit.lose(doc.user_data[ID], "concept", "spaCy holds one for a span", count=len(entity.concepts) - 1)
    return tokens.Span(doc, start, end, label=entity.label, kb_id=(*entity.concepts, "")[0])
