"""What a corpus holds: counts per label, lengths, nesting, gaps, and what needs a second look."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple

from bionym.data import Document, Entity
from bionym.data.align import align
from bionym.data.blanks import is_blank, without_blanks
from bionym.data.corpus import Leak, find_leaks
from bionym.data.entity import in_text_order
from bionym.text.prepare import tokenized


class Place(NamedTuple):
    """Where something stands, without its text."""

    document_id: str
    what: str
    entity: str
    start: int
    end: int


@dataclass
class Census:
    """Counts over a stream of documents.

    Args:
        splits: documents in each split.
        labels: entities of each label.
        lengths: entities of each length, in tokens.
        nested: entities that lie inside another.
        crossing: pairs that overlap without one lying inside the other.
        same_label: pairs of one label that overlap.
        discontinuous: entities with a gap.
        misaligned: entities with an edge inside a token, or without one.
        duplicates: entities whose spans and label stand twice in a document.
        mentions: how often each mention stands, with its label.
        places: where each nested, crossing, discontinuous, misaligned or duplicate entity stands.
    """

    splits: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    relations: Counter[str] = field(default_factory=Counter)
    lengths: Counter[int] = field(default_factory=Counter)
    mentions: Counter[tuple[str, str]] = field(default_factory=Counter)
    num_tokens: int = 0
    nested: int = 0
    crossing: int = 0
    same_label: int = 0
    discontinuous: int = 0
    misaligned: int = 0
    duplicates: int = 0
    repeated_ids: Counter[str] = field(default_factory=Counter)
    leaks: tuple[Leak, ...] = ()
    places: list[Place] = field(default_factory=list)

    @property
    def num_documents(self) -> int:
        """Documents in all splits."""
        return self.splits.total()

    @property
    def num_entities(self) -> int:
        """Entities of all labels."""
        return self.labels.total()

    def as_dict(self, *, num_mentions: int = 0) -> Mapping[str, object]:
        """What `--json` writes; mentions are document text and stand there only if asked for."""
        lengths = sorted(self.lengths.elements())
        common = self.mentions.most_common(num_mentions)
        return {
            "documents": self.num_documents,
            "splits": dict(self.splits),
            "tokens": self.num_tokens,
            "entities": self.num_entities,
            "labels": dict(self.labels.most_common()),
            "relations": dict(self.relations.most_common()),
            "length_tokens": {
                "median": median(lengths),
                "max": lengths[-1],
                "counts": dict(sorted(self.lengths.items())),
            }
            if lengths
            else {},
            "nested": self.nested,
            "crossing": self.crossing,
            "overlapping_with_same_label": self.same_label,
            "discontinuous": self.discontinuous,
            "misaligned": self.misaligned,
            "duplicates": self.duplicates,
            "repeated_ids": dict(self.repeated_ids),
            "in_several_splits": [{"document": leak.document_id, "splits": list(leak.splits)} for leak in self.leaks],
            "places": [place._asdict() for place in self.places],
        } | ({"mentions": [[label, mention, number] for (label, mention), number in common]} if common else {})


def take(splits: Mapping[str, Iterable[Document]]) -> Census:
    """The census of documents in named splits."""
    census = Census()
    bare: dict[str, tuple[Document, ...]] = {}
    for split, documents in splits.items():
        kept = []
        for document in documents:
            census.splits[split] += 1
            _count(census, document)
            kept.append(Document(document.id, document.text))
        ids = Counter(document.id for document in kept)
        census.repeated_ids.update({name: number for name, number in ids.items() if number > 1})
        bare[split] = tuple(kept)
    census.leaks = find_leaks(bare)
    return census


def _count(census: Census, document: Document) -> None:
    prepared = tokenized(document)
    census.num_tokens += len(prepared.tokens)
    census.labels.update(entity.label for entity in document.entities)
    census.relations.update(relation.label for relation in document.relations)
    census.mentions.update((entity.label, document.mention(entity)) for entity in document.entities)
    for entity in document.entities:
        aligned = align(prepared.tokens, without_blanks(document.text, entity).extent)
        census.lengths[aligned.end - aligned.start if aligned else 0] += 1
        if entity.is_discontinuous:
            census.discontinuous += 1
            _note(census, document, entity, "discontinuous")
        if aligned is None or not aligned.is_exact:
            census.misaligned += 1
            _note(census, document, entity, "misaligned")
    _count_duplicates(census, document)
    _count_overlaps(census, document)


def _count_duplicates(census: Census, document: Document) -> None:
    seen: set[tuple[object, str]] = set()
    for entity in document.entities:
        key = (entity.spans, entity.label)
        if key in seen:
            census.duplicates += 1
            _note(census, document, entity, "duplicate")
        seen.add(key)


def _count_overlaps(census: Census, document: Document) -> None:
    """Nesting and crossing, over extents, of distinct entities, white space at their edges left out.

    One of nothing but white space is in no other: it names nothing.
    """
    named = [entity for entity in document.entities if not is_blank(document.text, entity)]
    plain = in_text_order(without_blanks(document.text, entity) for entity in named)
    distinct = list({(entity.spans, entity.label): entity for entity in plain}.values())
    open_entities: list[Entity] = []
    for entity in distinct:
        open_entities = [other for other in open_entities if other.end > entity.start]
        overlapping = [other for other in open_entities if other.overlaps(entity)]
        if any(other.extent.contains(entity.extent) for other in overlapping):
            census.nested += 1
            _note(census, document, entity, "nested")
        crossing = sum(not other.extent.contains(entity.extent) for other in overlapping)
        if crossing:
            census.crossing += crossing
            _note(census, document, entity, "crossing")
        census.same_label += sum(other.label == entity.label for other in overlapping)
        open_entities.append(entity)


def _note(census: Census, document: Document, entity: Entity, what: str) -> None:
    census.places.append(Place(document.id, what, entity.id or entity.label, entity.start, entity.end))
