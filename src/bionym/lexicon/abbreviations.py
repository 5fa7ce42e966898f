"""Abbreviations and what they stand for: "adenomatous polyposis coli (APC)".

Source: Schwartz and Hearst 2003, for definitions of the form long form (short form).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bionym.data import Span

MAX_SHORT_TOKENS = 3
MAX_SHORT_CHARS = 10


class Definition(NamedTuple):
    """A definition: the tokens `[start, end)` of the long form, and those of the short form in brackets."""

    start: int
    end: int
    short_start: int
    short_end: int


def find_definitions(words: Sequence[str]) -> list[Definition]:
    """Definitions among the words of a text, in order."""
    definitions = []
    for position in _places(words, "("):
        if not position:
            continue
        short_end = _closing(words, position + 1)
        short = "".join(words[position + 1 : short_end])
        start = _long_start(words, position, short) if short_end and _is_short_form(short) else None
        if start is not None:
            definitions.append(Definition(start, position, position + 1, short_end))
    return definitions


def places_of_definitions(text: str, tokens: Sequence[Span]) -> list[tuple[Span, Span]]:
    """Where each definition of a text has its short form, and where its long form, as characters.

    >>> text = "heart failure (HF)"
    >>> places_of_definitions(text, [Span(0, 5), Span(6, 13), Span(14, 15), Span(15, 17), Span(17, 18)])
    [(Span(start=15, end=17), Span(start=0, end=13))]
    """
    if "(" not in text:
        return []
    return [
        (
            Span(tokens[definition.short_start].start, tokens[definition.short_end - 1].end),
            Span(tokens[definition.start].start, tokens[definition.end - 1].end),
        )
        for definition in find_definitions([token.of(text) for token in tokens])
    ]


def short_forms(words: Sequence[str], reach: int) -> Iterator[tuple[int, tuple[int, int]]]:
    """Each place where a defined short form of one token stands, with the tokens `[start, end)` of its long form.

    Args:
        reach: tokens behind its definition over which a short form holds; a later definition replaces it.
    """
    defined = {
        definition.short_start: definition
        for definition in find_definitions(words)
        if definition.short_end - definition.short_start == 1
    }
    if not defined:
        return
    forms = {words[position] for position in defined}
    known: dict[str, Definition] = {}
    for position in [position for position, word in enumerate(words) if word in forms]:
        word = words[position]
        if position in defined:
            known[word] = defined[position]
        meaning = known.get(word)
        if meaning is not None and position - meaning.short_start <= reach:
            yield position, (meaning.start, meaning.end)


def _places(words: Sequence[str], wanted: str) -> Iterator[int]:
    position = -1
    for _ in range(words.count(wanted)):
        position = words.index(wanted, position + 1)
        yield position


def _closing(words: Sequence[str], start: int) -> int:
    """Where the bracket closes, or 0 if the short form would be too long."""
    for position in range(start + 1, min(start + MAX_SHORT_TOKENS, len(words) - 1) + 1):
        if words[position] in (")", ";", ","):
            return position
    return 0


def _is_short_form(short: str) -> bool:
    has_letter = any(map(str.isalpha, short))
    return 2 <= len(short) <= MAX_SHORT_CHARS and has_letter and short[0].isalnum() and not short.islower()


def _long_start(words: Sequence[str], end: int, short: str) -> int | None:
    """The token where the long form starts: each character of the short form, from the right, found to its left."""
    characters = [char for char in short.lower() if char.isalnum()]
    limit = max(0, end - min(len(characters) + 5, 2 * len(characters)) - 2)
    position, at = end - 1, None
    while characters and position >= limit:
        word = words[position].lower()
        at = len(word) if at is None else at
        wanted = characters[-1]
        place = word.rfind(wanted, 0, at) if len(characters) > 1 else (0 if word[:1] == wanted and at > 0 else -1)
        if place < 0:
            position, at = position - 1, None
        else:
            characters.pop()
            at = place
            if not characters:
                return position if end - position > 1 or len(word) > len(short) else None
    return None
