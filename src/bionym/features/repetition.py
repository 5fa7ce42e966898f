"""Previous mentions of the same string in the document: what stood around the first one.

A rare name is often introduced where its neighbours tell what it is, and then used bare. Source: Ratinov and Roth 2009,
section 5 (context aggregation).
"""

from collections.abc import Callable

from pydantic import Field

from bionym.data import Document
from bionym.features._options import FeatureOptions

PER_WORD = False


class Options(FeatureOptions):
    """Settings of `repetition`."""

    reach: int = Field(default=1000, ge=1, description="Tokens over which an earlier mention is remembered.")
    shortest: int = Field(default=3, ge=1, description="Shorter tokens are passed over, in characters.")


def build(options: Options) -> Callable[[Document], list[tuple[str, ...]]]:
    """From a document to the words around the first mention of each token that was seen before."""

    def mentions(document: Document) -> list[tuple[str, ...]]:
        words = [document.text[start:end] for start, end in document.tokens]
        first_seen: dict[str, int] = {}
        values: list[tuple[str, ...]] = [()] * len(words)
        for position, word in enumerate(words):
            first = first_seen.get(word)
            if first is not None and position - first <= options.reach:
                values[position] = _around(words, first)
            elif len(word) >= options.shortest and word[0].isalnum():
                first_seen[word] = position
        return values

    return mentions


def _around(words: list[str], position: int) -> tuple[str, ...]:
    before = words[position - 1].lower() if position else ""
    behind = words[position + 1].lower() if position + 1 < len(words) else ""
    return "seen", f"before={before}", f"behind={behind}"
