"""Regular-expression classes: numbers, units, dates, phones, doses, roman numerals, Greek letters, nucleotides."""

import re
from collections.abc import Callable

from bionym.features._options import FeatureOptions, Window

PER_WORD = True

_UNIT = (
    r"[munpkμµ]?(?:g|l|m|mol|M|Eq|Ci|Gy|Sv|V|Hz|IU|U)|mcg|mg|kg|ml|mL|dl|dL|cc|cm|mm|nm|kDa|kb|bp|h|hr|hrs|min|sec|s|ms|"
    r"mmHg|bpm|rpm|kcal|units?|tabs?|tablets?|caps?|capsules?|drops?|puffs?|days?|weeks?|months?|years?|hours?|minutes?"
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_PATTERNS = {
    "number": r"[+-]?\d+(?:[.,]\d+)*",
    "decimal": r"\d*\.\d+",
    "one-digit": r"\d",
    "two-digits": r"\d\d",
    "four-digits": r"\d{4}",
    "year": r"(?:19|20)\d\d",
    "percent": r"\d+(?:\.\d+)?%",
    "ordinal": r"\d+(?:st|nd|rd|th)",
    "unit": _UNIT,
    "dose": rf"\d+(?:\.\d+)?(?:{_UNIT})",
    "dosing": r"(?i:q\.?d|b\.?i\.?d|t\.?i\.?d|q\.?i\.?d|p\.?o|i\.?v|i\.?m|s\.?c|p\.?r\.?n|q\d+h|qhs|qam|qpm|stat)\.?",
    "date": rf"(?i:\d{{1,4}}[-/.]\d{{1,2}}[-/.]\d{{1,4}}|{_MONTH})",
    "time": r"\d{1,2}:\d{2}(?::\d{2})?",
    "phone": r"\(?\d{3}\)?[-. ]?\d{3}[-. ]\d{4}|\d{3}-\d{4}",
    "roman": r"(?=[IVXLCM])(?:XL|XC|L?X{0,3})(?:IX|IV|V?I{0,3})",
    "greek": r"(?i:alpha|beta|gamma|delta|epsilon|zeta|eta|theta|kappa|lambda|sigma|omega)|[\u0370-\u03ff]",
    "one-letter": r"[^\W\d_]",
    "letters-digits": r"[^\W\d_]+\d+",
    "digits-letters": r"\d+[^\W\d_]+",
    "capitals-digits": r"[A-Z]{2,}\d*[A-Z]*",
    "plural-capitals": r"[A-Z]{2,}s",
    "nucleotides": r"[ACGTU]{4,}",
    "no-vowel": r"[^aeiouyAEIOUY\W\d]{2,}",
    "has-dash": r".+-.+",
    "has-digit": r".*\d.*",
    "has-capital-inside": r".+[A-Z].*",
    "mark": r"[^\w\s]+",
    "opening": r"[(\[{<]",
    "closing": r"[)\]}>]",
}
_COMPILED = {name: re.compile(pattern) for name, pattern in _PATTERNS.items()}
_ANY = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS.values()))  # most words belong to no class


class Options(FeatureOptions):
    """Settings of `patterns`."""

    window: Window = 1


def build(options: Options) -> Callable[[str], list[str]]:
    """From a word to the names of the classes it belongs to as a whole."""
    return lambda word: classes(word[:100])


def classes(word: str) -> list[str]:
    """The names of the classes of a word."""
    if not _ANY.fullmatch(word):
        return []
    return [name for name, pattern in _COMPILED.items() if pattern.fullmatch(word)]
