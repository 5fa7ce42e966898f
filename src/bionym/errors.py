"""Every error a user can meet.

    BionymError                 exit 1: the work failed
    ├── InputError              a file could not be read
    │   └── FormatError         its content breaks the format's rules
    ├── OutputError             a file could not be written
    ├── SpanError               offsets that are empty, reversed or outside the text
    ├── LossError               --strict, and something would have been lost
    ├── StoppedError            another thread asked a training to stop
    ├── ModelError              a model folder that cannot be loaded, or data a model cannot learn from
    └── UsageError              exit 2: the command or the configuration was wrong
        ├── ConfigError         a configuration key or value
        ├── UnknownNameError    no format, feature, metric, model ... of that name
        └── MissingExtraError   an optional dependency is not installed

A message says what was expected, what was found, where, and the way out; it never quotes document text.
"""

import importlib.util
import re
from collections.abc import Iterable
from pathlib import Path

_ID = re.compile(r"[A-Za-z0-9_.:/#-]{1,40}")


class BionymError(Exception):
    """What every error here is; `str(error)` is one line for a tired person."""

    exit_code = 1


class InputError(BionymError):
    """A file that could not be read.

    Args:
        message: what was expected and what was found.
        path: the file, or None for standard input and strings.
        line: 1-based line in the file, where it is known.
        fix: the way out, as a sentence.
    """

    def __init__(self, message: str, *, path: str | Path | None = None, line: int | None = None, fix: str = "") -> None:
        self.message, self.path, self.line, self.fix = message, path, line, fix
        super().__init__(message)

    def __str__(self) -> str:
        place = str(self.path) if self.path is not None else ""
        if self.line is not None:
            place = f"{place}, line {self.line}" if place else f"line {self.line}"
        sentence = f"{place}: {self.message}" if place else self.message
        sentence = sentence if sentence.endswith((".", "!", "?")) else sentence + "."
        return f"{sentence} {self.fix}".rstrip()


class FormatError(InputError):
    """Content that breaks the rules of its format."""


class OutputError(BionymError):
    """A file that could not be written."""


class SpanError(BionymError):
    """Offsets that are empty, reversed or outside the text."""


class LossError(BionymError):
    """Something would have been lost, and --strict was given."""


class ModelError(BionymError):
    """A model folder that cannot be loaded, or data that a model cannot learn from."""


class StoppedError(BionymError):
    """A training that another thread asked to stop; the message says where it can go on."""


class UsageError(BionymError):
    """The command or the configuration was wrong."""

    exit_code = 2


class ConfigError(UsageError):
    """A configuration key or value that is not valid."""


class UnknownNameError(UsageError):
    """A name that no part, file or model has.

    Args:
        kind: what was looked for, in the singular: "format".
        name: what was asked.
        known: every name that would have been found.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind, self.name, self.known = kind, name, tuple(sorted(known))
        available = ", ".join(self.known) or "none"
        super().__init__(f"There is no {kind} named {name!r}.{did_you_mean(name, self.known)} Known: {available}.")


class MissingExtraError(UsageError):
    """An optional dependency is absent; the message is the command that installs it."""

    def __init__(self, package: str, *, extra: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs {package}. Install it with: pip install 'bionym[{extra}]'")


def require(*packages: str, extra: str, purpose: str) -> None:
    """Look for optional packages without importing them. Raises: MissingExtraError, with all that are absent."""
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingExtraError(" and ".join(missing), extra=extra, purpose=purpose)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`" Did you mean 'brat'?"`, or nothing when no known name is near."""
    import difflib  # seldom needed, and slow to load

    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f" Did you mean {near[0]!r}?" if near else ""


def shown(name: str) -> str:
    """An id as messages may show it: one short word that has a digit, or three letters, for a broken file has text there.

    >>> shown("PMID-227508"), shown("Seen by Dr. Lee")
    ('PMID-227508', '(an unusual id)')
    """
    is_usual = _ID.fullmatch(name) and (len(name) <= 3 or any(map(str.isdigit, name)))
    return name if is_usual else "(an unusual id)"
