"""The token as it is written."""

from collections.abc import Callable

from bionym.features._options import FeatureOptions

PER_WORD = True


class Options(FeatureOptions):
    """Settings of `word`."""


def build(options: Options) -> Callable[[str], list[str]]:
    """From a word to itself."""
    return lambda word: [word]
