"""JSON read value by value, so that memory does not grow with the file.

A file may be one array, several values in a row (JSON Lines), or an object that holds its documents in an array under
some key: the values come one at a time, whatever the file's size.
"""

import codecs
import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

from bionym.errors import FormatError
from bionym.files import BOM, decode, open_bytes
from bionym.formats._json import broken, refuse_constant

_CHUNK_BYTES = 1 << 16
_SPACE = " \t\r\n"


class Item(NamedTuple):
    """A value of the file, the line it begins on, and what its enclosing object held before it."""

    value: Any
    line: int
    header: dict[str, Any]


def items(path: Path, streamed: tuple[str, ...]) -> Iterator[Item]:
    """The top-level values of a file; the elements of a top-level array, or of an array under a key of `streamed`.

    Raises: FormatError with file and line where the JSON is broken.
    """
    with open_bytes(path) as stream:
        text = _Text(stream, path)
        while text.peek():
            if text.peek() == "[":
                for value, line in _elements(text):
                    yield Item(value, line, {})
            elif text.peek() == "{":
                yield from _members(text, streamed)
            else:
                raise text.error("expected an array or an object of JSON")


def _elements(text: "_Text") -> Iterator[tuple[Any, int]]:
    text.take("[")
    while text.peek() != "]":
        line = text.line
        yield text.value(), line
        if text.peek() != "]":
            text.take(",")
    text.take("]")


def _members(text: "_Text", streamed: tuple[str, ...]) -> Iterator[Item]:
    """The elements under the first key of `streamed`; the object itself if it has none."""
    line, header, is_streamed = text.line, dict[str, Any](), False
    text.take("{")
    while text.peek() != "}":
        key = text.key()
        text.take(":")
        if key in streamed and text.peek() == "[":
            is_streamed = True
            for value, at in _elements(text):
                yield Item(value, at, header)
        else:
            header[key] = text.value()
        if text.peek() != "}":
            text.take(",")
    text.take("}")
    if not is_streamed:
        yield Item(header, line, {})


class _Text:
    """The part of a file that is being parsed; it grows by chunks and forgets what was taken."""

    def __init__(self, stream: IO[bytes], path: Path) -> None:
        self.path, self.line = path, 1
        self._stream, self._text, self._at, self._at_end = stream, "", 0, False
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._json = json.JSONDecoder(parse_constant=refuse_constant)
        self._grow(_CHUNK_BYTES)
        self._text = self._text.removeprefix(BOM)

    def error(self, message: str) -> FormatError:
        """A FormatError at the current line."""
        return FormatError(message, path=self.path, line=self.line, fix="Check that the file is whole.")

    def peek(self) -> str:
        """The next character that is not white space; "" at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _SPACE:
                self._advance(self._at + 1)
            if self._at < len(self._text) or self._at_end:
                return self._text[self._at : self._at + 1]
            self._grow(_CHUNK_BYTES)

    def take(self, expected: str) -> None:
        """Pass over one character. Raises: FormatError if it is another."""
        if self.peek() != expected:
            raise self.error(f"not valid JSON (expected {expected!r}{'' if self.peek() else ', found the end'})")
        self._advance(self._at + 1)

    def key(self) -> str:
        """Pass over a key. Raises: FormatError if something else stands there."""
        if self.peek() != '"':
            self.take('"')
        return str(self.value())

    def value(self) -> Any:
        """Pass over one value. Raises: FormatError if it is broken."""
        self.peek()
        num_bytes = _CHUNK_BYTES
        while True:
            try:
                found, end = self._json.raw_decode(self._text, self._at)
            except (ValueError, RecursionError) as error:
                if self._at_end or not self._may_be_cut(error):
                    raise self._broken(error) from error
            else:
                if end < len(self._text) or self._at_end:
                    self._advance(end)
                    return found
            self._grow(num_bytes)
            num_bytes *= 2

    def _may_be_cut(self, error: Exception) -> bool:
        """Whether an error may vanish when more of the file is read."""
        if not isinstance(error, json.JSONDecodeError):
            return False
        return error.pos > len(self._text) - 16 or error.msg.startswith("Unterminated string")

    def _broken(self, error: Exception) -> FormatError:
        if isinstance(error, json.JSONDecodeError):
            error = json.JSONDecodeError(error.msg, self._text[self._at :], error.pos - self._at)
        return broken(error, path=self.path, line=self.line)

    def _advance(self, to: int) -> None:
        self.line += self._text.count("\n", self._at, to)
        self._at = to

    def _grow(self, num_bytes: int) -> None:
        raw = self._stream.read(num_bytes)
        line = self.line + self._text.count("\n", self._at)
        self._at_end = not raw
        try:
            more = self._decoder.decode(raw, final=self._at_end)
        except UnicodeDecodeError as error:
            decode(error.object, path=self.path, line=line + error.object.count(b"\n", 0, error.start))
            raise self.error("the file ends within a character") from error
        self._text, self._at = self._text[self._at :] + more, 0
