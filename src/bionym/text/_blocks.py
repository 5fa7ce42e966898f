"""Text to blocks: stretches within which a line break means no more than a space."""

import math
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

# What a list item begins with: a bullet, `1.`, `2)`, `(a)`, `iv.`, `#3`.
_MARKER = re.compile(r"(?:[-–—*•·‣◦▪o+#]|\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,4})[.)]|#\s?\d+\.?)(?=\s)|[•·‣◦▪](?=\S)")
_MIN_WRAP_CHARS, _MAX_WRAP_CHARS = 60, 100
_LONG_LINE = 0.6  # of the width; lower-case lines after shorter ones are lists


class _Line(NamedTuple):
    start: int
    text: str  # without whitespace at its end


def blocks(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each block; together they cover the text.

    A line break ends a block, except where the text is wrapped at 60 to 100 characters and the line is full, that is,
    the first word of the next line had no room on it. A blank line and the marker of a list item always end one.

    >>> list(blocks("PLAN\\nRest"))
    [(0, 5), (5, 9)]
    """
    lines = _lines(text)
    width = _wrap_width(lines)
    start = 0
    for line, following in pairwise(lines):
        if not _continues(line, following, width):
            yield start, following.start
            start = following.start
    yield start, len(text)


def _lines(text: str) -> list[_Line]:
    lines, start = [], 0
    for line in text.splitlines(keepends=True):
        lines.append(_Line(start, line.rstrip()))
        start += len(line)
    return lines


def _continues(line: _Line, following: _Line, width: int) -> bool:
    """Whether the sentence may run on from a line to the one that follows."""
    if not width or not line.text or not following.text:
        return False
    return _is_full(line, following, width) and not _MARKER.match(following.text.lstrip())


def _is_full(line: _Line, following: _Line, width: int) -> bool:
    """Whether the first word of the next line had no room left on this one."""
    return len(line.text) + 1 + len(following.text.lstrip().split(" ", 1)[0]) > width


def _wrap_width(lines: list[_Line]) -> int:
    """The width in characters at which a text was wrapped; 0 if its line breaks are its own.

    Nearly all lines fit the width, and of the lines that run on in lower case, leaving short ones aside, most are full.
    """
    lengths = sorted(len(line.text) for line in lines if line.text)
    width = lengths[math.ceil(0.98 * len(lengths)) - 1] if lengths else 0
    if not _MIN_WRAP_CHARS <= width <= _MAX_WRAP_CHARS:
        return 0
    run_on = [pair for pair in pairwise(lines) if len(pair[0].text) > _LONG_LINE * width and pair[1].text[:1].islower()]
    num_full = sum(_is_full(line, following, width) for line, following in run_on)
    return width if num_full and 2 * num_full >= len(run_on) else 0
