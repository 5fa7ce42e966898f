"""i2b2 2014 XML: a note and its tags, as in the de-identification, risk factor and patient matching tasks.

    <deIdi2b2>
    <TEXT><![CDATA[Seen by Dr. Lee]]></TEXT>
    <TAGS><NAME id="P0" start="12" end="15" text="Lee" TYPE="DOCTOR" comment=""/></TAGS>
    </deIdi2b2>

The label is TYPE (else the element's name); the element's name is `attributes["category"]`, and what else a tag has is
an attribute too. Any root is taken. Tags without offsets speak of the whole document: they ride along in
`meta["i2b2_xml"]`; those inside one name it in `attributes["within"]`. XML readers turn CRLF into LF: where the offsets
were counted with CRLF, or in UTF-16 units or bytes, they are converted, and counted as changed.

Cannot hold, and what then happens: discontinuous entities (gaps of white space alone are
closed), identifiers, scores, relations and passages (lost, counted);
characters that XML has no place for (U+FFFD, so that offsets stay, counted); names of attributes that XML does not take
(`_` instead, counted). Entities declared in the file are never expanded: such a file is refused.

Source: Stubbs and Uzuner 2015, Annotating longitudinal clinical narratives for de-identification.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

from lxml import etree

from bionym.data import Audit, Document, Entity, Span
from bionym.data.align import one_stretch
from bionym.errors import FormatError, SpanError, UnknownNameError, shown
from bionym.files import stem, write_text
from bionym.formats._file_names import file_names
from bionym.formats._mentions import Claim, covered, is_inside, report
from bionym.formats._offsets import Ranges, Repair
from bionym.formats._shapes import Fields, Fixed, Listed, Named, Shape
from bionym.formats._slips import settled
from bionym.formats._xml import Builder, elements, line_of

SUFFIXES = (".xml",)
ONE_PER_FILE = True

Label = Literal["type", "category"]

META = "i2b2_xml"
_META: dict[str, Shape] = {"root": str, "tags": Listed(Fixed(str, Named(str))), "label": str}
META_SHAPE = {META: Fields(_META)}
ROOT = "deIdi2b2"
CATEGORY, TYPE, WITHIN = "category", "TYPE", "within"
_CATEGORIES = {
    "NAME": "PATIENT DOCTOR USERNAME",
    "PROFESSION": "PROFESSION",
    "LOCATION": "ROOM DEPARTMENT HOSPITAL ORGANIZATION STREET CITY STATE COUNTRY ZIP LOCATION-OTHER",
    "AGE": "AGE",
    "DATE": "DATE",
    "CONTACT": "PHONE FAX EMAIL URL IPADDRESS",
    "ID": "SSN MEDICALRECORD HEALTHPLAN ACCOUNT LICENSE VEHICLE DEVICE BIOID IDNUM",
}
CATEGORY_OF = {label: category for category, labels in _CATEGORIES.items() for label in labels.split()}
_OWN = ("id", "start", "end", "spans", "text")  # what the model has another place for
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_NOT_NAME = re.compile(r"^(?=[0-9.-])|[^A-Za-z0-9_.-]")
_SPACE = re.compile(r"[\t\n\r]")  # an attribute's value has blanks instead


class Tag(NamedTuple):
    """A tag that covers text, as the file states it."""

    name: str
    attributes: Mapping[str, str]
    ranges: Ranges
    line: int
    within: str

    @property
    def id(self) -> str:
        return self.attributes.get("id", "")


@dataclass
class _Parts:
    """What one file holds."""

    root: str = ROOT
    text: str | None = None
    tags: list[Tag] = field(default_factory=list)
    about_document: list[tuple[str, dict[str, str]]] = field(default_factory=list)


def read(
    path: Path, *, audit: Audit | None = None, label: Label = "type", repair: Repair | None = None
) -> Iterator[Document]:
    """The document of one file.

    Args:
        audit: counts offsets that were converted, mentions spelled otherwise than the text, and repairs.
        label: "type" takes the label from TYPE, "category" from the element's name (TYPE is then an attribute).
        repair: "nearest" keeps a tag that resembles the text at its offsets, moves any other to the nearest occurrence
            of its text, and leaves out one that occurs nowhere, or whose offsets are none.
    Raises: FormatError with file and line, for broken XML, entity declarations, and tags that differ from the text.
    """
    if label not in ("type", "category"):
        raise UnknownNameError("label", label, ("type", "category"))
    count = audit if audit is not None else Audit()
    parts = _parts(path, count, repair)
    if parts.text is None:
        fix = "Name the right format with --format."
        raise FormatError("there is no element TEXT below the root", path=path, line=1, fix=fix)
    entities = tuple(_entities(parts.tags, parts.text, path, label, repair, count))
    meta = {META: {"root": parts.root, "tags": parts.about_document} | ({"label": label} if label != "type" else {})}
    yield Document(stem(path), parts.text, entities=entities, meta=meta)


def write(documents: Iterable[Document], path: Path, *, audit: Audit | None = None) -> None:
    """One `.xml` a document in the folder `path`."""
    audit = audit if audit is not None else Audit()
    names = file_names(audit)
    for document in documents:
        builder = Builder(document.id, audit)
        text = builder.element("TEXT", text=document.text).text or ""
        meta = document.meta.get(META, {})
        root = _as_name(meta.get("root", ROOT))
        tags = "".join(builder.printed(tag) for tag in _tags(document, text, meta.get("tags", ()), builder, audit))
        body = f"<TEXT>{_cdata(text)}</TEXT>\n<TAGS>\n{tags}</TAGS>\n"
        name = f"{names.of(document.id)}.xml"
        write_text(path / name, f'<?xml version="1.0" encoding="UTF-8" ?>\n<{root}>\n{body}</{root}>\n')
        _count_losses(document, audit)


def sniff(head: str) -> bool:
    """Whether a file's beginning is that of an i2b2 2014 file."""
    return f"<{ROOT}" in head or re.search(r"<TEXT\s*>", head) is not None


