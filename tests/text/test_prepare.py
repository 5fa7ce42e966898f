"""Preparing a document: what it brought stays, what is missing is made."""

from bionym.data import Document, Span
from bionym.text import split_sentences, tokenize
from bionym.text.prepare import tokenized

TEXT = "IL-2 rose. It fell."


def test_a_document_without_tokens_gets_tokens_and_sentences() -> None:
    document = tokenized(Document("d", TEXT))
    assert (document.tokens, document.sentences) == (tokenize(TEXT), split_sentences(TEXT))


def test_tokens_that_a_document_brought_stay_without_sentences() -> None:
    tokens = (Span(0, 4), Span(5, 10))
    assert tokenized(Document("d", TEXT, tokens=tokens)) == Document("d", TEXT, tokens=tokens)


def test_sentences_that_a_document_brought_stay_and_get_tokens() -> None:
    document = tokenized(Document("d", TEXT, sentences=(Span(0, 19),)))
    assert (document.tokens, document.sentences) == (tokenize(TEXT), (Span(0, 19),))


def test_a_document_that_has_both_is_returned_as_it_is() -> None:
    document = Document("d", TEXT, tokens=(Span(0, 4),), sentences=(Span(0, 10),))
    assert tokenized(document) is document
