"""A document as the text of a WebAnno TSV file (see `webanno_tsv`)."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from bionym.data import Audit, Document, Entity, Relation, Span
from bionym.data.align import sentence_ranges
from bionym.formats import _losses
from bionym.formats._layout import filler
from bionym.formats._offsets import CODE_POINTS, edges
from bionym.formats._webanno_lines import BASE, EMPTY, FORMAT, NONE, TEXT, escaped, escaped_text
from bionym.formats._webanno_read import CONCEPT
from bionym.text.prepare import tokenized

LAYER = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"
RELATIONS = "webanno.custom.Relation"
LABEL = "value"
UNIT = "UTF-16 units"
_FEATURE = re.compile(r"[\w.-]+")


class Unit(NamedTuple):
    """A token or a part of one, and its place."""

    span: Span
    place: str


class Tied(NamedTuple):
    """A relation by the ids of its ends."""

    label: str
    source: str
    target: str


def to_text(document: Document, audit: Audit) -> str:
    """The whole file."""
    document = tokenized(document)
    entities = _losses.with_ids(_losses.contiguous(document, audit, "WebAnno"))
    _losses.count(document, audit, "WebAnno", held=("relation", "concept", "attribute"))
    sentences = _sentences(document, entities)
    entities, where = _with_units(document, entities, [unit for units in sentences for unit in units], audit)
    relations = [_tied(one) for one in _losses.binary(document, entities, audit, "WebAnno")]
    names = _feature_names(document, entities, audit)
    header = [FORMAT, f"#T_SP={'|'.join((LAYER, CONCEPT, LABEL, *names))}"]
    if relations:
        header.append(f"#T_RL={RELATIONS}|label|{BASE}{LAYER}")
    table = _Table(document, entities, where, relations, names, audit)
    lines = [*header, "", *(line for at in range(len(sentences)) for line in ("", *table.sentence(at, sentences)))]
    return "\n".join(lines) + "\n"


def _tied(relation: Relation) -> Tied:
    source, target = (argument.target for argument in relation.arguments)
    return Tied(relation.label, source, target)


def _sentences(document: Document, entities: Sequence[Entity]) -> list[list[Unit]]:
    """The units of each sentence: its tokens, each followed by the parts that an entity covers without the rest."""
    cut: dict[int, set[tuple[int, int]]] = {}
    tokens = document.tokens
    for entity in entities:
        first = bisect_right(tokens, entity.start, key=lambda one: one.end)
        last = bisect_left(tokens, entity.end, key=lambda one: one.start)
        for at in {first, last - 1} if first < last else ():
            part = max(tokens[at].start, entity.start), min(tokens[at].end, entity.end)
            if part != tuple(tokens[at]):
                cut.setdefault(at, set()).add(part)
    found = []
    for number, (first, last) in enumerate(sentence_ranges(document), start=1):
        units = []
        for position, at in enumerate(range(first, last), start=1):
            place = f"{number}-{position}"
            units.append(Unit(tokens[at], place))
            parts = enumerate(sorted(cut.get(at, ())), start=1)
            units += [Unit(Span(*part), f"{place}.{sub}") for sub, part in parts]
        if units:
            found.append(units)
    return found


def _with_units(
    document: Document, entities: Sequence[Entity], units: Sequence[Unit], audit: Audit
) -> tuple[list[Entity], dict[str, list[Unit]]]:
    """The entities that have a token, and the units of each: whole tokens, and parts at its edges."""
    tokens = [unit for unit in units if "." not in unit.place]
    parts = {unit.span: unit for unit in units if "." in unit.place}
    kept: list[Entity] = []
    where: dict[str, list[Unit]] = {}
    for entity in entities:
        first = bisect_right(tokens, entity.start, key=lambda one: one.span.end)
        last = bisect_left(tokens, entity.end, key=lambda one: one.span.start)
        touched = [_unit_of(unit, entity, parts) for unit in tokens[first:last]]
        if not touched:
            audit.lose(document.id, entity, "covers no token")
            continue
        if (touched[0].span.start, touched[-1].span.end) != (entity.start, entity.end):
            audit.change(document.id, entity, "white space at its edge left out")
        kept.append(entity)
        where[entity.id] = touched
    return kept, where


def _unit_of(token: Unit, entity: Entity, parts: Mapping[Span, Unit]) -> Unit:
    start, end = max(token.span.start, entity.start), min(token.span.end, entity.end)
    return token if (start, end) == tuple(token.span) else parts[Span(start, end)]


def _feature_names(document: Document, entities: Sequence[Entity], audit: Audit) -> list[str]:
    """The names of attributes that can be features; the others are lost."""
    names = dict.fromkeys(name for entity in entities for name in entity.attributes)
    held = [name for name in names if _FEATURE.fullmatch(name) and name not in (CONCEPT, LABEL)]
    lost = sum(name not in held for entity in entities for name in entity.attributes)
    if lost:
        audit.lose(document.id, "attribute", "WebAnno has no feature of such a name", count=lost)
    further = sum(max(0, len(entity.concepts) - 1) for entity in entities)
    if further:
        audit.lose(document.id, "concept", "WebAnno holds one for a span", count=further)
    return held


class _Table:
    """The rows of the file."""

    def __init__(
        self,
        document: Document,
        entities: Sequence[Entity],
        where: Mapping[str, list[Unit]],
        relations: Sequence[Tied],
        names: Sequence[str],
        audit: Audit,
    ) -> None:
        self.document, self.names, self.where = document, names, where
        self.to_file = {ours: theirs for theirs, ours in edges(document.text, UNIT).items()}
        self.at: dict[str, list[Entity]] = {}
        for entity in entities:
            for unit in where[entity.id]:
                self.at.setdefault(unit.place, []).append(entity)
        numbered = [one for one in entities if self._needs_number(one)]
        self.numbers = {entity.id: number for number, entity in enumerate(numbered, start=1)}
        self.has_relations = bool(relations)
        self.to: dict[str, list[Tied]] = {}
        for relation in relations:
            self.to.setdefault(where[relation.target][0].place, []).append(relation)

    def sentence(self, position: int, all_units: Sequence[Sequence[Unit]]) -> Iterator[str]:
        """The lines of a sentence. Its text reaches as far as what lies behind it would not be filled in again."""
        text, units = self.document.text, all_units[position]
        start = units[0].span.start if position else 0
        tokens_end = max(unit.span.end for unit in units)
        is_last = position + 1 == len(all_units)
        behind = len(text) if is_last else all_units[position + 1][0].span.start
        is_filled = not is_last and text[tokens_end:behind] == filler(behind - tokens_end, CODE_POINTS)
        yield TEXT + escaped_text(text[start : tokens_end if is_filled else behind])
        for unit in units:
            yield "\t".join(self._row(unit)) + "\t"

    def _needs_number(self, entity: Entity) -> bool:
        units = self.where[entity.id]
        return len(units) > 1 or len(self.at[units[0].place]) > 1

    def _row(self, unit: Unit) -> Iterator[str]:
        yield unit.place
        yield f"{self.to_file[unit.span.start]}-{self.to_file[unit.span.end]}"
        yield escaped_text(unit.span.of(self.document.text))
        entities = self.at.get(unit.place, [])
        yield self._cell(entities, [one.concepts[0] if one.concepts else None for one in entities])
        yield self._cell(entities, [one.label for one in entities])
        for name in self.names:
            yield self._cell(entities, [one.attributes.get(name) for one in entities])
        if self.has_relations:
            yield from self._relation_cells(self.to.get(unit.place, []))

    def _cell(self, entities: Sequence[Entity], values: Sequence[str | None]) -> str:
        pieces = []
        for entity, value in zip(entities, values, strict=True):
            number = self.numbers.get(entity.id)
            pieces.append((EMPTY if not value else escaped(value)) + (f"[{number}]" if number else ""))
        return "|".join(pieces) or NONE

    def _relation_cells(self, relations: Sequence[Tied]) -> Iterator[str]:
        yield "|".join(escaped(one.label) or EMPTY for one in relations) or NONE
        yield "|".join(map(self._address, relations)) or NONE

    def _address(self, relation: Tied) -> str:
        source, target = (self.numbers.get(name, 0) for name in (relation.source, relation.target))
        place = self.where[relation.source][0].place
        return f"{place}[{source}_{target}]" if source or target else place