def extras(document: Document) -> dict[str, int]:
    """Tags of the whole document."""
    return {"document tag": len(document.meta.get(META, {}).get("tags", ()))}


def _parts(path: Path, audit: Audit, repair: Repair | None) -> _Parts:
    parts = _Parts()
    for element in elements(path, root=None, wanted=("TEXT", "TAGS")):
        parent = element.getparent()
        parts.root = str(parent.tag) if parent is not None else ROOT
        if element.tag == "TEXT":
            parts.text = "".join(map(str, element.itertext()))
        else:
            _add_tags(element, "", parts, path, audit, repair)
    return parts


def _add_tags(parent: Any, within: str, parts: _Parts, path: Path, audit: Audit, repair: Repair | None) -> None:
    for element in parent.iterchildren(etree.Element):
        attributes = {str(name): str(value) for name, value in element.attrib.items()}
        ranges = _written_ranges(attributes)
        if ranges is None or (repair is None and not all(start < end for start, end in ranges)):
            name, line = shown(attributes.get("id", "tag")), line_of(element)
            if repair is None:
                fix = "Correct the offsets, or pass --option repair=nearest to leave the tag out."
                raise FormatError(f"{name} needs numbers, start before end", path=path, line=line, fix=fix)
            audit.lose(stem(path), "entity", "its offsets are no numbers", place=f"{name}, line {line}")
        elif ranges:
            parts.tags.append(Tag(str(element.tag), attributes, ranges, line_of(element), within))
        else:
            parts.about_document.append((str(element.tag), attributes))
        _add_tags(element, attributes.get("id", ""), parts, path, audit, repair)


def _written_ranges(attributes: Mapping[str, str]) -> Ranges | None:
    """The offsets of a tag; none if it has none, or those of MAE's tags that cover no text (-1); None for no numbers."""
    joined = attributes.get("start", ""), attributes.get("end", "")
    written = "~".join(joined) if any(joined) else attributes.get("spans", "")
    if written in ("", "-1~-1"):
        return ()
    pairs = [re.fullmatch(r"([0-9]{1,18})~([0-9]{1,18})", piece) for piece in written.split(",")]
    return tuple((int(pair[1]), int(pair[2])) for pair in pairs if pair) if all(pairs) else None


def _entities(
    tags: list[Tag], text: str, path: Path, label: Label, repair: Repair | None, audit: Audit
) -> Iterator[Entity]:
    claims = [Claim(tag.ranges, tag.attributes.get("text")) for tag in tags]
    found = settled(text, claims, repair=repair is not None, exact=_fits).verdicts
    document_id = stem(path)
    for tag, claim, verdict in zip(tags, claims, found, strict=True):
        if verdict is None:
            raise _misplaced(tag, text, path)
        report(audit, document_id, tag.id or tag.name, claim, verdict)
        if verdict.ranges:
            yield _entity(tag, verdict.ranges, label, path)


def _fits(text: str, claim: Claim) -> bool:
    """Whether the text holds there what the tag states; an attribute's value has blanks for other white space."""
    if not is_inside(text, claim.ranges):
        return False
    found = covered(text, claim.ranges)
    return claim.mention in (None, found) or _SPACE.sub(" ", found) == _SPACE.sub(" ", claim.mention or "")


