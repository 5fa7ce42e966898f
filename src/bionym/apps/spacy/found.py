"""What stays on a `Doc` beside its spans: every entity whole, with its score, concepts, attributes and own offsets.

`doc._.bionym` is a `Found`, `span._.bionym` the entity that a span stands for. Both are read from plain values in
`doc.user_data`, which spaCy saves with a `Doc` and sends between processes.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from spacy.tokens import Doc
from spacy.tokens import Span as DocSpan

from bionym.data import Entity, Span
from bionym.data.entity import in_text_order

KEY = "bionym"  # in `doc.user_data`, and of the extensions


class Placed(NamedTuple):
    """An entity, and the characters of the span that holds it; None if no span does."""

    entity: Entity
    at: Span | None


@dataclass(frozen=True, slots=True)
class Found:
    """All that Bionym found in a `Doc`, on characters of `doc.text`, in text order.

    Args:
        entities: every one, whether or not a span holds it.
        aside: of these the ones that no span of the `Doc` holds.
        widened: of these the ones whose span covers more than they do.
    """

    entities: tuple[Entity, ...] = ()
    aside: tuple[Entity, ...] = ()
    widened: tuple[Entity, ...] = ()


def keep(doc: Doc, name: str, held: Iterable[tuple[Entity, DocSpan | None]]) -> None:
    """Entities and their spans onto a `Doc`, instead of what the component of this name left there before."""
    doc.user_data.setdefault(KEY, {})[name] = [_as_values(entity, span) for entity, span in held]


def found_in(doc: Doc) -> Found:
    """What all components of a pipeline have found."""
    placed = list(_placed(doc))
    return Found(
        in_text_order(placement.entity for placement in placed),
        in_text_order(placement.entity for placement in placed if placement.at is None),
        in_text_order(
            placement.entity
            for placement in placed
            if placement.at is not None and placement.at != placement.entity.extent
        ),
    )


def entity_of(span: DocSpan) -> Entity | None:
    """The entity that a span stands for; None if Bionym did not find it."""
    at, label = (span.start_char, span.end_char), span.label_
    return next(
        (placement.entity for placement in _placed(span.doc) if placement.at == at and placement.entity.label == label),
        None,
    )


def scores_in(doc: Doc) -> dict[tuple[Span, str], float]:
    """The score of each entity that has one, by the characters of its span and its label."""
    return {
        (at, entity.label): entity.score for entity, at in _placed(doc) if at is not None and entity.score is not None
    }


def _placed(doc: Doc) -> Iterator[Placed]:
    for values in doc.user_data.get(KEY, {}).values():
        yield from map(_from_values, values)


def _as_values(entity: Entity, span: DocSpan | None) -> dict[str, Any]:
    """As lists, texts and numbers, which msgpack holds."""
    return {
        "spans": [list(part) for part in entity.spans],
        "label": entity.label,
        "concepts": list(entity.concepts),
        "attributes": dict(entity.attributes),
        "score": entity.score,
        "id": entity.id,
        "at": None if span is None else [span.start_char, span.end_char],
    }


def _from_values(values: Mapping[str, Any]) -> Placed:
    about = dict(values)
    at, spans, concepts = about.pop("at"), about.pop("spans"), about.pop("concepts")
    entity = Entity(tuple(Span(*span) for span in spans), concepts=tuple(concepts), **about)
    return Placed(entity, Span(*at) if at else None)


Doc.set_extension(KEY, getter=found_in, force=True)
DocSpan.set_extension(KEY, getter=entity_of, force=True)
