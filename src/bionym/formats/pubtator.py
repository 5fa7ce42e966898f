r"""PubTator: titles and abstracts with annotations, many documents a file.

    2234245|t|Ocular and auditory toxicity in hemodialyzed patients receiving desferrioxamine.
    2234245|a|During an 18-month period of study 41 hemodialyzed patients ...
    2234245<TAB>64<TAB>79<TAB>desferrioxamine<TAB>Chemical<TAB>D003676
    2234245<TAB>CID<TAB>D003676<TAB>D012164

The text is title, one line break, abstract; offsets are code points (bytes and UTF-16 units are recognised and
converted). An id that stands twice is two documents of that id. Further columns are kept in `attributes`: the individual mentions of a composite one in column 7.
A relation may end with `Novel` or `No` (BioRED): its attribute `novelty`. Annotations with the type before the offsets
(`ID T1 Chemical 0 4 Lead`) are read where they fit the text; lines of any other form are refused.

Cannot hold, and what then happens: discontinuous entities (lost, or their extent; gaps of white space alone are closed),
attributes, scores and ids, ties between mentions rather than concepts, relations that do not tie two, roles of relations
(Arg1, Arg2; those of CID are known), passages other than
title and abstract (lost); line breaks in a passage, tabs in a mention and lone surrogates (replaced one for one).

Source: Wei et al. 2013, PubTator; BioCreative V CDR task description (2015).
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from bionym.data import Argument, Audit, Document, Entity, Passage, Relation, Span
from bionym.errors import FormatError, shown
from bionym.files import open_output
from bionym.formats import _concepts
from bionym.formats._mentions import Claim, fits, report
from bionym.formats._offsets import Repair
from bionym.formats._pubtator_lines import (
    ABSTRACT,
    INDIVIDUAL_MENTIONS,
    TITLE,
    Block,
    Row,
    begins_like_pubtator,
    blocks,
)
from bionym.formats._pubtator_write import NOVELTY, document_lines
from bionym.formats._shapes import Fields, Fixed, Listed, Shape
from bionym.formats._skipping import OnError, documents_of
from bionym.formats._slips import settled

SUFFIXES = (".pubtator", ".txt")
ONE_PER_FILE = False
HOLDS = ("relation attributes",)
MAX_BLANKS = 100  # lines between documents, whatever is remembered of them

_PLACES = Listed(Fixed(int, int, str))
_META: dict[str, Shape] = {
    "no_concept": str,
    "blank_before": int,
    "blank_after": int,
    "empty_column": _PLACES,
    "order": _PLACES,
}
META_SHAPE = {"pubtator": Fields(_META)}
ROLES = {"CID": ("Chemical", "Disease")}  # chemical-induced disease, BioCreative V


def read(
    path: Path, *, audit: Audit | None = None, repair: Repair | None = None, on_error: OnError | None = None
) -> Iterator[Document]:
    """Documents of one file.

    Args:
        audit: counts offsets that were converted or trimmed, mentions spelled otherwise than the text, and repairs.
        repair: "nearest" keeps a mention that resembles the text at its offsets, moves any other to its nearest
            occurrence, and leaves out one that occurs nowhere, and lines that are none of PubTator's.
        on_error: told of a document that cannot be read, and the next one is taken; None raises.
    Raises: FormatError at the first mention that is not in the text there, or line that is none of PubTator's.
    """
    count = audit if audit is not None else Audit()
    found = blocks(path, is_lenient=repair is not None or on_error is not None)
    return documents_of(found, lambda block: _document(block, path, count, repair), on_error)


def write(
    documents: Iterable[Document],
    path: Path,
    *,
    audit: Audit | None = None,
    discontinuous: Literal["lose", "extent"] = "lose",
) -> None:
    """Documents to one file, a blank line behind each.

    Args:
        audit: counts what PubTator could not hold.
        discontinuous: "lose" them, or write the "extent", gaps included.
    """
    count = audit if audit is not None else Audit()
    last: Document | None = None
    with open_output(path) as stream:
        for document in documents:
            blanks = _remembered_blanks(document, "blank_before", default=0 if last is None else 1)
            stream.write("\n" * (blanks if last is None else max(1, blanks)))
            stream.writelines(f"{line}\n" for line in document_lines(document, count, discontinuous, ROLES))
            last = document
        if last is not None:
            stream.write("\n" * _remembered_blanks(last, "blank_after", default=1))


def sniff(head: str) -> bool:
    """Whether a file's beginning is PubTator's."""
    return begins_like_pubtator(head)


def _document(block: Block, path: Path, audit: Audit, repair: Repair | None) -> Document:
    text = block.title if block.abstract is None else f"{block.title}\n{block.abstract}"
    none = _concepts.form_of_none((row.concepts for row in block.rows), "-1")
    for error in block.errors:
        _leave_out(error, block.id, "line", audit, repair)
    rows = _located(_labelled(block, path, audit, repair), block, text.replace("\n", " "), path, audit, repair)
    relations = tuple(_relation(columns) for columns in block.relations)
    meta = _meta(block, none, rows)
    entities = tuple(_entity(row, none) for row in rows)
    return Document(block.id, text, _passages(block), entities, relations, meta=meta)


def _leave_out(error: FormatError, document_id: str, what: str, audit: Audit, repair: Repair | None) -> None:
    """Count a line that cannot be used. Raises: the error, where no repair is asked for."""
    if repair is None:
        raise error
    audit.lose(document_id, what, "of no form that PubTator has: left out", place=f"line {error.line}")


def _labelled(block: Block, path: Path, audit: Audit, repair: Repair | None) -> list[Row]:
    for row in block.rows:
        if not row.label:
            fix = "Fill its fifth column, or pass --option repair=nearest to leave it out."
            error = FormatError("an annotation without a type", path=path, line=row.number, fix=fix)
            _leave_out(error, block.id, "entity", audit, repair)
    return [row for row in block.rows if row.label]


def _passages(block: Block) -> tuple[Passage, ...]:
    title = Passage(0, len(block.title), TITLE)
    if block.abstract is None:
        return (title,)
    start = len(block.title) + 1
    return title, Passage(start, start + len(block.abstract), ABSTRACT)


def _located(rows: list[Row], block: Block, text: str, path: Path, audit: Audit, repair: Repair | None) -> list[Row]:
    """The rows at the code points where the text, its line break a space, holds their mention."""
    origins = () if block.abstract is None else (0, len(block.title) + 1)
    claims = [Claim(((row.start, row.end),), row.mention, origins=origins) for row in rows]
    if all(fits(text, claim) for claim in claims):
        return rows
    found = settled(text, claims, repair=repair is not None).verdicts
    located = []
    for row, claim, verdict in zip(rows, claims, found, strict=True):
        if verdict is None:
            message = (
                f"the mention at [{row.start}, {row.end}) of document {shown(block.id)} differs from the text there"
            )
            fix = "Re-export the file, or pass --option repair=nearest."
            raise FormatError(message, path=path, line=row.number, fix=fix)
        report(audit, block.id, row.label, claim, verdict)
        if verdict.ranges:
            start, end = verdict.ranges[0]
            located.append(row._replace(start=start, end=end))
    return located


def _entity(row: Row, none: str) -> Entity:
    attributes = _concepts.attributes(row.concepts, none=none)
    for column, value in enumerate(row.more if any(row.more) else (), start=7):
        attributes[INDIVIDUAL_MENTIONS if column == 7 else f"column_{column}"] = value
    return Entity((Span(row.start, row.end),), row.label, _concepts.parse(row.concepts), attributes, id=row.id)


def _relation(columns: list[str]) -> Relation:
    label, *targets = columns[:3]
    known = ROLES.get(label, ())
    roles = known if len(known) == len(targets) else [f"Arg{number}" for number in range(1, len(targets) + 1)]
    novelty = {NOVELTY: columns[3]} if len(columns) > 3 else {}
    return Relation(label, tuple(map(Argument, roles, targets)), attributes=novelty)


def _meta(block: Block, none: str, rows: list[Row]) -> dict[str, object]:
    """What the writer needs to give the same bytes again, where it is not as usual."""
    unusual: dict[str, object] = {}
    if none != "-1":
        unusual["no_concept"] = none
    if block.blank_before != (block.position > 0):
        unusual["blank_before"] = block.blank_before
    if block.blank_after not in (None, 1):
        unusual["blank_after"] = block.blank_after
    empty_columns = [[row.start, row.end, row.label] for row in rows if row.more and not any(row.more)]
    if empty_columns:
        unusual["empty_column"] = empty_columns
    if rows != sorted(rows, key=lambda row: (row.start, -row.end, row.label)):
        unusual["order"] = [[row.start, row.end, row.label] for row in rows]
    return {"pubtator": unusual} if unusual else {}


def _remembered_blanks(document: Document, name: str, *, default: int) -> int:
    found = document.meta.get("pubtator", {}).get(name, default)
    return min(found, MAX_BLANKS) if isinstance(found, int) else default
