"""Training targets of the heads, from corpora and from text that a teacher labelled: tags, or spans, of windows."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from bionym.data import Audit, Corpus, Document
from bionym.data.align import to_tags
from bionym.data.tags import OUTSIDE, TagScheme, find_scheme, split_tag
from bionym.heads.head import Head
from bionym.heads.teacher import SoftLabels
from bionym.models.transformer import heads as heading
from bionym.models.transformer.encoding import Item, Known
from bionym.models.transformer.reading import Reader, Text, aligned_entities
from bionym.models.transformer.settings import Config

Taggings = Mapping[str, Sequence[str]]  # tags of every token, for each label by itself or, under "", for all
Spans = Sequence[tuple[int, int, str]]


class TrainingWindows(NamedTuple):
    """The heads, and the windows of each corpus with their targets."""

    heads: tuple[Head, ...]
    items: dict[str, list[Item]]


class _Targets(NamedTuple):
    """The annotations of a document: as tags, or as spans."""

    taggings: Taggings
    spans: Spans


class _AnnotatedTexts(NamedTuple):
    """The texts of a document, and its targets."""

    texts: Sequence[Text]
    targets: _Targets


def training_windows(corpora: Mapping[str, Corpus], reader: Reader, config: Config, audit: Audit) -> TrainingWindows:
    """Windows of the training documents. Raises: ModelError if a corpus has no entity."""
    annotated = {name: list(_annotated(corpus["train"], reader, config, audit)) for name, corpus in corpora.items()}
    labels = {name: _labels(documents) for name, documents in annotated.items()}
    scheme = find_scheme(config.scheme)
    heads = heading.heads_of(labels, scheme, config.heads)
    items = {}
    for name, documents in annotated.items():
        trained = [heads[place] for place in heading.places_for(name, heads)]
        items[name] = [
            item
            for texts, targets in documents
            for item in _items(texts, [[targets] * len(trained)], trained, labels[name], config)
        ]
    return TrainingWindows(heads, items)


def distillation_windows(
    soft_labels: Sequence[SoftLabels], heads: Sequence[Head], reader: Reader, config: Config
) -> Iterator[Item]:
    """Windows of text that a teacher labelled, for all heads."""
    sources = [head.name for head in heading.of_sources(heads)]
    places = [sources.index(head.name) for head in heads]
    labels = {label for head in heads for label in head.labels}
    for stretch in soft_labels:
        texts = reader.texts(reader.prepared(stretch.samples[0][0]))
        targets = [
            [_targets_of(reader.prepared(document), texts, config, Audit()) for document in samples]
            for samples in stretch.samples
        ]
        turns = range(max(map(len, targets)))
        by_turn = [[targets[place][turn % len(targets[place])] for place in places] for turn in turns]
        yield from _items(texts, by_turn, heads, labels, config)


def _annotated(
    documents: Sequence[Document], reader: Reader, config: Config, audit: Audit
) -> Iterator[_AnnotatedTexts]:
    for document in documents:
        prepared = reader.prepared(document, audit)
        texts = reader.texts(prepared, audit)
        reader.count_wide(prepared, audit)
        yield _AnnotatedTexts(texts, _targets_of(prepared, texts, config, audit))


def _targets_of(document: Document, texts: Sequence[Text], config: Config, audit: Audit) -> _Targets:
    if config.network.output == "spans":
        return _Targets({}, _spans(document, texts, config.network.span_tokens, audit))
    return _Targets(_taggings(document, config, audit), ())


def _taggings(document: Document, config: Config, audit: Audit) -> Taggings:
    """Tags of every token; those of each label by itself, if each has a head of its own."""
    scheme = find_scheme(config.scheme)
    if config.heads != "label":
        return {"": _tags(document, scheme, config, audit)}
    taggings = {}
    for label in sorted({entity.label for entity in document.entities}):
        of_label = document.with_entities(entity for entity in document.entities if entity.label == label)
        taggings[label] = _tags(of_label, scheme, config, audit)
    return taggings


def _tags(document: Document, scheme: TagScheme, config: Config, audit: Audit) -> list[str]:
    return [tag for inside in to_tags(document, scheme, policy=config.policy, audit=audit) for tag in inside]


def _spans(document: Document, texts: Sequence[Text], longest: int, audit: Audit) -> Spans:
    """Entities as tokens `[start, end)`; lost, and counted, are those that are too long, and those that windows divide."""
    cores = {start: end for text in texts for start, end in _cores(text)}
    starts = np.array(sorted(cores), dtype=np.int64)
    spans = []
    for entity, aligned in aligned_entities(document, audit):
        core = int(starts[np.searchsorted(starts, aligned.start, side="right") - 1])
        if aligned.end - aligned.start > longest:
            audit.lose(document.id, entity, f"longer than {longest} tokens (network.span_tokens)")
        elif aligned.end > cores[core]:
            audit.lose(document.id, entity, "crosses the end of a text, or of what one window scores")
        else:
            spans.append((aligned.start, aligned.end, entity.label))
    return spans


def _cores(text: Text) -> Iterator[tuple[int, int]]:
    """Tokens of the document that each window scores."""
    for first, last in text.cores:
        if last > first:
            yield text.start + first, text.start + last


def _labels(documents: Sequence[_AnnotatedTexts]) -> tuple[str, ...]:
    tags = {
        tag for document in documents for tags in document.targets.taggings.values() for tag in tags if tag != OUTSIDE
    }
    spanned = {label for document in documents for _, _, label in document.targets.spans}
    return tuple(sorted({split_tag(tag)[1] for tag in tags} | spanned))


def _items(
    texts: Sequence[Text],
    turns: Sequence[Sequence[_Targets]],
    heads: Sequence[Head],
    annotated: Collection[str],
    config: Config,
) -> Iterator[Item]:
    """The windows of a document, but for those that score no token.

    Args:
        turns: for each sample the targets of each head.
    """
    for text in texts:
        for piece, (first, last) in zip(text.pieces, text.cores, strict=True):
            if last > first:
                start, end = text.start + first, text.start + last
                yield Item(piece, tuple(_all_known(targets, heads, annotated, config, start, end) for targets in turns))


def _all_known(
    targets: Sequence[_Targets], heads: Sequence[Head], annotated: Collection[str], config: Config, start: int, end: int
) -> tuple[Known, ...]:
    pairs = zip(targets, heads, strict=True)
    return tuple(_known(of_head, head, annotated, config, start, end) for of_head, head in pairs)


def _known(targets: _Targets, head: Head, annotated: Collection[str], config: Config, start: int, end: int) -> Known:
    if config.network.output == "spans":
        place = {label: number for number, label in enumerate(head.labels)}
        spans = tuple(
            (left - start, right - left - 1, place[label])
            for left, right, label in targets.spans
            if start <= left and right <= end and label in place
        )
        return Known(spans=spans, known_L=np.array([label in annotated for label in head.labels]))
    tags = targets.taggings.get(head.labels[0] if config.heads == "label" else "", ())[start:end]
    tags = tags or [OUTSIDE] * (end - start)
    if set(head.labels) <= set(annotated):
        return Known(tags_N=head.positions(tags))
    return Known(possible_NL=head.possible(tags, annotated))
