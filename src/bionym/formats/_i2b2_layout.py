"""Lines and tokens of a text as i2b2 numbers them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bionym.data import Audit, Document, Entity, Span
from bionym.data.align import align, contiguous, join_cut_sentences, sentence_ranges
from bionym.errors import FormatError
from bionym.files import with_line_feeds
from bionym.formats._i2b2_lines import Concept, Place
from bionym.text.prepare import tokenized

_WORD = re.compile(r"\S+")
_ANONYMOUS_NUMBER = "__num__"  # CliNER writes it for a token with a digit, and "@" for a character beyond ASCII


@dataclass(frozen=True)
class Layout:
    """Every line's tokens, by their offsets in the document's text.

    Args:
        text: the document's.
        rows: half-open offsets of each line's tokens; a double space makes an empty one, which counts.
    """

    text: str
    rows: tuple[tuple[tuple[int, int], ...], ...]

    @cached_property
    def places(self) -> list[Place]:
        """The number of each token that holds more than white space."""
        rows = enumerate(self.rows, start=1)
        return [
            Place(line, token)
            for line, row in rows
            for token, (start, end) in enumerate(row)
            if not _is_blank(self.text, start, end)
        ]

    @cached_property
    def spans(self) -> list[Span]:
        """The offsets of the same tokens."""
        return [Span(*self.rows[line - 1][token]) for line, token in self.places]

    def span(self, concept: Concept, path: Path, number: int) -> Span:
        """The stretch of text from a concept's first token to its last. Raises: FormatError where there is none."""
        start, end = self._token(concept.first, path, number)[0], self._token(concept.last, path, number)[1]
        if _is_blank(self.text, start, end):
            fix = "Count the tokens again: they lie between single spaces, so that two spaces enclose an empty one."
            raise FormatError("the concept covers nothing but empty tokens", path=path, line=number, fix=fix)
        stretch = self.text[start:end]
        return Span(start + len(stretch) - len(stretch.lstrip()), start + len(stretch.rstrip()))

    def has(self, place: Place) -> bool:
        """Whether there is such a token."""
        return 1 <= place.line <= len(self.rows) and 0 <= place.token < len(self.rows[place.line - 1])

    def says(self, concept: Concept) -> bool:
        """Whether the text at the concept's place is the one stated, but for case, and for what CliNER replaces."""
        ours, theirs = self.text_of(concept.first, concept.last).split(), concept.text.lower().split()
        return ours == theirs or (len(ours) == len(theirs) and all(map(_could_be, ours, theirs)))

    def text_of(self, first: Place, last: Place) -> str:
        """The tokens from one place to another, lower-cased, joined by one space."""
        rows = self.rows[first.line - 1 : last.line]
        tokens = [offsets for row in rows for offsets in row]
        until = len(tokens) - len(rows[-1]) + last.token + 1
        return " ".join(self.text[start:end] for start, end in tokens[first.token : until]).lower()

    def concept(self, document: Document, entity: Entity, audit: Audit) -> Concept | None:
        """An entity by its tokens, widened where it cuts one (counted); None where it has no place (counted)."""
        plain, document_id = contiguous(document, entity, audit), document.id
        if plain is None:
            audit.lose(document_id, entity, "discontinuous: i2b2 concepts are one run of tokens")
            return None
        aligned = align(self.spans, plain.extent)
        if aligned is None:
            audit.lose(document_id, entity, "covers no token")
            return None
        first, last = self.places[aligned.start], self.places[aligned.end - 1]
        if first.line != last.line:
            audit.lose(document_id, entity, "crosses the end of a line: i2b2 concepts stand in one")
            return None
        if not aligned.is_exact:
            audit.change(document_id, entity, "an edge falls inside a token: widened to the token")
        return Concept(self.text_of(first, last), first, last)

    def _token(self, place: Place, path: Path, number: int) -> tuple[int, int]:
        if not 1 <= place.line <= len(self.rows):
            found = f"there is no line {place.line}: the text has {len(self.rows)}, counted from 1"
            raise FormatError(found, path=path, line=number, fix="Check that text and concepts belong together.")
        row = self.rows[place.line - 1]
        if place.token >= len(row):
            found = f"line {place.line} has no token {place.token}: it has {len(row)}, counted from 0"
            raise FormatError(found, path=path, line=number, fix="Check that text and concepts belong together.")
        return row[place.token]


def of_lines(text: str) -> Layout:
    """The layout of a text that has one sentence a line and single spaces between tokens."""
    return Layout(text, tuple(_between_spaces(text, start, end) for start, end in _line_offsets(text)))


def words(layout: Layout) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Tokens without white space, and the sentence of each line that has any."""
    lines = [list(_words(layout.text, row[0][0], row[-1][1])) for row in layout.rows]
    sentences = tuple(Span(line[0].start, line[-1].end) for line in lines if line)
    return tuple(word for line in lines for word in line), sentences


def of_tokens(document: Document, audit: Audit) -> tuple[Layout, str]:
    """The layout of a document's tokens (ours, if it has none), one sentence a line, and the text to write for it."""
    has_sentences = bool(document.sentences)
    document = tokenized(document)
    if not has_sentences:
        document = join_cut_sentences(document, audit)
    ranges = list(sentence_ranges(document))
    if ranges and ranges[0][0] > 0:  # tokens before the first sentence
        ranges.insert(0, (0, ranges[0][0]))
    rows = (document.tokens[first:last] for first, last in ranges)
    lines = [[word for token in row for word in _words(document.text, *token)] for row in rows]
    written = "".join(f"{' '.join(word.of(document.text) for word in line)}\n" for line in lines)
    return Layout(document.text, tuple(tuple((word.start, word.end) for word in line) for line in lines)), written


def _line_offsets(text: str) -> Iterator[tuple[int, int]]:
    position = 0
    for line in with_line_feeds(text).removesuffix("\n").split("\n") if text else ():
        yield position, position + len(line.removesuffix("\r"))
        position += len(line) + 1


def _words(text: str, start: int, end: int) -> Iterator[Span]:
    return (Span(*word.span()) for word in _WORD.finditer(text, start, end))


def _between_spaces(text: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
    offsets, position = [], start
    for piece in text[start:end].split(" "):
        offsets.append((position, position + len(piece)))
        position += len(piece) + 1
    return tuple(offsets)


def _is_blank(text: str, start: int, end: int) -> bool:
    return not text[start:end].strip()


def _could_be(ours: str, theirs: str) -> bool:
    """Whether `theirs` is the token as it is, or as CliNER writes it."""
    if theirs == _ANONYMOUS_NUMBER:
        return any(char.isdigit() for char in ours)
    pairs = zip(ours, theirs, strict=False)
    return len(ours) == len(theirs) and all(b == a or (b == "@" and not a.isascii()) for a, b in pairs)
