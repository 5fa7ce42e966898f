"""Which predicted document belongs to which gold one."""

import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from bionym.data import Document
from bionym.errors import InputError

_WHITE_SPACE = re.compile(r"\s")


class Pair(NamedTuple):
    """A gold and a predicted document over one text; where one side lacks it, a copy without entities stands in."""

    gold: Document
    predicted: Document


def pair(gold: Iterable[Document], predicted: Iterable[Document]) -> Iterator[Pair]:
    """Pairs by document id, the first with the first where an id stands several times; then by equal text.

    Documents whose ids tell nothing, as those of CoNLL files that are named after their file, are so paired by their text.
    A line end on one side may be a blank on the other, as where a format has put sentences on lines: offsets still compare.
    A document on one side only is paired with an empty one: its entities count as missed or as spurious.
    Raises: InputError if two texts paired by id differ, since then their offsets do not compare.
    """
    waiting, alone = _grouped(predicted, _id), []
    for document in gold:
        other = _taken(waiting, document.id)
        if other is None:
            alone.append(document)
        else:
            _check_texts(document, other)
            yield Pair(document, other)
    left_over = _grouped((document for same in waiting.values() for document in same), _text)
    for document in alone:
        yield Pair(document, _taken(left_over, _text(document)) or document.with_entities(()))
    for same in left_over.values():
        yield from (Pair(document.with_entities(()), document) for document in same)


def _grouped(documents: Iterable[Document], key: Callable[[Document], str]) -> dict[str, deque[Document]]:
    groups: defaultdict[str, deque[Document]] = defaultdict(deque)
    for document in documents:
        groups[key(document)].append(document)
    return groups


def _taken(groups: Mapping[str, deque[Document]], key: str) -> Document | None:
    """The next document of a group, which it leaves."""
    return groups[key].popleft() if groups.get(key) else None


def _id(document: Document) -> str:
    return document.id


def _text(document: Document) -> str:
    """The text with every character of white space as a blank, offsets unchanged."""
    return _WHITE_SPACE.sub(" ", document.text)


def _check_texts(gold: Document, predicted: Document) -> None:
    if gold.text == predicted.text or _text(gold) == _text(predicted):
        return
    pairs = enumerate(zip(_text(gold), _text(predicted), strict=False))
    at = next((place for place, (left, right) in pairs if left != right), min(len(gold.text), len(predicted.text)))
    raise InputError(
        f"document {gold.id!r}: gold and predicted texts differ from character {at} on "
        f"({len(gold.text)} and {len(predicted.text)} characters), so their offsets do not compare",
        fix="Predict on the same text, or convert both sides from the same source.",
    )
