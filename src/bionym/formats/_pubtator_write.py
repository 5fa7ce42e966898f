"""The lines that a document makes in PubTator, and what they cannot hold."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from bionym.data import Audit, Document, Entity, Relation, Span
from bionym.data.align import one_stretch
from bionym.formats import _concepts
from bionym.formats._characters import BREAKS_AND_TABS, LINE_BREAKS, REPLACEMENT, SURROGATES, replace_each
from bionym.formats._pubtator_lines import ABSTRACT, INDIVIDUAL_MENTIONS, TITLE, is_number, is_relation
from bionym.formats._pubtator_lines import NOVELTY as NOVEL_OR_NOT

NOVELTY = "novelty"  # the attribute that keeps the last column of a relation
Roles = Mapping[str, tuple[str, ...]]


def document_lines(document: Document, audit: Audit, discontinuous: str, roles: Roles) -> Iterator[str]:
    """Title, abstract, annotations and relations, each a line without its end."""
    name = _clean_id(document.id, audit)
    held = [_contiguous(document, one, audit, discontinuous) for one in document.entities]
    entities = _in_remembered_order([entity for entity in held if entity is not None], document)
    cut = _cut(document, audit)
    text = _holdable(document, entities, cut, audit)
    yield f"{name}|t|{text if cut is None else text[:cut]}"
    if cut is not None:
        yield f"{name}|a|{text[cut + 1 :]}"
    elif not _is_title_alone(document):
        yield f"{name}|a|"
    remembered = document.meta.get("pubtator", {})
    empty_columns = {tuple(place) for place in remembered.get("empty_column", [])}
    for entity in entities:
        line = _annotation(entity, text, _concepts.none_of(document, "-1"), document.id, audit)
        has_empty_column = (entity.start, entity.end, entity.label) in empty_columns
        yield f"{name}\t{line}" + "\t" * has_empty_column
    for relation in document.relations:
        columns = _relation(relation, document, audit, roles)
        if columns is not None:
            yield "\t".join((name, *columns))


def _contiguous(document: Document, entity: Entity, audit: Audit, discontinuous: str) -> Entity | None:
    whole, document_id = one_stretch(document, entity, audit), document.id
    if whole is not None:
        return whole
    if discontinuous != "extent":
        audit.lose(document_id, entity, "discontinuous: PubTator holds one stretch of text")
        return None
    audit.change(document_id, entity, "discontinuous: written from its first character to its last")
    return replace(entity, spans=(entity.extent,))


def _in_remembered_order(kept: list[Entity], document: Document) -> list[Entity]:
    """In text order, unless the source had another one."""
    order = document.meta.get("pubtator", {}).get("order", [])
    place = {tuple(line): position for position, line in reversed(list(enumerate(order)))}
    if not all((entity.start, entity.end, entity.label) in place for entity in kept):
        return kept
    return sorted(kept, key=lambda entity: place[entity.start, entity.end, entity.label])


def _cut(document: Document, audit: Audit) -> int | None:
    """Where the character between title and abstract stands; None if there is no abstract.

    It is the end of the title passage where there are a title and an abstract and no other, else the first line break.
    """
    labels = [passage.label for passage in document.passages]
    if labels == [TITLE, ABSTRACT] and _is_split_in_two(document):
        return document.passages[1].start - 1
    if not _is_title_alone(document) and labels:
        audit.lose(document.id, "passage", "PubTator holds a title and an abstract", count=len(labels))
    found = document.text.find("\n")
    return None if found < 0 or _is_title_alone(document) else found


def _is_split_in_two(document: Document) -> bool:
    title, abstract = document.passages
    return title.start == 0 and title.end < abstract.start and abstract.end == len(document.text)


def _is_title_alone(document: Document) -> bool:
    found = [(passage.start, passage.end, passage.label) for passage in document.passages]
    return found == [(0, len(document.text), TITLE)]


def _holdable(document: Document, entities: list[Entity], cut: int | None, audit: Audit) -> str:
    """The text without line breaks, surrogates, or tabs in a mention; each becomes one other character."""
    text, breaks = replace_each(document.text, LINE_BREAKS, " ")
    is_usual = cut is not None and document.text[cut] == "\n"
    text, surrogates = replace_each(text, SURROGATES, REPLACEMENT)
    _count_changed(audit, document.id, "line break", "a space, since a passage is one line", breaks - is_usual)
    _count_changed(audit, document.id, "character", "U+FFFD, since UTF-8 holds no lone surrogate", surrogates)
    if cut is not None and not is_usual:
        _count_changed(audit, document.id, "passage separator", "a line break", 1)
    tabs = {place for entity in entities for place in range(entity.start, entity.end) if text[place] == "\t"}
    _count_changed(audit, document.id, "tab", "a space, since tabs separate columns", len(tabs))
    return "".join(" " if place in tabs else char for place, char in enumerate(text)) if tabs else text


def _annotation(entity: Entity, text: str, none: str, document_id: str, audit: Audit) -> str:
    concepts = _concepts.join(entity, none=none)
    if _concepts.parse(concepts) != entity.concepts:
        audit.change(document_id, entity, "its concepts read back otherwise: they hold a separator")
    more = _further_columns(entity)
    held = len(more) + (_concepts.AS_WRITTEN in entity.attributes)
    if len(entity.attributes) > held:
        audit.lose(document_id, "attribute", "PubTator holds no attributes", count=len(entity.attributes) - held)
    if entity.score is not None:
        audit.lose(document_id, "score", "PubTator holds no scores")
    columns = [Span(entity.start, entity.end).of(text), entity.label, *([concepts] if concepts or more else []), *more]
    clean = [_field(column) for column in columns]
    if clean != columns:
        audit.change(document_id, entity, "tabs, line breaks and lone surrogates in its columns were replaced")
    return "\t".join((str(entity.start), str(entity.end), *clean))


def _further_columns(entity: Entity) -> list[str]:
    """The columns from the seventh on: individual mentions, and what was read from columns behind them."""
    columns = []
    for name in (INDIVIDUAL_MENTIONS, *(f"column_{number}" for number in range(8, 8 + len(entity.attributes)))):
        if name not in entity.attributes:
            break
        columns.append(entity.attributes[name])
    return columns


def _relation(relation: Relation, document: Document, audit: Audit, known_roles: Roles) -> list[str] | None:
    """The columns of a relation line; None if PubTator cannot hold it."""
    columns = [relation.label, *(argument.target for argument in relation.arguments)]
    ids = {entity.id for entity in document.entities} - {c for entity in document.entities for c in entity.concepts}
    if not ids.isdisjoint(columns[1:]):
        audit.lose(document.id, "relation", "ties mentions: PubTator ties concepts")
        return None
    if len(columns) != 3 or is_number(relation.label) or not is_relation(list(map(_field, columns))):
        audit.lose(
            document.id, "relation", "PubTator's have a name that is no number, and tie two concepts without blanks"
        )
        return None
    novelty = [value for name, value in relation.attributes.items() if name == NOVELTY and value in NOVEL_OR_NOT]
    if len(relation.attributes) > len(novelty):
        number = len(relation.attributes) - len(novelty)
        audit.lose(document.id, "attribute of a relation", "PubTator holds Novel or No alone", count=number)
    roles = [argument.role for argument in relation.arguments]
    usual = list(known_roles.get(relation.label, ())) or [f"Arg{number}" for number in range(1, len(columns))]
    clean = [_field(column) for column in columns]
    if roles != usual or clean != columns:
        audit.change(document.id, "relation", "PubTator holds no roles, tabs or line breaks")
    return clean + novelty


def _clean_id(document_id: str, audit: Audit) -> str:
    clean = _field(document_id.replace("|", "_").replace("\ufeff", "_"))
    if clean != document_id:
        audit.change(document_id, "document id", "bars, tabs and line breaks were replaced")
    return clean


def _field(value: str) -> str:
    return SURROGATES.sub(REPLACEMENT, BREAKS_AND_TABS.sub(" ", value))


def _count_changed(audit: Audit, document_id: str, thing: str, became: str, count: int) -> None:
    if count:
        audit.change(document_id, thing, f"became {became}", count=count)
