"""Tables with named columns: CSV, TSV, Parquet and JSON Lines, a document a row, its entities in a column or a table.

    id,text,entities
    227508,"Naloxone reverses ...","[{""start"": 0, ""end"": 8, ""label"": ""Chemical""}]"

    {"id": "227508", "text": "Naloxone reverses ..."}                                        (JSON Lines, also without id)

The columns are `id`, `text` and `entities`, or those that the options name. Only the text must be there: documents without an
id are numbered. Entities are a list (JSON in a field) of objects with start, end and label, and `spans` for discontinuous ones,
or of [start, end, label]. They may stand in a table of their own beside the text (option `annotations=FILE`), with the columns
id, start, end and label, and perhaps `mention`, which is checked. Further columns ride in `meta`. Offsets are code points.

The suffix says which form is written (standard output: CSV).

Cannot hold, and what then happens: relations and passages are lost, and counted; so are further columns that the first
document did not have. Lone surrogates become U+FFFD in CSV and Parquet, counted.

Source: RFC 4180 for CSV; names of the columns are Bionym's own.
"""

import csv
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

from bionym.data import Audit, Document, Entity
from bionym.data.tags import is_tag
from bionym.errors import InputError, SpanError, did_you_mean
from bionym.files import STREAM, open_output, stem, suffix
from bionym.formats import _json_kinds, _losses, _rows, _stated
from bionym.formats._characters import without_surrogates
from bionym.formats._json import Record, parse
from bionym.formats._json_output import open_binary, printed, write_values
from bionym.formats._offsets import Repair
from bionym.formats._shapes import Fields
from bionym.formats._stated import Stated, text_or

SUFFIXES = (".csv", ".tsv", ".parquet", ".jsonl", ".json")
ONE_PER_FILE = False
META = "table"
META_SHAPE = {META: Fields({"fields": dict})}
ID, TEXT, ENTITIES = "id", "text", "entities"
_ROWS_A_BATCH = 1_000


def read(
    path: Path,
    *,
    text_column: str = TEXT,
    id_column: str = ID,
    entities_column: str = ENTITIES,
    annotations: str | None = None,
    delimiter: str | None = None,
    encoding: str = "utf-8",
    audit: Audit | None = None,
    repair: Repair | None = None,
) -> Iterator[Document]:
    """Documents of one file, a row each.

    Args:
        text_column, id_column, entities_column: the names of the columns.
        annotations: a table of entities with the columns id, start, end, label and perhaps mention.
        delimiter, encoding: of CSV and TSV; without delimiter a comma, or a tab for `.tsv`.
        repair: "nearest" keeps an entity that resembles the text at its offsets, moves any other to the nearest
            occurrence of its mention, and leaves out one that occurs nowhere.
    Raises: FormatError with file and line.
    """
    count = audit if audit is not None else Audit()
    apart = _annotations(Path(annotations), delimiter, encoding, count) if annotations else {}
    for number, row in enumerate(_rows.rows(path, delimiter=delimiter, encoding=encoding), start=1):
        if text_column not in row:
            names = [key for key in row.value if key != Record.LINE]
            near = did_you_mean(text_column, names)
            raise row.error(f"there is no column {text_column!r}.{near}", "Name it with --option text_column=NAME.")
        name = text_or(row, id_column) or f"{stem(path)}-{number}"
        text = text_or(row, text_column)
        stated = [*_entities(row, entities_column, name, count), *apart.pop(name, ())]
        fields = _stated.rest(row, id_column, text_column, entities_column)
        try:
            entities = _stated.entities(text, stated, name, count, repair=repair)
            yield Document(name, text, entities=entities, meta={META: {"fields": fields}} if fields else {})
        except SpanError as error:
            raise row.error(str(error)) from error
    for others in apart.values():
        raise others[0].record.error("its id is no document's", "Check the id, or name the column with id_column.")


def write(documents: Iterable[Document], path: Path, *, audit: Audit | None = None) -> None:
    """Documents to one file; its suffix says which form."""
    count = audit if audit is not None else Audit()
    is_json = suffix(path) in (".jsonl", ".json")
    remaining = iter(documents if is_json else (without_surrogates(one, count, in_id=True) for one in documents))
    first = list(islice(remaining, 1))
    further = _stated.fields(first[0], META) if first else {}
    columns = list(dict.fromkeys((ID, TEXT, ENTITIES, *further)))
    rows = (_row(document, columns, count) for document in chain(first, remaining))
    if is_json:
        write_values(rows, path)
    elif suffix(path) == ".parquet":
        _write_parquet(rows, columns, path)
    else:
        _write_csv(rows, columns, path)


