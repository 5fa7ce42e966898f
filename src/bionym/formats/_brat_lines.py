r"""Lines of an `.ann` file: read, checked and written, one by one.

    T1<TAB>Disease 0 5;12 17<TAB>mention      text-bound, in one or more fragments
    E1<TAB>Onset:T1 Theme:T2                  event: its trigger, then its arguments
    R1<TAB>Causes Arg1:T1 Arg2:E1             binary relation
    *<TAB>Equiv T1 T2 T3                      equivalence
    A1<TAB>Negation E1 [value]                attribute (M in older files)
    N1<TAB>Reference T1 MESH:D003920<TAB>text normalisation
    #1<TAB>AnnotatorNotes T1<TAB>text         note

Source: https://brat.nlplab.org/standoff.html
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from bionym.data import Argument
from bionym.errors import FormatError, shown
from bionym.files import BOM
from bionym.formats._offsets import Ranges

TRIGGER = "Trigger"  # the role of an event's first argument
BOOLEAN = "true"  # the value of an attribute that has none
BREAKS = re.compile(r"[\n\r\t\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")  # a mention's characters that cannot stand in a line

FORMS = {
    "T": "T1<TAB>Label start end<TAB>mention",
    "E": "E1<TAB>Label:T1 Role:T2",
    "R": "R1<TAB>Label Arg1:T1 Arg2:T2",
    "*": "*<TAB>Label T1 T2",
    "A": "A1<TAB>Name T1 value",
    "M": "M1<TAB>Name T1 value",
    "N": "N1<TAB>Reference T1 Resource:id<TAB>text",
    "#": "#1<TAB>AnnotatorNotes T1<TAB>text",
}


class AnnLine(NamedTuple):
    """One line.

    Args:
        kind: its letter; "" for a blank line.
        label: type of the entity, relation or note; name of the attribute.
        arguments: all that the line refers to, an event's trigger first.
        value: mention, value of the attribute, concept, or text of the note.
        ranges: fragments in file order, as the file counts.
        raw: the line as it stands in the file, with its line end.
        number: 1-based; 0 if it stands in no file yet.
    """

    kind: str
    id: str = ""
    label: str = ""
    arguments: tuple[Argument, ...] = ()
    value: str = ""
    ranges: Ranges = ()
    raw: str = ""
    number: int = 0

    @property
    def target(self) -> str:
        """The id that an attribute, a normalisation or a note is about."""
        return self.arguments[0].target if self.arguments else ""


def parse(text: str, path: Path) -> list[AnnLine]:
    """Every line of a file. Raises: FormatError for a broken line, an id used twice, and a reference to nothing."""
    lines = []
    for number, raw in enumerate(raw_lines(text), start=1):
        line = parse_line(raw, number)
        if line is None:
            raise _broken(raw, number, path)
        lines.append(line)
    _check_references(lines, _ids(lines, path), path)
    return lines


def raw_lines(text: str) -> list[str]:
    """The lines of a file with their line ends."""
    pieces = text.split("\n")
    return [f"{piece}\n" for piece in pieces[:-1]] + ([pieces[-1]] if pieces[-1] else [])


def parse_line(raw: str, number: int) -> AnnLine | None:
    """One line; None if it is of none of the forms."""
    body = _body(raw, number)
    if not body.strip():
        return AnnLine("", raw=raw, number=number)
    name, _, rest = body.partition("\t")
    kind = name[:1]
    fields = _PARSERS[kind](rest) if kind in _PARSERS else None
    if fields is None or (kind != "#" and (kind == "*") != (name == "*")):
        return None
    return fields._replace(kind=kind, id=name, raw=raw, number=number)


def has_own_id(line: AnnLine) -> bool:
    """Whether a line's id is its own; those of equivalences and notes need not be."""
    return line.kind not in ("", "*", "#")


def render(line: AnnLine, line_end: str = "\n") -> AnnLine:
    """The line with `raw` written anew from its other fields."""
    arguments = " ".join(f"{role}:{target}" if role else target for role, target in line.arguments)
    ranges = ";".join(f"{start} {end}" for start, end in line.ranges)
    value = BREAKS.sub(" ", line.value)
    written: Mapping[str, str] = {
        "T": f"{line.label} {ranges}\t{value}",
        "E": arguments.replace(TRIGGER, line.label, 1),
        "A": f"{line.label} {arguments}" + (f" {value}" if value != BOOLEAN else ""),
        "N": f"{line.label} {arguments} {value}",
        "#": f"{line.label} {arguments}\t{value}",
    }
    return line._replace(raw=f"{line.id}\t{written.get(line.kind, f'{line.label} {arguments}')}{line_end}")


