"""Distillation: a model (the teacher) labels raw text, and another (the student) is trained on it beside annotated text.

The teacher is larger or slower than its student, an ensemble for example. Where it is not certain of a stretch of text, several
labellings of it are sampled by their probability, and each epoch is trained on another: soft labels, by sampling. A stretch is
labelled once, for all heads. Left out are stretches that hold a sentence of the development or test data, and most of those
where the teacher finds no entity. The words of the text get no rows of their own: a model that had a teacher holds no more of a
text than one that had none.

Source: Yarowsky 1995 and Xie et al. 2020 for self-training; Hinton, Vinyals and Dean 2015 for teacher, student and soft labels.
"""

import heapq
import json
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from bionym.data import Corpus, Document, Entity, Span
from bionym.data.align import sentence_ranges
from bionym.errors import ConfigError
from bionym.heads.head import Head
from bionym.heads.merging import Find
from bionym.heads.potentials import Combinable, HeadPotentials, Ranges, entity_of, finds_in, places_of
from bionym.heads.settings import Teacher
from bionym.linear_chain.decoding import ScoredSpans
from bionym.pretraining.text import Text, TextSettings, place_of
from bionym.protocols import Tagger
from bionym.text.prepare import tokenized
from bionym.trained import store
from bionym.training.events import Monitor, report_preparation

AT_ONCE = 256  # documents
FEWEST = 5  # tokens of a stretch that is trained on
RECORD = "teacher.json"
SALT = 7  # so that labellings are not sampled with the random numbers of something else

Finds = list[list[Find]]  # in each sample of a document
Reason = Literal["held_back", "unsure", "plain"]


class SoftLabels(NamedTuple):
    """A stretch of raw text: for each head the labellings that the teacher gave it, one or several, each as a document."""

    samples: tuple[tuple[Document, ...], ...]


class TextCounts(NamedTuple):
    """How many stretches of the text are trained on, with how many tokens, and how many are left out, by reason."""

    sentences: int
    tokens: int
    held_back: int
    unsure: int
    plain: int


def label_raw_text(
    settings: Teacher,
    heads: Sequence[Head],
    stretches: Callable[[Document], Ranges],
    corpora: Mapping[str, Corpus],
    *,
    seed: int = 1,
    monitors: Sequence[Monitor] = (),
) -> tuple[list[SoftLabels], TextCounts | None]:
    """Stretches of raw text as the teacher labels them, for every head, and counts; nothing without a teacher.

    Args:
        stretches: token positions in a document of what the student encodes at once.
        corpora: whose development and test documents are held back.
        seed: of the sampling.
        monitors: get the number of labelled texts now and then.
    Raises: ConfigError if the teacher does not give the labels of every head, or a setting is missing; InputError for text.
    """
    if settings.model is None:
        return [], None
    if not settings.text:
        raise ConfigError("The setting 'teacher.text' has no value: name files or folders of raw text for it to label.")
    teacher = _Teacher(store.load(settings.model), heads, str(settings.model), settings.readings)
    held_back = {_key(words) for corpus in corpora.values() for words in _held_back_sentences(corpus)}
    sources = [settings.text] if isinstance(settings.text, str) else settings.text
    text = Text(sources, TextSettings(documents=settings.documents))
    texts = _sample_texts(text.training(), settings.words)
    soft_labels: list[SoftLabels] = []
    left_out: dict[Reason, int] = {"held_back": 0, "unsure": 0, "plain": 0}
    labelled = _label_texts(texts, teacher, np.random.default_rng([seed, SALT]))
    for number, (document, finds_by_head) in enumerate(labelled, 1):
        if number % AT_ONCE == 0 or number == len(texts):
            report_preparation(monitors, "texts labelled", number, len(texts))
        for stretch, finds in _cut(document, finds_by_head, stretches(document)):
            reason = _reason_to_skip(stretch, finds, held_back, settings)
            if reason is None:
                soft_labels.append(SoftLabels(tuple(_distinct_samples(stretch, samples) for samples in finds)))
            else:
                left_out[reason] += 1
    num_tokens = sum(len(labels.samples[0][0].tokens) for labels in soft_labels)
    return soft_labels, TextCounts(len(soft_labels), num_tokens, **left_out)


