"""Inline markup: the text with its entities tagged in place.

    <Chemical concepts="D009270">Naloxone</Chemical> reverses the effect of <Chemical>clonidine</Chemical>.

A tag's name is the label; a label that is no XML name stands in an attribute, `<entity label="2nd line">`. Attributes
are `id`, `concepts` (joined by `|`), `score`, and the entity's own. In the text `<`, `>` and `&` are written as `&lt;`,
`&gt;` and `&amp;`, so it reads back character by character. Nested entities nest.

Cannot hold, and what then happens: entities that cross (the longer stays) and discontinuous ones (but for gaps
of white space alone) are lost; so are relations and passages.

Source: the manner of SGML and the MUC corpora (Chinchor 1998); this form is Bionym's own.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote

from bionym.data import Audit, Document, Entity, Span
from bionym.data.align import one_stretch
from bionym.errors import FormatError, SpanError
from bionym.files import BOM, read_text, stem, write_text
from bionym.formats._file_names import file_names

SUFFIXES = (".tagged",)
ONE_PER_FILE = True

_NAME = re.compile(r"[^\W\d][\w.-]*")
_MARK = re.compile(r"[<>]")
_TAG = re.compile(r"<(?P<close>/?)(?P<name>[^\s<>/\"=]+)(?P<rest>(?:\s+[^\s<>\"=]+=\"[^\"<>]*\")*)\s*>")
_ATTRIBUTE = re.compile(r"([^\s<>\"=]+)=\"([^\"<>]*)\"")
_REFERENCE = re.compile(r"&(?:(lt|gt|amp|quot)|#([0-9]{1,7}));")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_IN_TEXT = re.compile(r"[<>&\ud800-\udfff]")
_IN_VALUE = re.compile(r"[<>&\"|\n\r\t\ud800-\udfff\ufeff]")
_RESERVED = ("id", "concepts", "score", "label")
_OWN = "attribute:"  # in front of an attribute that is named as one of ours


class _Open(NamedTuple):
    """A tag that is not closed yet."""

    name: str
    start: int
    line: int
    order: int
    attributes: dict[str, str]


def read(path: Path, *, encoding: str = "utf-8") -> Iterator[Document]:
    """The file as one document.

    Raises: FormatError with the line of a tag that is not closed, was never opened, or closes in the wrong order.
    """
    written = read_text(path, encoding=encoding).removeprefix(BOM)
    parts: list[str] = []
    found: list[tuple[int, Entity]] = []
    stack: list[_Open] = []
    at = num_chars = 0
    for line, tag in _tags(written, path):
        plain = _unescaped(written[at : tag.start()])
        parts.append(plain)
        at, num_chars = tag.end(), num_chars + len(plain)
        if tag["close"]:
            opened = _closed(stack, tag["name"], path, line)
            found.append((opened.order, _entity(opened, num_chars, path)))
        else:
            attributes = dict(_ATTRIBUTE.findall(tag["rest"]))
            stack.append(_Open(tag["name"], num_chars, line, len(found) + len(stack), attributes))
    if stack:
        raise _error("the tag that opens here is never closed", path, stack[-1].line)
    text = "".join(parts) + _unescaped(written[at:])
    yield Document(stem(path), text, entities=tuple(entity for _, entity in sorted(found, key=lambda pair: pair[0])))


def write(documents: Iterable[Document], path: Path, *, audit: Audit | None = None) -> None:
    """One `.tagged` a document in the folder `path`."""
    count = audit if audit is not None else Audit()
    names = file_names(count)
    for document in documents:
        for thing, number in (("relation", len(document.relations)), ("passage", len(document.passages))):
            if number:
                count.lose(document.id, thing, f"inline markup holds no {thing}s", count=number)
        write_text(path / f"{names.of(document.id)}.tagged", _tagged(document, count))


def _tags(written: str, path: Path) -> Iterator[tuple[int, re.Match[str]]]:
    """Every tag and its line. Raises: FormatError at a "<" or ">" that is no tag's."""
    line, counted, at = 1, 0, 0
    while mark := _MARK.search(written, at):
        line += written.count("\n", counted, mark.start())
        counted = mark.start()
        tag = _TAG.match(written, mark.start())
        if tag is None:
            raise FormatError("a < or > that is no tag's", path=path, line=line, fix="Write it as &lt; or &gt;.")
        yield line, tag
        at = tag.end()


