"""Text to sentences: first by the layout of its lines, then by its full stops."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from bionym.data import Span
from bionym.text._abbreviations import (
    AMBIGUOUS_TITLES,
    BEFORE_A_DESIGNATION,
    BEFORE_A_LETTER,
    BEFORE_A_NAME,
    BEFORE_A_NUMBER,
    BEFORE_A_TAXON,
    BEFORE_CAPITALS,
    DESIGNATION,
    DOTTED,
    LOWER_CASE_NAME,
    POINTERS,
    SHORT_FORMS,
    STARTERS,
    TITLES,
)
from bionym.text._blocks import blocks

_CLOSERS = "\"'”’»)\\]}"
_OPENERS = "\"'“‘«([{*_"
_STOPS = ".!?…"
_STOP = re.compile(
    rf"(?<![{_STOPS}])[{_STOPS}]++[{_CLOSERS}]*+"
    r"(?:\s?\[\d[\d,;\s–-]{0,60}\])?"  # a citation after the stop belongs to the sentence before it
    r"(?=\s)"
    r"|(?<=[a-z]{3})[.?!](?=[A-Z][a-z])|\.(?=\(ABSTRACT TRUNCATED)"  # the space is missing
)
_NOT_SPACE = re.compile(r"\S")
_BRACKET = re.compile(r"[()\[\]]")
_MAX_BRACKETED_CHARS = 300  # a longer stretch has lost its closing bracket
_CONTEXT_CHARS = 40  # no word that we look up is longer

_BARE_MARKER = re.compile(r"[(\[]?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,4})")
_INITIAL = re.compile(r"[A-Z]\.,?")
_BRACKETED_MARKER = re.compile(r"\((?:[ivx]{1,4}|[a-z])\)")  # the (ii) of `... in cells. (ii) Expression`


def split_sentences(text: str, tokens: Sequence[Span] | None = None) -> tuple[Span, ...]:
    """Sentences of a text, in order, without whitespace at their edges.

    Every character that is not whitespace lies in exactly one sentence. A line break ends a sentence, except where
    the text is wrapped at 60 to 100 characters and the line is full. List items and headings stand alone.

    >>> text = "Seen by Dr. Lee. Plan:\\n1. Aspirin 81 mg p.o. q.d.\\n2. Diet"
    >>> [sentence.of(text) for sentence in split_sentences(text)]
    ['Seen by Dr. Lee.', 'Plan:', '1. Aspirin 81 mg p.o. q.d.', '2. Diet']

    Args:
        tokens: the text's tokens, if not those of `tokenize`; no sentence edge will fall inside one.
    Returns: spans in code points; empty for a blank text.
    Leaves out: languages that write no space after a sentence.
    """
    cuts = [cut for block in blocks(text) for cut in _block_cuts(text, *block)]
    if tokens is not None:
        cuts = _outside_tokens(cuts, tokens)
    trimmed = (_trim(text, start, end) for start, end in pairwise([0, *cuts, len(text)]))
    return tuple(Span(start, end) for start, end in trimmed if start < end)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    stretch = text[start:end]
    return start + len(stretch) - len(stretch.lstrip()), start + len(stretch.rstrip())


def _outside_tokens(cuts: list[int], tokens: Sequence[Span]) -> list[int]:
    """The cuts that fall on no token, or on its edge."""
    starts = [token.start for token in tokens]
    before = ((cut, bisect_right(starts, cut) - 1) for cut in cuts)
    return [cut for cut, index in before if index < 0 or not tokens[index].start < cut < tokens[index].end]


def _block_cuts(text: str, start: int, end: int) -> Iterator[int]:
    """Where the sentences of one block end, the block's own end included unless it is the text's."""
    brackets = _bracketed(text, start, end)
    start = _first_not_space(text, start, end)
    for stop in _STOP.finditer(text, start, end):
        if not _inside(brackets, stop.end() - 1) and _ends_sentence(text, start, stop, end):
            yield stop.end()
            start = _first_not_space(text, stop.end(), end)
    if end < len(text):
        yield end


def _ends_sentence(text: str, start: int, stop: re.Match[str], end: int) -> bool:
    """Whether a stop ends the sentence that began at `start`; looks at the words around it."""
    next_start = _first_not_space(text, stop.end(), end)
    before = text[max(start, stop.start() - _CONTEXT_CHARS) : stop.start()].split()
    after = text[next_start : min(end, next_start + _CONTEXT_CHARS)].split()
    if not before or not after or after[0][0] in _STOPS or _is_list_number(before, stop.start() - start):
        return False
    if _BRACKETED_MARKER.fullmatch(after[0]) and len(after) > 1:
        after = after[1:]
    if stop[0][0] != ".":
        return not _is_lower_case(after[0])
    if ")" in stop[0] and DOTTED.fullmatch(before[-1].lstrip(_OPENERS)):
        return False  # of `(5 p.m.) Then` the full stop is the abbreviation's
    return _full_stop_ends(before, after[0])


def _is_list_number(before: list[str], num_chars: int) -> bool:
    """Whether the last word is the `2` of `2. Diet`: the sentence's first word, or the first after a colon."""
    is_first = num_chars == len(before[0]) if len(before) == 1 else before[-2].endswith(":")
    return is_first and bool(_BARE_MARKER.fullmatch(before[-1]))


