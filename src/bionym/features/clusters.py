"""Word clusters: which group of words with like neighbours a word belongs to.

Source: Miller, Guinness and Zamanian 2004; Turian, Ratinov and Bengio 2010.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from pydantic import Field

from bionym.features._options import FeatureOptions, Window
from bionym.lexicon.clusters import WordClusters

PER_WORD = True


class Options(FeatureOptions):
    """Settings of `clusters`."""

    window: Window = 2
    file: Path = Field(description="Lines of word TAB cluster [TAB cluster in another clustering ...].")


def build(options: Options) -> Callable[[str], list[str]]:
    """From a word to its cluster in each clustering, under the clustering's number; nothing if it has none.

    The file is read at the first use.
    """
    clusters = cache(lambda: WordClusters.read(options.file))
    return lambda word: [f"{number}={cluster}" for number, cluster in enumerate(clusters().of(word))]
