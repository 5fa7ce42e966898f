"""A document as lines of an `.ann` file: those it was read from, as far as they still hold, then new ones."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from bionym.data import Argument, Audit, Document, Entity, Relation, Span
from bionym.formats import _brat_model as model
from bionym.formats._brat_ids import NAMES, Ids
from bionym.formats._brat_lines import AnnLine, render
from bionym.formats._brat_mentions import fragments, joined, stands
from bionym.formats._brat_model import Source
from bionym.formats._offsets import Ranges, Ruler

_REASON = "what it refers to is no longer in the document"
_WHITE_SPACE = re.compile(r"\s")


class Placed(NamedTuple):
    """An entity, the id of its T line, and its fragments in the text."""

    id: str
    entity: Entity
    pieces: Ranges


def to_lines(document: Document, source: Source, ruler: Ruler, audit: Audit) -> list[AnnLine]:
    """Every line of the document's `.ann` file, in order.

    Args:
        source: the lines it was read from; those that still say what the document says stay as they are.
        audit: counts what brat could not hold, and the old lines that went with what they refer to.
    """
    ids = Ids({line.id for line in source.lines})
    placed = {one.id: one for one in _placed(document, source, ids, audit)}
    ties = _ties(document, placed, source, ids, audit)
    gone = _gone(source, placed, ties, document.id, audit)
    kept = [line for line in source.lines if _key(line) not in gone]
    current = [_current(line, source, placed, ties, gone, document.text, ruler) for line in kept]
    new = [_with_id(line, ids) for line in _new(kept, source, placed, ties, document.text, ruler)]
    line_end = "\r\n" if source.lines and source.lines[0].raw.endswith("\r\n") else "\n"
    return [line if line.raw else render(line, line_end) for line in (*current, *new)]


def _placed(document: Document, source: Source, ids: Ids, audit: Audit) -> Iterator[Placed]:
    taken: set[str] = set()
    waiting = []
    for entity in document.entities:
        pieces = fragments(entity.spans, document.text)
        if not pieces:
            audit.lose(document.id, entity, "covers nothing but line ends, where brat has no mentions")
            continue
        _count_changes(entity, pieces, document.text, document.id, audit)
        if entity.id in source.entities and entity.id not in taken:
            taken.add(entity.id)
            yield Placed(entity.id, entity, pieces)
        else:
            waiting.append((entity, pieces))
    for entity, pieces in waiting:
        yield Placed(ids.claim(entity.id, "T"), entity, pieces)


def _count_changes(entity: Entity, pieces: Ranges, text: str, document_id: str, audit: Audit) -> None:
    if pieces[0][0] > entity.start or pieces[-1][1] < entity.end:
        audit.change(document_id, entity, "line ends at its edge left out")
    if _word(entity.label) != entity.label:
        audit.change(document_id, entity, "brat types hold no white space: '_' instead")
    if len(set(entity.concepts)) < len(entity.concepts):
        audit.change(document_id, entity, "brat says each of its concepts once")
    if len(joined(pieces, text)) < len(entity.spans):
        audit.change(document_id, entity, "its pieces have a line end alone between them: they read back as one")
    if any(concept.split() != [concept] for concept in entity.concepts):
        audit.change(document_id, entity, "brat identifiers hold no white space: '_' instead")


def _ties(
    document: Document, placed: Mapping[str, Placed], source: Source, ids: Ids, audit: Audit
) -> dict[str, Relation]:
    """The document's relations that brat can hold, by the id of their line, their ends being ids of T lines."""
    name_of: dict[str, str] = {}
    for one in placed.values():
        name_of.setdefault(one.entity.id, one.id)
    name_of.pop("", None)
    ties: dict[str, Relation] = {}
    for relation in document.relations:
        ends = tuple(Argument(role, name_of.get(target, "")) for role, target in relation.arguments)
        if not all(target for _, target in ends):
            audit.lose(document.id, "relation", "an end is no entity of the document, and brat ties entities")
        elif len(ends) != 2 and not model.is_event(relation):
            audit.lose(document.id, "relation", "brat relations have two ends")
        else:
            if any(_word(name) != name for name in (relation.label, *(role for role, _ in ends))):
                audit.change(document.id, "relation", "brat types and roles hold no white space: '_' instead")
            is_old = relation.id in source.relations and relation.id not in ties
            name = relation.id if is_old else ids.claim(relation.id, "E" if model.is_event(relation) else "R")
            ties[name] = Relation(relation.label, ends, name)
    return ties


