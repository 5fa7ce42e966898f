"""Characters that a format cannot hold, replaced one for one so that every offset stays."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bionym.data import Argument, Audit, Document, Entity, Passage, Relation, Span

LINE_BREAKS = re.compile(r"[\n\r]")
BREAKS_AND_TABS = re.compile(r"[\n\r\t]")
SURROGATES = re.compile(r"[\ud800-\udfff]")
NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
REPLACEMENT = "\ufffd"
_TEXTS: Mapping[type, tuple[str, ...]] = {
    Passage: ("label", "attributes"),
    Entity: ("label", "concepts", "attributes", "id"),
    Relation: ("label", "arguments", "id", "attributes"),
}


def replace_each(text: str, unwanted: re.Pattern[str], by: str) -> tuple[str, int]:
    """The text with each unwanted character replaced by one other, and how many there were."""
    assert len(by) == 1, "a replacement of another length would move the offsets"
    return unwanted.subn(by, text)


def num_uncovered(text: str, tokens: Sequence[Span]) -> int:
    """How many characters other than white space lie in no token.

    >>> num_uncovered("chest pain", [Span(0, 5)])
    4
    """
    covered = sum(sum(map(len, text[start:end].split())) for start, end in tokens)
    return sum(map(len, text.split())) - covered


def without_surrogates(document: Document, audit: Audit, *, in_id: bool = False) -> Document:
    """The document with U+FFFD for each lone surrogate, which UTF-8 cannot hold; they are counted.

    Args:
        in_id: in the id, too, which formats of one file a document write as that file's name.
    """
    texts = _Held()
    held = replace(
        document,
        id=texts.of(document.id) if in_id else document.id,
        text=texts.of(document.text),
        passages=tuple(map(texts.of, document.passages)),
        entities=tuple(map(texts.of, document.entities)),
        relations=tuple(map(texts.of, document.relations)),
        meta=texts.of(document.meta),
    )
    if texts.num_replaced:
        audit.change(
            document.id, "character", "became U+FFFD, since UTF-8 holds no lone surrogate", count=texts.num_replaced
        )
    return held if texts.num_replaced else document


class _Held:
    """Values with every lone surrogate in them replaced, and how many there were."""

    def __init__(self) -> None:
        self.num_replaced = 0

    def of(self, value: Any) -> Any:
        """A value of the same kind."""
        if isinstance(value, str):
            if value.isascii():
                return value
            clean, number = SURROGATES.subn(REPLACEMENT, value)
            self.num_replaced += number
            return clean
        if isinstance(value, Mapping):
            return {self.of(name): self.of(one) for name, one in value.items()}
        if isinstance(value, (Passage, Entity, Relation)):
            return replace(value, **{name: self.of(getattr(value, name)) for name in _TEXTS[type(value)]})
        if isinstance(value, Argument):
            return Argument(self.of(value.role), self.of(value.target))
        return [self.of(one) for one in value] if isinstance(value, list) else self._of_tuple(value)

    def _of_tuple(self, value: Any) -> Any:
        return tuple(self.of(one) for one in value) if type(value) is tuple else value
