"""Alignment: the only place where characters become tokens, and tags become characters."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from bionym.data.audit import Audit
from bionym.data.blanks import without_blank_gaps, without_blanks
from bionym.data.document import Document
from bionym.data.entity import Entity, in_text_order
from bionym.data.flatten import Policy, choose
from bionym.data.span import Span
from bionym.data.tags import Decoding, TagScheme, TokenSpan


class Aligned(NamedTuple):
    """An entity as tokens: positions `[start, end)` in `Document.tokens`, and whether its edges are token edges."""

    start: int
    end: int
    is_exact: bool


def align(tokens: Sequence[Span], span: Span) -> Aligned | None:
    """The tokens that a stretch of characters touches; None if it touches none (white space alone)."""
    start = bisect_right(tokens, span.start, key=_end)
    end = bisect_left(tokens, span.end, key=_start)
    if start >= end:
        return None
    return Aligned(start, end, tokens[start].start == span.start and tokens[end - 1].end == span.end)


def one_stretch(document: Document, entity: Entity, audit: Audit) -> Entity | None:
    """The entity in one piece: gaps of white space alone are closed, and that is counted. None if it has other gaps."""
    whole = without_blank_gaps(document.text, entity)
    if whole.is_discontinuous:
        return None
    if whole is not entity:
        audit.change(document.id, entity, "a gap of white space alone: joined")
    return whole


def contiguous(document: Document, entity: Entity, audit: Audit) -> Entity | None:
    """As `one_stretch`, and without white space at its edges, which is counted too."""
    whole = one_stretch(document, entity, audit)
    plain = without_blanks(document.text, whole) if whole else None
    if plain is not whole:
        audit.change(document.id, entity, "white space at an edge: trimmed")
    return plain


def sentence_ranges(document: Document) -> tuple[tuple[int, int], ...]:
    """Token positions `[start, end)` of each sentence; one range over all tokens if there are no sentences.

    Every token is in a range: those before the first sentence are read with it.
    """
    if not document.sentences:
        return ((0, len(document.tokens)),) if document.tokens else ()
    starts = [bisect_left(document.tokens, (sentence[0],)) for sentence in document.sentences[1:]]  # (4,) < Span(4, 7)
    return tuple(zip([0, *starts], [*starts, len(document.tokens)], strict=True))


def to_tags(
    document: Document,
    scheme: TagScheme,
    *,
    policy: Policy = "longest",
    priority: Sequence[str] = (),
    audit: Audit | None = None,
) -> list[list[str]]:
    """Tags of every token, a list a sentence.

    An entity that cuts a token takes the whole token, white space at an edge is trimmed, and a gap of white space alone is
    closed (each counted as changed). Lost, and counted: entities without a token, discontinuous ones, those that cross a sentence's end, and those that overlap one which `policy` prefers.
    """
    audit = audit if audit is not None else Audit()
    ranges = sentence_ranges(document)
    starts = [start for start, _ in ranges]
    candidates = [
        (entity, aligned, bisect_right(starts, aligned.start) - 1)
        for entity in document.entities
        if (aligned := _aligned(document, entity, ranges, starts, audit)) is not None
    ]
    keep = choose([(aligned.start, aligned.end, entity.label) for entity, aligned, _ in candidates], policy, priority)
    spans: list[list[TokenSpan]] = [[] for _ in ranges]
    for (entity, aligned, sentence), stays in zip(candidates, keep, strict=True):
        if stays:
            first = starts[sentence]
            spans[sentence].append(TokenSpan(aligned.start - first, aligned.end - first, entity.label))
        else:
            audit.lose(document.id, entity, f"overlaps another entity (policy: {policy})")
    return [scheme.encode(inside, last - first) for inside, (first, last) in zip(spans, ranges, strict=True)]


def from_tags(
    document: Document,
    tags: Iterable[Sequence[str]],
    scheme: TagScheme,
    *,
    mode: Decoding = "lenient",
) -> tuple[Entity, ...]:
    """Entities on characters from tags, a list a sentence, in the order of `sentence_ranges`."""
    tokens = document.tokens
    entities = []
    for (first, _), sentence_tags in zip(sentence_ranges(document), tags, strict=True):
        for start, end, label in scheme.decode(sentence_tags, mode=mode):
            entities.append(Entity((Span(tokens[first + start].start, tokens[first + end - 1].end),), label))
    return tuple(entities)


def join_cut_sentences(document: Document, audit: Audit | None = None) -> Document:
    """The document with sentences joined wherever a boundary cuts an entity, so that no entity is lost to it."""
    merged: list[Span] = []
    reach = 0
    extents = iter(in_text_order(document.entities))
    entity = next(extents, None)
    for sentence in document.sentences:
        joins = bool(merged) and sentence.start < reach
        if joins and audit is not None:
            audit.change(document.id, "sentence", "joined to the one before, since an entity crosses its edge")
        merged.append(Span(merged.pop().start, sentence.end) if joins else sentence)
        while entity is not None and entity.start < sentence.end:
            reach = max(reach, entity.end)
            entity = next(extents, None)
    return replace(document, sentences=tuple(merged))


def _aligned(
    document: Document, entity: Entity, ranges: Sequence[tuple[int, int]], starts: Sequence[int], audit: Audit
) -> Aligned | None:
    """The tokens of an entity that tags can hold; else None, and the loss is counted."""
    plain = contiguous(document, entity, audit)
    if plain is None:
        audit.lose(document.id, entity, "discontinuous: tags hold one stretch of tokens")
        return None
    aligned = align(document.tokens, plain.extent)
    if aligned is None:
        audit.lose(document.id, entity, "covers no token")
    elif aligned.end > ranges[bisect_right(starts, aligned.start) - 1][1]:
        audit.lose(document.id, entity, "crosses the end of a sentence")
        return None
    elif not aligned.is_exact:
        audit.change(document.id, entity, "an edge falls inside a token: widened to the token")
    return aligned


def _start(span: Span) -> int:
    return span[0]


def _end(span: Span) -> int:
    return span[1]
