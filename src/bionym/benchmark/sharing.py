"""What stands in the training and in the test data at once, across corpora too: such a test flatters.

Documents are the same by the last part of their id or by their text, see `bionym.data.corpus.find_leaks`. Where the ids of
one side say nothing, as in CoNLL files that are one document as a whole, sentences of 40 characters and more are compared
instead, white space and case aside; shorter ones ("The patient recovered.") coincide by chance.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bionym.benchmark.corpora import Split
from bionym.data import Document, Entity, Span
from bionym.data.corpus import find_leaks, fingerprint
from bionym.text.prepare import tokenized

MIN_CHARS = 40  # without white space


@dataclass(frozen=True)
class Shared:
    """How much of the training data stands in the test data.

    Args:
        documents: training documents.
        sentences: training sentences; None if documents tell enough.
    """

    documents: int
    sentences: int | None


def count_shared(training: Sequence[Split], test: Split) -> Shared:
    """What the two have in common."""
    documents = sum(len(split.documents) for split in training) - sum(
        len(split.documents) for split in _without_documents(training, test)
    )
    if test.has_ids and all(split.has_ids for split in training):
        return Shared(documents, None)
    seen = set(_sentence_keys(test.documents))
    return Shared(documents, sum(key in seen for split in training for key in _sentence_keys(split.documents)))


def without_shared(training: Sequence[Split], test: Split) -> list[Split]:
    """The training data without what they share with the test data: documents, or sentences where ids say nothing."""
    remaining = _without_documents(training, test)
    seen = set(_sentence_keys(test.documents))
    return [split if split.has_ids and test.has_ids else _without_sentences(split, seen) for split in remaining]


def _without_documents(training: Sequence[Split], test: Split) -> list[Split]:
    """Again and again, for of documents that equal each other only one is told at a time."""
    tested = tuple(_distinct(test, "test"))
    remaining = list(training)
    while True:
        places = [_distinct(split, f"training {number}") for number, split in enumerate(remaining)]
        leaks = find_leaks({"training": tuple(document for place in places for document in place), "test": tested})
        gone = {leak.document_id for leak in leaks}
        if not gone:
            return remaining
        remaining = [
            replace(split, documents=_others(split.documents, place, gone))
            for split, place in zip(remaining, places, strict=True)
        ]


def _others(documents: Sequence[Document], distinct: Sequence[Document], gone: set[str]) -> tuple[Document, ...]:
    return tuple(document for document, other in zip(documents, distinct, strict=True) if other.id not in gone)


def _distinct(split: Split, place: str) -> list[Document]:
    """The documents, those without an id of their own under one that no other has."""
    if split.has_ids:
        return list(split.documents)
    return [replace(document, id=f"{place} {number}") for number, document in enumerate(split.documents)]


def _sentence_keys(documents: Iterable[Document]) -> Iterator[str]:
    for document in map(tokenized, documents):
        for sentence in document.sentences:
            if key := _key(document, sentence):
                yield key


def _key(document: Document, sentence: Span) -> str:
    """A hash of a sentence; "" for a short one."""
    text = "".join(document.text[sentence.start : sentence.end].split())
    return fingerprint(text) if len(text) >= MIN_CHARS else ""


def _without_sentences(split: Split, seen: set[str]) -> Split:
    cut = (_cut(document, seen) for document in split.documents)
    return replace(split, documents=tuple(document for document in cut if document.text))


def _cut(document: Document, seen: set[str]) -> Document:
    """The document without these sentences, the others a line each; an entity across sentences goes with them."""
    whole = tokenized(document)
    remaining = [sentence for sentence in whole.sentences if _key(whole, sentence) not in seen]
    if len(remaining) == len(whole.sentences):
        return document
    starts, start = [], 0
    for sentence in remaining:
        starts.append(start - sentence.start)
        start += sentence.end - sentence.start + 1
    moves = list(zip(remaining, starts, strict=True))
    shortened = Document(
        document.id,
        "\n".join(whole.text[sentence.start : sentence.end] for sentence in remaining),
        entities=tuple(_moved(whole.entities, moves)),
    )
    if not document.tokens:
        return shortened
    sentences = [Span(sentence.start + by, sentence.end + by) for sentence, by in moves]
    return shortened.with_tokens(_moved_tokens(whole.tokens, moves), sentences)


def _moved(entities: Sequence[Entity], moves: Sequence[tuple[Span, int]]) -> Iterator[Entity]:
    places = _Places(moves)
    for entity in entities:
        by = places.of(entity.start, entity.extent.end)
        if by is not None:
            yield replace(entity, spans=tuple(Span(span.start + by, span.end + by) for span in entity.spans))


def _moved_tokens(tokens: Sequence[Span], moves: Sequence[tuple[Span, int]]) -> Iterator[Span]:
    places = _Places(moves)
    for token in tokens:
        by = places.of(token.start, token.end)
        if by is not None:
            yield Span(token.start + by, token.end + by)


class _Places:
    """By how much what lies inside a kept sentence moves; asked in text order."""

    def __init__(self, moves: Sequence[tuple[Span, int]]) -> None:
        self._moves, self._at = moves, 0

    def of(self, start: int, end: int) -> int | None:
        while self._at < len(self._moves) and self._moves[self._at][0].end <= start:
            self._at += 1
        if self._at == len(self._moves):
            return None
        sentence, by = self._moves[self._at]
        return by if sentence.start <= start and end <= sentence.end else None
