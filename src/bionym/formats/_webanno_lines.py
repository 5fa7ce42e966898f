r"""Lines and cells of WebAnno TSV 3: the header's layers, rows of tokens, and values with their escapes.

    #FORMAT=WebAnno TSV 3.3
    #T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value     a layer of spans and its features
    #T_RL=webanno.custom.Relation|label|BT_de.tudarmstadt....NamedEntity              relations, and the layer they tie
    #T_CH=de.tudarmstadt.ukp.dkpro.core.api.coref.type.CoreferenceLink|...            chains

    #Text=Naloxone reverses severe hypotension.
    1-1<TAB>0-8<TAB>Naloxone<TAB>*<TAB>Chemical<TAB>
    1-3<TAB>18-24<TAB>severe<TAB>*[1]<TAB>Disease[1]<TAB>
    1-3.1<TAB>18-20<TAB>se<TAB>_<TAB>_<TAB>            a part of a token

A cell is "_" (no annotation), or values joined by "|", each with the number of its annotation if that has several rows or
shares one; "*" is an annotation without a value.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bionym.errors import FormatError
from bionym.files import read_lines

MARK = "#FORMAT=WebAnno TSV 3"
FORMAT = f"{MARK}.3"
TEXT = "#Text="
NONE, EMPTY = "_", "*"
KINDS = {"#T_SP=": "span", "#T_RL=": "relation", "#T_CH=": "chain"}
BASE = "BT_"  # in front of the layer that a relation ties
SLOT = "ROLE_"  # in front of a feature that links to other annotations; its targets stand in the next column
_PLACE = re.compile(r"[0-9]{1,9}-[0-9]{1,9}(?:\.[0-9]{1,9})*")
_OFFSETS = re.compile(r"([0-9]{1,18})-([0-9]{1,18})")
_PIECE = re.compile(r"(?:\\.|[^|\\])*", re.DOTALL)
_NUMBERED = re.compile(r"((?:\\.|[^\\\[\]])*)(?:\[([0-9]{1,18}(?:_[0-9]{1,18})?)\])?", re.DOTALL)
_ESCAPED = re.compile(r"\\(->|.)", re.DOTALL)
_RESERVED = re.compile(r"->|[\\\[\]|_;*\t\n\r]")
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "b": "\b"}
_OF_LETTER = {char: letter for letter, char in _LETTERS.items()}
_IN_TEXT = re.compile(r"[\\\n\t\r\f\b]")


class Layer(NamedTuple):
    """A layer and the columns of its features, the first of them being column `first` of the file."""

    kind: str
    name: str
    features: tuple[str, ...]
    first: int

    @property
    def columns(self) -> range:
        """The columns of its features; one if it has none."""
        return range(self.first, self.first + max(1, len(self.features)))


class Row(NamedTuple):
    """A token or a part of one: its place (sentence-token), offsets as the file counts, and all columns."""

    line: int
    place: str
    start: int
    end: int
    columns: list[str]

    @property
    def is_part(self) -> bool:
        """Whether it is a part of a token."""
        return "." in self.place


class Sentence(NamedTuple):
    """A sentence's text as written, and its rows."""

    line: int
    text: str
    rows: list[Row]


class Value(NamedTuple):
    """One value of a cell: unescaped, None for "*", and the annotation's number, "" without one."""

    text: str | None
    number: str


def parse(path: Path) -> tuple[list[Layer], list[Sentence]]:
    """The layers and sentences of a file. Raises: FormatError with the line."""
    layers: list[Layer] = []
    sentences: list[Sentence] = []
    num_columns, is_first = 3, True
    for number, text in read_lines(path):
        if is_first and not text.startswith(MARK):
            fix = "Export it from WebAnno or INCEpTION as WebAnno TSV v3.x."
            raise FormatError(f"expected {MARK}.x in the first line", path=path, line=number, fix=fix)
        is_first = False
        kind = next((kind for kind in KINDS if text.startswith(kind)), None)
        if kind is not None:
            name, *features = text.removeprefix(kind).split("|")
            layers.append(Layer(KINDS[kind], name, tuple(features), num_columns))
            num_columns = layers[-1].columns.stop
        elif text.startswith(TEXT):
            sentences = _with_text(sentences, text.removeprefix(TEXT), number)
        elif text.strip() and not text.startswith("#"):
            if not sentences:
                raise FormatError(f"a token before the first {TEXT}", path=path, line=number)
            sentences[-1].rows.append(_row(text, number, num_columns, path))
    return layers, sentences


def values(cell: str) -> list[Value]:
    """The values of a cell; none for "_" """
    if cell == NONE or not cell:
        return []
    return [_value(piece) for piece in pieces(cell)]


def pieces(cell: str) -> Iterator[str]:
    """A cell split where a "|" is not escaped."""
    at = 0
    while True:
        found = _PIECE.match(cell, at)
        end = found.end() if found else at
        if end < len(cell) and cell[end] != "|":  # a lone backslash at the end
            end = len(cell)
        yield cell[at:end]
        if end >= len(cell):
            return
        at = end + 1


def escaped(value: str) -> str:
    """A value as a cell holds it."""
    return _RESERVED.sub(lambda found: f"\\{_OF_LETTER.get(found[0], found[0])}", value)


def unescaped(value: str) -> str:
    """What `escaped` and `escaped_text` wrote."""
    return _ESCAPED.sub(lambda found: _LETTERS.get(found[1], found[1]), value) if "\\" in value else value


def escaped_text(text: str) -> str:
    """A sentence's text, or a token, as a line holds it."""
    return _IN_TEXT.sub(lambda found: f"\\{_OF_LETTER.get(found[0], found[0])}", text)


def _value(piece: str) -> Value:
    found = _NUMBERED.fullmatch(piece)
    text, number = (found[1], found[2] or "") if found else (piece, "")
    return Value(None if text == EMPTY else unescaped(text), number)


def _with_text(sentences: list[Sentence], text: str, line: int) -> list[Sentence]:
    """Another sentence; a text directly below another one continues it, as a line break in older files."""
    if sentences and not sentences[-1].rows:
        last = sentences[-1]
        return [*sentences[:-1], last._replace(text=f"{last.text}\n{text}")]
    sentences.append(Sentence(line, text, []))
    return sentences


def _row(text: str, number: int, num_columns: int, path: Path) -> Row:
    columns: Sequence[str] = text.split("\t")
    offsets = _OFFSETS.fullmatch(columns[1]) if len(columns) > 2 else None
    if offsets is None or not _PLACE.fullmatch(columns[0]):
        fix = "Check the line, or export the file again."
        raise FormatError("expected SENTENCE-TOKEN<TAB>START-END<TAB>token", path=path, line=number, fix=fix)
    if len(columns) < num_columns or any(columns[num_columns:]):
        found = f"expected {num_columns} columns, as the layers have, found {len(columns)}"
        raise FormatError(found, path=path, line=number, fix="Check the line, or export the file again.")
    return Row(number, columns[0], int(offsets[1]), int(offsets[2]), list(columns[:num_columns]))
