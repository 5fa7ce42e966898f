"""Membership in lists of terms: where in a listed term a token stands (B, I, E, or S for a term of one token).

An abbreviation that the document defines is also a member of the lists in which its long form stands.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from bionym.data import Audit, Document
from bionym.data.align import sentence_ranges
from bionym.features._options import FeatureOptions, Window
from bionym.lexicon.abbreviations import short_forms
from bionym.lexicon.terms import TermLists, read_terms

PER_WORD = False
PREFIXES = ("B", "I", "E", "S", "short")


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
    """As `build`, from the words of a document and the ranges of its sentences. The lists are read at the first use."""
    terms = cache(lambda: _terms(options))

    def places(words: Sequence[str], ranges: Iterable[tuple[int, int]]) -> list[tuple[str, ...]]:
        found: list[tuple[str, ...]] = [()] * len(words)
        for match in terms().find(words, ranges):
            for position, place in enumerate(_written(match.name, match.end - match.start), match.start):
                found[position] += (place,)
        return _with_short_forms(words, found, options.reach)

    return places


def columns(lists: Iterable[str]) -> tuple[str, ...]:
    """The places that a token can have in lists of these names, in the order of `numbered`."""
    return tuple(f"{prefix}-{name}" for name in lists for prefix in PREFIXES)


def numbered(
    options: Options,
) -> Callable[[Sequence[Sequence[str]], Sequence[Sequence[tuple[int, int]]]], NDArray[np.float32]]:
    """As `of_words`, of many documents at once: 1 where a token has a place, one row for each token of all documents."""
    terms = cache(lambda: _terms(options))
    first_column = {name: number * len(PREFIXES) for number, name in enumerate(options.lists)}

    def places(words: Sequence[Sequence[str]], ranges: Sequence[Sequence[tuple[int, int]]]) -> NDArray[np.float32]:
        ends = np.cumsum([len(own) for own in words], dtype=np.intp).tolist()
        begins = [end - len(own) for end, own in zip(ends, words, strict=True)]
        together = [(at + start, at + end) for at, own in zip(begins, ranges, strict=True) for start, end in own]
        matches = terms().find(list(chain.from_iterable(words)), together)
        places_NK = np.zeros((ends[-1] if ends else 0, len(PREFIXES) * len(first_column)), dtype=np.float32)
        bounds_M3 = np.array([(start, end, first_column[name]) for start, end, name in matches], dtype=np.intp)
        _mark(places_NK, *bounds_M3.reshape(-1, 3).T)
        for at, own in zip(begins, words, strict=True):
            for position, (start, end) in short_forms(own, options.reach):
                _mark_short_form(places_NK, at + position, slice(at + start, at + end))
        return places_NK

    return places


def lists_in(places: Iterable[Any]) -> set[str]:
    """The names of the lists in which any of the tokens has a place, given the places of each, as `build` makes them."""
    return {place.partition("-")[2] for found in places for place in found}


def count_silent(lists: Iterable[str], met: Collection[str], audit: Audit) -> None:
    """Count the lists that were never met as lost: a wrong file, or one of another language or spelling."""
    for name in lists:
        if name not in met:
            audit.lose("", f"term list {name!r}", "not one of its terms stands in the training data")


def _terms(options: Options) -> TermLists:
    return TermLists({name: read_terms(path, shortest=options.shortest) for name, path in options.lists.items()})


def _mark(
    places_NK: NDArray[np.float32], starts: NDArray[np.intp], ends: NDArray[np.intp], columns: NDArray[np.intp]
) -> None:
    """Terms on tokens `[start, end)`, each with the first column of its list, as `PREFIXES` has them."""
    sizes = ends - starts
    alone = sizes == 1
    places_NK[starts[alone], columns[alone] + PREFIXES.index("S")] = 1
    places_NK[starts[~alone], columns[~alone] + PREFIXES.index("B")] = 1
    places_NK[ends[~alone] - 1, columns[~alone] + PREFIXES.index("E")] = 1
    num_inner = np.maximum(sizes - 2, 0)
    steps = np.arange(num_inner.sum()) - np.repeat(np.cumsum(num_inner) - num_inner, num_inner)
    places_NK[np.repeat(starts + 1, num_inner) + steps, np.repeat(columns, num_inner) + PREFIXES.index("I")] = 1


def _mark_short_form(places_NK: NDArray[np.float32], position: int, long_form: slice) -> None:
    """A defined abbreviation gets the lists of the terms in its long form."""
    lists_TLP = places_NK[long_form].reshape(long_form.stop - long_form.start, -1, len(PREFIXES))
    short = PREFIXES.index("short")
    of_position_LP = places_NK[position].reshape(-1, len(PREFIXES))
    of_position_LP[lists_TLP[:, :, :short].any(axis=(0, 2)), short] = 1


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