def _body(raw: str, number: int) -> str:
    body = raw.removesuffix("\n").removesuffix("\r")
    return body.removeprefix(BOM) if number == 1 else body


def _entity(rest: str) -> AnnLine | None:
    place, tab, mention = rest.partition("\t")
    label, _, written = place.partition(" ")
    ranges = [tuple(map(_offset, fragment.split())) for fragment in written.split(";")]
    if not label or not tab or any(len(pair) != 2 or -1 in pair for pair in ranges):
        return None
    return AnnLine("T", label=label, value=mention, ranges=tuple((pair[0], pair[1]) for pair in ranges))


def _event(rest: str) -> AnnLine | None:
    named = [_argument(word) for word in rest.split()]
    arguments = [argument for argument in named if argument is not None]
    if not arguments or len(arguments) < len(named) or arguments[0].target[0] != "T":
        return None
    return AnnLine("E", label=arguments[0].role, arguments=(Argument(TRIGGER, arguments[0].target), *arguments[1:]))


def _relation(rest: str) -> AnnLine | None:
    label, *words = rest.split() or [""]
    arguments = tuple(argument for word in words if (argument := _argument(word)) is not None)
    return AnnLine("R", label=label, arguments=arguments) if len(arguments) == len(words) == 2 else None


def _equivalence(rest: str) -> AnnLine | None:
    label, *targets = rest.split() or [""]
    return AnnLine("*", label=label, arguments=_about(*targets)) if len(targets) > 1 else None


def _attribute(rest: str) -> AnnLine | None:
    words = rest.split(maxsplit=2)
    if len(words) < 2:
        return None
    return AnnLine("A", label=words[0], arguments=_about(words[1]), value=words[2].strip() if words[2:] else BOOLEAN)


def _normalisation(rest: str) -> AnnLine | None:
    words = rest.partition("\t")[0].split(maxsplit=2)
    return AnnLine("N", label=words[0], arguments=_about(words[1]), value=words[2].strip()) if len(words) == 3 else None


def _note(rest: str) -> AnnLine:
    place, _, text = rest.partition("\t")
    words = place.split()
    return AnnLine("#", label=words[0], arguments=_about(words[1]), value=text) if len(words) == 2 else AnnLine("#")


_PARSERS = {
    "T": _entity,
    "E": _event,
    "R": _relation,
    "*": _equivalence,
    "A": _attribute,
    "M": _attribute,
    "N": _normalisation,
    "#": _note,
}


def _about(*targets: str) -> tuple[Argument, ...]:
    return tuple(Argument("", target) for target in targets)


def _argument(word: str) -> Argument | None:
    role, _, target = word.rpartition(":")
    return Argument(role, target) if role and target else None


def _offset(word: str) -> int:
    """An offset; -1 for what is none."""
    return int(word) if word.isascii() and word.isdigit() and len(word) < 19 else -1


def _ids(lines: Iterable[AnnLine], path: Path) -> set[str]:
    known: set[str] = set()
    for line in lines:
        if has_own_id(line):
            if line.id in known:
                fix = "Give it an id of its own, or pass --option repair=nearest."
                raise FormatError(f"{shown(line.id)} is used twice", path=path, line=line.number, fix=fix)
            known.add(line.id)
    return known


def _check_references(lines: Iterable[AnnLine], known: set[str], path: Path) -> None:
    for line in lines:
        for _, target in line.arguments if line.kind != "#" else ():
            if target not in known:
                found = f"{shown(line.id)} refers to {shown(target)}, which the file does not have"
                fix = "Add what it refers to, or pass --option repair=nearest to leave the line out."
                raise FormatError(found, path=path, line=line.number, fix=fix)


def _broken(raw: str, number: int, path: Path) -> FormatError:
    expected = FORMS.get(_body(raw, number)[:1]) or "a line that begins with one of T E R * A M N #"
    fix = "Correct the line, or pass --option repair=nearest to leave it out."
    return FormatError(f"expected {expected}, found another form", path=path, line=number, fix=fix)
