"""A document with tokens and sentences: its own if it has them, else ours."""

from dataclasses import replace

from bionym.data import Document
from bionym.text.sentences import split_sentences
from bionym.text.tokenize import tokenize


def tokenized(document: Document) -> Document:
    """The document with tokens and sentences; those that its format brought stay as they are."""
    if document.tokens and document.sentences:
        return document
    tokens = document.tokens or tokenize(document.text)
    sentences = document.sentences or (() if document.tokens else split_sentences(document.text, tokens))
    return replace(document, tokens=tokens, sentences=sentences)
