"""Membership in lists of terms: where in a listed term a token stands (B, I, E, or S for a term of one token).

An abbreviation that the document defines is also a member of the lists in which its long form stands.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache
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
    places = of_words(options)

    def of_document(document: Document) -> list[tuple[str, ...]]:
        return places([document.text[start:end] for start, end in document.tokens], sentence_ranges(document))

    return of_document


def of_words(options: Options) -> Callable[[Sequence[str], Iterable[tuple[int, int]]], list[tuple[str, ...]]]:
    """As `build`, from the words of a document and the ranges of its sentences."""
    lists = {name: read_terms(path, shortest=options.shortest) for name, path in options.lists.items()}
    terms = TermLists(lists)

    def places(words: Sequence[str], ranges: Iterable[tuple[int, int]]) -> list[tuple[str, ...]]:
        found: list[tuple[str, ...]] = [()] * len(words)
        for first, end in ranges:
            for match in terms.find(words[first:end]):
                for position, place in enumerate(_written(match.name, match.end - match.start), first + match.start):
                    found[position] += (place,)
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


def _with_short_forms(words: Sequence[str], found: list[tuple[str, ...]], reach: int) -> list[tuple[str, ...]]:
    """A defined abbreviation gets the lists of the terms in its long form: `("short-diseases",)`."""
    spread = found.copy()
    for position, (start, end) in short_forms(words, reach):
        names = dict.fromkeys(tag[2:] for tags in found[start:end] for tag in tags)
        spread[position] = found[position] + tuple(f"short-{name}" for name in names)
    return spread


@cache
def _written(name: str, num_tokens: int) -> tuple[str, ...]:
    """The places of the tokens of a term: `S` for one of one token, else `B`, `I` ..., `E`."""
    prefixes = "S" if num_tokens == 1 else f"B{'I' * (num_tokens - 2)}E"
    return tuple(f"{prefix}-{name}" for prefix in prefixes)
