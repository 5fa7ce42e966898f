"""Examples of errors, the worst first: a few of each kind, kept while the errors pass.

Within a kind the most confident come first, by the highest score of what was predicted, for a model should have known
these best. Those without a score follow in a drawn order, which depends on the error alone: a fair sample, and the same
one in whatever order the documents come. The kinds then take turns, the most frequent first.
"""

import zlib
from bisect import insort
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bionym.data import Document, Entity
from bionym.evaluation.error_groups import Group
from bionym.evaluation.error_kinds import Error

CONTEXT_CHARS = 120  # on either side


class Context(NamedTuple):
    """A piece of a document's text, and where it starts."""

    text: str
    start: int


class Example(NamedTuple):
    """An error with its place and the text around it; its rank comes first, so that examples sort."""

    rank: tuple[object, ...]
    document_id: str
    error: Error
    group: Group
    names: tuple[str, ...]
    context: Context


class Examples:
    """The worst errors of each kind.

    Args:
        most: examples to keep of a kind.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._kept: dict[str, list[Example]] = {}

    def add(self, document: Document, error: Error, group: Group, names: tuple[str, ...] = ()) -> None:
        """One more error, its group, and what it has to do with names."""
        examples = self._kept.setdefault(error.kind, [])
        rank = _rank(document.id, error)
        if len(examples) < self.most or (examples and rank < examples[-1].rank):
            around = context(document, *error.extent)
            insort(examples, Example(rank, document.id, error, group, names, around), key=_by_rank)
            del examples[self.most :]

    def worst(self, number: int, kinds: Counter[str]) -> list[Example]:
        """The first examples of all: the kinds take turns, the most frequent first."""
        order = sorted(self._kept, key=lambda kind: (-kinds[kind], kind))
        return list(_in_turn([self._kept[kind] for kind in order]))[:number]


def context(document: Document, start: int, end: int) -> Context:
    """The sentences around a stretch, or without sentences the text; of long ones the words within `CONTEXT_CHARS`."""
    near = [sentence for sentence in document.sentences if sentence.start < end and start < sentence.end]
    first = min(start, near[0].start) if near else 0
    last = max(end, near[-1].end) if near else len(document.text)
    if start - first > CONTEXT_CHARS:
        first = document.text.find(" ", start - CONTEXT_CHARS, start) + 1 or start - CONTEXT_CHARS
    if last - end > CONTEXT_CHARS:
        blank = document.text.rfind(" ", end, end + CONTEXT_CHARS)
        last = blank if blank >= 0 else end + CONTEXT_CHARS
    return Context(document.text[first:last], first)


def _rank(document_id: str, error: Error) -> tuple[object, ...]:
    places = _place(error.gold), _place(error.predicted)
    drawn = zlib.crc32(repr((document_id, places)).encode())
    return 1.0 if error.score is None else -error.score, drawn, document_id, places


def _place(entities: Sequence[Entity]) -> tuple[object, ...]:
    return tuple((entity.spans, entity.label) for entity in entities)


def _by_rank(example: Example) -> tuple[object, ...]:
    return example.rank


def _in_turn(columns: Sequence[Sequence[Example]]) -> Iterator[Example]:
    for row in range(max(map(len, columns), default=0)):
        yield from (column[row] for column in columns if row < len(column))
