"""Which predicted document belongs to which gold one."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bionym.data import Document
from bionym.errors import InputError


class Pair(NamedTuple):
    """A gold and a predicted document over one text; where one side lacks it, a copy without entities stands in."""

    gold: Document
    predicted: Document


def pair(gold: Iterable[Document], predicted: Iterable[Document]) -> Iterator[Pair]:
    """Pairs by document id, the first with the first where an id stands several times.

    A document on one side only is paired with an empty one, so its entities count as missed or as spurious.
    Raises: InputError if two paired texts differ, since then their offsets do not compare.
    """
    waiting: defaultdict[str, list[Document]] = defaultdict(list)
    for document in predicted:
        waiting[document.id].append(document)
    for document in gold:
        same = waiting.get(document.id)
        other = same.pop(0) if same else document.with_entities(())
        _check_texts(document, other)
        yield Pair(document, other)
    for left_over in waiting.values():
        for document in left_over:
            yield Pair(document.with_entities(()), document)


def _check_texts(gold: Document, predicted: Document) -> None:
    if gold.text == predicted.text:
        return
    at = next(
        (place for place, (left, right) in enumerate(zip(gold.text, predicted.text, strict=False)) if left != right),
        min(len(gold.text), len(predicted.text)),
    )
    raise InputError(
        f"document {gold.id!r}: gold and predicted texts differ from character {at} on "
        f"({len(gold.text)} and {len(predicted.text)} characters), so their offsets do not compare",
        fix="Predict on the same text, or convert both sides from the same source.",
    )
