"""Sections of a text: the passages that its format gave it, else the usual headings of clinical notes.

Headings are text, and text is not to be quoted: so only known headings are told apart, each under one name, and those of
one kind share it ("Meds", "Medications on Admission"). A heading stands at the beginning of a line, before a colon or
alone on the line, in any case. Any other line in capitals with a colon behind it is "other section".
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from bionym.data import Document

NONE = "none"
OTHER = "other section"

_WORDINGS = {
    "chief complaint": "chief complaints?|reasons? for (?:admission|visit|consultation|referral)|presenting complaints?",
    "history of present illness": "(?:history of )?present(?:ing)? illness|hpi|history of presenting complaint",
    "past medical history": "past (?:medical|surgical|psychiatric)(?: and surgical)? history|pmhx?|medical history|psh",
    "medications": "(?:(?:current|home|discharge|admission|outpatient) )?(?:medications?|meds)"
    "(?: (?:on|at|prior to) (?:admission|discharge|transfer))?",
    "allergies": "(?:drug )?allergies(?: and adverse reactions)?|allergy",
    "family history": "family (?:medical )?history|fhx?|fh",
    "social history": "(?:social|substance) history|shx?|sh",
    "review of systems": "review of systems|ros",
    "physical examination": "(?:admission |discharge )?(?:physical )?exam(?:ination)?|pe|physical|vital signs|vitals",
    "results": "(?:pertinent |lab(?:oratory)? )?(?:results|data|studies|findings)|labs|laboratory|imaging|radiology"
    "|microbiology",
    "hospital course": "(?:brief |summary of )?(?:hospital|clinical|emergency department) course(?: by system)?",
    "procedures": "(?:major |principal )?(?:surgical or invasive )?procedures?(?: performed)?|operations?",
    "assessment and plan": "assessment(?:(?: and |/| & )plan)?|plan|impression|a/p",
    "diagnoses": "(?:(?:admission|admitting|discharge|principal|secondary|final|primary) )?diagnos[ei]s",
    "discharge": "discharge (?:condition|disposition|instructions)|condition (?:on|at) discharge|disposition"
    "|follow[- ]?up(?: instructions)?",
}
NAMES = ("title", "abstract", *_WORDINGS, OTHER, NONE)

_GROUPS = "|".join(f"(?P<s{number}>{words})" for number, words in enumerate(_WORDINGS.values()))
_HEADING = re.compile(
    rf"^[ \t]*(?:(?:{_GROUPS})[ \t]*(?::|\r?$)|(?-i:[A-Z][A-Z /&-]{{2,50}}):)", re.IGNORECASE | re.MULTILINE
)


class Section(NamedTuple):
    """Where a section begins, and its name."""

    start: int
    name: str


class Sections:
    """The sections of one document."""

    def __init__(self, document: Document) -> None:
        self._passages = document.passages
        self._headings = () if self._passages else tuple(headings(document.text))

    def at(self, offset: int) -> str:
        """The name of the section that holds a character: of nested passages the shortest; "none" if none does."""
        if not self._headings:
            around = [passage for passage in self._passages if passage.start <= offset < passage.end]
            return min(around, key=lambda passage: passage.end - passage.start).label if around else NONE
        place = bisect_right(self._headings, offset, key=lambda section: section.start)
        return self._headings[place - 1].name if place else NONE


def headings(text: str) -> Iterator[Section]:
    """The sections that headings open, in order.

    >>> list(headings("Pt seen.\\nMEDICATIONS: aspirin\\nPlan:\\nrest"))
    [Section(start=9, name='medications'), Section(start=30, name='assessment and plan')]
    """
    names = tuple(_WORDINGS)
    for match in _HEADING.finditer(text):
        yield Section(match.start(), names[int(match.lastgroup[1:])] if match.lastgroup else OTHER)
