"""A document as lines of an `.ann` file: those it was read from, as far as they still hold, and new ones behind them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bionym.data import Argument, Audit, Document, Entity, Relation, Span
from bionym.formats import _brat_model as model
from bionym.formats._brat_lines import AnnLine, render
from bionym.formats._brat_mentions import Ruler, fits, fragments

_NAMES = {"E": "event", "R": "relation line", "*": "equivalence", "A": "attribute", "M": "attribute"}
_WHITE_SPACE = re.compile(r"\s")
_NAMES |= {"N": "normalisation", "#": "note"}


class Placed(NamedTuple):
    """An entity, the id of its T line, and its fragments in the text."""

    id: str
    entity: Entity
    pieces: tuple[tuple[int, int], ...]


@dataclass
class Ids:
    """Ids that are not used yet, counted on from the highest of each letter."""

    used: set[str]
    _last: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        for name in self.used:
            if is_id(name):
                self._last[name[0]] = max(self._last[name[0]], int(name[1:]))

    def claim(self, name: str, letter: str) -> str:
        """`name` if it has the letter and is free, else a fresh one."""
        if not is_id(name) or name[0] != letter or name in self.used:
            self._last[letter] += 1
            name = f"{letter}{self._last[letter]}"
        self.used.add(name)
        self._last[letter] = max(self._last[letter], int(name[1:]))
        return name


def is_id(name: str) -> bool:
    """Whether a string is a letter and a number, as brat's ids are."""
    return len(name) < 19 and name[1:].isdigit() and name.isascii() and name[0].isalpha()


def to_lines(
    document: Document, old: Sequence[AnnLine], before: Mapping[str, Entity], ruler: Ruler, audit: Audit
) -> list[AnnLine]:
    """Every line of the document's `.ann` file, in order.

    Args:
        old: the lines it was read from; those that still say what the document says stay as they are.
        before: the entities that `old` describes, by id.
        audit: counts what brat could not hold, and the old lines that went with what they refer to.
    """
    ids = Ids({line.id for line in old})
    placed = {one.id: one for one in _placed(document, before, ids, audit)}
    ties = _ties(document, placed, old, ids, audit)
    line_end = "\r\n" if old and old[0].raw.endswith("\r\n") else "\n"
    gone = _gone(old, before, placed, ties, document.id, audit)
    successors = _successors(old, placed, ties, gone, document.text, ruler)
    kept = [successors.get(_key(line), line) for line in old if _key(line) not in gone]
    new = [_with_id(line, ids) for line in _new(old, placed, before, ties, document.text, ruler)]
    return [line if line.raw else render(line, line_end) for line in (*kept, *new)]


def _placed(document: Document, before: Mapping[str, Entity], ids: Ids, audit: Audit) -> Iterator[Placed]:
    taken: set[str] = set()
    waiting = []
    for entity in document.entities:
        pieces = fragments(entity.spans, document.text)
        if not pieces:
            audit.lose(document.id, entity, "covers nothing but line ends, where brat has no mentions")
            continue
        if pieces[0][0] > entity.start or pieces[-1][1] < entity.end:
            audit.change(document.id, entity, "line ends at its edge left out")
        if entity.id in before and entity.id not in taken:
            taken.add(entity.id)
            yield Placed(entity.id, entity, pieces)
        else:
            waiting.append((entity, pieces))
    for entity, pieces in waiting:
        yield Placed(ids.claim(entity.id, "T"), _fitting(entity, document.id, audit), pieces)


def _fitting(entity: Entity, document_id: str, audit: Audit) -> Entity:
    """Counts what of a new entity brat cannot hold as it is."""
    if _word(entity.label) != entity.label:
        audit.change(document_id, entity, "brat types hold no white space: '_' instead")
    if any(concept.split() != [concept] for concept in entity.concepts):
        audit.change(document_id, entity, "brat identifiers hold no white space: '_' instead")
    return entity


def _ties(
    document: Document, placed: Mapping[str, Placed], old: Iterable[AnnLine], ids: Ids, audit: Audit
) -> dict[str, Relation]:
    """The document's relations that brat can hold, by the id of their line, their ends being ids of T lines."""
    name_of: dict[str, str] = {}
    for one in placed.values():
        if one.entity.id:
            name_of.setdefault(one.entity.id, one.id)
    known, ties = model.relations(old), dict[str, Relation]()
    for relation in document.relations:
        ends = tuple(Argument(role, name_of.get(target, "")) for role, target in relation.arguments)
        if not all(target for _, target in ends):
            audit.lose(document.id, "relation", "an end is no entity of the document, and brat ties entities")
        elif len(ends) != 2 and not model.is_event(relation):
            audit.lose(document.id, "relation", "brat relations have two ends")
        else:
            is_old = relation.id in known and relation.id not in ties
            name = relation.id if is_old else ids.claim(relation.id, "E" if model.is_event(relation) else "R")
            ties[name] = Relation(relation.label, ends, name)
    return ties


