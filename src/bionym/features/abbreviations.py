"""What an abbreviation stands for, wherever it is used after its definition in the document."""

from collections.abc import Callable

from pydantic import Field

from bionym.data import Document
from bionym.features._options import FeatureOptions
from bionym.lexicon.abbreviations import find_definitions

PER_WORD = False


class Options(FeatureOptions):
    """Settings of `abbreviations`."""

    window: int = 1
    reach: int = Field(default=1000, ge=1, description="Tokens behind its definition over which an abbreviation holds.")


def build(options: Options) -> Callable[[Document], list[tuple[str, ...]]]:
    """From a document to the first and last word of the long form, for each token that is a defined short form."""

    def meanings(document: Document) -> list[tuple[str, ...]]:
        words = [document.text[start:end] for start, end in document.tokens]
        definitions = iter(find_definitions(words))
        upcoming = next(definitions, None)
        known: dict[str, tuple[int, tuple[str, ...]]] = {}
        values: list[tuple[str, ...]] = [()] * len(words)
        for position, word in enumerate(words):
            while upcoming is not None and upcoming.short_start <= position:
                if upcoming.short_end - upcoming.short_start == 1:
                    known[words[upcoming.short_start]] = position, _meaning(words[upcoming.start : upcoming.end])
                upcoming = next(definitions, None)
            if word in known and position - known[word][0] <= options.reach:
                values[position] = known[word][1]
        return values

    return meanings


def _meaning(long_form: list[str]) -> tuple[str, ...]:
    first, last = long_form[0].lower(), long_form[-1].lower()
    return "short", f"first={first}", f"last={last}", f"last-suffix={last[-4:]}"
