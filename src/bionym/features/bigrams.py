"""Pairs of neighbouring words, lower-cased: the token with the one before, and with the one behind."""

from collections.abc import Callable

from bionym.data import Document
from bionym.data.align import sentence_ranges
from bionym.features._options import FeatureOptions

PER_WORD = False


class Options(FeatureOptions):
    """Settings of `bigrams`."""


def build(options: Options) -> Callable[[Document], list[tuple[str, ...]]]:
    """From a document to the pairs of each token; pairs stay within a sentence."""
    return bigrams


def bigrams(document: Document) -> list[tuple[str, ...]]:
    """Pairs of each token: `("<previous>_<word>", "<word>_<next>")`, with "" at a sentence's edge."""
    text = document.text.lower() if document.text.isascii() else None
    if text is not None:
        words = [text[start:end] for start, end in document.tokens]
    else:
        words = [document.text[start:end].lower() for start, end in document.tokens]
    pairs: list[tuple[str, ...]] = []
    for start, end in sentence_ranges(document):
        inside = ["", *words[start:end], ""]
        pairs += [
            (f"{left}_{word}<", f">{word}_{right}")
            for left, word, right in zip(inside, inside[1:], inside[2:], strict=False)
        ]
    return pairs
