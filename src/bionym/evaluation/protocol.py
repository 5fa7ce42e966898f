"""`Protocol`: what was scored, and how; its fingerprint tells whether two numbers compare."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bionym.data import Document
from bionym.evaluation.pairs import text_key
from bionym.version import __version__

NUM_DIGITS = 16
_SIZE = 2**256


class GoldHash:
    """A hash of gold documents that does not depend on their order, their ids or the format they came in.

    It covers the text, each kind of white space taken for a blank, and the spans and labels of the entities; and their
    concepts, their attributes and the relations where a metric reads those.
    """

    def __init__(self, reads: Iterable[str] = ()) -> None:
        self._reads = frozenset(reads)
        self._sum = 0
        self.num_documents = 0
        self.num_entities = 0

    def add(self, document: Document) -> None:
        """One more document."""
        digest = hashlib.sha256(text_key(document).encode("utf-8", "surrogatepass"))
        digest.update(repr(sorted(map(self._of, document.entities))).encode("utf-8", "surrogatepass"))
        if "relations" in self._reads:
            digest.update(repr(sorted(_ties(document))).encode("utf-8", "surrogatepass"))
        self._sum = (self._sum + int.from_bytes(digest.digest(), "big")) % _SIZE
        self.num_documents += 1
        self.num_entities += len(document.entities)

    @property
    def value(self) -> str:
        """Of all documents so far, in hexadecimal digits."""
        return hashlib.sha256(str(self._sum).encode()).hexdigest()[:NUM_DIGITS]

    def _of(self, entity: Any) -> tuple[Any, ...]:
        attributes = sorted(entity.attributes.items()) if "attributes" in self._reads else ()
        concepts = sorted(entity.concepts) if "concepts" in self._reads else ()
        return tuple(map(tuple, entity.spans)), entity.label, concepts, attributes


@dataclass(frozen=True)
class Protocol:
    """What stands behind the numbers of one metric.

    Args:
        metric, version: its name, and the number that goes up whenever it would count otherwise.
        gold: hash of the gold documents as they were scored, after the label map.
        num_documents, num_entities: of the gold side.
        label_map: new names of labels, by side and old name.
        only: the labels that were scored; empty for all.
        split: a name the user gave the data, "" if none.
    """

    metric: str
    version: int
    gold: str
    num_documents: int
    num_entities: int
    label_map: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    split: str = ""

    @property
    def fingerprint(self) -> str:
        """Equal for two reports whose numbers compare."""
        return hashlib.sha256(json.dumps(self._facts(), sort_keys=True).encode()).hexdigest()[:NUM_DIGITS]

    def as_dict(self) -> dict[str, object]:
        """What reports show."""
        return {"fingerprint": self.fingerprint, "bionym": __version__, **self._facts()}

    def _facts(self) -> dict[str, object]:
        return {
            "metric": self.metric,
            "version": self.version,
            "gold": {"hash": self.gold, "documents": self.num_documents, "entities": self.num_entities},
            "label_map": {side: dict(names) for side, names in self.label_map.items() if names},
            "only": sorted(self.only),
            "split": self.split,
        }


def _ties(document: Document) -> Iterable[tuple[Any, ...]]:
    places = {entity.id: tuple(map(tuple, entity.spans)) for entity in document.entities if entity.id}
    for relation in document.relations:
        yield relation.label, tuple((end.role, places.get(end.target, end.target)) for end in relation.arguments)
