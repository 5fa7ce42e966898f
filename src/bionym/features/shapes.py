"""Word shapes: what kind each character is of.

full       X upper, x lower, d digit, g Greek, else the character itself: "IL-2" XX-d
collapsed  the same, each run once (Collins 2002): "Aspirin" Xx
bounded    the first two and last two characters, and which kinds stand between (after the Stanford tagger's Chris2)
kind       one word for the whole token (after Dan1): upper, lower, initial-upper, mixed, digits, with-digit, mark
"""

import re
from collections.abc import Callable
from typing import Literal

from pydantic import Field

from bionym.features._options import FeatureOptions, Window

PER_WORD = True

Shape = Literal["full", "collapsed", "bounded", "kind"]


class Options(FeatureOptions):
    """Settings of `shapes`."""

    window: Window = 1
    shapes: tuple[Shape, ...] = Field(default=("full", "collapsed", "bounded", "kind"), description="Which shapes.")
    longest_word: int = Field(default=40, ge=1, description="Longer words give only the shape of their beginning.")


def build(options: Options) -> Callable[[str], list[str]]:
    """From a word to its shapes, each under the shape's name."""
    functions = [(name, _SHAPES[name]) for name in options.shapes]
    return lambda word: [f"{name}={shape(word[: options.longest_word])}" for name, shape in functions]


def full(word: str) -> str:
    """`IL-2` gives `XX-d`."""
    return word.translate(_KINDS)


def collapse(word: str) -> str:
    """`Aspirin` gives `Xx`."""
    return _RUN.sub(r"\1", full(word))


def bounded(word: str) -> str:
    """`methyl-CpG` gives `xx:-Xx:xX`: two characters, the kinds between, two characters."""
    shape = full(word)
    if len(shape) <= 4:
        return shape
    return f"{shape[:2]}:{''.join(sorted(set(shape[2:-2])))}:{shape[-2:]}"


def kind(word: str) -> str:
    """One word for the whole token."""
    if not any(map(str.isalnum, word)):
        return "mark"
    if any(map(str.isdigit, word)):
        return "digits" if all(char.isdigit() or char in ".,-/:" for char in word) else "with-digit"
    if word.isupper():
        return "upper" if len(word) > 1 else "one-upper"
    if word.islower():
        return "lower"
    return "initial-upper" if word[:1].isupper() and word[1:].islower() else "mixed"


class _Kinds(dict[int, str]):
    """The kind of each character by its code point, as `str.translate` asks for it; filled at first use."""

    def __missing__(self, code: int) -> str:
        self[code] = _kind_of_character(chr(code))
        return self[code]


def _kind_of_character(char: str) -> str:
    if "\u0370" <= char <= "\u03ff":
        return "g"
    if char.isupper():
        return "X"
    if char.isalpha():
        return "x"
    return "d" if char.isdigit() else char


_KINDS, _RUN = _Kinds(), re.compile(r"(.)\1+")

_SHAPES: dict[str, Callable[[str], str]] = {"full": full, "collapsed": collapse, "bounded": bounded, "kind": kind}
