"""The ground floor: documents and what they hold, tag schemes, and the alignment of characters and tokens."""

from bionym.data.audit import Audit
from bionym.data.corpus import Corpus
from bionym.data.document import Document, Passage
from bionym.data.entity import Entity, entity
from bionym.data.relation import Argument, Relation
from bionym.data.span import Span
from bionym.data.tags import TagScheme, TokenSpan

__all__ = [
    "Argument",
    "Audit",
    "Corpus",
    "Document",
    "Entity",
    "Passage",
    "Relation",
    "Span",
    "TagScheme",
    "TokenSpan",
    "entity",
]
