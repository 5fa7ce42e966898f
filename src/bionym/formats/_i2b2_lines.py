"""Lines of `.con`, `.ast` and `.rel` files: read and written, one by one.

    c="<text>" 2:5 2:7||t="problem"                            .con
    c="<text>" 2:5 2:7||t="problem"||a="absent"                .ast
    c="<text>" 3:0 3:0||r="TrAP"||c="<text>" 2:5 2:7           .rel

The text may hold `"` and `||` itself; the positions are the last thing before the next key.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar

from bionym.errors import FormatError
from bionym.files import Line, read_lines, refuse_carriage_return

Parsed = TypeVar("Parsed")
OnError = Callable[[FormatError], None]

_CONCEPT = r'c="(.*)" +([0-9]{1,9}):([0-9]{1,9}) +([0-9]{1,9}):([0-9]{1,9})'
_CONCEPT_LINE = re.compile(rf'{_CONCEPT}\|\|t="([^"]+)"')
_ASSERTION_LINE = re.compile(rf'{_CONCEPT}\|\|t="([^"]+)"\|\|a="([^"]+)"')
_RELATION_LINE = re.compile(rf'{_CONCEPT}\|\|r="([^"]+)"\|\|{_CONCEPT}')
_LEAVE_OUT = "pass --option repair=nearest to leave it out"
_UNWRITABLE = re.compile(r'["\n\r]')


class Place(NamedTuple):
    """A token: its line from 1, its number in the line from 0."""

    line: int
    token: int


class Concept(NamedTuple):
    """The text and the first and last token of a concept, both inclusive."""

    text: str
    first: Place
    last: Place

    def __str__(self) -> str:
        return f'c="{self.text}" {self.first.line}:{self.first.token} {self.last.line}:{self.last.token}'


class Stated(NamedTuple):
    """A line of a `.con` or `.ast` file; `assertion` is "" in the former."""

    number: int
    concept: Concept
    label: str
    assertion: str = ""

    def __str__(self) -> str:
        return f'{self.concept}||t="{self.label}"' + (f'||a="{self.assertion}"' if self.assertion else "")


class Tied(NamedTuple):
    """A line of a `.rel` file."""

    number: int
    first: Concept
    label: str
    second: Concept

    def __str__(self) -> str:
        return f'{self.first}||r="{self.label}"||{self.second}'


def read_concepts(path: Path, on_error: OnError | None = None) -> Iterator[Stated]:
    """The lines of a `.con` file; blank ones are passed over. Raises: FormatError, unless `on_error` takes it."""
    return _usable(path, _stated_in_con, on_error)


def read_assertions(path: Path, on_error: OnError | None = None) -> Iterator[Stated]:
    """The lines of an `.ast` file. Raises: FormatError, unless `on_error` takes it."""
    return _usable(path, _stated_in_ast, on_error)


def read_relations(path: Path, on_error: OnError | None = None) -> Iterator[Tied]:
    """The lines of a `.rel` file. Raises: FormatError, unless `on_error` takes it."""
    return _usable(path, _tied, on_error)


def _usable(path: Path, parsed: Callable[[Line, Path], Parsed], on_error: OnError | None) -> Iterator[Parsed]:
    for line in _lines(path):
        try:
            found = parsed(line, path)
        except FormatError as error:
            if on_error is None:
                raise
            on_error(error)
        else:
            yield found


def _stated_in_con(line: Line, path: Path) -> Stated:
    found = _matched(_CONCEPT_LINE, line, "t", 't="label"', path)
    return Stated(line.number, _concept(found[:5], line, path), found[5])


def _stated_in_ast(line: Line, path: Path) -> Stated:
    found = _matched(_ASSERTION_LINE, line, "a", 't="label"||a="assertion"', path)
    return Stated(line.number, _concept(found[:5], line, path), found[5], found[6])


def _tied(line: Line, path: Path) -> Tied:
    found = _matched(_RELATION_LINE, line, "r", 'r="label"||c="text" line:token line:token', path)
    return Tied(line.number, _concept(found[:5], line, path), found[5], _concept(found[6:], line, path))


def as_value(name: str) -> str:
    """A label or value as it can stand between quotation marks."""
    return _UNWRITABLE.sub("_", name)


def _lines(path: Path) -> Iterator[Line]:
    for line in read_lines(path):
        if line.text.strip():
            refuse_carriage_return(line, path)
            yield line


def _matched(form: re.Pattern[str], line: Line, key: str, expected: str, path: Path) -> tuple[str, ...]:
    found = form.fullmatch(line.text.strip())
    if found is None:
        problem = "found another form" if f'||{key}="' in line.text else f'found no ||{key}="'
        message = f'expected c="text" line:token line:token||{expected}, {problem}'
        raise FormatError(message, path=path, line=line.number, fix=f"Correct the line, or {_LEAVE_OUT}.")
    return found.groups()


def _concept(fields: tuple[str, ...], line: Line, path: Path) -> Concept:
    text, *numbers = fields
    first_line, first_token, last_line, last_token = map(int, numbers)
    first, last = Place(first_line, first_token), Place(last_line, last_token)
    if first > last:
        found = f"the start {first_line}:{first_token} lies behind the end {last_line}:{last_token}"
        fix = f"Write the first token before the last (the end is inclusive), or {_LEAVE_OUT}."
        raise FormatError(found, path=path, line=line.number, fix=fix)
    return Concept(text, first, last)
