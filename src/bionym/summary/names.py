"""The distinct names of a document: mentions that are the same name of the same label, counted together.

Two mentions are one name if they have the same concepts, to the letter; or, where one of them has none, the same wording
in any case and white space; or if the document defines one as the short form of the other, "heart failure (HF)". A plural
is a name of its own, and so is a synonym without a concept: what folds them errs, and no one would see it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bionym.data import Document, Entity, Span
from bionym.data.mentions import mention_key
from bionym.lexicon.abbreviations import places_of_definitions
from bionym.text.tokenize import tokenize

Key = tuple[str, tuple[str, ...], str]  # a name's label, and its concepts or else its wording


@dataclass(frozen=True, slots=True)
class Name:
    """A name found in a document.

    Args:
        label: the entity type.
        name: its most frequent wording, a full form before its short form; of equally frequent ones the first, as first
            written, with single blanks.
        also: how often each other wording stands, the most frequent first.
        concepts: identifiers in a terminology, if the entities have any.
        count: places at which it stands.
        first: the spans of its first mention.
        highest, mean: scores over all its mentions that have one; None if none has.
    """

    label: str
    name: str
    also: Mapping[str, int]
    concepts: tuple[str, ...]
    count: int
    first: tuple[Span, ...]
    highest: float | None
    mean: float | None


def names_of(document: Document) -> tuple[Name, ...]:
    """The names of a document, label by label, in the order in which they first stand there.

    >>> from bionym.data import entity
    >>> found = names_of(Document("1", "Fever. No fever.", entities=(entity(0, 5, "Sign"), entity(10, 15, "Sign"))))
    >>> [(one.name, one.count, one.first[0].start) for one in found]
    [('Fever', 2, 0)]
    """
    entities = _once(document.entities)
    defined = _defined(document) if entities else {}
    aliases = _aliases(document.text, entities, defined)
    groups: dict[Key, list[Entity]] = {}
    for entity in entities:
        groups.setdefault(_resolved(_key(document.text, entity), aliases), []).append(entity)
    return tuple(_name(document.text, group, defined) for group in groups.values())


def _once(entities: Iterable[Entity]) -> list[Entity]:
    """Each place of a label once, with all concepts and the highest score it has there; by label, then in text order."""
    places: dict[tuple[str, tuple[Span, ...]], list[Entity]] = {}
    for entity in entities:
        places.setdefault((entity.label, entity.spans), []).append(entity)
    return [_one_of(places[at]) for at in sorted(places)]


def _one_of(same: Sequence[Entity]) -> Entity:
    if len(same) == 1:
        return same[0]
    concepts = {concept for entity in same for concept in entity.concepts}
    score = max((entity.score for entity in same if entity.score is not None), default=None)
    return replace(same[0], concepts=tuple(sorted(concepts)), score=score)


def _defined(document: Document) -> dict[str, str]:
    """The long form of each short form that the document defines; none for one that it defines in two ways."""
    text, forms = document.text, dict[str, set[str]]()
    for short, long in places_of_definitions(text, document.tokens or tokenize(text)):
        forms.setdefault(short.of(text).casefold(), set()).add(" ".join(long.of(text).split()).casefold())
    return {short: longs.pop() for short, longs in forms.items() if len(longs) == 1}


def _key(text: str, entity: Entity) -> Key:
    if entity.concepts:
        return entity.label, tuple(sorted(set(entity.concepts))), ""
    return entity.label, (), mention_key(text, entity)


def _aliases(text: str, entities: Sequence[Entity], defined: Mapping[str, str]) -> dict[Key, Key]:
    """Keys of wordings that are the same name as another key: as their concept, or as the form defined beside them."""
    concepts: dict[Key, set[Key]] = {}
    for entity in entities:
        with_concepts = concepts.setdefault((entity.label, (), mention_key(text, entity)), set())
        with_concepts.update([_key(text, entity)] if entity.concepts else [])
    aliases = {wording: next(iter(keys)) for wording, keys in concepts.items() if len(keys) == 1}
    for label, _, short in concepts:
        long = defined.get(short)
        if (label, (), long) in concepts:
            left, right = (_resolved((label, (), str(form)), aliases) for form in (short, long))
            if left != right and not (left[1] and right[1]):
                aliases |= {right: left} if left[1] else {left: right}
    return aliases


def _resolved(key: Key, aliases: Mapping[Key, Key]) -> Key:
    while key in aliases:
        key = aliases[key]
    return key


def _name(text: str, entities: Sequence[Entity], defined: Mapping[str, str]) -> Name:
    wordings: dict[str, list[str]] = {}
    for entity in entities:
        wordings.setdefault(mention_key(text, entity), []).append(" ".join(entity.text_in(text).split()))
    order = sorted(wordings, key=lambda form: (defined.get(form) in wordings, -len(wordings[form])))
    scores = [entity.score for entity in entities if entity.score is not None]
    return Name(
        label=entities[0].label,
        name=wordings[order[0]][0],
        also={wordings[form][0]: len(wordings[form]) for form in order[1:]},
        concepts=tuple(dict.fromkeys(concept for entity in entities for concept in entity.concepts)),
        count=len(entities),
        first=entities[0].spans,
        highest=max(scores, default=None),
        mean=sum(scores) / len(scores) if scores else None,
    )