def _gone(
    source: Source, placed: Mapping[str, Placed], ties: Mapping[str, Relation], document_id: str, audit: Audit
) -> set[str]:
    """Keys of the lines that are not to be written again; counts those that went with what they refer to."""
    referring: dict[str, list[AnnLine]] = {}
    for line in source.lines:
        for _, target in line.arguments if line.kind != "*" else ():
            referring.setdefault(target, []).append(line)
    waiting = [line for line in source.lines if _is_gone(line, source, placed, ties)]
    gone = set(map(_key, waiting))
    for line in waiting:
        if line.kind in ("R", "E"):
            audit.lose(document_id, NAMES[line.kind], _REASON)
    while waiting:
        follow = {_key(one): one for one in referring.get(waiting.pop().id, ()) if _key(one) not in gone}
        gone.update(follow)
        waiting += follow.values()
        for line in follow.values():
            if not _is_said_again(line, source, placed):
                audit.lose(document_id, NAMES[line.kind], _REASON)
    emptied = {_key(line) for line in source.lines if line.kind == "*" and len(_members(line, gone)) < 2}
    if emptied:
        audit.lose(document_id, NAMES["*"], _REASON, count=len(emptied))
    return gone | emptied


def _is_gone(line: AnnLine, source: Source, placed: Mapping[str, Placed], ties: Mapping[str, Relation]) -> bool:
    """Whether a line says something that the document no longer says."""
    if line.kind == "T":
        return line.id not in placed
    if line.id in source.relations:
        return line.id not in ties
    said, name = model.fact(line), source.trigger_of.get(line.target, line.target)
    if said is None or name not in placed or name not in source.entities:
        return False
    now, then = placed[name].entity, source.entities[name]
    if said.field == "concepts":
        return said.value not in now.concepts
    if said.field == "score":
        return now.score != then.score
    return now.attributes.get(said.name) != then.attributes.get(said.name)


def _is_said_again(line: AnnLine, source: Source, placed: Mapping[str, Placed]) -> bool:
    """Whether what a vanished event's line said is said of the trigger's entity instead."""
    return model.fact(line) is not None and source.trigger_of.get(line.target, line.target) in placed


def _current(
    line: AnnLine,
    source: Source,
    placed: Mapping[str, Placed],
    ties: Mapping[str, Relation],
    gone: set[str],
    text: str,
    ruler: Ruler,
) -> AnnLine:
    """The line as it stands if it is still right, else what it is to be, under the same id."""
    if line.kind == "T" and not _still_stands(line, placed[line.id], text, ruler):
        return _mention(placed[line.id], text, ruler)
    if line.kind == "*" and _members(line, gone) != line.arguments:
        return line._replace(arguments=_members(line, gone), raw="")
    if line.id in source.relations and ties[line.id] != source.relations[line.id]:
        return _tie(ties[line.id])
    return line


def _still_stands(line: AnnLine, now: Placed, text: str, ruler: Ruler) -> bool:
    ranges = ruler.to_text(line.ranges)
    if ranges is None or line.label != now.entity.label or not stands(text, ranges, line.value):
        return False
    return fragments([Span(start, end) for start, end in sorted(ranges)], text) == now.pieces


def _new(
    kept: Iterable[AnnLine],
    source: Source,
    placed: Mapping[str, Placed],
    ties: Mapping[str, Relation],
    text: str,
    ruler: Ruler,
) -> Iterator[AnnLine]:
    """Lines for what no kept line says; those of attributes, identifiers and scores still without an id."""
    known = {(source.trigger_of.get(line.target, line.target), model.fact(line)) for line in kept}
    for one in placed.values():
        if one.id not in source.entities:
            yield _mention(one, text, ruler)
    for one in placed.values():
        facts = (said for said in model.facts(one.entity) if (one.id, said) not in known)
        yield from (model.line_for(said, one.id) for said in facts)
    yield from (_tie(tie) for name, tie in ties.items() if name not in source.relations)


def _mention(one: Placed, text: str, ruler: Ruler) -> AnnLine:
    mention = " ".join(text[start:end] for start, end in one.pieces)
    return AnnLine("T", one.id, _word(one.entity.label), value=mention, ranges=ruler.to_file(one.pieces))


def _tie(relation: Relation) -> AnnLine:
    ends = tuple(Argument(_word(role), target) for role, target in relation.arguments)
    return AnnLine("E" if model.is_event(relation) else "R", relation.id, _word(relation.label), ends)


def _with_id(line: AnnLine, ids: Ids) -> AnnLine:
    return line if line.id else line._replace(id=ids.claim("", line.kind))


def _members(line: AnnLine, gone: set[str]) -> tuple[Argument, ...]:
    return tuple(argument for argument in line.arguments if argument.target not in gone)


def _key(line: AnnLine) -> str:
    """What tells lines apart: the id, or the number where ids need not be unique."""
    return f"line {line.number}" if line.kind in ("", "*", "#") else line.id


def _word(name: str) -> str:
    return _WHITE_SPACE.sub("_", name) or "_"
