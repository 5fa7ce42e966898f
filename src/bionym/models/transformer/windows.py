"""Windows over texts that are longer than what an encoder reads at once.

Windows overlap, and each token is scored in the window in which it is furthest from an edge, the text's own ends not
counted. Every token is scored in exactly one.

Lengths are those of tokens in subwords; positions are those of tokens.
"""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple


class Window(NamedTuple):
    """Tokens `[start, end)` are read together; those of `[first, last)` among them are scored here."""

    start: int
    end: int
    first: int
    last: int


def windows(lengths: Sequence[int], room: int, overlap: int) -> list[Window]:
    """The windows of a text, in order.

    Args:
        lengths: subwords of each token; one with more than `room` counts as having just so many.
        room: subwords that fit into a window.
        overlap: subwords that neighbours share, as far as whole tokens allow; no more than half of `room`.

    >>> windows([1, 1, 1, 1, 1, 1], 4, 2)
    [Window(start=0, end=4, first=0, last=3), Window(start=2, end=6, first=3, last=6)]
    """
    if not lengths:
        return []
    sums = list(accumulate((min(length, room) for length in lengths), initial=0))
    stretches = _stretches(sums, room, min(overlap, room // 2))
    edges = [0, *(_middle(sums, left, right) for left, right in pairwise(stretches)), len(lengths)]
    return [Window(*stretch, *core) for stretch, core in zip(stretches, pairwise(edges), strict=True)]


def _stretches(sums: Sequence[int], room: int, overlap: int) -> list[tuple[int, int]]:
    """Start and end of each window: as long as fits, the last one too, which reaches back as far as it can."""
    num_tokens, stretches, start = len(sums) - 1, list[tuple[int, int]](), 0
    while True:
        end = start + 1
        while end < num_tokens and sums[end + 1] - sums[start] <= room:
            end += 1
        if end == num_tokens:
            while start and sums[end] - sums[start - 1] <= room:
                start -= 1
            return [*stretches, (start, end)]
        stretches.append((start, end))
        following = start + 1
        while sums[end] - sums[following] > overlap or sums[end + 1] - sums[following] > room:
            following += 1
        start = following


def _middle(sums: Sequence[int], left: tuple[int, int], right: tuple[int, int]) -> int:
    """The first token that is nearer to the end of the left window than to the start of the right one."""
    start, end = right[0], left[1]
    token = start
    while token < end and sums[token] + sums[token + 1] <= sums[start] + sums[end]:
        token += 1
    return token
