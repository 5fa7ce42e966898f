"""White space that a mention covers but does not mean: at its edges, and as the only thing in a gap."""

from dataclasses import replace

from bionym.data.entity import Entity
from bionym.data.span import Span


def without_blanks(text: str, entity: Entity) -> Entity:
    """The entity without white space at the edges of its spans, and with spans joined that nothing else parts.

    This is how tags hold it and how it is scored. One that covers nothing but white space stays as it is.

    >>> from bionym.data import entity
    >>> without_blanks("mild fever", entity(0, 5, "Grade")).spans
    (Span(0, 4),)
    """
    if len(entity.spans) == 1:
        start, end = entity.spans[0]
        if end <= len(text) and not (text[start].isspace() or text[end - 1].isspace()):
            return entity
    spans = _joined(text, [span for one in entity.spans if (span := _trimmed(text, one))])
    return replace(entity, spans=spans) if spans and spans != entity.spans else entity


def without_blank_gaps(text: str, entity: Entity) -> Entity:
    """The entity with spans joined that white space alone parts."""
    spans = _joined(text, list(entity.spans)) if entity.is_discontinuous else entity.spans
    return replace(entity, spans=spans) if spans != entity.spans else entity


def is_blank(text: str, entity: Entity) -> bool:
    """Whether an entity covers nothing but white space."""
    return not any(span.of(text).strip() for span in entity.spans)


def _trimmed(text: str, span: Span) -> Span | None:
    covered = span.of(text)
    size = len(covered.strip())
    start = span.start + len(covered) - len(covered.lstrip())
    return Span(start, start + size) if size else None


def _joined(text: str, spans: list[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for span in spans:
        if joined and not text[joined[-1].end : span.start].strip():
            span = Span(joined.pop().start, span.end)
        joined.append(span)
    return tuple(joined)
