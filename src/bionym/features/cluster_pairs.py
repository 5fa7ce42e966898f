"""Pairs of neighbouring words by their clusters. Source: Turian, Ratinov and Bengio 2010."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from pydantic import Field

from bionym.data import Document
from bionym.data.align import sentence_ranges
from bionym.features._options import FeatureOptions
from bionym.lexicon.clusters import WordClusters

PER_WORD = False


class Options(FeatureOptions):
    """Settings of `cluster_pairs`."""

    file: Path = Field(default=Path("clusters"), description="Lines of word TAB cluster [TAB cluster ...].")
    clusterings: tuple[int, ...] = Field(default=(0, 1), description="Which columns of the file, counted from 0.")


def build(options: Options) -> Callable[[Document], list[tuple[str, ...]]]:
    """From a document to the clusters of (left, token) and of (token, right), in each clustering."""
    clusters = WordClusters.read(options.file)

    @lru_cache(maxsize=100_000)
    def of(word: str) -> tuple[str, ...]:
        found = clusters.of(word)
        return tuple(found[number] for number in options.clusterings) if found else ("?",) * len(options.clusterings)

    beyond = ("",) * len(options.clusterings)

    def pairs(document: Document) -> list[tuple[str, ...]]:
        found: list[tuple[str, ...]] = []
        for start, end in sentence_ranges(document):
            inside = [of(document.text[first:last]) for first, last in document.tokens[start:end]]
            padded = [beyond, *inside, beyond]
            found += map(_pairs, padded, padded[1:], padded[2:])
        return found

    return pairs


@lru_cache(maxsize=100_000)
def _pairs(left: tuple[str, ...], here: tuple[str, ...], right: tuple[str, ...]) -> tuple[str, ...]:
    values = []
    for number, (before, own, behind) in enumerate(zip(left, here, right, strict=True)):
        values += [f"{number}={before} {own}<", f"{number}=>{own} {behind}"]
    return tuple(values)
