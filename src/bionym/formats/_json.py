"""JSON parsed with its place: every wrong value is an error that names the file, the line and the key."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from bionym.errors import FormatError, did_you_mean
from bionym.formats._characters import SURROGATES

_MISSING = object()


def parse(text: str, *, path: Path, line: int = 1) -> Any:
    """The value of a JSON text that begins on `line`. Raises: FormatError; the text is not quoted."""
    try:
        return json.loads(text, parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        raise broken(error, path=path, line=line) from error


def escape_surrogates(printed: str) -> str:
    """Printed JSON with lone surrogates as escapes, so that it can be written as UTF-8."""
    return SURROGATES.sub(lambda found: f"\\u{ord(found[0]):04x}", printed)


def broken(error: Exception, *, path: Path, line: int) -> FormatError:
    """The error for JSON that cannot be parsed; `line` is where the parsed text begins."""
    if isinstance(error, json.JSONDecodeError):
        found, line = f"not valid JSON ({error.msg}, column {error.colno})", line + error.lineno - 1
    elif isinstance(error, RecursionError):
        found = "not usable JSON: it is nested too deep"
    else:
        found = "not usable JSON: NaN, Infinity or a number of thousands of digits"
    return FormatError(found, path=path, line=line, fix="Check that the file is whole.")


class Record:
    """A JSON object whose values are asked for by kind.

    Args:
        value: what was parsed; must be an object.
        path, line: where it stands, for messages.
        name: what it is, for messages: "entities[3]".
    """

    LINE = "@line"  # the key under which a parser may note an object's own line

    def __init__(self, value: Any, path: Path, line: int, name: str = "") -> None:
        self.path, self.line, self.name = path, line, name
        if not isinstance(value, dict):
            raise self.error(f"expected an object, found {_kind(value)}")
        self.value: dict[str, Any] = value
        self.line = self.whole(self.LINE, line)

    def __contains__(self, key: str) -> bool:
        return key in self.value

    def error(self, message: str, fix: str = "") -> FormatError:
        """A FormatError with the place of this object."""
        return FormatError(f"{self.name}: {message}" if self.name else message, path=self.path, line=self.line, fix=fix)

    def allow(self, *known: str) -> None:
        """Raises: FormatError if there is any other key."""
        for number, key in enumerate(self.value, start=1):
            if key not in known:  # it may be a text that a broken file has in the place of a key
                raise self.error(f"key {number} is unknown.{did_you_mean(key, known)} Known: {', '.join(known)}")

    def text(self, key: str, default: str | None = None) -> str:
        """A string; a number is taken as its digits, as ids often are; where there is a default, null is it."""
        found = self._value(key, default)
        if isinstance(found, int) and not isinstance(found, bool):
            return str(found)
        return found if isinstance(found, str) else self._wrong(key, "text", found)

    def whole(self, key: str, default: int | None = None) -> int:
        """A whole number; digits as text are one too; where there is a default, null is it."""
        found = self._value(key, default)
        if isinstance(found, str) and found.isdecimal() and len(found) < 19:
            return int(found)
        if not isinstance(found, int) or isinstance(found, bool):
            self._wrong(key, "a whole number", found)
        return found

    def share(self, key: str) -> float | None:
        """A number from 0 to 1, or None if it is not there."""
        found = self.value.get(key)
        is_share = found is None or (
            isinstance(found, (int, float)) and not isinstance(found, bool) and 0 <= found <= 1
        )
        return found if is_share else self._wrong(key, "a number from 0 to 1", found)

    def items(self, key: str) -> list[Any]:
        """An array; empty if it is not there or null."""
        found = self.value.get(key)
        return [] if found is None else found if isinstance(found, list) else self._wrong(key, "an array", found)

    def texts(self, key: str) -> list[str]:
        """An array of strings."""
        found = self.items(key)
        return found if all(isinstance(one, str) for one in found) else self._wrong(key, "an array of texts", found)

    def ranges(self, key: str) -> list[tuple[int, int]]:
        """An array of pairs of whole numbers."""
        found = self.items(key)
        if not all(isinstance(pair, list) and len(pair) == 2 and all(map(_is_whole, pair)) for pair in found):
            self._wrong(key, "an array of [start, end]", found)
        return [(pair[0], pair[1]) for pair in found]

    def pairs(self, key: str) -> list[tuple[str, str]]:
        """An array of pairs of strings."""
        found = self.items(key)
        if not all(isinstance(pair, list) and [type(one) for one in pair] == [str, str] for pair in found):
            self._wrong(key, "an array of [role, target]", found)
        return [(pair[0], pair[1]) for pair in found]

    def mapping(self, key: str) -> dict[str, Any]:
        """An object; empty if it is not there or null."""
        found = self.value.get(key)
        return {} if found is None else found if isinstance(found, dict) else self._wrong(key, "an object", found)

    def texts_by_name(self, key: str) -> dict[str, str]:
        """An object of strings."""
        found = self.mapping(key)
        if not all(isinstance(one, str) for one in found.values()):
            self._wrong(key, "an object of texts", found)
        return found

    def records(self, key: str) -> Iterator["Record"]:
        """An array of objects."""
        for number in range(len(self.items(key))):
            yield self.part(key, number)

    def part(self, key: str, number: int) -> "Record":
        """One object of an array."""
        return Record(self.items(key)[number], self.path, self.line, f"{self.name}.{key}[{number}]".lstrip("."))

    def _value(self, key: str, default: Any) -> Any:
        found = self.value.get(key, _MISSING)
        if found is _MISSING and default is None:
            raise self.error(f"the key {key!r} is missing")
        return default if found is _MISSING or (found is None and default is not None) else found

    def _wrong(self, key: str, expected: str, found: Any) -> NoReturn:
        raise self.error(f"{key}: expected {expected}, found {_kind(found)}")


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _kind(value: Any) -> str:
    kinds: Mapping[type, str] = {dict: "an object", list: "an array", str: "text", bool: "true or false"}
    return "null" if value is None else kinds.get(type(value), "a number")


def refuse_constant(name: str) -> NoReturn:
    """For `parse_constant`: NaN and Infinity are no JSON."""
    raise ValueError(name)
