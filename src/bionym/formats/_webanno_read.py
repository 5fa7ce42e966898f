"""Layers and sentences of WebAnno TSV as a document (see `webanno_tsv`)."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bionym.data import Argument, Audit, Document, Entity, Relation, Span
from bionym.errors import FormatError, SpanError
from bionym.formats._layout import Laid, Overlap, Piece, lay_so_that_most_fit
from bionym.formats._mentions import Claim, fits
from bionym.formats._offsets import Ranges, width
from bionym.formats._webanno_lines import BASE, SLOT, Layer, Row, Sentence, Value, unescaped, values

CONCEPT = "identifier"
LABELS = ("value", "label")
LINGUISTIC = re.compile(r"\.api\.(lexmorph|segmentation|syntax|semantics|structure|transform)\.")
_OLDER_TEXT = re.compile(r"[0-9]+-[0-9]+#")
_ADDRESS = re.compile(r"[0-9]+-[0-9]+(?:\.[0-9]+)*")


@dataclass
class Mention:
    """An annotation while its rows are gathered.

    Args:
        places: of its rows, in order.
        features: by name; None for one without a value.
    """

    layer: str
    start: int
    end: int
    line: int
    places: list[str]
    features: dict[str, str | None] = field(default_factory=dict)
    id: str = ""


class Placed(NamedTuple):
    """The text, its sentences, and the span of each row by its line."""

    text: str
    sentences: tuple[Span, ...]
    spans: Mapping[int, Span]


def to_document(
    document_id: str,
    layers: Sequence[Layer],
    sentences: Sequence[Sentence],
    path: Path,
    wanted: str | None,
    label_feature: str | None,
    audit: Audit,
) -> Document:
    """The document of a file. Raises: FormatError with the line."""
    placed = _placed(sentences, path)
    read = [one for one in layers if one.kind == "span" and _is_wanted(one, wanted)]
    _count_unread(layers, read, sentences, document_id, audit)
    rows = [row for sentence in sentences for row in sentence.rows]
    mentions = {one.name: _mentions(one, rows, placed) for one in read}
    gathered = [mention for found in mentions.values() for mention in found.values()]
    for number, mention in enumerate(gathered, start=1):
        mention.id = f"T{number}"
    relations = [
        relation
        for layer in layers
        if layer.kind == "relation"
        for relation in _relations(layer, rows, mentions, document_id, audit, path)
    ]
    features = {one.name: _label_feature(one, label_feature) for one in read}
    return Document(
        document_id,
        placed.text,
        entities=tuple(_entity(mention, features[mention.layer], path) for mention in gathered),
        relations=tuple(relations),
        tokens=tuple(placed.spans[row.line] for row in rows if not row.is_part),
        sentences=placed.sentences,
    )


def _placed(sentences: Sequence[Sentence], path: Path) -> Placed:
    """The text, laid out so that every token stands where it says; with escapes, or, in older files, without."""
    for has_escapes in (True, False):
        read: Callable[[str], str] = unescaped if has_escapes else str
        texts = [read(sentence.text) for sentence in sentences]
        claims = [_claim(row, read(row.columns[2])) for sentence in sentences for row in sentence.rows]
        try:
            found = lay_so_that_most_fit(partial(_pieces, sentences, texts, read), claims)
        except Overlap as error:
            message = f"two sentences overlap at offset {error.offset}, or are too far apart"
            line = _line_at(sentences, error.offset)
            overlap = FormatError(message, path=path, line=line, fix="Export it again.")
            raise _of_older_form(sentences, path) or overlap from error
        if all(fits(found.laid.text, claim) for claim in found.claims):
            return _spans(sentences, found.laid, [claim.ranges for claim in found.claims])
    raise _of_older_form(sentences, path) or FormatError(
        "a token is not where its offsets say",
        path=path,
        line=_first_misplaced(sentences),
        fix="Check the offsets and the lines #Text=, or export the file again.",
    )


def _of_older_form(sentences: Sequence[Sentence], path: Path) -> FormatError | None:
    """The error for a file whose sentences state their offsets in front of their text, as WebAnno's did once."""
    line = next((one.line for one in sentences if _OLDER_TEXT.match(one.text)), None)
    message = "the sentence begins with its offsets, as in older files of WebAnno TSV 3, which are not read"
    fix = "Open it in WebAnno or INCEpTION, and export it again."
    return FormatError(message, path=path, line=line, fix=fix) if line is not None else None


