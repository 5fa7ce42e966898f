"""`Entity`: a labelled mention."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from bionym.data.span import Span
from bionym.errors import SpanError, shown


@dataclass(frozen=True, slots=True)
class Entity:
    """A labelled mention; several spans make it discontinuous; entities may nest and overlap.

    Args:
        spans: one or more, in text order, not overlapping one another.
        label: the entity type, such as "Disease"; never empty.
        concepts: identifiers in a terminology, as the source writes them ("D003920", "MESH:D003920").
        attributes: other named values ("assertion": "absent").
        score: probability that span and label are right, from 0 to 1; None for an annotator's entity.
        id: the name other parts of the document refer to it by; "" if none do.

    Raises: SpanError if there are no spans, they overlap or stand out of order, or the label is empty.
    """

    spans: tuple[Span, ...]
    label: str
    concepts: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict, hash=False)
    score: float | None = None
    id: str = ""

    def __post_init__(self) -> None:
        if not self.spans:
            raise SpanError(f"Entity {shown(self.id or self.label)} has no span")
        if not self.label:
            raise SpanError(f"The entity at {self.spans[0]} has no label")
        if len(self.spans) > 1:
            _check_in_order(self)

    @property
    def start(self) -> int:
        """Offset of the first character."""
        return self.spans[0].start

    @property
    def end(self) -> int:
        """Offset behind the last character."""
        return self.spans[-1].end

    @property
    def extent(self) -> Span:
        """From the first character to the last, gaps included."""
        return Span(self.start, self.end)

    @property
    def is_discontinuous(self) -> bool:
        """Whether there is a gap in the mention."""
        return len(self.spans) > 1

    def text_in(self, text: str) -> str:
        """The mention: the covered pieces of `text`, joined by one space."""
        return " ".join(span.of(text) for span in self.spans)

    def overlaps(self, other: "Entity") -> bool:
        """Whether the two share at least one character."""
        return any(mine.overlaps(theirs) for mine in self.spans for theirs in other.spans)


def entity(start: int, end: int, label: str, *, score: float | None = None, id: str = "") -> Entity:
    """A contiguous entity, the common case, in one call."""
    return Entity((Span(start, end),), label, score=score, id=id)


def _check_in_order(entity: Entity) -> None:
    for left, right in pairwise(entity.spans):
        if right.start < left.end:
            raise SpanError(f"Entity {shown(entity.id or entity.label)}: {right} overlaps or precedes {left}")


def in_text_order(entities: Iterable[Entity]) -> tuple[Entity, ...]:
    """Sorted by start, longer first, then label: the order of `Document.entities`."""
    return tuple(sorted(entities, key=_text_order))


def _text_order(entity: Entity) -> tuple[object, ...]:
    first, last = entity.spans[0], entity.spans[-1]
    return first.start, -last.end, entity.label, entity.spans
