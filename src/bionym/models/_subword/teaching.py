"""What the heads learn from corpora: gold entities as tags or spans of windows."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from bionym.data import Audit, Corpus, Document
from bionym.data.align import to_tags
from bionym.data.tags import OUTSIDE, TagScheme, find_scheme, split_tag
from bionym.models._neural.heads import Head
from bionym.models._subword import heads as heading
from bionym.models._subword.encoding import Item, Known
from bionym.models._subword.reading import Reader, Text, aligned_entities
from bionym.models._subword.settings import Config

Taggings = Mapping[str, Sequence[str]]  # tags of every token, for each label by itself or, under "", for all
Spans = Sequence[tuple[int, int, str]]


class Taught(NamedTuple):
    """The heads, and the windows that each corpus teaches them."""

    heads: tuple[Head, ...]
    items: dict[str, list[Item]]


class _Lesson(NamedTuple):
    """A document to learn from."""

    texts: Sequence[Text]
    taggings: Taggings
    spans: Spans


def taught(corpora: Mapping[str, Corpus], reader: Reader, config: Config, audit: Audit) -> Taught:
    """Windows of the training documents. Raises: ModelError if a corpus has no entity."""
    lessons = {name: list(_lessons(corpus["train"], reader, config, audit)) for name, corpus in corpora.items()}
    labels = {name: _labels(inside) for name, inside in lessons.items()}
    scheme = find_scheme(config.scheme)
    heads = heading.heads_of(labels, scheme, config.heads)
    items = {}
    for name, inside in lessons.items():
        own = [heads[place] for place in heading.places_for(name, heads)]
        items[name] = [item for lesson in inside for item in _items(lesson, own, labels[name], config)]
    return Taught(heads, items)


def _lessons(documents: Sequence[Document], reader: Reader, config: Config, audit: Audit) -> Iterator[_Lesson]:
    for document in documents:
        prepared = reader.prepared(document, audit)
        texts = reader.texts(prepared, audit)
        reader.count_wide(prepared, audit)
        if config.network.output == "spans":
            yield _Lesson(texts, {}, _spans(prepared, texts, config.network.span_tokens, audit))
        else:
            yield _Lesson(texts, _taggings(prepared, config, audit), ())


def _taggings(document: Document, config: Config, audit: Audit) -> Taggings:
    """Tags of every token; those of each label by itself, if each has a head of its own."""
    scheme = find_scheme(config.scheme)
    if config.heads != "label":
        return {"": _tags(document, scheme, config, audit)}
    found = {}
    for label in sorted({entity.label for entity in document.entities}):
        own = document.with_entities(entity for entity in document.entities if entity.label == label)
        found[label] = _tags(own, scheme, config, audit)
    return found


def _tags(document: Document, scheme: TagScheme, config: Config, audit: Audit) -> list[str]:
    return [tag for inside in to_tags(document, scheme, policy=config.policy, audit=audit) for tag in inside]


def _spans(document: Document, texts: Sequence[Text], longest: int, audit: Audit) -> Spans:
    """Entities as tokens `[start, end)`; lost, and counted, are those that are too long, and those that windows divide."""
    cores = {start: end for text in texts for start, end in _cores(text)}
    starts = np.array(sorted(cores), dtype=np.int64)
    found = []
    for entity, aligned in aligned_entities(document, audit):
        core = int(starts[np.searchsorted(starts, aligned.start, side="right") - 1])
        if aligned.end - aligned.start > longest:
            audit.lose(document.id, entity, f"longer than {longest} tokens (network.span_tokens)")
        elif aligned.end > cores[core]:
            audit.lose(document.id, entity, "crosses the end of a text, or of what one window scores")
        else:
            found.append((aligned.start, aligned.end, entity.label))
    return found


def _cores(text: Text) -> Iterator[tuple[int, int]]:
    """Tokens of the document that each window scores."""
    for first, last in text.cores:
        if last > first:
            yield text.start + first, text.start + last


def _labels(lessons: Sequence[_Lesson]) -> tuple[str, ...]:
    tags = {tag for lesson in lessons for tags in lesson.taggings.values() for tag in tags if tag != OUTSIDE}
    spanned = {label for lesson in lessons for _, _, label in lesson.spans}
    return tuple(sorted({split_tag(tag)[1] for tag in tags} | spanned))


def _items(lesson: _Lesson, heads: Sequence[Head], annotated: Sequence[str], config: Config) -> Iterator[Item]:
    """The windows of a document, but for those that score no token."""
    for text in lesson.texts:
        for piece, (first, last) in zip(text.pieces, text.cores, strict=True):
            if last > first:
                start, end = text.start + first, text.start + last
                known = tuple(_known(lesson, head, annotated, config, start, end) for head in heads)
                yield Item(piece, known)


def _known(lesson: _Lesson, head: Head, annotated: Sequence[str], config: Config, start: int, end: int) -> Known:
    if config.network.output == "spans":
        place = {label: number for number, label in enumerate(head.labels)}
        spans = tuple(
            (left - start, right - left - 1, place[label])
            for left, right, label in lesson.spans
            if start <= left and right <= end and label in place
        )
        return Known(spans=spans, known_L=np.array([label in set(annotated) for label in head.labels]))
    tags = lesson.taggings.get(head.labels[0] if config.heads == "label" else "", ())[start:end]
    tags = tags or [OUTSIDE] * (end - start)
    if set(head.labels) <= set(annotated):
        return Known(tags_N=head.positions(tags))
    return Known(possible_NL=head.possible(tags, annotated))