def _claim(row: Row, token: str) -> Claim:
    return Claim(((row.start, row.end),), token)


def _pieces(sentences: Sequence[Sentence], texts: Sequence[str], read: Callable[[str], str], unit: str) -> list[Piece]:
    """Each sentence's text where its first token says that it begins."""
    found: list[Piece] = []
    end = 0
    for sentence, text in zip(sentences, texts, strict=True):
        start = end
        if sentence.rows:
            row = sentence.rows[0]
            ahead = max(0, text.find(read(row.columns[2])))
            start = row.start - width(text[:ahead], unit)
        found.append(Piece(start, text))
        end = start + width(text, unit)
    return found


def _line_at(sentences: Sequence[Sentence], offset: int) -> int:
    found = (one.line for one in sentences if one.rows and one.rows[0].start >= offset)
    return next(found, sentences[-1].line)


def _first_misplaced(sentences: Sequence[Sentence]) -> int:
    """The line of the first token that its sentence does not hold at that distance from the first token."""
    for sentence in sentences:
        text = unescaped(sentence.text)
        for row in sentence.rows:
            token = unescaped(row.columns[2])
            at = row.start - sentence.rows[0].start + max(0, text.find(unescaped(sentence.rows[0].columns[2])))
            if row.end - row.start != len(token) or at < 0 or not text.startswith(token, at):
                return row.line
    return sentences[0].line if sentences else 1


def _spans(sentences: Sequence[Sentence], laid: Laid, ranges: Sequence[Ranges]) -> Placed:
    rows = [row for sentence in sentences for row in sentence.rows]
    spans = {row.line: Span(*places[0]) for row, places in zip(rows, ranges, strict=True)}
    whole = (Span(start, end) for start, end in laid.places if end > start)
    return Placed(laid.text, tuple(whole), spans)


def _is_wanted(layer: Layer, wanted: str | None) -> bool:
    if wanted is not None:
        return wanted in (layer.name, _short(layer.name))
    return not LINGUISTIC.search(layer.name)


def _short(name: str) -> str:
    return name.rpartition(".")[2]


def _count_unread(
    layers: Sequence[Layer], read: Sequence[Layer], sentences: Sequence[Sentence], name: str, audit: Audit
) -> None:
    rows = [row for sentence in sentences for row in sentence.rows]
    for layer in layers:
        slots = [at for at, feature in zip(layer.columns, layer.features, strict=False) if feature.startswith(SLOT)]
        num_slots = sum(bool(values(row.columns[at])) for row in rows for at in slots)
        if num_slots:
            audit.lose(name, "slot", "links of a feature to other annotations are not read", count=num_slots)
        if layer in read or layer.kind == "relation":
            continue
        num_cells = sum(bool(values(row.columns[layer.first])) for row in rows)
        if num_cells:
            what = "chain link" if layer.kind == "chain" else "annotation of another layer"
            audit.lose(name, what, "is not read", count=num_cells)


def _mentions(layer: Layer, rows: Sequence[Row], placed: Placed) -> dict[str, Mention]:
    """The annotations of a layer, by number, or by place if they have none."""
    found: dict[str, Mention] = {}
    for row in rows:
        span = placed.spans[row.line]
        cells = [values(row.columns[at]) for at in layer.columns]
        for position in range(max(map(len, cells), default=0)):
            numbers = [cell[position].number for cell in cells if position < len(cell)]
            number = next((one for one in numbers if one), "")
            key = number or f"{row.place}#{position}"
            mention = found.setdefault(key, Mention(layer.name, span.start, span.end, row.line, []))
            mention.start, mention.end = min(mention.start, span.start), max(mention.end, span.end)
            mention.places.append(row.place)
            mention.features |= _features(layer, cells, position)
    return found