def recognises(path: Path) -> bool:
    """Whether a file has a column of texts, named so, and no annotations of a form that this format does not know."""
    if suffix(path) == ".parquet":
        names = _rows.column_names(path)
        return TEXT in names and "tokens" not in names and "passages" not in names
    if suffix(path) in _rows.TEXT_SUFFIXES:
        return _has_header(path)
    return _json_kinds.kind(path) == "table"


def extras(document: Document) -> dict[str, int]:
    """Further columns."""
    return {"column": len(_stated.fields(document, META))}


def _has_header(path: Path) -> bool:
    """Whether the first line of a CSV or TSV file names a column of texts, and others, and none is a tag."""
    try:
        row = next(_rows.rows(path), None)
    except InputError:
        return False
    names = [name for name in row.value if name != Record.LINE] if row else []
    return TEXT in names and len(names) > 1 and not any(map(is_tag, names))


def _entities(row: Record, column: str, name: str, audit: Audit) -> Iterator[Stated]:
    value = row.value.get(column)
    if isinstance(value, str):
        value = parse(value, path=row.path, line=row.line) if value.strip() else []
    whole = Record({column: value}, row.path, row.line)
    for number, one in enumerate(whole.items(column)):
        if isinstance(one, list):
            if [type(part) for part in one] != [int, int, str]:
                raise whole.error(f"{column}[{number}]: expected [start, end, label]")
            yield Stated(whole, ((one[0], one[1]),), one[2])
        else:
            yield _stated_of(whole.part(column, number), name, audit)


def _stated_of(record: Record, name: str, audit: Audit) -> Stated:
    ranges = tuple(record.ranges("spans")) or ((record.whole("start"), record.whole("end")),)
    return Stated(
        record,
        ranges,
        record.text("label"),
        text_or(record, "mention") or None,
        text_or(record, "id"),
        tuple(record.texts("concepts")),
        record.texts_by_name("attributes"),
        _stated.probability(record, "score", name, audit),
    )


def _annotations(path: Path, delimiter: str | None, encoding: str, audit: Audit) -> dict[str, list[Stated]]:
    """The rows of a table of entities, by document."""
    if not path.is_file():
        raise InputError("there is no such table of annotations", path=path)
    found: dict[str, list[Stated]] = {}
    for row in _rows.rows(path, delimiter=delimiter, encoding=encoding):
        name = row.text(ID)
        place = (row.whole("start"), row.whole("end"))
        found.setdefault(name, []).append(Stated(row, (place,), row.text("label"), text_or(row, "mention") or None))
    return found


def _row(document: Document, columns: list[str], audit: Audit) -> dict[str, Any]:
    _losses.count(document, audit, "a table", held=("concept", "attribute", "score"))
    fields = _stated.fields(document, META)
    entities = [_entity_row(one) for one in document.entities]
    own = {ID: document.id, TEXT: document.text, ENTITIES: entities}
    others = [name for name in fields if name not in columns or name in own]
    if others:
        audit.lose(document.id, "column", "is none of the first document's", count=len(others))
    return own | {name: fields.get(name) for name in columns if name not in own}


def _entity_row(entity: Entity) -> dict[str, Any]:
    row: dict[str, Any] = {"start": entity.start, "end": entity.end, "label": entity.label}
    details = {
        "spans": [list(span) for span in entity.spans] if entity.is_discontinuous else None,
        "id": entity.id,
        "concepts": list(entity.concepts),
        "attributes": dict(entity.attributes),
    }
    row |= {name: value for name, value in details.items() if value}
    return row if entity.score is None else row | {"score": entity.score}


def _as_fields(row: dict[str, Any]) -> list[str]:
    """A row as texts; what is no text as JSON."""
    return [value if isinstance(value, str) else "" if value is None else printed(value) for value in row.values()]


def _write_csv(rows: Iterable[dict[str, Any]], columns: list[str], path: Path) -> None:
    delimiter = "\t" if suffix(path) == ".tsv" and path != STREAM else ","
    with open_output(path) as stream:
        writer = csv.writer(stream, delimiter=delimiter, lineterminator="\r\n")
        writer.writerow(columns)
        writer.writerows(map(_as_fields, rows))


def _write_parquet(rows: Iterable[dict[str, Any]], columns: list[str], path: Path) -> None:
    arrow = _rows.pyarrow("Parquet")
    schema = arrow.schema({name: arrow.string() for name in columns})
    with open_binary(path) as stream, arrow.parquet.ParquetWriter(stream, schema) as writer:
        while batch := [_as_fields(row) for row in islice(rows, _ROWS_A_BATCH)]:
            values = [dict(zip(columns, row, strict=True)) for row in batch]
            writer.write_table(arrow.Table.from_pylist(values, schema=schema))
