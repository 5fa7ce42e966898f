"""Stems, by the Porter 2 (English Snowball) stemmer."""

from collections.abc import Callable

import snowballstemmer
from pydantic import Field

from bionym.features._options import FeatureOptions

PER_WORD = True


class Options(FeatureOptions):
    """Settings of `stems`."""

    language: str = Field(default="english", description="A language of the Snowball stemmers.")


def build(options: Options) -> Callable[[str], list[str]]:
    """From a word to the stem of its lower-cased form."""
    stemmer = snowballstemmer.stemmer(options.language)
    return lambda word: [stemmer.stemWord(word.lower())]
