"""Sequences of word shapes: the collapsed shapes of two and of three neighbouring tokens, as one value.

Where a tokenizer cuts at hyphens, "IL-2" is three tokens, and only their shapes together look like a gene.
"""

from collections.abc import Callable
from functools import lru_cache

from bionym.data import Document
from bionym.data.align import sentence_ranges
from bionym.features import shapes
from bionym.features._options import FeatureOptions

PER_WORD = False
BEYOND = "|"  # stands for the places behind a sentence's ends


class Options(FeatureOptions):
    """Settings of `shape_sequences`."""


def build(options: Options) -> Callable[[Document], list[tuple[str, ...]]]:
    """From a document to the sequences that end, centre and begin at each token."""
    return sequences


def sequences(document: Document) -> list[tuple[str, ...]]:
    """For each token: shapes of (left, it), (it, right), (two to the left, it), (left, it, right), (it, two to the right)."""
    text = document.text
    shapes: list[tuple[str, ...]] = []
    for start, end in sentence_ranges(document):
        inside = [_shape(text[first:last]) for first, last in document.tokens[start:end]]
        padded = [BEYOND, BEYOND, *inside, BEYOND, BEYOND]
        shapes += map(_around, padded, padded[1:], padded[2:], padded[3:], padded[4:])
    return shapes


@lru_cache(maxsize=50_000)
def _around(first: str, left: str, shape: str, right: str, last: str) -> tuple[str, ...]:
    return (
        f"{left} {shape}<",
        f">{shape} {right}",
        f"{first} {left} {shape}<",
        f"{left} {shape} {right}",
        f">{shape} {right} {last}",
    )


@lru_cache(maxsize=50_000)
def _shape(word: str) -> str:
    """The collapsed shape; short words that are no names keep their letters."""
    return word if len(word) <= 3 and word.islower() else shapes.collapse(word[:20])
