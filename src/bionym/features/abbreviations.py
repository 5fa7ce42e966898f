"""What an abbreviation stands for, wherever it is used after its definition in the document."""

from collections.abc import Callable, Iterator, Sequence

from pydantic import Field

from bionym.data import Document
from bionym.features._options import FeatureOptions, Window
from bionym.lexicon.abbreviations import short_forms

PER_WORD = False


class Options(FeatureOptions):
    """Settings of `abbreviations`."""

    window: Window = 1
    reach: int = Field(default=1000, ge=1, description="Tokens behind its definition over which an abbreviation holds.")


def build(options: Options) -> Callable[[Document], list[tuple[str, ...]]]:
    """From a document to the words of the long form, for each token that is a defined short form."""

    def meanings(document: Document) -> list[tuple[str, ...]]:
        words = [document.text[start:end] for start, end in document.tokens]
        values: list[tuple[str, ...]] = [()] * len(words)
        for position, (start, end) in short_forms(words, options.reach):
            values[position] = tuple(_meaning(words[start:end]))
        return values

    return meanings


def _meaning(long_form: Sequence[str]) -> Iterator[str]:
    lower = [word.lower() for word in long_form]
    yield from ("short", f"first={lower[0]}", f"last={lower[-1]}")
    for word in dict.fromkeys(lower):
        if len(word) > 3:
            yield from (f"word={word}", f"suffix={word[-4:]}")
