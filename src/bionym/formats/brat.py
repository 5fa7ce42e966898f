"""brat standoff: a text, and beside it an `.ann` file with one annotation a line.

Nothing is lost: the lines ride along in `meta["brat"]`, and an unchanged document is written back byte for byte. Of a
changed one the lines of entities that are no longer there go, with what refers to them (counted), and new ones come.

    T  entities, discontinuous ones too; those over a line end stand in pieces in the file and are whole in the model
    E  events: what is said of one belongs to its trigger's entity; arguments make it a relation, first role "Trigger"
    R  relations; an end that names an event is the event's trigger
    A  attributes ("true" if without value); M likewise
    N  `Entity.concepts`, as "MESH:D003920"; one without a resource is written as "concept:D003920"
    #  notes; "score=0.93" holds `Entity.score`, {"name": "value"} an attribute that has white space
    *  equivalences: kept in meta

Cannot hold, and what then happens: white space in labels (`_` instead, counted), relations with other than two ends or
between concepts, mentions of nothing but line ends, and passages (lost, counted). Tokens and sentences are not written.

Source: https://brat.nlplab.org/standoff.html
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bionym.data import Audit, Document
from bionym.errors import InputError
from bionym.files import BOM, STREAM, companion, read_text, stem, suffix, with_line_feeds, write_text
from bionym.formats import _brat_conf, _brat_model
from bionym.formats._brat_ids import NAMES
from bionym.formats._brat_lines import AnnLine, parse
from bionym.formats._brat_mentions import locate, spans_as_written
from bionym.formats._brat_repair import restated, usable_lines, without_dangling
from bionym.formats._brat_write import to_lines
from bionym.formats._characters import without_surrogates
from bionym.formats._file_names import file_names
from bionym.formats._mentions import report
from bionym.formats._offsets import CODE_POINTS, UNITS, WITH_MARK, Repair, Ruler
from bionym.formats._shapes import Fields, Named, OneOf

SUFFIXES = (".ann", ".txt")
ONE_PER_FILE = True

META = "brat"
NUM_GIVEN = "num_a1"  # how many of the lines came from the `.a1` file of `bionlp_st`
_UNITS = OneOf(*UNITS, *(unit + WITH_MARK for unit in UNITS))
META_SHAPE = {META: Fields({"ann": str, "unit": _UNITS, "mark": bool, "files": Named(str), NUM_GIVEN: int})}


def read(
    path: Path,
    *,
    audit: Audit | None = None,
    beside: Sequence[Path] = (),
    texts: Sequence[Path] = (),
    require_annotations: bool = True,
    repair: Repair | None = None,
) -> Iterator[Document]:
    """The document of a pair `x.txt`, `x.ann`, by either name.

    Args:
        audit: counts offsets that were converted, mentions spelled otherwise than the text, and repairs.
        beside: files or folders in which the other half may lie, if not in the same folder.
        texts: folders in which the text may lie, if in none of these.
        require_annotations: False reads a text without an `.ann` file as a document without entities.
        repair: "nearest" keeps a mention that resembles the text at its offsets, moves any other to its nearest
            occurrence, and leaves out one that occurs nowhere, and lines that are broken or refer to nothing.
    Raises: InputError where half of the pair is missing; FormatError at the first line that is broken, refers to
        nothing, or whose mention is not at its place in the text.
    """
    text_path, ann_path = _pair(path, beside, texts, require_annotations)
    written = read_text(text_path)
    text = written.removeprefix(BOM)
    if ann_path is None:
        yield Document(stem(path), text)
        return
    ann, has_mark, count = (
        with_line_feeds(read_text(ann_path)),
        written != text,
        audit if audit is not None else Audit(),
    )
    document_id = stem(path)
    lines = parse(ann, ann_path) if repair is None else usable_lines(ann, document_id, count)
    located = locate(lines, text, ann_path, has_mark=has_mark, repair=repair)
    for name, (claim, verdict) in located.found.items():
        report(count, document_id, name, claim, verdict)
    spans = located.spans
    if repair is not None:
        lines = without_dangling(lines, located.found.keys() - spans.keys(), document_id, count)
        lines = restated(lines, text, located)
        ann = "".join(line.raw for line in lines)
    found = _brat_model.source(lines, spans)
    meta = {"ann": ann, "unit": located.unit, "mark": has_mark, "files": _brat_conf.find(text_path)}
    entities, relations = tuple(found.entities.values()), tuple(found.relations.values())
    yield Document(document_id, text, entities=entities, relations=relations, meta={META: meta})


def write(documents: Iterable[Document], path: Path, *, audit: Audit | None = None) -> None:
    """One `.txt` and one `.ann` a document in the folder `path`, and an `annotation.conf` with all types."""
    audit = audit if audit is not None else Audit()
    names = file_names(audit)
    configurations: dict[Path, _brat_conf.Configuration] = {}
    for document in documents:
        document = without_surrogates(document, audit)
        name = names.of(document.id)
        meta: Mapping[str, Any] = document.meta.get(META, {})
        lines = _lines(document, meta, audit)
        has_mark = meta.get("mark") or document.text.startswith(BOM)
        write_text(path / f"{name}.txt", BOM * bool(has_mark) + document.text)
        write_text(path / f"{name}.ann", _joined(lines))
        folder = (path / name).parent
        configurations.setdefault(folder, _brat_conf.Configuration()).add(meta.get("files", {}), lines)
    for folder, configuration in configurations.items():
        configuration.write(folder)


def extras(document: Document) -> Mapping[str, int]:
    """Notes, equivalences, and what is said of relations."""
    lines = parse(document.meta.get(META, {}).get("ann", ""), Path(f"{document.id}.ann"))
    return Counter(NAMES[line.kind] for line in _brat_model.unheld(lines))


def _pair(
    path: Path, beside: Sequence[Path], texts: Sequence[Path], require_annotations: bool
) -> tuple[Path, Path | None]:
    if path == STREAM:
        raise InputError("brat needs a pair of files, not standard input", fix="Name the .ann file or its folder.")
    text = path if suffix(path) == ".txt" else companion(path, ".txt", beside) or companion(path, ".txt", texts)
    ann = path if suffix(path) == ".ann" else companion(path, ".ann", beside)
    if text is None:
        fix = f"Put {stem(path)}.txt next to it, or name its folder with --text."
        raise InputError(f"there is no {stem(path)}.txt for it", path=path, fix=fix)
    if ann is None and require_annotations:
        fix = "Put it there (it may be empty), name its folder with --annotations, or read the text with --format text."
        raise InputError(f"there is no {stem(path)}.ann for it", path=path, fix=fix)
    return text, ann


def _lines(document: Document, meta: Mapping[str, Any], audit: Audit) -> list[AnnLine]:
    if document.passages:
        audit.lose(document.id, "passage", "brat has no passages", count=len(document.passages))
    origin = Path(f"{document.id}.ann")
    old = parse(meta.get("ann", ""), origin)
    ruler = Ruler(document.text, meta.get("unit", CODE_POINTS))
    source = _brat_model.source(old, spans_as_written(old, document.text, ruler))
    return to_lines(document, source, ruler, audit)


def _joined(lines: Sequence[AnnLine]) -> str:
    """The file's text; a line that was the last and had no end gets one if others follow."""
    raws = [line.raw for line in lines]
    line_end = "\r\n" if raws and raws[0].endswith("\r\n") else "\n"
    return "".join(raw if raw.endswith("\n") or raw is raws[-1] else raw + line_end for raw in raws)
