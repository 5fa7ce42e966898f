"""Where the T lines of an `.ann` file point in the text, checked against the mentions they state.

Offsets are code points of the text behind its byte order mark. Files that count otherwise (the mark, "\\r\\n" as one
character, UTF-16 units, UTF-8 bytes) are recognised, if all their mentions then fit.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bionym.data import Span
from bionym.errors import FormatError, shown
from bionym.files import BOM
from bionym.formats._brat_lines import BREAKS, AnnLine
from bionym.formats._offsets import CODE_POINTS, UNITS, Ranges, Repair, edges, repaired, width

WITH_MARK = ", byte order mark included"
_LINE_END = re.compile(r"[\n\r]+")


class Ruler:
    """Offsets of a file to those of the text and back.

    Args:
        unit: of `_offsets.UNITS`, perhaps followed by `WITH_MARK`.
    """

    def __init__(self, text: str, unit: str = CODE_POINTS) -> None:
        self.unit = unit
        self._num_chars = len(text)
        has_mark = unit.endswith(WITH_MARK)
        if unit != CODE_POINTS:
            counted = edges(BOM * has_mark + text, unit.removesuffix(WITH_MARK))
            self._to_text = {theirs: ours - has_mark for theirs, ours in counted.items()}
            self._to_file = {ours: theirs for theirs, ours in reversed(self._to_text.items())}

    def to_text(self, ranges: Ranges) -> Ranges | None:
        """Ranges of the file in the text; None if one is empty, reversed or outside, or cuts a character."""
        if self.unit == CODE_POINTS:
            return ranges if all(start < end <= self._num_chars for start, end in ranges) else None
        found = tuple((self._to_text.get(start, -1), self._to_text.get(end, -1)) for start, end in ranges)
        return found if all(0 <= start < end for start, end in found) else None

    def to_file(self, ranges: Ranges) -> Ranges:
        """Ranges of the text as the file counts."""
        if self.unit == CODE_POINTS:
            return ranges
        return tuple((self._to_file[start], self._to_file[end]) for start, end in ranges)


class Located(NamedTuple):
    """The spans of every T line by its id, how the file counts, and which lines had to be repaired."""

    spans: Mapping[str, tuple[Span, ...]]
    unit: str
    repaired: Mapping[str, str]


def locate(lines: Sequence[AnnLine], text: str, path: Path, *, has_mark: bool, repair: Repair | None) -> Located:
    """Where each T line points. Raises: FormatError at the first line whose mention does not stand there."""
    entities = [line for line in lines if line.kind == "T"]
    for ruler in _rulers(text, has_mark):
        ranges = {line.id: found for line in entities if (found := _placed(line, text, ruler))}
        if len(ranges) == len(entities):
            return Located({line.id: _spans(ranges[line.id], text, line, path) for line in entities}, ruler.unit, {})
    return _with_repairs(entities, text, path, repair)


def spans_as_written(lines: Iterable[AnnLine], text: str, ruler: Ruler, path: Path) -> dict[str, tuple[Span, ...]]:
    """The spans of T lines that lie within the text, their mentions unchecked."""
    placed = {line.id: (line, found) for line in lines if line.kind == "T" and (found := ruler.to_text(line.ranges))}
    return {name: _spans(found, text, line, path) for name, (line, found) in placed.items()}


def fits(text: str, ranges: Ranges, mention: str) -> bool:
    """Whether the mention is what the text holds there, white space being white space."""
    found = " ".join(text[start:end] for start, end in ranges)
    if found == mention:
        return True
    stated = BREAKS.sub(" ", mention).rstrip()
    plain, as_brat_writes = BREAKS.sub(" ", found.replace("\r\n", "\n")), BREAKS.sub(" ", found)
    return stated in (plain.rstrip(), as_brat_writes.rstrip()) or _has_extra_column(found, mention)


def fragments(spans: Iterable[Span], text: str) -> Ranges:
    """Spans cut at line ends, as brat cuts them; empty if they cover nothing else."""
    return tuple(piece for span in spans for piece in _cut(span, text))


def joined(pieces: Ranges, text: str) -> Ranges:
    """Pieces in order, those with only a line end between them as one, as they are read."""
    found: list[tuple[int, int]] = []
    for start, end in pieces:
        if found and _LINE_END.fullmatch(text, found[-1][1], start):
            start = found.pop()[0]
        found.append((start, end))
    return tuple(found)


def _rulers(text: str, has_mark: bool) -> Iterator[Ruler]:
    yield Ruler(text)
    if has_mark:
        yield Ruler(text, CODE_POINTS + WITH_MARK)
    for unit in UNITS[1:]:
        if width(text, unit) != len(text):
            yield Ruler(text, unit)
            if has_mark:
                yield Ruler(text, unit + WITH_MARK)


def _placed(line: AnnLine, text: str, ruler: Ruler) -> Ranges | None:
    ranges = ruler.to_text(line.ranges)
    return ranges if ranges and fits(text, ranges, line.value) else None


def _spans(ranges: Ranges, text: str, line: AnnLine, path: Path) -> tuple[Span, ...]:
    """Fragments in text order; those with only a line end between them are one mention that brat cut there."""
    joined: list[Span] = []
    for start, end in sorted(ranges):
        if joined and start < joined[-1].end:
            message = f"{shown(line.id)} has fragments that overlap"
            raise FormatError(message, path=path, line=line.number, fix="Make them apart.")
        if joined and _LINE_END.fullmatch(text, joined[-1].end, start):
            start = joined.pop().start
        joined.append(Span(start, end))
    return tuple(joined)


def _with_repairs(entities: Iterable[AnnLine], text: str, path: Path, repair: Repair | None) -> Located:
    ruler, spans, done = Ruler(text), {}, {}
    for line in entities:
        ranges = _placed(line, text, ruler)
        if ranges is None:
            moved = _moved(line, text) if repair else None
            if moved is None:
                raise _misplaced(line, text, path, repair)
            ranges, done[line.id] = moved
        spans[line.id] = _spans(ranges, text, line, path)
    return Located(spans, CODE_POINTS, done)


def _moved(line: AnnLine, text: str) -> tuple[Ranges, str] | None:
    """Ranges at the nearest place where the mention stands, and what was done."""
    start, end = line.ranges[0]
    if len(line.ranges) == 1:
        found = repaired(text, start, end, line.value)
        return found and (((found[0], found[1]),), found[2])
    first = repaired(text, start, end, line.value[: end - start])
    by = first[0] - start if first else 0
    ranges = tuple((left + by, right + by) for left, right in line.ranges)
    inside = all(0 <= left < right <= len(text) for left, right in ranges)
    return (ranges, first[2]) if first and inside and fits(text, ranges, line.value) else None


def _misplaced(line: AnnLine, text: str, path: Path, repair: Repair | None) -> FormatError:
    where = f"{shown(line.id)} {', '.join(f'[{start}, {end})' for start, end in line.ranges)}"
    fix = (
        "Re-export the pair, or pass --option repair=nearest."
        if repair is None
        else "Its mention is nowhere in the text."
    )
    return FormatError(f"{where} {_difference(line, text)}", path=path, line=line.number, fix=fix)


def _difference(line: AnnLine, text: str) -> str:
    for start, end in line.ranges:
        if start >= end:
            return "is empty or reversed"
        if end > len(text):
            return f"ends beyond the {len(text)} characters of the text"
    offsets = [offset for start, end in line.ranges for offset in (*range(start, end), end)][:-1]
    found = " ".join(text[start:end] for start, end in line.ranges)
    pairs = zip(offsets, found, line.value, strict=False)
    return f"differs from the text at {next((at for at, ours, theirs in pairs if ours != theirs), offsets[-1])}"


def _has_extra_column(found: str, mention: str) -> bool:
    return "\t" in mention and mention.partition("\t")[0] == found


def _cut(span: Span, text: str) -> Iterator[tuple[int, int]]:
    start = span.start
    for line_end in _LINE_END.finditer(text, span.start, span.end):
        if line_end.start() > start:
            yield start, line_end.start()
        start = line_end.end()
    if start < span.end:
        yield start, span.end
