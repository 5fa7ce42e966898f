"""Text in the form in which a mention and what it stands for compare: what programs and editors change left out.

Left out: white space and invisible characters, hyphens and dashes, quotation marks and primes, accents. Made alike: case,
Unicode compatibility forms and ligatures, Greek letters and their names, HTML and XML entities.

Source: Unicode Standard Annex 15, Normalization Forms (NFKD); Unicode general categories Cc, Cf, Mn, Pd, Pi, Pf, Zs.
"""

import functools
import html
import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

_GREEK = "α a alpha,β b beta,γ g gamma,δ d delta,ε e epsilon,ζ z zeta,η h eta,θ q theta,ι i iota,κ k kappa,λ l lambda"
_GREEK += ",μ u mu,ν n nu,ξ x xi,ο o omicron,π p pi,ρ r rho,σ s sigma,τ t tau,υ u upsilon,φ f phi,χ c chi,ψ y psi"
_GREEK += ",ω w omega"
_NAMES = {letter: name for letter, _, name in (one.split() for one in _GREEK.split(","))}
_LETTERS = {letter: latin for letter, latin, _ in (one.split() for one in _GREEK.split(","))}
_ALIKE = {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "×": "x", "·": ".", "•": ".", "⁄": "/"}
_ALIKE |= {"≤": "<=", "≥": ">=", "≠": "!=", "±": "+/-", "∼": "~", "→": "->", "∕": "/", "∶": ":", "ϵ": "ε"}
_HYPHENS_AND_QUOTES = frozenset("-\u00ad\u2212\u2043\"'`´\u2032\u2033\u2034\u2035\u02b9\u02ba\u02bc\u00a8\u02dd")
_LEFT_OUT = ("Zs", "Zl", "Zp", "Cc", "Cf", "Mn", "Me", "Pd", "Pi", "Pf")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")


class Folded(NamedTuple):
    """A folded text, and for each of its characters the offset of the one that it comes from."""

    text: str
    origins: tuple[int, ...]


def names_spelled(text: str) -> str:
    """The folded text with Greek letters by their names: "TNF-α" gives "tnfalpha"."""
    return "".join(map(_named, _unescaped(text)))


def letters_spelled(text: str) -> str:
    """The folded text with Greek letters as the Latin ones that stand in for them: "TNF-α" gives "tnfa"."""
    return "".join(map(_lettered, _unescaped(text)))


def are_alike(left: str, right: str) -> bool:
    """Whether nothing but what folding levels differs.

    >>> are_alike("TNF-α", "tnf alpha"), are_alike("IL-2", "IL-4")
    (True, False)
    """
    if left == right:
        return True
    named = names_spelled(left)
    if named == names_spelled(right):
        return bool(named) or len(left) == len(right)
    return not (left.isascii() and right.isascii()) and letters_spelled(left) == letters_spelled(right)


def with_origins(text: str) -> Folded:
    """The folded text of a document, in which a folded mention can be searched."""
    pairs = list(_with_offsets(text))
    return Folded("".join(piece for piece, _ in pairs), tuple(at for piece, at in pairs for _ in piece))


def _with_offsets(text: str) -> Iterator[tuple[str, int]]:
    at = 0
    for entity in _ENTITY.finditer(text) if "&" in text else ():
        yield from ((_named(char), at + number) for number, char in enumerate(text[at : entity.start()]))
        yield names_spelled(entity[0]), entity.start()
        at = entity.end()
    yield from ((_named(char), at + number) for number, char in enumerate(text[at:]))


def _unescaped(text: str) -> str:
    """The text without entities, those of entities too ("&amp;lt;")."""
    return html.unescape(html.unescape(text)) if "&" in text else text


@functools.lru_cache(maxsize=10_000)
def _named(char: str) -> str:
    return "".join(_NAMES.get(one, one) for one in _folded(char))


@functools.lru_cache(maxsize=10_000)
def _lettered(char: str) -> str:
    if char == "ß":
        return "b"  # typed where beta was meant
    return "".join(_LETTERS.get(one, one) for one in _folded(char))


def _folded(char: str) -> str:
    """One character without what is left out, by itself."""
    apart = unicodedata.normalize("NFKD", _ALIKE.get(char, char)).casefold()
    alike = "".join(_ALIKE.get(one, one) for one in unicodedata.normalize("NFKD", apart))
    return "".join(one for one in alike if one not in _HYPHENS_AND_QUOTES and not _is_left_out(one))


def _is_left_out(char: str) -> bool:
    return unicodedata.category(char) in _LEFT_OUT or char.isspace()
