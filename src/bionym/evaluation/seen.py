"""`Seen`: which names and concepts the training documents hold, to tell what was learned from what was remembered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bionym.data import Document
from bionym.data.mentions import mention_key


@dataclass(frozen=True)
class Seen:
    """What a system has learned from.

    Args:
        labels: the labels of each mention, as `mention_key` has it.
        concepts: each concept with each label that its mentions have.
    """

    labels: Mapping[str, frozenset[str]]
    concepts: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, training: Iterable[Document]) -> "Seen":
        """The names and concepts of training documents; few sets for many mentions."""
        labels_of: dict[str, frozenset[str]] = {}
        sets: dict[frozenset[str], frozenset[str]] = {}
        concepts: set[tuple[str, str]] = set()
        for document in training:
            for entity in document.entities:
                key = mention_key(document.text, entity)
                labels = labels_of.get(key, frozenset()) | {entity.label}
                labels_of[key] = sets.setdefault(labels, labels)
                concepts.update((concept, entity.label) for concept in entity.concepts)
        return cls(labels_of, frozenset(concepts))

    def has_name(self, mention: str, label: str) -> bool:
        """Whether the mention was an entity with this label."""
        return label in self.labels.get(mention, ())

    def has_concept(self, concepts: Iterable[str], label: str) -> bool:
        """Whether one of the concepts had a mention with this label."""
        return any((concept, label) in self.concepts for concept in concepts)
