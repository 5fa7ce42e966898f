"""Text to tokens: one regular expression, every offset kept."""

import re
import unicodedata
from functools import cache, partial

from bionym.data import Span

# Units that clinicians write against the number: 10mg, 2.5mL, 24h, 65yo.
_UNITS = (
    "mg|mcg|[µμu]g|ng|pg|kg|g|[dcmµμu]?[lL]|[cmnµμu]m|[mµμu]?mol|nmol|[mnpµμ]M|mEq|meq|IU|"
    "hrs?|h|mins?|secs?|ms|yrs?|yo|wks?|bpm|mmHg|k?Hz|MHz|k[dD]a|kb|bp|c?Gy|mCi|MBq|kcal"
)

_NUMBERS = (
    r"\d++(?:,\d{3})*+(?:\.\d+)+",  # 2.5 and 1,234.5
    r"\d{1,3}(?:,\d{3})+(?!\w)",  # 12,000
    rf"\d++(?=(?:{_UNITS})(?!\w))",  # 10 of 10mg
)
_GROUPS = (
    r"(?<=[^\W\d_])['’](?:[sStTdm]|re|ve|ll)(?!\w)",  # 's of Parkinson's, 't of don't
    r"\[\*\*|\*\*\]",  # [** and **] around a removed identifier
    r"\+/-|[<>]=",
    r"\.{2,}|-{2,}|_+|={2,}|\*{2,}|#{2,}|~{2,}",  # ... and rules drawn across the page
    "[\U0001f1e6-\U0001f1ff]{2}",  # a flag
)

# Alternatives are tried from left to right: first the two commonest, and the rare ones behind a look at one character.
_ALTERNATIVES = (
    r"[^\W\d_][^\W_]+",  # a word of two or more letters and digits
    r"[,;()/:%]",
    rf"(?=\d)(?:{'|'.join(_NUMBERS)})",
    r"(?:[^\W\d_]\.){2,}",  # p.o. and b.i.d. and U.S.
    r"[^\W_]+",
    rf"(?=['’\[*+<>._\-=#~\U0001f1e6-\U0001f1ff])(?:{'|'.join(_GROUPS)})",
    r"[^\w\s]",
)
_PLAIN = re.compile("|".join(_ALTERNATIVES))

_as_span = partial(tuple.__new__, Span)  # skips the checks of `Span`: a match is never empty


def tokenize(text: str) -> tuple[Span, ...]:
    """Tokens of a text, in order.

    Every character that is not whitespace (`str.isspace`) lies in exactly one token, and no token holds whitespace.
    Words are runs of letters and digits; hyphens, slashes and brackets stand alone; a decimal number, a dotted
    abbreviation and a possessive `'s` are each one token; a number is cut from its unit; an accent written as a
    combining mark stays with its letter.

    >>> text = "IL-2 2.5mg p.o. in Parkinson's"
    >>> [token.of(text) for token in tokenize(text)]
    ['IL', '-', '2', '2.5', 'mg', 'p.o.', 'in', 'Parkinson', "'s"]

    Returns: spans in code points; empty for a blank text.
    Leaves out: affixes written solid (`antitumor`), and letters against digits (`IL2R`, `5HT`), which stay whole.
    """
    pattern = _PLAIN if text.isascii() or _marks().isdisjoint(set(text)) else _with_marks()
    return tuple(map(_as_span, map(re.Match.span, pattern.finditer(text))))


@cache
def _with_marks() -> re.Pattern[str]:
    """A slower expression for a text that has marks; in one without, it finds the tokens of `_PLAIN`."""
    marks = rf"(?![\x00-\x7f])[{''.join(sorted(_marks()))}]++"  # most characters are ASCII: looking first is fast
    alternatives = (
        rf"[^\W_]++(?:{marks}[^\W_]*+)++",  # a word with accents
        rf"[^\w\s\x00-\x7f](?:(?:{marks})?(?<=\u200d)[^\w\s])++(?:{marks})?",  # an emoji family
        rf"(?:{_PLAIN.pattern})(?:{marks})?",
    )
    return re.compile("|".join(alternatives))


@cache
def _marks() -> frozenset[str]:
    """What belongs to the character before it: accents, joiners, skin tones, the soft hyphen."""
    blocks = (range(0x300, 0x1F000), range(0xE0100, 0xE01F0))
    characters = (chr(code) for block in blocks for code in block)
    accents = {character for character in characters if unicodedata.category(character)[0] == "M"}
    return frozenset(accents | set("\xad\u200c\u200d\u2060\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"))