def _features(layer: Layer, cells: Sequence[list[Value]], position: int) -> dict[str, str | None]:
    """The values of an annotation in one row; links to others and their targets left out."""
    named: dict[str, str | None] = {}
    is_target = False
    for feature, cell in zip(layer.features, cells, strict=False):
        if not is_target and not feature.startswith(SLOT) and position < len(cell):
            named[feature] = cell[position].text
        is_target = feature.startswith(SLOT)
    return named


def _label_feature(layer: Layer, wanted: str | None) -> str | None:
    """The feature that holds the label, or None if the layer's name does."""
    if wanted is not None:
        return wanted
    others = [one for one in layer.features if one != CONCEPT and not one.startswith(SLOT)]
    return next((name for name in LABELS if name in others), others[0] if len(others) == 1 else None)


def _entity(mention: Mention, label_feature: str | None, path: Path) -> Entity:
    features = dict(mention.features)
    label = features.pop(label_feature, None) if label_feature else None
    concept = features.pop(CONCEPT, None)
    attributes = {name: value for name, value in features.items() if value is not None}
    try:
        span = Span(mention.start, mention.end)
        concepts = (concept,) if concept else ()
        return Entity((span,), label or _short(mention.layer) or "Span", concepts, attributes, id=mention.id)
    except SpanError as error:
        raise FormatError(str(error), path=path, line=mention.line, fix="Check its offsets.") from error


def _relations(
    layer: Layer,
    rows: Sequence[Row],
    mentions: Mapping[str, Mapping[str, Mention]],
    name: str,
    audit: Audit,
    path: Path,
) -> Iterator[Relation]:
    """The relations of a layer; a row is that of the target, its last column says where the source is."""
    base = next((one.removeprefix(BASE) for one in layer.features if one.startswith(BASE)), "")
    features = [one for one in layer.features if not one.startswith(BASE)]
    label_at = features.index(next((one for one in LABELS if one in features), features[0])) if features else None
    number = 0
    for row in rows:
        cells = [values(row.columns[at]) for at in layer.columns]
        for position, address in enumerate(cells[-1]):
            labels = cells[label_at] if label_at is not None else []
            label = labels[position].text if position < len(labels) else None
            ends = _ends(address, row, mentions.get(base, {}), path)
            if ends is None:
                audit.lose(name, "relation", "an end is in a layer that is not read")
                continue
            number += 1
            yield Relation(label or _short(layer.name), ends, f"R{number}")


def _ends(address: Value, row: Row, mentions: Mapping[str, Mention], path: Path) -> tuple[Argument, Argument] | None:
    """The ends of a relation; None if the layer it ties is not read."""
    if not mentions:
        return None
    found = _ADDRESS.fullmatch(address.text or "")
    source, _, target = address.number.partition("_")
    if found is None:
        message = "expected the place of a relation's source, such as 1-3 or 1-3[1_2]"
        raise FormatError(message, path=path, line=row.line, fix="Export it again.")
    ends = [_at(found[0], source, mentions), _at(row.place, target, mentions)]
    if None in ends:
        message = "a relation ties what is no annotation of its layer"
        raise FormatError(message, path=path, line=row.line, fix="Export it again.")
    first, second = (end.id for end in ends if end is not None)
    return Argument("Arg1", first), Argument("Arg2", second)


def _at(place: str, number: str, mentions: Mapping[str, Mention]) -> Mention | None:
    """The annotation of that number, or the one that begins at a place, or stands there."""
    if number not in ("", "0"):
        return mentions.get(number)
    begins = (one for one in mentions.values() if one.places[0] == place)
    return next(begins, next((one for one in mentions.values() if place in one.places), None))