def _misplaced(tag: Tag, text: str, path: Path) -> FormatError:
    start, end = tag.ranges[0]
    outside = tag.ranges[-1][1] > len(text)
    why = f"ends beyond the {len(text)} characters of the text" if outside else "differs from the text"
    fix = "Re-export the file, or pass --option repair=nearest."
    return FormatError(f"{shown(tag.id or tag.name)} [{start}, {end}) {why}", path=path, line=tag.line, fix=fix)


def _entity(tag: Tag, ranges: Ranges, label: Label, path: Path) -> Entity:
    attributes = {name: value for name, value in tag.attributes.items() if name not in _OWN}
    if not attributes.get("comment", "x"):
        del attributes["comment"]
    name = tag.name
    if label == "type" and attributes.get(TYPE):
        name = attributes.pop(TYPE)
        attributes[CATEGORY] = tag.name
    if tag.within:
        attributes[WITHIN] = tag.within
    try:
        return Entity(tuple(Span(*pair) for pair in sorted(ranges)), name, attributes=attributes, id=tag.id)
    except SpanError as error:
        raise FormatError(str(error), path=path, line=tag.line, fix="Correct the offsets.") from error


def _tags(
    document: Document,
    text: str,
    about_document: Iterable[tuple[str, Mapping[str, str]]],
    builder: Builder,
    audit: Audit,
) -> Iterator[etree._Element]:
    """The elements below TAGS; those inside a tag of the whole document stand inside it."""
    outer: dict[str, etree._Element] = {}
    top = [builder.tag(_as_name(name), attributes) for name, attributes in about_document]
    for element in top:
        outer.setdefault(str(element.get("id", "")), element)
    names = _ids(document.entities)
    for entity, name in zip(document.entities, names, strict=True):
        whole = one_stretch(document, entity, audit)
        if whole is None:
            audit.lose(document.id, entity, "discontinuous: i2b2 tags cover one stretch of text")
            continue
        tag = _tag(document.id, whole, name, text, builder, audit)
        within = entity.attributes.get(WITHIN, "")
        if within and within in outer:
            outer[within].append(tag)
        else:
            top.append(tag)
            if within:
                audit.lose(document.id, "attribute", "it names a tag that the document does not have")
        kind = entity.attributes.get(TYPE)
        if kind and kind != entity.label and document.meta.get(META, {}).get("label") != "category":
            audit.change(document.id, entity, "its attribute TYPE reads back as its label")
    yield from top


def _tag(document_id: str, entity: Entity, name: str, text: str, builder: Builder, audit: Audit) -> etree._Element:
    others = {key: value for key, value in entity.attributes.items() if key not in (CATEGORY, TYPE, WITHIN)}
    category = entity.attributes.get(CATEGORY) or CATEGORY_OF.get(entity.label, "")
    kind = entity.attributes.get(TYPE, "")
    if not kind and (category or not _NAME.fullmatch(entity.label)):
        category, kind = category or entity.label, entity.label
    attributes = {TYPE: kind} if kind else {}
    for key, value in ({"comment": ""} | others).items():
        safe = _as_name(key)
        if safe in (*_OWN, *attributes):
            audit.lose(document_id, "attribute", "its name is taken by the tag itself")
            continue
        if safe != key:
            audit.change(document_id, "attribute", "XML does not take its name: '_' instead")
        attributes[safe] = value
    place = {"id": name, "start": str(entity.start), "end": str(entity.end), "text": text[entity.start : entity.end]}
    return builder.tag(_as_name(category or entity.label), place | attributes)


def _ids(entities: Iterable[Entity]) -> list[str]:
    """Every entity's own id if it has one, else P0, P1 ... past those."""
    entities = list(entities)
    used = {entity.id for entity in entities}
    fresh = (f"P{number}" for number in range(2 * len(entities) + 1))
    free = (name for name in fresh if name not in used)
    return [entity.id or next(free) for entity in entities]


def _cdata(text: str) -> str:
    """The text as CDATA; its end mark is cut in two, and a carriage return, which readers drop, is a reference."""
    written = text.replace("]]>", "]]]]><![CDATA[>").replace("\r", "]]>&#13;<![CDATA[")
    return f"<![CDATA[{written}]]>"


def _as_name(name: str) -> str:
    return _NOT_NAME.sub("_", name) or "_"


def _count_losses(document: Document, audit: Audit) -> None:
    losses = {
        "passage": len(document.passages),
        "relation": len(document.relations),
        "identifier": sum(len(entity.concepts) for entity in document.entities),
        "score": sum(entity.score is not None for entity in document.entities),
    }
    for what, count in losses.items():
        if count:
            audit.lose(document.id, what, "i2b2 XML has no place for it", count=count)