def record(counts: TextCounts | None) -> dict[str, Any]:
    """The counts, for the log of a run."""
    return {"teacher": counts._asdict()} if counts else {}


def save(counts: TextCounts | None, folder: Path) -> None:
    """Write the counts into the folder of a model."""
    if counts:
        (folder / RECORD).write_text(json.dumps(counts._asdict(), indent=1), encoding="utf-8")


class _Teacher:
    """A tagger that labels documents for the student's heads.

    Args:
        num_samples: how many labellings of a document are sampled; 1: the best alone.
    Raises: ConfigError if it does not give the labels of every head.
    """

    def __init__(self, tagger: Tagger, heads: Sequence[Head], name: str, num_samples: int) -> None:
        if not isinstance(tagger, Combinable):
            raise ConfigError(
                f"The model {name} cannot be a teacher: its heads are not chains of tags. Name a model of another kind."
            )
        self._tagger, self._num_samples = tagger, num_samples
        self._labels = [frozenset(head.labels) for head in heads]
        potentials = tagger.potentials(()).heads
        sources = list(dict.fromkeys(potential.source for potential in potentials))
        self._sources = [head.name if len(sources) > 1 else sources[0] for head in heads]
        for head, source in zip(heads, self._sources, strict=True):
            if source not in sources:
                raise ConfigError(
                    f"The teacher {name} has no head {source!r}; it has {', '.join(sources)}. Name the corpora as it does."
                )
            known = {label for potential in potentials if potential.source == source for label in potential.labels}
            if missing := sorted(set(head.labels) - known):
                raise ConfigError(
                    f"The teacher {name} does not find {', '.join(missing)}, which the training data has; it finds "
                    f"{', '.join(sorted(known))}. Train a teacher on the same corpora."
                )

    def label(self, documents: Sequence[Document], rng: np.random.Generator) -> Iterator[list[Finds]]:
        """For each tokenised document what each head of the student is to find in it, in each sample."""
        ranges, heads = self._tagger.potentials(documents)
        by_source: dict[str, list[tuple[HeadPotentials, list[Iterator[list[Find]]]]]] = {}
        for head in heads:
            if head.source in self._sources:
                samples = [_finds(ranges, head, spans) for spans in self._sample(head, places_of(ranges), rng)]
                by_source.setdefault(head.source, []).append((head, samples))
        for document in documents:
            of_source = {
                source: _join_heads(
                    [[list(head.filter(next(sample), document)) for sample in samples] for head, samples in heads_of]
                )
                for source, heads_of in by_source.items()
            }
            yield [
                [[find for find in finds if find.label in labels] for finds in of_source[source]]
                for source, labels in zip(self._sources, self._labels, strict=True)
            ]

    def _sample(self, head: HeadPotentials, places: Ranges, rng: np.random.Generator) -> list[ScoredSpans]:
        return [head.entities(places)] if self._num_samples == 1 else head.sample(places, self._num_samples, rng)


def _finds(ranges: Sequence[Ranges], head: HeadPotentials, spans: ScoredSpans) -> Iterator[list[Find]]:
    """What a head found in each document."""
    return (list(finds) for (finds,) in finds_in(ranges, [(head.source, spans)]))


def _join_heads(heads: Sequence[Finds]) -> Finds:
    """What several heads of a source found, in each sample."""
    return [[find for finds in sample for find in finds] for sample in zip(*heads, strict=True)]