def _full_stop_ends(before: list[str], following: str) -> bool:
    word = before[-1].lstrip(_OPENERS)
    if len(word) == 1 and word.isupper():
        return _single_letter_ends(before, following)
    abbreviation = word.lower()
    if abbreviation in TITLES:
        return word in AMBIGUOUS_TITLES and not following.isupper()
    if abbreviation in POINTERS and not word.isupper():
        return False
    if abbreviation in BEFORE_A_TAXON and not word.isupper():
        return _is_starter(following)
    if abbreviation in BEFORE_A_DESIGNATION and DESIGNATION.fullmatch(following):
        return False
    if abbreviation in BEFORE_CAPITALS and not word.isupper():
        return _is_capitalised(following) or _is_starter(following)
    if abbreviation in BEFORE_A_NUMBER:
        return not following[0].isdigit() and not _is_lower_case(following)
    if abbreviation in SHORT_FORMS:
        return following[0].isupper()
    if DOTTED.fullmatch(word):
        return _is_starter(following) or following.endswith(":") or (word.islower() and _is_capitalised(following))
    return not _is_lower_case(following) or bool(LOWER_CASE_NAME.match(following))


def _single_letter_ends(before: list[str], following: str) -> bool:
    """Tells the end of `vitamin D. Patients` from the initials of `by J. R. Smith` and `E. coli`."""
    if _is_lower_case(following) or _INITIAL.fullmatch(following):
        return False
    if _is_starter(following):
        return True
    preceding = before[-2].rpartition("-")[2] if len(before) > 1 else ""
    if preceding.lower() in BEFORE_A_LETTER or preceding[-1:].isdigit():
        return True
    return preceding.islower() and preceding not in BEFORE_A_NAME


def _is_starter(word: str) -> bool:
    return word[0].isupper() and word.rstrip(",:").lower() in STARTERS


def _is_capitalised(word: str) -> bool:
    """`Mean`, but not `MP`."""
    return word[0].isupper() and word[1:2].islower()


def _is_lower_case(word: str) -> bool:
    return word.lstrip(_OPENERS)[:1].islower()


def _first_not_space(text: str, start: int, end: int) -> int:
    found = _NOT_SPACE.search(text, start, end)
    return found.start() if found else end


def _bracketed(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Stretches between a bracket and its partner: the outermost ones that are not too long, in order."""
    opened: dict[str, list[int]] = {")": [], "]": []}
    pairs = []
    for bracket in _BRACKET.finditer(text, start, end):
        if bracket[0] in "([":
            opened[")" if bracket[0] == "(" else "]"].append(bracket.start())
        elif opened[bracket[0]]:
            pairs.append((opened[bracket[0]].pop(), bracket.start()))
    return _outermost(sorted(pair for pair in pairs if pair[1] - pair[0] <= _MAX_BRACKETED_CHARS))


def _outermost(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for pair in pairs:
        if not kept or pair[0] > kept[-1][1]:
            kept.append(pair)
    return kept


def _inside(brackets: list[tuple[int, int]], position: int) -> bool:
    index = bisect_right(brackets, (position, 0)) - 1
    return index >= 0 and position < brackets[index][1]
