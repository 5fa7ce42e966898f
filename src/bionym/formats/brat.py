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

from bionym.data import Audit, Document, Entity
from bionym.errors import InputError
from bionym.files import BOM, STREAM, companion, read_text, stem, suffix, with_line_feeds, write_text
from bionym.formats import _brat_conf, _brat_model
from bionym.formats._brat_lines import AnnLine, parse
from bionym.formats._brat_mentions import WITH_MARK, Located, Ruler, locate, spans_as_written
from bionym.formats._brat_write import NAMES, to_lines
from bionym.formats._characters import without_surrogates
from bionym.formats._file_names import file_names
from bionym.formats._offsets import CODE_POINTS, UNITS, Repair
from bionym.formats._shapes import Fields, Named, OneOf

SUFFIXES = (".ann", ".txt")
ONE_PER_FILE = True

META = "brat"
_UNITS = OneOf(*UNITS, *(unit + WITH_MARK for unit in UNITS))
META_SHAPE = {META: Fields({"ann": str, "unit": _UNITS, "mark": bool, "files": Named(str)})}


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
        audit: counts offsets that were converted or repaired.
        beside: files or folders in which the other half may lie, if not in the same folder.
        texts: folders in which the text may lie, if in none of these.
        require_annotations: False reads a text without an `.ann` file as a document without entities.
        repair: "nearest" moves a mention that is not where its offsets say to its nearest occurrence.
    Raises: InputError where half of the pair is missing; FormatError at the first line that is broken, refers to
        nothing, or whose mention is not at its place in the text.
    """
    text_path, ann_path = _pair(path, beside, texts, require_annotations)
    written = read_text(text_path)
    text = written.removeprefix(BOM)
    if ann_path is None:
        yield Document(stem(path), text)
        return
    ann = with_line_feeds(read_text(ann_path))
    lines = parse(ann, ann_path)
    located = locate(lines, text, ann_path, has_mark=written != text, repair=repair)
    found = _brat_model.source(lines, located.spans)
    if audit is not None:
        _report(found.entities, located, stem(path), audit)
    meta = {"ann": ann, "unit": located.unit, "mark": written != text, "files": _brat_conf.find(text_path)}
    entities, relations = tuple(found.entities.values()), tuple(found.relations.values())
    yield Document(stem(path), text, entities=entities, relations=relations, meta={META: meta})


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


def only_here(document: Document) -> Mapping[str, int]:
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


def _report(entities: Mapping[str, Entity], located: Located, document_id: str, audit: Audit) -> None:
    for name, entity in entities.items():
        if located.unit != CODE_POINTS:
            audit.change(document_id, entity, f"offsets count {located.unit}: converted")
        elif name in located.repaired:
            audit.change(document_id, entity, located.repaired[name])


def _lines(document: Document, meta: Mapping[str, Any], audit: Audit) -> list[AnnLine]:
    if document.passages:
        audit.lose(document.id, "passage", "brat has no passages", count=len(document.passages))
    origin = Path(f"{document.id}.ann")
    old = parse(meta.get("ann", ""), origin)
    ruler = Ruler(document.text, meta.get("unit", CODE_POINTS))
    source = _brat_model.source(old, spans_as_written(old, document.text, ruler, origin))
    return to_lines(document, source, ruler, audit)


def _joined(lines: Sequence[AnnLine]) -> str:
    """The file's text; a line that was the last and had no end gets one if others follow."""
    raws = [line.raw for line in lines]
    line_end = "\r\n" if raws and raws[0].endswith("\r\n") else "\n"
    return "".join(raw if raw.endswith("\n") or raw is raws[-1] else raw + line_end for raw in raws)
