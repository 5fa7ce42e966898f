"""Membership in lists of terms: where in a listed term a token stands (B, I, E, or S for a term of one token).

An abbreviation that the document defines is also a member of the lists in which its long form stands.
"""

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any

from pydantic import Field

from bionym.data import Audit, Document
from bionym.data.align import sentence_ranges
from bionym.features._options import FeatureOptions, Window
from bionym.lexicon.abbreviations import short_forms
from bionym.lexicon.terms import TermLists, read_terms

PER_WORD = False


class Options(FeatureOptions):
    """Settings of `gazetteer`."""

    window: Window = 1
    lists: dict[str, Path] = Field(description="For each name a file of terms, or a list that ships.")
    reach: int = Field(default=1000, ge=1, description="Tokens over which an abbreviation stands for its long form.")
    shortest: int = Field(default=3, ge=1, description="Terms of fewer letters and digits are left out.")


def build(options: Options) -> Callable[[Document], list[tuple[str, ...]]]:
    """From a document to each token's place in the terms of every list: `("B-diseases",)`."""
    lists = {name: read_terms(path, shortest=options.shortest) for name, path in options.lists.items()}
    terms = TermLists(lists)

    def places(document: Document) -> list[tuple[str, ...]]:
        words = [document.text[start:end] for start, end in document.tokens]
        found: list[tuple[str, ...]] = [()] * len(words)
        for start, end in sentence_ranges(document):
            for match in terms.find(words[start:end]):
                for position, prefix in enumerate(_prefixes(match.end - match.start), start + match.start):
                    found[position] += (f"{prefix}-{match.name}",)
        return _with_short_forms(words, found, options.reach)

    return places


def lists_in(places: Iterable[Any]) -> set[str]:
    """The names of the lists in which any of the tokens has a place, given the places of each, as `build` makes them."""
    return {place.partition("-")[2] for found in places for place in found}


def count_silent(lists: Iterable[str], met: Collection[str], audit: Audit) -> None:
    """Count the lists that were never met as lost: a wrong file, or one of another language or spelling."""
    for name in lists:
        if name not in met:
            audit.lose("", f"term list {name!r}", "not one of its terms stands in the training data")


def _with_short_forms(words: list[str], found: list[tuple[str, ...]], reach: int) -> list[tuple[str, ...]]:
    """A defined abbreviation gets the lists of the terms in its long form: `("short-diseases",)`."""
    spread = found.copy()
    for position, (start, end) in short_forms(words, reach):
        names = dict.fromkeys(tag[2:] for tags in found[start:end] for tag in tags)
        spread[position] = found[position] + tuple(f"short-{name}" for name in names)
    return spread


def _prefixes(num_tokens: int) -> str:
    """`S` for a term of one token, else `B`, `I` ..., `E`."""
    return "S" if num_tokens == 1 else f"B{'I' * (num_tokens - 2)}E"
