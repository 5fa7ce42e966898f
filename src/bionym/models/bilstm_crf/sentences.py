"""Sentences as a network takes them: words, what term lists say of them, and gold tags.

A network may read several sentences of a document at once, as many as fit into so many tokens, one after the other from the
document's start; what is called a sentence here is then such a run of sentences. None is ever cut.

Axes: T tokens, K values from term lists.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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

Ranges = Sequence[tuple[int, int]]


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
        self.columns = gazetteer.columns(lists)
        self._places = gazetteer.number_lists(gazetteer.Options(lists=dict(lists))) if lists else _nowhere

    def of(self, documents: Sequence[Document], ranges: Sequence[Ranges]) -> list[Sentence]:
        """Sentences of tokenised documents, without tags; empty ones too.

        Args:
            ranges: token positions of the sentences of each document, as `ranges` gives them.
        """
        words = [
            [text[start:end] for start, end in tokens] for text, tokens in ((one.text, one.tokens) for one in documents)
        ]
        in_text = ranges if not self.context_tokens else list(map(sentence_ranges, documents))
        lists_NK = self._places(words, in_text)
        found, at = [], 0
        for own, inside in zip(words, ranges, strict=True):
            found += [Sentence(tuple(own[start:end]), lists_NK[at + start : at + end]) for start, end in inside]
            at += len(own)
        return found

    def ranges(self, document: Document) -> Ranges:
        """Token positions of what is read together."""
        inside = sentence_ranges(document)
        if not self.context_tokens:
            return inside
        joined: list[tuple[int, int]] = []
        for start, end in inside:
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
            for sentence in self.of([prepared], [self.ranges(prepared)]):
                if len(sentence):
                    own = tuple(islice(in_order, len(sentence)))
                    yield Sentence(sentence.words, sentence.lists_TK, own)

    def lists_in(self, sentences: Iterable[Sentence]) -> set[str]:
        """The names of the term lists in which any of the tokens has a place."""
        is_met_K = np.zeros(len(self.columns), dtype=np.bool_)
        for sentence in sentences:
            is_met_K |= sentence.lists_TK.any(axis=0)
        return gazetteer.lists_in([[column for column, is_met in zip(self.columns, is_met_K, strict=True) if is_met]])


def _nowhere(words: Sequence[Sequence[str]], ranges: Sequence[Ranges]) -> NDArray[np.float32]:
    del ranges
    return np.zeros((sum(map(len, words)), 0), dtype=np.float32)
