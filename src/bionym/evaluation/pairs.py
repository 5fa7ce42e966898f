"""Which predicted document belongs to which gold one, and the parts of such a pair."""

import operator
import re
from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise, zip_longest
from typing import Literal, NamedTuple

from bionym.data import Document, Entity
from bionym.data.blanks import without_blanks
from bionym.errors import InputError
from bionym.text.prepare import tokenized

_NOT_A_BLANK = re.compile(r"[^\S ]")  # white space of any other kind

Side = Literal["", "gold", "predicted"]
Waiting = dict[str, deque[Document]]


class Pair(NamedTuple):
    """A gold and a predicted document over one text; where one side lacks it, a copy without entities stands in.

    Args:
        missing: the side that lacks the document, "" if none does.
    """

    gold: Document
    predicted: Document
    missing: Side = ""


def pair(gold: Iterable[Document], predicted: Iterable[Document]) -> Iterator[Pair]:
    """Pairs by document id, the first with the first where an id stands several times; then by equal text.

    Documents whose ids tell nothing, as those of CoNLL files that are named after their file, are so paired by their text.
    A line end on one side may be a blank on the other, as where a format has put sentences on lines: offsets still compare.
    A document on one side only is paired with an empty one: its entities count as missed or as spurious. Both streams are
    read in step, and a document is held only until its other half has come.
    White space at the edges of an entity, and gaps of nothing else, do not count: a tagger never finds them (see
    `data.blanks`).
    Raises: InputError if two texts paired by id differ, since then their offsets do not compare.
    """
    gold, predicted = map(_without_blanks, gold), map(_without_blanks, predicted)
    alone: Waiting = defaultdict(deque)
    unclaimed: Waiting = defaultdict(deque)
    for left, right in zip_longest(gold, predicted):
        if left is not None:
            other = _taken(unclaimed, left.id)
            if other is None:
                alone[left.id].append(left)
            else:
                yield _checked(left, other)
        if right is not None:
            other = _taken(alone, right.id)
            if other is None:
                unclaimed[right.id].append(right)
            else:
                yield _checked(other, right)
    yield from _by_text(alone, unclaimed)


def text_key(document: Document) -> str:
    """The text with every character of white space as a blank, offsets unchanged: what makes two texts the same."""
    return _NOT_A_BLANK.sub(" ", document.text)


def sentences(both: Pair) -> Iterator[Pair]:
    """The pair cut at the gold sentences, or ours if there are none, but where an entity of either side goes on.

    Each part holds the whole text.
    """
    inside = both.gold.sentences or tokenized(both.gold).sentences
    edges = sorted({sentence.start for sentence in inside[1:]})
    extents = [entity.extent for document in both[:2] for entity in document.entities]
    crossed = {
        edge for start, end in extents for edge in edges[bisect_left(edges, start + 1) : bisect_left(edges, end)]
    }
    cuts = [0, *(edge for edge in edges if edge not in crossed), len(both.gold.text) + 1]
    sides = [_cut(document, cuts) for document in both[:2]]
    for left, right in zip(*sides, strict=True):
        yield Pair(left, right, both.missing)


def _without_blanks(document: Document) -> Document:
    """The document, its entities as they are scored."""
    plain = [without_blanks(document.text, entity) for entity in document.entities]
    if all(map(operator.is_, plain, document.entities)):
        return document
    return document.with_entities(plain, relations=document.relations)


def _by_text(alone: Waiting, unclaimed: Waiting) -> Iterator[Pair]:
    """The documents that no id has brought together."""
    left_over: Waiting = defaultdict(deque)
    for same in unclaimed.values():
        for document in same:
            left_over[text_key(document)].append(document)
    for same in alone.values():
        for document in same:
            other = _taken(left_over, text_key(document))
            yield Pair(document, other) if other else Pair(document, document.with_entities(()), "predicted")
    for same in left_over.values():
        yield from (Pair(document.with_entities(()), document, "gold") for document in same)


def _cut(document: Document, cuts: list[int]) -> Iterator[Document]:
    """The document with the entities, tokens and sentences that start between each two cuts."""
    entities = [entity.start for entity in document.entities]
    tokens = [token.start for token in document.tokens]
    starts = [sentence.start for sentence in document.sentences]
    for start, end in pairwise(cuts):
        entities_inside: tuple[Entity, ...] = document.entities[
            bisect_left(entities, start) : bisect_left(entities, end)
        ]
        yield replace(
            document,
            entities=entities_inside,
            relations=(),
            tokens=document.tokens[bisect_left(tokens, start) : bisect_left(tokens, end)],
            sentences=document.sentences[bisect_left(starts, start) : bisect_left(starts, end)],
        )


def _taken(groups: Mapping[str, deque[Document]], key: str) -> Document | None:
    """The next document of a group, which it leaves."""
    same = groups.get(key)
    return same.popleft() if same else None


def _checked(gold: Document, predicted: Document) -> Pair:
    if gold.text == predicted.text or text_key(gold) == text_key(predicted):
        return Pair(gold, predicted)
    pairs = enumerate(zip(text_key(gold), text_key(predicted), strict=False))
    at = next((place for place, (left, right) in pairs if left != right), min(len(gold.text), len(predicted.text)))
    raise InputError(
        f"document {gold.id!r}: gold and predicted texts differ from character {at} on "
        f"({len(gold.text)} and {len(predicted.text)} characters), so their offsets do not compare",
        fix="Predict on the same text, or convert both sides from the same source.",
    )
