"""Character n-grams within the word, its edges marked, lower-cased."""

from collections.abc import Callable

from pydantic import Field

from bionym.features._options import FeatureOptions

PER_WORD = True


class Options(FeatureOptions):
    """Settings of `ngrams`."""

    shortest: int = Field(default=3, ge=1, description="Characters of the shortest n-gram.")
    longest: int = Field(default=4, ge=1, description="Characters of the longest n-gram.")
    longest_word: int = Field(default=40, ge=1, description="Longer words give only the n-grams of their beginning.")


def build(options: Options) -> Callable[[str], list[str]]:
    """From a word to its distinct n-grams; `<` and `>` stand for its edges."""

    def ngrams(word: str) -> list[str]:
        marked = f"<{word[: options.longest_word].lower()}>"
        found = (
            marked[start : start + length]
            for length in range(options.shortest, options.longest + 1)
            for start in range(len(marked) - length + 1)
        )
        return list(dict.fromkeys(found))

    return ngrams