def _sample_texts(texts: Iterable[str], most_words: int) -> list[str]:
    """An even sample of distinct texts, of at most so many words: those with the smallest hash, so the same in any order."""
    chosen: dict[float, str] = {}
    largest: list[tuple[float, int]] = []  # less the hash, and the words
    num_words = 0
    for text in texts:
        place, length = place_of(text), text.count(" ") + 1
        if place in chosen:
            continue
        chosen[place] = text
        heapq.heappush(largest, (-place, length))
        num_words += length
        while num_words > most_words:
            minus_place, fewer = heapq.heappop(largest)
            del chosen[-minus_place]
            num_words -= fewer
    return [chosen[place] for place in sorted(chosen)]


def _label_texts(
    texts: Sequence[str], teacher: _Teacher, rng: np.random.Generator
) -> Iterator[tuple[Document, list[Finds]]]:
    """Each text with what the teacher finds in it for each head."""
    for first in range(0, len(texts), AT_ONCE):
        batch = texts[first : first + AT_ONCE]
        documents = [tokenized(Document(f"text-{first + number}", text)) for number, text in enumerate(batch)]
        yield from zip(documents, teacher.label(documents, rng), strict=True)


def _cut(document: Document, by_head: Sequence[Finds], ranges: Ranges) -> Iterator[tuple[Document, list[Finds]]]:
    """Stretches of a document, and what each head found in them; too short ones are passed over."""
    for start, end in ranges:
        if end - start >= FEWEST:
            yield (
                _part(document, start, end),
                [[_finds_inside(finds, start, end) for finds in samples] for samples in by_head],
            )


def _finds_inside(finds: Iterable[Find], start: int, end: int) -> list[Find]:
    """Those on tokens `[start, end)`, counted from there."""
    return [find._replace(start=find.start - start) for find in finds if start <= find.start and find.end <= end]


def _reason_to_skip(
    stretch: Document, by_head: Sequence[Finds], held_back: Container[str], settings: Teacher
) -> Reason | None:
    """Why a stretch is not trained on, or None."""
    scores = [-find.minus_score for samples in by_head for finds in samples for find in finds]
    if any(_key(words) in held_back for words in _sentences(stretch)):
        return "held_back"
    if scores:
        return "unsure" if min(scores) < settings.least_score else None
    return "plain" if place_of(stretch.text) >= settings.plain else None


def _part(document: Document, start: int, end: int) -> Document:
    """A stretch of a document as one of its own, by token positions."""
    tokens = document.tokens[start:end]
    first, last = tokens[0].start, tokens[-1].end
    sentences = [sentence for sentence in document.sentences if sentence.start < last and sentence.end > first]
    return Document(
        f"{document.id}-{start}",
        document.text[first:last],
        tokens=tuple(Span(token.start - first, token.end - first) for token in tokens),
        sentences=tuple(Span(max(span.start, first) - first, min(span.end, last) - first) for span in sentences),
    )


def _distinct_samples(stretch: Document, samples: Finds) -> tuple[Document, ...]:
    """The stretch with the entities of each sample; once, where all are alike."""
    labellings = [tuple(replace(entity_of(find, stretch, False), score=None) for find in finds) for finds in samples]
    if all(entities == labellings[0] for entities in labellings):
        return (stretch.with_entities(labellings[0]),)
    documents: dict[tuple[Entity, ...], Document] = {}
    return tuple(documents.setdefault(entities, stretch.with_entities(entities)) for entities in labellings)


def _sentences(document: Document) -> Iterator[Sequence[str]]:
    """The sentences of a tokenised document, as words."""
    words = [document.text[start:end] for start, end in document.tokens]
    return (words[start:end] for start, end in sentence_ranges(document))


def _held_back_sentences(corpus: Corpus) -> Iterator[Sequence[str]]:
    """The sentences that a corpus holds back, as words."""
    for split in ("dev", "test"):
        for document in map(tokenized, corpus.splits.get(split, ())):
            yield from _sentences(document)


def _key(words: Sequence[str]) -> str:
    return "".join(words).lower()
