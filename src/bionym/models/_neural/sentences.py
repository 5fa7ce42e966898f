"""Sentences as a network takes them: words, what term lists say of them, and gold tags.

A network may read several sentences of a document at once, as many as fit into so many tokens, one after the other from the
document's start; what is called a sentence here is then such a run of sentences. None is ever cut.

Axes: T tokens, K values from term lists.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bionym.data import Audit, Document
from bionym.data.align import join_cut_sentences, sentence_ranges, to_tags
from bionym.data.flatten import Policy
from bionym.data.tags import TagScheme
from bionym.features import gazetteer
from bionym.text.prepare import tokenized

Places = Callable[[Sequence[str], Iterable[tuple[int, int]]], list[tuple[str, ...]]]
PREFIXES = ("B", "I", "E", "S", "short")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence.

    Args:
        words: its tokens as they stand.
        lists_TK: 1 where a token has a place in a term list.
        tags: gold tags; empty where none are known.
    """

    words: tuple[str, ...]
    lists_TK: NDArray[np.float32]
    tags: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.words)


class Sentences:
    """Makes sentences of documents.

    Args:
        lists: for each name of a term list its file.
        scheme, policy: how gold entities become tags.
        context_tokens: sentences are read together up to so many tokens; 0 reads each by itself.
    """

    def __init__(self, lists: Mapping[str, Path], scheme: TagScheme, policy: Policy, context_tokens: int = 0) -> None:
        self.scheme, self.policy, self.context_tokens = scheme, policy, context_tokens
        self.columns = columns_of(lists)
        self._column = {column: number for number, column in enumerate(self.columns)}
        self._places: Places = gazetteer.of_words(gazetteer.Options(lists=dict(lists))) if lists else _nowhere

    def of(self, document: Document, ranges: Sequence[tuple[int, int]]) -> list[Sentence]:
        """Sentences of a tokenised document at the places that `ranges` gives, without tags; empty ones too."""
        text = document.text
        words = [text[start:end] for start, end in document.tokens]
        lists_TK = self._lists(words, document)
        return [Sentence(tuple(words[start:end]), lists_TK[start:end]) for start, end in ranges]

    def ranges(self, document: Document) -> list[tuple[int, int]]:
        """Token positions of what is read together."""
        joined: list[tuple[int, int]] = []
        for start, end in sentence_ranges(document):
            if joined and end - joined[-1][0] <= self.context_tokens:
                joined[-1] = joined[-1][0], end
            else:
                joined.append((start, end))
        return joined

    def tagged(self, documents: Iterable[Document], audit: Audit) -> Iterator[Sentence]:
        """Sentences with gold tags; empty ones left out. What tags cannot hold is counted as lost."""
        for document in documents:
            has_own = bool(document.tokens)
            prepared = tokenized(document)
            prepared = prepared if has_own else join_cut_sentences(prepared, audit)
            tags = to_tags(prepared, self.scheme, policy=self.policy, audit=audit)
            in_order = iter([tag for own in tags for tag in own])
            for sentence in self.of(prepared, self.ranges(prepared)):
                if len(sentence):
                    own = tuple(islice(in_order, len(sentence)))
                    yield Sentence(sentence.words, sentence.lists_TK, own)

    def lists_in(self, sentences: Iterable[Sentence]) -> set[str]:
        """The names of the term lists in which any of the tokens has a place."""
        is_met_K = np.zeros(len(self.columns), dtype=np.bool_)
        for sentence in sentences:
            is_met_K |= sentence.lists_TK.any(axis=0)
        return gazetteer.lists_in([[column for column, is_met in zip(self.columns, is_met_K, strict=True) if is_met]])

    def _lists(self, words: Sequence[str], document: Document) -> NDArray[np.float32]:
        lists_TK = np.zeros((len(words), len(self.columns)), dtype=np.float32)
        if self.columns:
            found = self._places(words, sentence_ranges(document))
            places = [(token, place) for token, own in enumerate(found) if own for place in own]
            lists_TK[[token for token, _ in places], [self._column[place] for _, place in places]] = 1
        return lists_TK


def columns_of(lists: Iterable[str]) -> tuple[str, ...]:
    """The names of the K values that a token has from term lists of these names."""
    return tuple(f"{prefix}-{name}" for name in lists for prefix in PREFIXES)


def by_length(sentences: Sequence[Sized], most_tokens: int) -> Iterator[list[int]]:
    """Places of sentences of like length together, of no more tokens, padding counted, unless one alone has more.

    Empty ones are left out.
    """
    order = sorted((place for place, one in enumerate(sentences) if len(one)), key=lambda place: len(sentences[place]))
    batch: list[int] = []
    for place in order:
        if batch and (len(batch) + 1) * len(sentences[place]) > most_tokens:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def _nowhere(words: Sequence[str], ranges: Iterable[tuple[int, int]]) -> list[tuple[str, ...]]:
    return [()] * len(words)
