"""Which column of a CoNLL file is the token and which the tag, told from its first lines.

`# global.columns` (CoNLL-U Plus) names the columns. Without it the token is the first column, unless that holds numbers
that count tokens or sentences, or stay the same in each sentence, and a column with words stands behind it.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from bionym.data.tags import is_tag
from bionym.formats._conll_tags import SPELLINGS

GLOBAL_COLUMNS = re.compile(r"#\s*global\.columns\s*=\s*(.+)")
TOKEN_NAMES = ("FORM", "TOKEN", "WORD")
TAG_NAMES = ("NE", "NER", "ENTITY", "TAG")
TAG_SPACES = ("BIO", "IOB", "IOB2", "BIOES", "IOBES", "BILOU", "NE", "NER")
WORD_ID = re.compile(r"[0-9]+")  # what CoNLL-U numbers; ranges and empty nodes have a sign within
_INDEX = re.compile(r"(?:[Ss]ent(?:ence)?[:_ ]*)?([0-9]+)(?:[-.:_/]([0-9]+))*")

Rows = Sequence[Sequence[str]]


class Chosen(NamedTuple):
    """The columns of token and tag (None: there is none), and of word numbers by CoNLL-U (None: there is none)."""

    token: int
    tag: int | None
    word_id: int | None = None
    passed_over: int = 0  # columns of numbers before the token


def named_columns(header: str) -> Chosen | None:
    """What a `# global.columns` line says; None where none of its columns is a token."""
    match = GLOBAL_COLUMNS.fullmatch(header.rstrip())
    names = match[1].upper().split() if match else []
    token = next((names.index(name) for name in TOKEN_NAMES if name in names), None)
    if token is None:
        return None
    tag = next((number for number, name in enumerate(names) if _is_tag_name(name)), -1)
    return Chosen(token, tag, names.index("ID") if "ID" in names else None)


def _is_tag_name(name: str) -> bool:
    space, _, last = name.rpartition(":")
    return last in TAG_NAMES or space in TAG_SPACES or name in TAG_SPACES


def token_column(sentences: Sequence[Rows], tag: int | None) -> int:
    """The first column that holds words, if those before it are numbers that count; else 0.

    >>> token_column([[("1", "Los", "O"), ("2", "ensayos", "B-X")]], tag=-1)
    1
    """
    rows = [row for sentence in sentences for row in sentence]
    num_columns = min(map(len, rows), default=0)
    behind = num_columns - 1 if tag is not None else num_columns
    for column in range(behind):
        if column and _has_words([row[column] for row in rows]):
            return column
        if not all(_counts([row[column] for row in sentence]) for sentence in sentences if sentence):
            return 0
    return 0


def tag_columns(rows: Rows) -> list[int]:
    """The columns in which every row holds a tag, in one of the spellings that are known; not the first."""
    num_columns = min(map(len, rows), default=0)
    return [
        column
        for column in range(1, num_columns)
        if any(all(spelling(row[column].strip()) for row in rows) for spelling in SPELLINGS)
    ]


def _has_words(values: Sequence[str]) -> bool:
    has_letters = sum(any(map(str.isalpha, value)) for value in values) * 2 >= len(values)
    has_lower = any(any(map(str.islower, value)) for value in values)
    return has_letters and has_lower and not all(map(is_tag, values))


def _counts(values: Sequence[str]) -> bool:
    """Whether a sentence's values are numbers that stay the same or go up by one, or leave out what would be the same."""
    values = [value.strip() for value in values]
    matches = [_INDEX.fullmatch(value) for value in values]
    if not values or matches[0] is None:
        return False
    if all(value in ("", values[0]) for value in values):
        return True
    if not all(matches):
        return False
    last = [
        int(match[2] or match[1]) if match and len(value) < 19 else -1
        for match, value in zip(matches, values, strict=True)
    ]
    return all(right - left in (0, 1) for left, right in pairwise(last)) or _is_word_ids(values)


def _is_word_ids(values: Sequence[str]) -> bool:
    """1, 2-3, 2, 3, 4, 4.1: the numbers of CoNLL-U, of which those of words count."""
    whole = [int(value) for value in values if WORD_ID.fullmatch(value)]
    return len(whole) * 2 >= len(values) and all(right - left == 1 for left, right in pairwise(whole))
