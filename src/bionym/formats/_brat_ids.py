"""Ids of the lines of an `.ann` file, and what such lines are called."""

from collections import Counter
from dataclasses import dataclass, field

NAMES = {"E": "event", "R": "relation line", "*": "equivalence", "A": "attribute", "M": "attribute"}
NAMES |= {"N": "normalisation", "#": "note"}


@dataclass
class Ids:
    """Ids that are not used yet, counted on from the highest of each letter."""

    used: set[str]
    _last: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        for name in self.used:
            if is_id(name):
                self._last[name[0]] = max(self._last[name[0]], int(name[1:]))

    def claim(self, name: str, letter: str) -> str:
        """`name` if it has the letter and is free, else a fresh one."""
        if not is_id(name) or name[0] != letter or name in self.used:
            self._last[letter] += 1
            name = f"{letter}{self._last[letter]}"
        self.used.add(name)
        self._last[letter] = max(self._last[letter], int(name[1:]))
        return name


def is_id(name: str) -> bool:
    """Whether a string is a letter and a number, as brat's ids are."""
    return len(name) < 19 and name[1:].isdigit() and name.isascii() and name[0].isalpha()