def _closed(stack: list[_Open], name: str, path: Path, line: int) -> _Open:
    if not stack:
        raise _error("a tag is closed that was never opened", path, line)
    if stack[-1].name != name:
        raise _error(f"another tag is closed here than the one that opens on line {stack[-1].line}", path, line)
    return stack.pop()


def _entity(opened: _Open, end: int, path: Path) -> Entity:
    values = {name: _unescaped(value) for name, value in opened.attributes.items()}
    label = values.get("label", "") if opened.name == "entity" else opened.name
    concepts = opened.attributes.get("concepts")
    attributes = {_own_name(name): value for name, value in values.items() if name not in _RESERVED}
    try:
        score = float(values["score"]) if "score" in values else None
        if score is not None and not 0 <= score <= 1:
            raise ValueError
        identifiers = () if concepts is None else tuple(map(_unescaped, concepts.split("|")))
        return Entity((Span(opened.start, end),), label, identifiers, attributes, score, values.get("id", ""))
    except ValueError:
        raise _error("score: expected a number from 0 to 1", path, opened.line) from None
    except SpanError as error:
        raise FormatError(str(error), path=path, line=opened.line, fix="Remove the tag, or name its label.") from error


def _tagged(document: Document, audit: Audit) -> str:
    """The text with tags; those that end here are closed before others open."""
    parts: list[str] = []
    stack: list[Entity] = []
    at = 0

    def pass_on(to: int) -> None:
        nonlocal at
        parts.append(_escaped(document.text[at:to]))
        at = to

    def close_until(place: int) -> None:
        while stack and stack[-1].end <= place:
            pass_on(stack[-1].end)
            parts.append(f"</{_tag_name(stack.pop().label)}>")

    for entity in _nesting(document, audit):
        close_until(entity.start)
        pass_on(entity.start)
        parts.append(_opening(entity))
        stack.append(entity)
    close_until(len(document.text))
    pass_on(len(document.text))
    written = "".join(parts)
    return f"&#{ord(BOM)};{written[1:]}" if written.startswith(BOM) else written


def _nesting(document: Document, audit: Audit) -> Sequence[Entity]:
    """The entities that markup can hold: in one piece, and longer ones first, crossing none that was kept."""
    whole = []
    for entity in document.entities:
        joined = one_stretch(document, entity, audit)
        if joined is None:
            audit.lose(document.id, entity, "discontinuous: markup holds one stretch of text")
        else:
            whole.append(joined)
    kept: list[int] = []
    for index in sorted(range(len(whole)), key=lambda one: (whole[one].start - whole[one].end, one)):
        if any(_cross(whole[index], whole[other]) for other in kept):
            audit.lose(document.id, whole[index], "crosses a longer entity")
        else:
            kept.append(index)
    return [whole[index] for index in sorted(kept)]


def _cross(left: Entity, right: Entity) -> bool:
    return left.start < right.start < left.end < right.end or right.start < left.start < right.end < left.end


def _opening(entity: Entity) -> str:
    name = _tag_name(entity.label)
    values = {"label": _in_value(entity.label)} if name == "entity" else {}
    if entity.id:
        values["id"] = _in_value(entity.id)
    if entity.concepts:
        values["concepts"] = "|".join(map(_in_value, entity.concepts))
    if entity.score is not None:
        values["score"] = repr(float(entity.score))
    values |= {_written_name(own): _in_value(value) for own, value in entity.attributes.items()}
    return "<" + " ".join([name, *(f'{key}="{value}"' for key, value in values.items())]) + ">"


def _tag_name(label: str) -> str:
    return label if _NAME.fullmatch(label) and label != "entity" else "entity"


def _written_name(own: str) -> str:
    plain = quote(own, safe="", errors="surrogatepass")
    return _OWN + plain if own in _RESERVED or not own else plain


def _own_name(written: str) -> str:
    return unquote(written.removeprefix(_OWN), errors="surrogatepass")


def _escaped(text: str) -> str:
    return _IN_TEXT.sub(_reference, text)


def _in_value(text: str) -> str:
    return _IN_VALUE.sub(_reference, text)


def _reference(found: re.Match[str]) -> str:
    name = {char: name for name, char in _NAMED.items()}.get(found[0])
    return f"&{name};" if name else f"&#{ord(found[0])};"


def _unescaped(text: str) -> str:
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _character(found: re.Match[str]) -> str:
    if found[1]:
        return _NAMED[found[1]]
    return chr(int(found[2])) if int(found[2]) <= 0x10FFFF else found[0]


def _error(message: str, path: Path, line: int) -> FormatError:
    return FormatError(message, path=path, line=line, fix="Check the tags around this line.")
