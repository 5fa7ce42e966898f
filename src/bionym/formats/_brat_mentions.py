"""Where the T lines of an `.ann` file point in the text, checked against the mentions they state.

Offsets are code points of the text behind its byte order mark. Files that count otherwise (the mark, "\\r\\n" as one
character, UTF-16 units, UTF-8 bytes) are recognised by what most of their mentions fit.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bionym.data import Span
from bionym.errors import FormatError, shown
from bionym.formats import _mentions
from bionym.formats._brat_lines import BREAKS, AnnLine
from bionym.formats._mentions import Claim, Verdict, covered, is_inside
from bionym.formats._offsets import Ranges, Repair, Ruler
from bionym.formats._slips import settled

_LINE_END = re.compile(r"[\n\r]+")


class Located(NamedTuple):
    """How the file counts, and for each T line by its id the claim and the verdict."""

    unit: str
    found: Mapping[str, tuple[Claim, Verdict]]

    @property
    def spans(self) -> dict[str, tuple[Span, ...]]:
        """The spans of each line that stands anywhere."""
        return {name: spans_of(verdict.ranges) for name, (_, verdict) in self.found.items() if verdict.ranges}


def locate(lines: Sequence[AnnLine], text: str, path: Path, *, has_mark: bool, repair: Repair | None) -> Located:
    """Where each T line points. Raises: FormatError at the first line whose mention does not stand there, without `repair`."""
    entities = [line for line in lines if line.kind == "T"]
    claims = [Claim(line.ranges, line.value) for line in entities]
    found = settled(text, claims, repair=repair is not None, exact=fits, has_mark=has_mark)
    verdicts: dict[str, tuple[Claim, Verdict]] = {}
    for line, claim, verdict in zip(entities, claims, found.verdicts, strict=True):
        if verdict is None:
            raise _misplaced(line, text, path)
        verdicts[line.id] = claim, _with_line_ends(verdict, text)
    return Located(found.unit, verdicts)


def spans_as_written(lines: Iterable[AnnLine], text: str, ruler: Ruler) -> dict[str, tuple[Span, ...]]:
    """The spans of T lines that lie within the text, their mentions unchecked."""
    placed = {line.id: found for line in lines if line.kind == "T" and (found := ruler.to_text(line.ranges))}
    return {name: spans_of(joined(_mentions.merged(found), text)) for name, found in placed.items()}


def fits(text: str, claim: Claim) -> bool:
    """Whether the mention is what the text holds there, white space being white space."""
    if len(claim.ranges) == 1:
        start, end = claim.ranges[0]
        if 0 <= start < end <= len(text) and text[start:end] == claim.mention:
            return True
    if not is_inside(text, claim.ranges):
        return False
    found, mention = covered(text, claim.ranges), claim.mention or ""
    if found == mention:
        return True
    stated = BREAKS.sub(" ", mention).rstrip()
    plain, as_brat_writes = BREAKS.sub(" ", found.replace("\r\n", "\n")), BREAKS.sub(" ", found)
    return stated in (plain.rstrip(), as_brat_writes.rstrip()) or _has_extra_column(found, mention)


def stands(text: str, ranges: Ranges, mention: str) -> bool:
    """Whether a line may stay as it is: its mention is there, but for spelling."""
    found = _mentions.as_claimed(text, Claim(ranges, mention), fits)
    return found is not None and not found.needs_repair


def fragments(spans: Iterable[Span], text: str) -> Ranges:
    """Spans cut at line ends, as brat cuts them; empty if they cover nothing else."""
    return tuple(piece for span in spans for piece in _cut(span, text))


def joined(pieces: Ranges, text: str) -> Ranges:
    """Pieces in order, those with only a line end between them as the one mention that brat cut there."""
    found: list[tuple[int, int]] = []
    for start, end in pieces:
        if found and _LINE_END.fullmatch(text, found[-1][1], start):
            start = found.pop()[0]
        found.append((start, end))
    return tuple(found)


def spans_of(ranges: Ranges) -> tuple[Span, ...]:
    """Ranges as spans."""
    return tuple(Span(*place) for place in ranges)


def _with_line_ends(verdict: Verdict, text: str) -> Verdict:
    return verdict if len(verdict.ranges) < 2 else verdict._replace(ranges=joined(verdict.ranges, text))


def _misplaced(line: AnnLine, text: str, path: Path) -> FormatError:
    where = f"{shown(line.id)} {', '.join(f'[{start}, {end})' for start, end in line.ranges)}"
    fix = "Re-export the pair, or pass --option repair=nearest."
    return FormatError(f"{where} {_difference(line, text)}", path=path, line=line.number, fix=fix)


def _difference(line: AnnLine, text: str) -> str:
    for start, end in line.ranges:
        if start >= end:
            return "is empty or reversed"
        if end > len(text):
            return f"ends beyond the {len(text)} characters of the text"
    if _mentions.has_overlap(line.ranges):
        return "has fragments that overlap"
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
