"""A teacher: what a model finds in raw text is learned besides what people annotated.

The teacher is larger or slower than its student, an ensemble for example; the student takes over what it knows of text that
nobody annotated, and its doubts: of a stretch that may be read in several ways, several readings are drawn by their
probability, and each epoch learns another. A stretch is read once and taught to all heads. Left out are those that hold a
sentence of the development or test data, and most of those where the teacher finds nothing. The words of the text get no
rows of their own: a model that had a teacher holds no more of a text than one that had none.

Source: Yarowsky 1995 and Xie et al. 2020 for learning from one's own kind; Hinton, Vinyals and Dean 2015 for the student and
the doubts.
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
from bionym.linear_chain.decoding import Found
from bionym.pretraining.text import Text, TextSettings, place_of
from bionym.protocols import Tagger
from bionym.text.prepare import tokenized
from bionym.trained import store
from bionym.training.events import Monitor, report_preparation

AT_ONCE = 256  # documents
FEWEST = 5  # tokens of a stretch from which anything is learned
RECORD = "teacher.json"
SALT = 7  # so that readings are not drawn with the numbers that something else is drawn with

Finds = list[list[Find]]  # in each reading of a document
Reason = Literal["held_back", "unsure", "plain"]


class Lesson(NamedTuple):
    """A stretch of raw text: for each head how the teacher reads it, in one way or in several, all documents of one text."""

    readings: tuple[tuple[Document, ...], ...]


class Counted(NamedTuple):
    """What became of the text, in stretches."""

    sentences: int
    tokens: int
    held_back: int
    unsure: int
    plain: int


def taught(
    settings: Teacher,
    heads: Sequence[Head],
    stretches: Callable[[Document], Ranges],
    corpora: Mapping[str, Corpus],
    *,
    seed: int = 1,
    monitors: Sequence[Monitor] = (),
) -> tuple[list[Lesson], Counted | None]:
    """Stretches of raw text as the teacher reads them, for every head, and what was left out; nothing without a teacher.

    Args:
        stretches: token positions in a document of what the student reads at once.
        corpora: whose development and test documents are held back.
        seed: of the readings that are drawn.
        monitors: those that hear of preparations are told now and then how many texts are labelled.
    Raises: ConfigError if the teacher does not give the labels of every head, or a setting is missing; InputError for text.
    """
    if settings.model is None:
        return [], None
    if not settings.text:
        raise ConfigError("The setting 'teacher.text' has no value: name files or folders of raw text for it to label.")
    teacher = _Teacher(store.load(settings.model), heads, str(settings.model), settings.readings)
    held_back = {_key(words) for corpus in corpora.values() for words in _held_back(corpus)}
    sources = [settings.text] if isinstance(settings.text, str) else settings.text
    text = Text(sources, TextSettings(documents=settings.documents))
    drawn = _drawn(text.training(), settings.words)
    lessons: list[Lesson] = []
    left_out: dict[Reason, int] = {"held_back": 0, "unsure": 0, "plain": 0}
    for number, (document, found) in enumerate(_labelled(drawn, teacher, np.random.default_rng([seed, SALT])), 1):
        if number % AT_ONCE == 0 or number == len(drawn):
            report_preparation(monitors, "texts labelled", number, len(drawn))
        for stretch, finds in _cut(document, found, stretches(document)):
            reason = _reason_against(stretch, finds, held_back, settings)
            if reason is None:
                lessons.append(Lesson(tuple(_readings(stretch, own) for own in finds)))
            else:
                left_out[reason] += 1
    num_tokens = sum(len(lesson.readings[0][0].tokens) for lesson in lessons)
    return lessons, Counted(len(lessons), num_tokens, **left_out)


def record(counted: Counted | None) -> dict[str, Any]:
    """What there was of the text, for the log of a run."""
    return {"teacher": counted._asdict()} if counted else {}


def save(counted: Counted | None, folder: Path) -> None:
    """What there was of the text, into the folder of a model."""
    if counted:
        (folder / RECORD).write_text(json.dumps(counted._asdict(), indent=1), encoding="utf-8")


class _Teacher:
    """A tagger that speaks for heads, read once for all of them.

    Args:
        readings: how many of a text are drawn; 1: the best alone.
    Raises: ConfigError if it does not give the labels of every head.
    """

    def __init__(self, tagger: Tagger, heads: Sequence[Head], name: str, readings: int) -> None:
        if not isinstance(tagger, Combinable):
            raise ConfigError(f"The model {name} cannot teach: its heads are not chains of tags. Name another.")
        self._tagger, self._labels, self._readings = tagger, [frozenset(head.labels) for head in heads], readings
        own = tagger.potentials(()).heads
        sources = list(dict.fromkeys(one.source for one in own))
        self._sources = [head.name if len(sources) > 1 else sources[0] for head in heads]
        for head, source in zip(heads, self._sources, strict=True):
            if source not in sources:
                raise ConfigError(
                    f"The teacher {name} has no head {source!r}; it has {', '.join(sources)}. Name the corpora as it does."
                )
            known = {label for one in own if one.source == source for label in one.labels}
            if missing := sorted(set(head.labels) - known):
                raise ConfigError(
                    f"The teacher {name} does not find {', '.join(missing)}, which is to be learned; it finds "
                    f"{', '.join(sorted(known))}. Train a teacher on the same corpora."
                )

    def found(self, documents: Sequence[Document], chance: np.random.Generator) -> Iterator[list[Finds]]:
        """For each tokenised document what each head finds in it, in each reading."""
        ranges, said = self._tagger.potentials(documents)
        by_source: dict[str, list[tuple[HeadPotentials, list[Iterator[list[Find]]]]]] = {}
        for one in said:
            if one.source in self._sources:
                own = [_finds(ranges, one, found) for found in self._drawn(one, places_of(ranges), chance)]
                by_source.setdefault(one.source, []).append((one, own))
        for document in documents:
            of_source = {
                source: _joined([[list(one.kept(next(each), document)) for each in own] for one, own in heads])
                for source, heads in by_source.items()
            }
            yield [
                [[find for find in finds if find.label in labels] for finds in of_source[source]]
                for source, labels in zip(self._sources, self._labels, strict=True)
            ]

    def _drawn(self, head: HeadPotentials, places: Ranges, chance: np.random.Generator) -> list[Found]:
        return [head.entities(places)] if self._readings == 1 else head.drawn(places, self._readings, chance)


def _finds(ranges: Sequence[Ranges], head: HeadPotentials, found: Found) -> Iterator[list[Find]]:
    """What a head found in each document."""
    return (list(own) for (own,) in finds_in(ranges, [(head.source, found)]))


def _joined(heads: Sequence[Finds]) -> Finds:
    """What several heads of a source found, in each reading."""
    return [[find for finds in each for find in finds] for each in zip(*heads, strict=True)]


def _drawn(texts: Iterable[str], most_words: int) -> list[str]:
    """Distinct texts of so many words or a little fewer, evenly drawn: those whose hash is least; the same in any order."""
    chosen: dict[float, str] = {}
    largest: list[tuple[float, int]] = []  # less the hash, and the words
    num_words = 0
    for text in texts:
        place, own = place_of(text), text.count(" ") + 1
        if place in chosen:
            continue
        chosen[place] = text
        heapq.heappush(largest, (-place, own))
        num_words += own
        while num_words > most_words:
            minus_place, fewer = heapq.heappop(largest)
            del chosen[-minus_place]
            num_words -= fewer
    return [chosen[place] for place in sorted(chosen)]


def _labelled(
    texts: Sequence[str], teacher: _Teacher, chance: np.random.Generator
) -> Iterator[tuple[Document, list[Finds]]]:
    """Each text with what the teacher finds in it for each head."""
    for first in range(0, len(texts), AT_ONCE):
        some = texts[first : first + AT_ONCE]
        documents = [tokenized(Document(f"text-{first + number}", text)) for number, text in enumerate(some)]
        yield from zip(documents, teacher.found(documents, chance), strict=True)


def _cut(document: Document, found: Sequence[Finds], ranges: Ranges) -> Iterator[tuple[Document, list[Finds]]]:
    """Stretches of a document, and what each head found in them; too short ones are passed over."""
    for start, end in ranges:
        if end - start >= FEWEST:
            yield _part(document, start, end), [[_inside(finds, start, end) for finds in own] for own in found]


def _inside(finds: Iterable[Find], start: int, end: int) -> list[Find]:
    """Those on tokens `[start, end)`, counted from there."""
    return [find._replace(start=find.start - start) for find in finds if start <= find.start and find.end <= end]


def _reason_against(
    stretch: Document, found: Sequence[Finds], held_back: Container[str], settings: Teacher
) -> Reason | None:
    """Why nothing is learned from a stretch, if so."""
    scores = [-find.minus_score for own in found for finds in own for find in finds]
    if any(_key(words) in held_back for words in _sentences(stretch)):
        return "held_back"
    if scores:
        return "unsure" if min(scores) < settings.least_score else None
    return "plain" if place_of(stretch.text) >= settings.plain else None


def _part(document: Document, start: int, end: int) -> Document:
    """A stretch of a document as one of its own, by token positions."""
    tokens = document.tokens[start:end]
    first, last = tokens[0].start, tokens[-1].end
    sentences = [one for one in document.sentences if one.start < last and one.end > first]
    return Document(
        f"{document.id}-{start}",
        document.text[first:last],
        tokens=tuple(Span(token.start - first, token.end - first) for token in tokens),
        sentences=tuple(Span(max(one.start, first) - first, min(one.end, last) - first) for one in sentences),
    )


def _readings(stretch: Document, finds: Finds) -> tuple[Document, ...]:
    """The stretch in each reading; in one only, where all are alike."""
    found = [tuple(replace(entity_of(find, stretch, False), score=None) for find in own) for own in finds]
    if all(own == found[0] for own in found):
        return (stretch.with_entities(found[0]),)
    made: dict[tuple[Entity, ...], Document] = {}
    return tuple(made.setdefault(own, stretch.with_entities(own)) for own in found)


def _sentences(document: Document) -> Iterator[Sequence[str]]:
    """The sentences of a tokenised document, as words."""
    words = [document.text[start:end] for start, end in document.tokens]
    return (words[start:end] for start, end in sentence_ranges(document))


def _held_back(corpus: Corpus) -> Iterator[Sequence[str]]:
    """The sentences that a corpus holds back, as words."""
    for split in ("dev", "test"):
        for document in map(tokenized, corpus.splits.get(split, ())):
            yield from _sentences(document)


def _key(words: Sequence[str]) -> str:
    return "".join(words).lower()