def _gone(
    old: Sequence[AnnLine],
    before: Mapping[str, Entity],
    placed: Mapping[str, Placed],
    ties: Mapping[str, Relation],
    document_id: str,
    audit: Audit,
) -> set[str]:
    """Keys of the lines that are not to be written again; counts those that went with what they refer to."""
    trigger_of, tied = model.triggers(old), model.relations(old)
    referring: dict[str, list[AnnLine]] = {}
    for line in old:
        for _, target in line.arguments if line.kind != "*" else ():
            referring.setdefault(target, []).append(line)
    unsaid = {_key(line) for line in old if _is_unsaid(line, before, placed, trigger_of)}
    waiting = [line for line in old if line.kind == "T" and line.id not in placed]
    waiting += [line for line in old if line.id in tied and line.id not in ties]
    gone = {_key(line) for line in waiting}
    while waiting:
        line = waiting.pop()
        if line.kind != "T":
            audit.lose(document_id, _NAMES[line.kind], "what it refers to is no longer in the document")
        follow = [one for one in referring.get(line.id, ()) if _key(one) not in gone]
        gone.update(map(_key, follow))
        waiting += {_key(one): one for one in follow}.values()
    return gone | unsaid | _emptied(old, gone, document_id, audit)


def _emptied(old: Iterable[AnnLine], gone: set[str], document_id: str, audit: Audit) -> set[str]:
    """Equivalences that have less than two members left."""
    found = {_key(line) for line in old if line.kind == "*" and len(_members(line, gone)) < 2}
    if found:
        audit.lose(document_id, _NAMES["*"], "what it refers to is no longer in the document", count=len(found))
    return found


def _is_unsaid(
    line: AnnLine, before: Mapping[str, Entity], placed: Mapping[str, Placed], trigger_of: Mapping[str, str]
) -> bool:
    """Whether a line says something of an entity that the document no longer says."""
    said = model.fact(line)
    name = trigger_of.get(line.target, line.target)
    if said is None or name not in placed or name not in before:
        return False
    now, then = placed[name].entity, before[name]
    if said.field == "concepts":
        return said.value not in now.concepts
    if said.field == "score":
        return now.score != then.score
    return now.attributes.get(said.name) != then.attributes.get(said.name)


def _successors(
    old: Iterable[AnnLine],
    placed: Mapping[str, Placed],
    ties: Mapping[str, Relation],
    gone: set[str],
    text: str,
    ruler: Ruler,
) -> dict[str, AnnLine]:
    """Lines that say something else by now, as they are to be, by key; the ids stay."""
    tied = model.relations(old)
    found: dict[str, AnnLine] = {}
    for line in old:
        if _key(line) in gone:
            continue
        if line.kind == "T" and not _still_stands(line, placed[line.id], text, ruler):
            found[_key(line)] = _mention(placed[line.id], text, ruler)
        elif line.kind == "*" and _members(line, gone) != line.arguments:
            found[_key(line)] = line._replace(arguments=_members(line, gone), raw="")
        elif line.id in tied and ties[line.id] != tied[line.id]:
            found[_key(line)] = _tie(ties[line.id])
    return found


def _still_stands(line: AnnLine, now: Placed, text: str, ruler: Ruler) -> bool:
    ranges = ruler.to_text(line.ranges)
    if ranges is None or line.label != now.entity.label or not fits(text, ranges, line.value):
        return False
    return fragments(_spans_of(ranges), text) == now.pieces


def _new(
    old: Iterable[AnnLine],
    placed: Mapping[str, Placed],
    before: Mapping[str, Entity],
    ties: Mapping[str, Relation],
    text: str,
    ruler: Ruler,
) -> Iterator[AnnLine]:
    """Lines for what no old line says; those of attributes, identifiers and scores still without an id."""
    for one in placed.values():
        if one.id not in before:
            yield _mention(one, text, ruler)
    for one in placed.values():
        known = model.facts(before[one.id]) if one.id in before else []
        yield from (model.line_for(said, one.id) for said in model.facts(one.entity) if said not in known)
    tied = model.relations(old)
    yield from (_tie(tie) for name, tie in ties.items() if name not in tied)


def _mention(one: Placed, text: str, ruler: Ruler) -> AnnLine:
    mention = " ".join(text[start:end] for start, end in one.pieces)
    return AnnLine("T", one.id, _word(one.entity.label), value=mention, ranges=ruler.to_file(one.pieces))


def _spans_of(ranges: Iterable[tuple[int, int]]) -> list[Span]:
    return [Span(start, end) for start, end in sorted(ranges)]


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
