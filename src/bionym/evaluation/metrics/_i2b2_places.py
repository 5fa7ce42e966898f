"""Entities as lines of an i2b2 concept file: the first and the last token of each, as one number."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from bionym.data import Document, Span
from bionym.data.align import align
from bionym.errors import InputError

META = "i2b2"
TYPES = ("problem", "treatment", "test")  # in the order in which the scorer prints them

_KEYS_PER_LINE = 1000  # a longer line runs into the next one, in the scorer too
_WORD = re.compile(r"\S+")
_LINE_END = re.compile("\n")

Keys = Callable[[Span], tuple[int, int] | None]


class Concept(NamedTuple):
    """A line of a concept file: 1000 times the line plus the token, both of the first and of the last token."""

    first: int
    last: int
    label: str


class Stated(NamedTuple):
    """A line of a concept file that was read: half-open offsets in the text, and the type as written."""

    start: int
    end: int
    label: str


def concepts(document: Document, keys: Keys) -> tuple[list[Concept], list[str]]:
    """The document's concepts, in the order of its file; and the types of those that the scorer passes over.

    The order is that of `meta["i2b2"]["lines"]` while these are the document's entities, duplicates included; else the one in
    which Bionym writes concepts, without duplicates.
    Raises: InputError for a discontinuous entity, and for one that covers no token.
    """
    lines = _lines_of(document)
    stated = lines if lines is not None else _as_lines(document)
    known = [line for line in stated if line.label.lower() in TYPES]
    located = [_concept(document, line, keys) for line in known]
    ignored = [line.label for line in stated if line.label.lower() not in TYPES]
    return (located if lines is not None else sorted(set(located))), ignored


def keys_of(document: Document) -> Keys:
    """How to find the tokens of a stretch of this document's text.

    Those of a text that was read from i2b2 lie between single spaces, as the scorer has them; those of any other are its
    own, or what white space separates.
    """
    text = document.text
    lines = [0, *(line_end.end() for line_end in _LINE_END.finditer(text))]
    if META in document.meta:
        return lambda span: _keys_between_spaces(text, lines, span)
    tokens = document.tokens or tuple(Span(*word.span()) for word in _WORD.finditer(text))
    return lambda span: _keys_in_tokens(tokens, lines, span)


def _lines_of(document: Document) -> list[Stated] | None:
    """The lines of the file that the document was read from, if they still say what it says."""
    read: Iterable[Sequence[Any]] | None = document.meta.get(META, {}).get("lines")
    if read is None:
        return None
    lines = [Stated(*line) for line in read]
    entities = {(entity.spans, entity.label) for entity in document.entities}
    return lines if {((Span(line.start, line.end),), line.label) for line in lines} == entities else None


def _as_lines(document: Document) -> list[Stated]:
    for entity in document.entities:
        if entity.is_discontinuous and entity.label.lower() in TYPES:
            raise _refused(document, entity.label, entity.spans, "is discontinuous, and an i2b2 concept is not")
    return [Stated(entity.start, entity.end, entity.label) for entity in document.entities]


def _concept(document: Document, line: Stated, keys: Keys) -> Concept:
    places = keys(Span(line.start, line.end))
    if places is None:
        raise _refused(document, line.label, [(line.start, line.end)], "covers no token")
    return Concept(*places, line.label.lower())


def _keys_between_spaces(text: str, lines: Sequence[int], span: Span) -> tuple[int, int] | None:
    words = span.of(text)
    if not words.strip():
        return None
    first = span.start + len(words) - len(words.lstrip())
    last = span.start + len(words.rstrip()) - 1
    return _key_between_spaces(text, lines, first), _key_between_spaces(text, lines, last)


def _key_between_spaces(text: str, lines: Sequence[int], offset: int) -> int:
    line = bisect_right(lines, offset)
    return _KEYS_PER_LINE * line + text.count(" ", lines[line - 1], offset)


def _keys_in_tokens(tokens: Sequence[Span], lines: Sequence[int], span: Span) -> tuple[int, int] | None:
    aligned = align(tokens, span)
    if aligned is None:
        return None
    return _key_of(tokens, lines, aligned.start), _key_of(tokens, lines, aligned.end - 1)


def _key_of(tokens: Sequence[Span], lines: Sequence[int], position: int) -> int:
    line = bisect_right(lines, tokens[position].start)
    return _KEYS_PER_LINE * line + position - bisect_left(tokens, lines[line - 1], key=_start)


def _start(token: Span) -> int:
    return token.start


def _refused(document: Document, label: str, spans: Iterable[tuple[int, int]], problem: str) -> InputError:
    offsets = ", ".join(f"[{start}, {end})" for start, end in spans)
    message = f"document {document.id!r}: {label} {offsets} {problem}"
    return InputError(message, fix="Score with the metric i2b2, or convert both sides to i2b2 first.")
