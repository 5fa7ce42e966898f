"""What is read together: sentences, paragraphs or whole documents."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import Literal

from bionym.data import Document, Span

Context = Literal["sentence", "paragraph", "document"]
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")


def in_context(document: Document, context: Context) -> Document:
    """A tokenised document whose sentences are those stretches; none cuts a sentence in two.

    A paragraph ends at a blank line, or where a passage of the document does.
    """
    if context == "sentence":
        return document
    if context == "document" or not document.sentences:
        return document.with_tokens(document.tokens, ())
    edges = set(_edges(document))
    sentences: list[Span] = []
    for sentence in document.sentences:
        if sentences and sentence.start not in edges:
            sentence = Span(sentences.pop().start, sentence.end)
        sentences.append(sentence)
    return document.with_tokens(document.tokens, sentences)


def _edges(document: Document) -> Iterator[int]:
    """Where the sentences begin that begin a paragraph."""
    starts = [sentence.start for sentence in document.sentences]
    edges = [match.end() for match in _BLANK_LINE.finditer(document.text)]
    for edge in (*edges, *(passage.start for passage in document.passages)):
        place = bisect_left(starts, edge)
        if place < len(starts):
            yield starts[place]
