"""What most formats have no place for: tokens and sentences of the source, and attributes of relations."""

from collections.abc import Collection
from dataclasses import replace

from bionym.data import Audit, Document
from bionym.text import split_sentences, tokenize

TOKENS, SENTENCES, RELATION_ATTRIBUTES = "tokens", "sentences", "relation attributes"


def count_unheld(document: Document, held: Collection[str], audit: Audit) -> None:
    """Count them, where the format does not hold them; tokens and sentences that ours would be again are no loss."""
    if TOKENS not in held and document.tokens and document.tokens != tokenize(document.text):
        audit.lose(document.id, "token", "the format has no place for the source's own", count=len(document.tokens))
    if SENTENCES not in held and has_own_sentences(document):
        audit.lose(
            document.id, "sentence", "the format has no place for the source's own", count=len(document.sentences)
        )
    attributes = sum(len(relation.attributes) for relation in document.relations)
    if RELATION_ATTRIBUTES not in held and attributes:
        audit.lose(document.id, "attribute of a relation", "the format has no place for it", count=attributes)


def with_usable_scores(document: Document, audit: Audit) -> Document:
    """The document without scores that are no number from 0 to 1; they are counted."""
    wrong = sum(not _is_usable(entity.score) for entity in document.entities)
    if not wrong:
        return document
    audit.lose(document.id, "score", "no number from 0 to 1", count=wrong)
    entities = (one if _is_usable(one.score) else replace(one, score=None) for one in document.entities)
    return replace(document, entities=tuple(entities))


def _is_usable(score: float | None) -> bool:
    return score is None or 0 <= score <= 1


def has_own_sentences(document: Document) -> bool:
    """Whether the document has sentences that our splitter would not make."""
    if not document.sentences:
        return False
    tokens = document.tokens or tokenize(document.text)
    return document.sentences != split_sentences(document.text, tokens)
