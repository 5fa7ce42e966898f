"""Text that somebody has tokenised already: one sentence a line, tokens apart by whitespace."""

import re
from functools import partial
from itertools import chain

from bionym.data import Span

_LINE = re.compile(r"[^\r\n]+")  # \r and \n only: \x0b, \x85 and their like are whitespace within a line
_TOKEN = re.compile(r"\S+")

_as_span = partial(tuple.__new__, Span)  # skips the checks of `Span`: a match is never empty


def tokenize_lines(text: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    r"""Tokens and sentences of a pre-tokenised text.

    A line that holds more than whitespace is a sentence; a run of characters without whitespace is a token. Only
    `\n`, `\r\n` and `\r` end a line.

    >>> tokenize_lines("No fever .\n\nIL-2 rose .\n")[1]
    (Span(0, 10), Span(12, 23))

    Returns: tokens and sentences, in code points; a sentence runs from its first token to its last.
    """
    lines = [tuple(map(_as_span, _token_offsets(text, *line.span()))) for line in _LINE.finditer(text)]
    sentences = tuple(Span(line[0].start, line[-1].end) for line in lines if line)
    return tuple(chain.from_iterable(lines)), sentences


def _token_offsets(text: str, start: int, end: int) -> list[tuple[int, int]]:
    return [token.span() for token in _TOKEN.finditer(text, start, end)]
