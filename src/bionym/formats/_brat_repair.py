"""Lines of an `.ann` file that cannot be used: left out under repair, with what refers to them."""

from collections.abc import Iterable, Iterator, Sequence

from bionym.data import Audit, Span
from bionym.formats._brat_ids import NAMES, Ids
from bionym.formats._brat_lines import AnnLine, has_own_id, parse_line, raw_lines, render
from bionym.formats._brat_mentions import Located, fragments, stands
from bionym.formats._mentions import DANGLING, covered
from bionym.formats._offsets import Ruler

TWICE = "its id stood twice: a new one given"
COPY = "the line stands twice in the file"
BROKEN = "of no form that brat has: left out"
_WHAT = {"T": "entity", "R": "relation", "E": "event"}


def usable_lines(text: str, document_id: str, audit: Audit) -> list[AnnLine]:
    """The lines of a file that are of one of brat's forms, each with an id of its own; the others are counted."""
    parsed = list(_of_known_form(text, document_id, audit))
    ids = Ids({line.id for line in parsed})
    line_end = "\r\n" if "\r\n" in text else "\n"
    seen: dict[str, AnnLine] = {}
    found = []
    for line in parsed:
        if has_own_id(line) and line.id in seen:
            if _body(line) == _body(seen[line.id]):
                audit.lose(document_id, _what(line), COPY, place=_place(line))
                continue
            audit.change(document_id, _what(line), TWICE, place=_place(line))
            line = render(line._replace(id=ids.claim("", line.kind)), line_end)
        seen.setdefault(line.id, line)
        found.append(line)
    return found


def without_dangling(lines: Sequence[AnnLine], lost: Iterable[str], document_id: str, audit: Audit) -> list[AnnLine]:
    """The lines that are not lost and refer to nothing that is; the others are counted, but for those of `lost`."""
    gone = set(lost)
    found = [line for line in lines if not (has_own_id(line) and line.id in gone)]
    while True:
        known = {line.id for line in found if has_own_id(line)}
        dangling = [
            line for line in found if line.kind != "#" and any(end.target not in known for end in line.arguments)
        ]
        if not dangling:
            return found
        for line in dangling:
            audit.lose(document_id, _what(line), DANGLING, place=_place(line))
        numbers = {line.number for line in dangling}
        found = [line for line in found if line.number not in numbers]


def restated(lines: Iterable[AnnLine], text: str, located: Located) -> list[AnnLine]:
    """The lines, those of mentions that do not stand where they say with their right offsets and text."""
    ruler, spans = Ruler(text, located.unit), located.spans
    return [_restated(line, text, spans[line.id], ruler) if line.kind == "T" else line for line in lines]


def _restated(line: AnnLine, text: str, spans: Sequence[Span], ruler: Ruler) -> AnnLine:
    ranges, pieces = ruler.to_text(line.ranges), fragments(spans, text)
    if not pieces or (ranges and stands(text, ranges, line.value)):
        return line
    line_end = line.raw[len(_body(line)) :] or "\n"
    return render(line._replace(value=covered(text, pieces), ranges=ruler.to_file(pieces)), line_end)


def _of_known_form(text: str, document_id: str, audit: Audit) -> Iterator[AnnLine]:
    for number, raw in enumerate(raw_lines(text), start=1):
        line = parse_line(raw, number)
        if line is None:
            audit.lose(document_id, "line", BROKEN, place=f"line {number}")
        else:
            yield line


def _body(line: AnnLine) -> str:
    return line.raw.rstrip("\r\n")


def _what(line: AnnLine) -> str:
    return _WHAT.get(line.kind) or NAMES.get(line.kind, "line")


def _place(line: AnnLine) -> str:
    return f"{line.id}, line {line.number}"
