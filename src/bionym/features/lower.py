"""The token in lower case; digits stay."""

from collections.abc import Callable

from bionym.features._options import FeatureOptions, Window

PER_WORD = True


class Options(FeatureOptions):
    """Settings of `lower`."""

    window: Window = 2


def build(options: Options) -> Callable[[str], list[str]]:
    """From a word to its lower-cased form."""
    return lambda word: [word.lower()]
