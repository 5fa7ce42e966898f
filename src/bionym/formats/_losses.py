"""What a format cannot hold of a document, counted before it is written."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from bionym.data import Audit, Document, Entity, Relation


def count(document: Document, audit: Audit, name: str, *, held: Collection[str] = ()) -> None:
    """Count relations, passages, concepts, attributes and scores as lost, but for those named in `held`."""
    numbers = {
        "relation": len(document.relations),
        "passage": len(document.passages),
        "concept": sum(len(one.concepts) for one in document.entities),
        "attribute": sum(len(one.attributes) for one in document.entities),
        "score": sum(one.score is not None for one in document.entities),
    }
    for what, number in numbers.items():
        if number and what not in held:
            audit.lose(document.id, what, f"{name} holds no {what}s", count=number)


def contiguous(document: Document, audit: Audit, name: str) -> list[Entity]:
    """The entities of one stretch; discontinuous ones are lost, and counted."""
    for entity in document.entities:
        if entity.is_discontinuous:
            audit.lose(document.id, entity, f"discontinuous: {name} holds one stretch of text")
    return [entity for entity in document.entities if not entity.is_discontinuous]


def with_ids(entities: Collection[Entity], prefix: str = "T") -> list[Entity]:
    """The entities, each with an id that no other has."""
    given = {entity.id for entity in entities}
    free = (f"{prefix}{number}" for number in range(1, 2 * len(entities) + 2) if f"{prefix}{number}" not in given)
    used: set[str] = set()
    result = []
    for entity in entities:
        kept = entity if entity.id and entity.id not in used else replace(entity, id=next(free))
        used.add(kept.id)
        result.append(kept)
    return result


def binary(document: Document, entities: Collection[Entity], audit: Audit, name: str) -> Iterator[Relation]:
    """The relations that tie two of these entities; others are lost, and counted."""
    ids = {entity.id for entity in entities if entity.id}
    for relation in document.relations:
        if len(relation.arguments) != 2:
            audit.lose(document.id, "relation", f"{name} ties two entities, no more and no fewer")
        elif not ids.issuperset(argument.target for argument in relation.arguments):
            audit.lose(document.id, "relation", f"an end is no entity of the document, and {name} ties entities")
        else:
            if tuple(argument.role for argument in relation.arguments) != ("Arg1", "Arg2"):
                audit.change(document.id, "relation", "its roles became Arg1 and Arg2")
            yield relation
