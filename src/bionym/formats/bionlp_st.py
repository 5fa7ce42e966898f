"""BioNLP shared task: a text, `.a1` with the given names, `.a2` with triggers, events and relations beside it.

The lines are those of brat (see `brat`), in two files: `.a1` holds the names that were given to the participants, `.a2` what
was asked of them. Either may be missing. Triggers are entities, events with arguments relations whose first role is "Trigger",
`Equiv` lines and modifications ride along, as in brat. An unchanged document is written back line for line; of a changed one
new entities go to `.a1`, and triggers, events and all else to `.a2`.

Cannot hold, and what then happens: as in brat; in particular passages are lost, and counted.

Source: Kim et al. 2009, Overview of BioNLP'09 shared task on event extraction; Nédellec et al. 2013.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bionym.data import Audit, Document
from bionym.errors import FormatError, InputError
from bionym.files import BOM, STREAM, companion, read_text, stem, suffix, write_text
from bionym.formats import _brat_model
from bionym.formats._brat_lines import AnnLine, parse
from bionym.formats._brat_mentions import Located, locate, spans_as_written
from bionym.formats._brat_repair import restated, usable_lines, without_dangling
from bionym.formats._brat_write import to_lines
from bionym.formats._characters import without_surrogates
from bionym.formats._file_names import file_names
from bionym.formats._mentions import report
from bionym.formats._offsets import CODE_POINTS, Repair, Ruler
from bionym.formats.brat import META, NUM_GIVEN
from bionym.formats.brat import META_SHAPE as META_SHAPE
from bionym.formats.brat import extras as extras

SUFFIXES = (".a1", ".txt", ".a2")
ONE_PER_FILE = True


def read(
    path: Path,
    *,
    audit: Audit | None = None,
    beside: Sequence[Path] = (),
    texts: Sequence[Path] = (),
    repair: Repair | None = None,
) -> Iterator[Document]:
    """The document of `x.txt`, `x.a1` and `x.a2`, by any of their names.

    Args:
        audit: counts offsets that were converted, mentions spelled otherwise than the text, and repairs.
        beside: files or folders in which the annotations may lie, if not in the same folder.
        texts: folders in which the text may lie, if in none of these.
        repair: "nearest" repairs mentions and leaves out lines, as in brat.
    Raises: InputError where the text or both other files are missing; FormatError with file and line.
    """
    count = audit if audit is not None else Audit()
    text_path, given, asked = _files(path, beside, texts)
    written = read_text(text_path)
    text = written.removeprefix(BOM)
    halves = [_ended(read_text(one).removeprefix(BOM)) if one else "" for one in (given, asked)]
    num_given = halves[0].count("\n")
    lines, located = _located("".join(halves), num_given, path, (given, asked), text, written != text, repair, count)
    found = _brat_model.source(lines, located.spans)
    num_usable = sum(0 < line.number <= num_given for line in lines)
    ann = "".join(line.raw for line in lines)
    meta = {"ann": ann, "unit": located.unit, "mark": written != text, NUM_GIVEN: num_usable}
    entities, relations = tuple(found.entities.values()), tuple(found.relations.values())
    yield Document(stem(path), text, entities=entities, relations=relations, meta={META: meta})


def write(documents: Iterable[Document], path: Path, *, audit: Audit | None = None) -> None:
    """A `.txt`, an `.a1` and an `.a2` a document in the folder `path`."""
    count = audit if audit is not None else Audit()
    names = file_names(count)
    for document in documents:
        document = without_surrogates(document, count)
        name = names.of(document.id)
        meta = document.meta.get(META, {})
        has_mark = meta.get("mark") or document.text.startswith(BOM)
        given, asked = _halves(_lines(document, meta, count), meta)
        write_text(path / f"{name}.txt", BOM * bool(has_mark) + document.text)
        write_text(path / f"{name}.a1", given)
        write_text(path / f"{name}.a2", asked)


def _files(path: Path, beside: Sequence[Path], texts: Sequence[Path]) -> tuple[Path, Path | None, Path | None]:
    if path == STREAM:
        raise InputError("this format needs files, not standard input", fix="Name the .a1 file or its folder.")
    text, given, asked = (
        path if suffix(path) == wanted else companion(path, wanted, beside) for wanted in (".txt", ".a1", ".a2")
    )
    text = text or companion(path, ".txt", texts)
    if text is None:
        fix = f"Put {stem(path)}.txt next to it, or name its folder with --text."
        raise InputError(f"there is no {stem(path)}.txt for it", path=path, fix=fix)
    if given is None and asked is None:
        fix = "Put one there, name its folder with --annotations, or read the text with --format text."
        raise InputError(f"there is no {stem(path)}.a1 or {stem(path)}.a2 for it", path=path, fix=fix)
    return text, given, asked


def _located(
    ann: str,
    num_given: int,
    path: Path,
    files: tuple[Path | None, Path | None],
    text: str,
    has_mark: bool,
    repair: Repair | None,
    audit: Audit,
) -> tuple[list[AnnLine], Located]:
    """The lines of both files, under repair those that are of use, and where their mentions stand.

    Raises: FormatError, without `repair`.
    """
    origin, name = files[0] or files[1] or path, stem(path)
    try:
        lines = parse(ann, origin) if repair is None else usable_lines(ann, name, audit)
        located = locate(lines, text, origin, has_mark=has_mark, repair=repair)
    except FormatError as error:
        raise _in_its_file(error, *files, num_given) from error
    for line_id, (claim, verdict) in located.found.items():
        report(audit, name, line_id, claim, verdict)
    if repair is not None:
        lines = without_dangling(lines, located.found.keys() - located.spans.keys(), name, audit)
        lines = restated(lines, text, located)
    return lines, located


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"


def _in_its_file(error: FormatError, given: Path | None, asked: Path | None, num_given: int) -> FormatError:
    """The error with the file and line where it stands, the lines of both having been counted through."""
    if error.line is None or error.line <= num_given:
        return FormatError(error.message, path=given or asked, line=error.line, fix=error.fix)
    return FormatError(error.message, path=asked, line=error.line - num_given, fix=error.fix)


def _lines(document: Document, meta: Any, audit: Audit) -> list[AnnLine]:
    if document.passages:
        audit.lose(document.id, "passage", "BioNLP files have no passages", count=len(document.passages))
    origin = Path(f"{document.id}.a1")
    old = parse(meta.get("ann", ""), origin)
    ruler = Ruler(document.text, meta.get("unit", CODE_POINTS))
    source = _brat_model.source(old, spans_as_written(old, document.text, ruler))
    return to_lines(document, source, ruler, audit)


def _halves(lines: Sequence[AnnLine], meta: Any) -> tuple[str, str]:
    """The texts of both files: old lines where they were, new entities in the first unless they are triggers."""
    num_given = meta.get(NUM_GIVEN, 0)
    triggers = {line.target for line in lines if line.kind == "E"}
    given: list[str] = []
    asked: list[str] = []
    for line in lines:
        was_given = 0 < line.number <= num_given
        is_name = line.kind == "T" and line.id not in triggers and (line.number == 0 or NUM_GIVEN not in meta)
        (given if was_given or is_name else asked).append(_ended(line.raw))
    return "".join(given), "".join(asked)
