"""Entities onto the tokens of a `Doc`: its entities, which cannot overlap, and a group of spans, which may."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from spacy.tokens import Doc, SpanGroup
from spacy.tokens import Span as DocSpan

from bionym.apps.spacy.found import scores_in
from bionym.data import Entity, Span
from bionym.data.flatten import Policy, choose

Misaligned = Literal["aside", "expand", "error"]

DISCONTINUOUS = "discontinuous: a span is one stretch of tokens"
MISALIGNED = "an edge falls inside a token of spaCy"


def span_of(doc: Doc, entity: Entity, misaligned: Misaligned) -> DocSpan | None:
    """The span that holds an entity, its first concept as `kb_id_`; None if there is none.

    Under "expand" the span takes every token that the entity touches. A discontinuous entity has no span, ever.
    """
    if entity.is_discontinuous:
        return None
    mode = "expand" if misaligned == "expand" else "strict"
    concept = entity.concepts[0] if entity.concepts else ""
    span: DocSpan | None = doc.char_span(entity.start, entity.end, entity.label, concept, alignment_mode=mode)
    return span


def is_exact(span: DocSpan, entity: Entity) -> bool:
    """Whether a span covers what its entity does, and no more."""
    return (span.start_char, span.end_char) == entity.extent


def set_ents(doc: Doc, spans: Sequence[DocSpan], policy: Policy, *, overwrite: bool) -> None:
    """As many spans into `doc.ents` as fit; what stands there stays, unless it is overwritten."""
    standing = [] if overwrite else list(doc.ents)
    taken = {place for span in standing for place in range(span.start, span.end)}
    free = [span for span in spans if taken.isdisjoint(range(span.start, span.end))]
    keep = choose([(span.start, span.end, span.label_) for span in free], policy)
    doc.set_ents([*standing, *(span for span, stays in zip(free, keep, strict=True) if stays)], default="outside")


def set_group(doc: Doc, key: str, spans: Sequence[DocSpan]) -> None:
    """Spans into a group, beside what other components put there; `attrs["scores"]` has a number a span, NaN for none."""
    ours = set(spans)
    members = [*(span for span in doc.spans.get(key, ()) if span not in ours), *spans]
    known = scores_in(doc)
    scores = [known.get((Span(span.start_char, span.end_char), span.label_), np.nan) for span in members]
    doc.spans[key] = SpanGroup(doc, name=key, spans=members, attrs={"scores": np.array(scores, dtype=np.float32)})
