"""What the lines of an `.ann` file say, as entities and relations.

Attributes, normalisations and scores of an event belong to its trigger's entity. A relation end that names an event is
its trigger's entity. An event with arguments is a relation too, whose first argument has the role "Trigger".
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from bionym.data import Argument, Entity, Relation, Span
from bionym.formats._brat_lines import TRIGGER, AnnLine

NOTE = "AnnotatorNotes"
REFERENCE = "Reference"
SCORE = "score="
BARE = "concept:"  # stands before an identifier that names no resource, since brat wants one


class Fact(NamedTuple):
    """One thing that an A, M, N or # line says of an entity.

    Args:
        field: "attributes", "concepts" or "score".
        name: of the attribute; "" for the others.
    """

    field: str
    name: str
    value: str


class Source(NamedTuple):
    """The lines of a file and, by id, what they say; events that have arguments are among the relations."""

    lines: Sequence[AnnLine]
    entities: Mapping[str, Entity]
    relations: Mapping[str, Relation]
    trigger_of: Mapping[str, str]


def source(lines: Sequence[AnnLine], spans: Mapping[str, tuple[Span, ...]]) -> Source:
    """What the lines say; entities without spans are left out."""
    trigger_of = {line.id: line.target for line in lines if line.kind == "E"}
    return Source(lines, _entities(lines, spans, trigger_of), _relations(lines, trigger_of), trigger_of)


def fact(line: AnnLine) -> Fact | None:
    """What a line says of its target, if the model has a place for it."""
    if line.kind in ("A", "M"):
        return Fact("attributes", line.label, line.value)
    if line.kind == "N":
        return Fact("concepts", "", line.value.removeprefix(BARE))
    if line.kind == "#" and line.label == NOTE:
        return _noted(line.value)
    return None


def unheld(lines: Sequence[AnnLine]) -> Iterator[AnnLine]:
    """Lines that say what the model has no place for: equivalences, notes, and what is said of relations."""
    mentions = {line.id for line in lines if line.kind == "T"}
    trigger_of = {line.id: line.target for line in lines if line.kind == "E"}
    for line in lines:
        is_held = fact(line) is not None and trigger_of.get(line.target, line.target) in mentions
        if line.kind and line.kind not in "TER" and not is_held:
            yield line


def facts(entity: Entity) -> list[Fact]:
    """All that lines must say of an entity, beside its T line."""
    score = [Fact("score", "", repr(entity.score))] if entity.score is not None else []
    concepts = [Fact("concepts", "", concept) for concept in dict.fromkeys(entity.concepts)]
    return [*(Fact("attributes", *pair) for pair in entity.attributes.items()), *concepts, *score]


def line_for(fact: Fact, target: str) -> AnnLine:
    """The line, still without an id, that says this of `target`; what has white space goes to a note."""
    about = (Argument("", target),)
    words = fact.value.split()
    is_word = words == [fact.value]
    if fact.field == "score":
        return AnnLine("#", label=NOTE, arguments=about, value=SCORE + fact.value)
    if fact.field == "concepts":
        needs_resource = ":" not in fact.value or fact.value.startswith(BARE)
        return AnnLine("N", label=REFERENCE, arguments=about, value=BARE * needs_resource + "_".join(words))
    if is_word and fact.name.split() == [fact.name]:
        return AnnLine("A", label=fact.name, arguments=about, value=fact.value)
    return AnnLine("#", label=NOTE, arguments=about, value=json.dumps({fact.name: fact.value}))


def is_event(relation: Relation) -> bool:
    """Whether a relation came from an event, and can be one again."""
    return bool(relation.arguments) and relation.arguments[0].role == TRIGGER


def _entities(
    lines: Iterable[AnnLine], spans: Mapping[str, tuple[Span, ...]], trigger_of: Mapping[str, str]
) -> dict[str, Entity]:
    said: dict[str, list[Fact]] = {}
    for line in lines:
        if (found := fact(line)) is not None:
            said.setdefault(trigger_of.get(line.target, line.target), []).append(found)
    mentions = (line for line in lines if line.kind == "T" and line.id in spans)
    return {line.id: _entity(line, spans[line.id], said.get(line.id, ())) for line in mentions}


def _relations(lines: Iterable[AnnLine], trigger_of: Mapping[str, str]) -> dict[str, Relation]:
    ties = (line for line in lines if line.kind == "R" or (line.kind == "E" and len(line.arguments) > 1))
    return {line.id: Relation(line.label, _resolved(line.arguments, trigger_of), line.id) for line in ties}


def _resolved(arguments: Iterable[Argument], trigger_of: Mapping[str, str]) -> tuple[Argument, ...]:
    """Arguments with every event replaced by its trigger."""
    return tuple(Argument(role, trigger_of.get(target, target)) for role, target in arguments)


def _entity(line: AnnLine, spans: tuple[Span, ...], said: Iterable[Fact]) -> Entity:
    attributes: dict[str, str] = {}
    concepts: dict[str, None] = {}
    score: float | None = None
    for field, name, value in said:
        if field == "attributes":
            attributes.setdefault(name, value)
        elif field == "concepts":
            concepts[value] = None
        else:
            score = float(value) if score is None else score
    return Entity(spans, line.label, tuple(concepts), attributes, score, line.id)


def _noted(text: str) -> Fact | None:
    if text.startswith(SCORE):
        return _score(text.removeprefix(SCORE))
    if not text.startswith("{"):
        return None
    try:
        named = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(named, dict) or len(named) != 1:
        return None
    [(name, value)] = named.items()
    return Fact("attributes", name, value) if isinstance(value, str) else None


def _score(text: str) -> Fact | None:
    try:
        score = float(text)
    except ValueError:
        return None
    return Fact("score", "", repr(score)) if 0 <= score <= 1 else None
