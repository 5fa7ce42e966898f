"""Prefixes and suffixes, lower-cased."""

from collections.abc import Callable

from pydantic import Field

from bionym.features._options import FeatureOptions

PER_WORD = True


class Options(FeatureOptions):
    """Settings of `affixes`."""

    shortest: int = Field(default=2, ge=1, description="Characters of the shortest affix.")
    longest: int = Field(default=5, ge=1, description="Characters of the longest affix.")


def build(options: Options) -> Callable[[str], list[str]]:
    """From a word to its prefixes (`hyp-`) and suffixes (`-itis`), those that are shorter than the word."""

    def affixes(word: str) -> list[str]:
        lower = word.lower()
        lengths = range(options.shortest, min(options.longest, len(lower) - 1) + 1)
        return [f"{lower[:length]}-" for length in lengths] + [f"-{lower[-length:]}" for length in lengths]

    return affixes
