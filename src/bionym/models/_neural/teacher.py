"""A teacher: what a model finds in raw text is learned besides what people annotated.

The teacher is larger or slower than its student, an ensemble for example; the student takes over what it knows of text that
nobody annotated. Each sentence is read once and taught to all heads. Left out are sentences that the development or test data
hold, those with an entity the teacher is not sure of, and most of those where it finds nothing. The words of the text get no
rows of their own: a model that had a teacher holds no more of a text than one that had none.

Source: Yarowsky 1995 and Xie et al. 2020 for learning from one's own kind; Hinton, Vinyals and Dean 2015 for the student.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from bionym.data import Corpus, Document
from bionym.data.align import sentence_ranges, to_tags
from bionym.errors import ConfigError
from bionym.models import _store
from bionym.models._neural.heads import Head
from bionym.models._neural.sentences import Sentence, Sentences
from bionym.models._neural.settings import Teacher
from bionym.models._potentials import ChainTagger, Potentials, decoded
from bionym.models._pretraining.text import Text, TextSettings, place_of
from bionym.protocols import Tagger
from bionym.text.prepare import tokenized

AT_ONCE = 256  # documents
FEWEST = 5  # tokens of a sentence from which anything is learned


class Taught(NamedTuple):
    """A sentence, and for each head the tags that the teacher gave it."""

    sentence: Sentence
    tags: tuple[tuple[str, ...], ...]


class Counted(NamedTuple):
    """What became of the text, in sentences."""

    sentences: int
    tokens: int
    held_back: int
    unsure: int
    plain: int


def taught(
    settings: Teacher,
    heads: Sequence[Head],
    sentences: Sentences,
    corpora: Mapping[str, Corpus],
    on_labelled: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[list[Taught], Counted]:
    """Sentences of raw text with the tags of every head, and what was left out.

    Args:
        corpora: whose development and test documents are held back.
        on_labelled: told now and then how many texts are labelled, and of how many.
    Raises: ConfigError if the teacher does not give the labels of every head, or a setting is missing; InputError for text.
    """
    assert settings.model is not None
    if not settings.text:
        raise ConfigError("The setting 'teacher.text' has no value: name files or folders of raw text for it to label.")
    teacher = _Teacher(_store.load(settings.model), heads, str(settings.model))
    held_back = {_key(words) for corpus in corpora.values() for words in _held_back(corpus)}
    sources = [settings.text] if isinstance(settings.text, str) else settings.text
    text = Text(sources, TextSettings(documents=settings.documents))
    lessons: list[Taught] = []
    num_held_back = num_unsure = num_plain = 0
    drawn = _drawn(text.training(), settings.words)
    for number, found in enumerate(_labelled(drawn, teacher), 1):
        if number % AT_ONCE == 0 or number == len(drawn):
            on_labelled(number, len(drawn))
        for lesson, scores in _lessons(found, sentences):
            words = lesson.sentence.words
            if _key(words) in held_back:
                num_held_back += 1
            elif scores and min(scores) < settings.least_score:
                num_unsure += 1
            elif not scores and place_of("\n".join(words)) >= settings.plain:
                num_plain += 1
            else:
                lessons.append(lesson)
    num_tokens = sum(len(lesson.sentence) for lesson in lessons)
    return lessons, Counted(len(lessons), num_tokens, num_held_back, num_unsure, num_plain)


class _Teacher:
    """A tagger that speaks for heads, read once for all of them.

    Raises: ConfigError if it does not give the labels of every head.
    """

    def __init__(self, tagger: Tagger, heads: Sequence[Head], name: str) -> None:
        if not isinstance(tagger, ChainTagger):
            raise ConfigError(f"The model {name} cannot teach: its heads are not chains of tags. Name another.")
        self._tagger, self._labels = tagger, [frozenset(head.labels) for head in heads]
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

    def found(self, documents: Sequence[Document]) -> Iterator[list[Document]]:
        """Each tokenised document as what each head makes of it."""
        ranges, heads = self._tagger.potentials(documents)
        by_source = {
            source: decoded(documents, Potentials(ranges, tuple(one for one in heads if one.source == source)))
            for source in self._sources
        }
        for each in zip(*by_source.values(), strict=True):
            of_source = dict(zip(by_source, each, strict=True))
            yield [
                of_source[source].with_entities(one for one in of_source[source].entities if one.label in labels)
                for source, labels in zip(self._sources, self._labels, strict=True)
            ]


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


def _labelled(texts: Sequence[str], teacher: _Teacher) -> Iterator[list[Document]]:
    """Each text as what the teacher makes of it for each head."""
    for first in range(0, len(texts), AT_ONCE):
        some = texts[first : first + AT_ONCE]
        yield from teacher.found([tokenized(Document(f"text-{number}", text)) for number, text in enumerate(some)])


def _lessons(found: Sequence[Document], sentences: Sentences) -> Iterator[tuple[Taught, list[float]]]:
    """The sentences of a text, and the scores of the entities in each."""
    document = found[0]
    ranges = sentences.ranges(document)
    by_sentence = (to_tags(one, sentences.scheme, policy=sentences.policy) for one in found)
    tags = [[tag for own in inside for tag in own] for inside in by_sentence]
    scores = _scores(found, document, ranges)
    for sentence, (start, end), own in zip(sentences.of([document], [ranges]), ranges, scores, strict=True):
        if len(sentence) >= FEWEST:
            yield Taught(sentence, tuple(tuple(each[start:end]) for each in tags)), own


def _scores(found: Sequence[Document], document: Document, ranges: Sequence[tuple[int, int]]) -> list[list[float]]:
    """The scores of the entities of all heads, for each sentence."""
    tokens = document.tokens
    ends = [tokens[end - 1].end if end > start else -1 for start, end in ranges]
    scores: list[list[float]] = [[] for _ in ranges]
    for entity in (entity for one in found for entity in one.entities):
        place = next(number for number, end in enumerate(ends) if entity.extent.start < end)
        scores[place].append(1.0 if entity.score is None else entity.score)
    return scores


def _held_back(corpus: Corpus) -> Iterator[Sequence[str]]:
    """The sentences that a corpus holds back, as words."""
    for split in ("dev", "test"):
        for document in map(tokenized, corpus.splits.get(split, ())):
            words = [document.text[start:end] for start, end in document.tokens]
            yield from (words[start:end] for start, end in sentence_ranges(document))


def _key(words: Sequence[str]) -> str:
    return "".join(words).lower()
