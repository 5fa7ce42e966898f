"""`Document`: what flows between all rooms."""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any

from bionym.data.entity import Entity, in_text_order
from bionym.data.relation import Relation
from bionym.data.span import Span
from bionym.errors import SpanError, shown


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a document, such as its title: half-open `[start, end)`; may be empty, as an absent abstract is."""

    start: int
    end: int
    label: str
    attributes: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Document:
    """A text and what is known of it. Never changes: `with_...` methods return a new one.

    Args:
        id: unique in its stream; "/" separates folders.
        text: the source text; every offset counts its code points.
        passages: title, abstract, sections; in text order.
        entities: sorted by start, longer first (construction sorts them).
        relations: ties between entities (by `id`) or concepts.
        tokens: spans in text order, empty if the text is not tokenised.
        sentences: spans in text order, empty if it is not split.
        meta: what a format holds and the model does not, under the format's name; the same format writes it back.

    Raises: SpanError if anything lies outside the text, or tokens or sentences are out of order.
    """

    id: str
    text: str
    passages: tuple[Passage, ...] = ()
    entities: tuple[Entity, ...] = ()
    relations: tuple[Relation, ...] = ()
    tokens: tuple[Span, ...] = ()
    sentences: tuple[Span, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if self.entities:
            object.__setattr__(self, "entities", in_text_order(self.entities))
        self._check_entities()
        self._check_inside()
        _check_in_order(self.tokens, "tokens", self.id)
        _check_in_order(self.sentences, "sentences", self.id)

    def with_entities(self, entities: Iterable[Entity], *, relations: Iterable[Relation] = ()) -> "Document":
        """The same text with these entities (and relations) instead of its own, so gold and predicted never mix."""
        document = copy(self)  # which checks nothing again: tokens and sentences are many
        object.__setattr__(document, "entities", in_text_order(entities))
        object.__setattr__(document, "relations", tuple(relations))
        document._check_entities()
        return document

    def with_tokens(self, tokens: Iterable[Span], sentences: Iterable[Span]) -> "Document":
        """The same document, tokenised and split so."""
        return replace(self, tokens=tuple(tokens), sentences=tuple(sentences))

    def mention(self, entity: Entity) -> str:
        """The text an entity covers, pieces joined by one space."""
        return entity.text_in(self.text)

    def _check_entities(self) -> None:
        num_chars = len(self.text)
        for entity in self.entities:
            if entity.spans[-1].end > num_chars:
                name = shown(entity.id or entity.label)
                raise SpanError(
                    f"Document {shown(self.id)}: entity {name} {entity.extent} ends beyond the {num_chars} characters"
                )

    def _check_inside(self) -> None:
        num_chars = len(self.text)
        for passage in self.passages:
            if not 0 <= passage.start <= passage.end <= num_chars:
                raise SpanError(
                    f"Document {shown(self.id)}: passage [{passage.start}, {passage.end}) "
                    f"is not inside the {num_chars} characters"
                )
        for spans in (self.tokens, self.sentences):
            if spans and spans[-1].end > num_chars:
                raise SpanError(f"Document {shown(self.id)}: {spans[-1]} ends beyond the {num_chars} characters")


def _check_in_order(spans: tuple[Span, ...], kind: str, document_id: str) -> None:
    end = 0
    for span in spans:
        if span[0] < end:
            raise SpanError(f"Document {shown(document_id)}: the {kind} are out of order or overlap at {span}")
        end = span[1]
