"""What the heads learn from corpora, and from what a teacher labelled: entities as tags or spans of windows."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from bionym.data import Audit, Corpus, Document
from bionym.data.align import to_tags
from bionym.data.tags import OUTSIDE, TagScheme, find_scheme, split_tag
from bionym.heads.head import Head
from bionym.heads.teacher import Lesson
from bionym.models.transformer import heads as heading
from bionym.models.transformer.encoding import Item, Known
from bionym.models.transformer.reading import Reader, Text, aligned_entities
from bionym.models.transformer.settings import Config

Taggings = Mapping[str, Sequence[str]]  # tags of every token, for each label by itself or, under "", for all
Spans = Sequence[tuple[int, int, str]]


class Taught(NamedTuple):
    """The heads, and the windows that each corpus teaches them."""

    heads: tuple[Head, ...]
    items: dict[str, list[Item]]


class _Lesson(NamedTuple):
    """A document to learn from."""

    texts: Sequence[Text]
    said: "_Said"


class _Said(NamedTuple):
    """What is said of a document."""

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
        items[name] = [
            item for texts, said in inside for item in _items(texts, [[said] * len(own)], own, labels[name], config)
        ]
    return Taught(heads, items)


def from_text(lessons: Sequence[Lesson], heads: Sequence[Head], reader: Reader, config: Config) -> Iterator[Item]:
    """Windows of what a teacher labelled, for all heads."""
    sources = [head.name for head in heading.of_sources(heads)]
    places = [sources.index(head.name) for head in heads]
    labels = {label for head in heads for label in head.labels}
    for lesson in lessons:
        texts = reader.texts(reader.prepared(lesson.readings[0][0]))
        said = [[_said(reader.prepared(one), texts, config, Audit()) for one in own] for own in lesson.readings]
        turns = range(max(map(len, said)))
        by_turn = [[said[place][turn % len(said[place])] for place in places] for turn in turns]
        yield from _items(texts, by_turn, heads, labels, config)


def _lessons(documents: Sequence[Document], reader: Reader, config: Config, audit: Audit) -> Iterator[_Lesson]:
    for document in documents:
        prepared = reader.prepared(document, audit)
        texts = reader.texts(prepared, audit)
        reader.count_wide(prepared, audit)
        yield _Lesson(texts, _said(prepared, texts, config, audit))


def _said(document: Document, texts: Sequence[Text], config: Config, audit: Audit) -> _Said:
    if config.network.output == "spans":
        return _Said({}, _spans(document, texts, config.network.span_tokens, audit))
    return _Said(_taggings(document, config, audit), ())


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
    tags = {tag for lesson in lessons for tags in lesson.said.taggings.values() for tag in tags if tag != OUTSIDE}
    spanned = {label for lesson in lessons for _, _, label in lesson.said.spans}
    return tuple(sorted({split_tag(tag)[1] for tag in tags} | spanned))


def _items(
    texts: Sequence[Text],
    turns: Sequence[Sequence[_Said]],
    heads: Sequence[Head],
    annotated: Collection[str],
    config: Config,
) -> Iterator[Item]:
    """The windows of a document, but for those that score no token.

    Args:
        turns: for each reading what is said to each head.
    """
    for text in texts:
        for piece, (first, last) in zip(text.pieces, text.cores, strict=True):
            if last > first:
                start, end = text.start + first, text.start + last
                yield Item(piece, tuple(_all_known(said, heads, annotated, config, start, end) for said in turns))


def _all_known(
    said: Sequence[_Said], heads: Sequence[Head], annotated: Collection[str], config: Config, start: int, end: int
) -> tuple[Known, ...]:
    pairs = zip(said, heads, strict=True)
    return tuple(_known(own, head, annotated, config, start, end) for own, head in pairs)


def _known(said: _Said, head: Head, annotated: Collection[str], config: Config, start: int, end: int) -> Known:
    if config.network.output == "spans":
        place = {label: number for number, label in enumerate(head.labels)}
        spans = tuple(
            (left - start, right - left - 1, place[label])
            for left, right, label in said.spans
            if start <= left and right <= end and label in place
        )
        return Known(spans=spans, known_L=np.array([label in annotated for label in head.labels]))
    tags = said.taggings.get(head.labels[0] if config.heads == "label" else "", ())[start:end]
    tags = tags or [OUTSIDE] * (end - start)
    if set(head.labels) <= set(annotated):
        return Known(tags_N=head.positions(tags))
    return Known(possible_NL=head.possible(tags, annotated))
