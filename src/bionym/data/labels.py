"""Label maps: other names for labels, and which labels stay."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from bionym.data.document import Document
from bionym.data.entity import Entity
from bionym.errors import UsageError


@dataclass(frozen=True)
class LabelMap:
    """What each label is called, and which labels are kept.

    Args:
        names: new name by old; labels that are not in it keep their name; "" drops a label.
        only: new names to keep; empty keeps all.

    >>> LabelMap({"PROBLEM": "Disease", "TEST": ""}).label("PROBLEM")
    'Disease'
    """

    names: Mapping[str, str] = field(default_factory=dict)
    only: Collection[str] = ()
    _met: set[str] = field(default_factory=set, init=False, repr=False, compare=False)

    @property
    def unmet(self) -> tuple[str, ...]:
        """Names it would change or keep that no document so far has had, sorted: a slip, most likely."""
        return tuple(sorted(({*self.names} | {*self.only}) - self._met))

    def label(self, label: str) -> str:
        """The new name, or "" if the label is dropped."""
        name = self.names.get(label, label)
        self._met.update((label, name))
        return name if not self.only or name in self.only else ""

    def apply(self, document: Document) -> Document:
        """The document under the new labels; relations of dropped entities go with them."""
        if not self.names and not self.only:
            return document
        renamed = tuple(self._renamed(document.entities))
        gone = {entity.id for entity in document.entities if entity.id} - {entity.id for entity in renamed}
        relations = [
            relation for relation in document.relations if not any(end.target in gone for end in relation.arguments)
        ]
        return document.with_entities(renamed, relations=relations)

    def _renamed(self, entities: Iterable[Entity]) -> Iterable[Entity]:
        for entity in entities:
            name = self.label(entity.label)
            if name == entity.label:
                yield entity
            elif name:
                yield replace(entity, label=name)


def label_map(renamed: Iterable[str] = (), only: Iterable[str] = ()) -> LabelMap:
    """`["PROBLEM=Disease", "TEST="]` as a map. Raises: UsageError for a pair without "="."""
    names = {}
    for pair in renamed:
        old, equals, new = pair.partition("=")
        if not equals or not old.strip():
            raise UsageError(f"the label map {pair!r}: expected OLD=NEW, or OLD= to leave a label out")
        names[old.strip()] = new.strip()
    return LabelMap(names, tuple(only))
