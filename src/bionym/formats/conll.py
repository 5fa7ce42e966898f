"""CoNLL: one token a line, columns, a tag in one of them; a blank line ends a sentence, `-DOCSTART-` a document.

Source: the layout of the CoNLL-2000 to 2003 shared tasks and of their evaluation script.

Read: columns split at tabs, or at runs of spaces if the file has no tab; the first column is the token and the last the
tag unless told otherwise, be it by `# global.columns` (CoNLL-U Plus). A first column of numbers that count tokens or
sentences is passed over if words stand behind it. The tag scheme is found from the tags; `b-Drug`, `B_Drug` and `Drug-B`
are read as `B-Drug`. Tokens are joined by one space, sentences by a line break. A line `-DOCSTART- (ID)` or a remark such
as `###MEDLINE:ID` or `# newdoc id = ID` names its document; without any the file is one document. Further columns are
kept. Any other line that begins with # and has no tag is a remark: it is passed over. What is passed over is counted.

Cannot hold: discontinuous entities (gaps of white space alone are closed), overlapping and nested ones (the longest stays),
entities across sentences (sentences of our own splitter are joined around them), entity edges inside a token (widened) or in
white space (trimmed), concepts, attributes, scores, relations, and the text between tokens. In a token `_` stands for what
separates columns or lines, and before what would start a document. All of it is counted.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import NotRequired, TypedDict

from bionym.data import Audit, Document, Span
from bionym.data.align import from_tags, join_cut_sentences, sentence_ranges, to_tags
from bionym.data.flatten import Policy
from bionym.data.tags import Decoding, TagScheme, detect_scheme, find_scheme
from bionym.files import Line, open_output, read_lines, stem
from bionym.formats._characters import SURROGATES, num_uncovered, without_surrogates
from bionym.formats._conll_edges import (
    DOCUMENT_START,
    is_same_document,
    remark_starts_document,
    start_id,
    starts_document,
)
from bionym.formats._conll_lines import (
    RUN,
    SPACE,
    Columns,
    Row,
    begins_like_conll,
    columns_of,
    is_break,
    refuse_other_formats,
)
from bionym.formats._shapes import NOTHING, Fields, Listed, Named, Shape
from bionym.text.prepare import tokenized

SUFFIXES = (".conll", ".tsv", ".iob", ".bio", ".bioes", ".iob2", ".conll03")
ONE_PER_FILE = False
HOLDS = ("tokens", "sentences")

_EDGES = re.compile(f"^[{SPACE}]+|[{SPACE}]+$")
NUM_LINES_SEEN = 2_000  # to find the separator, the columns and the scheme


class Layout(TypedDict):
    """What a CoNLL file says beyond the model: kept in `Document.meta["conll"]`.

    Args:
        separator: between columns.
        scheme: name of the tag scheme.
        rows: the columns of each token, as they were read.
        tag_column: which of them is the tag; None if there is none.
        start: the line that opens the document, a `-DOCSTART-` or a remark; None if there is none.
        tags: by offset of the token, the tags of the sentences whose entities would be written with other tags.
        header: the `# global.columns` line of the file.
    """

    separator: str
    scheme: str
    rows: Sequence[Sequence[str]]
    tag_column: int | None
    start: str | None
    tags: Mapping[int, str]
    header: NotRequired[str]


_LAYOUT: dict[str, Shape] = {"separator": str, "scheme": str, "rows": Listed(Listed(str)), "tag_column": (int, NOTHING)}
_LAYOUT |= {"start": (str, NOTHING), "tags": Named(str), "header": str}
META_SHAPE = {"conll": Fields(_LAYOUT, needed=("separator", "scheme", "rows", "tag_column", "start"))}


def read(
    path: Path,
    *,
    token_column: int | None = None,
    tag_column: int | None = -1,
    separator: str | None = None,
    scheme: str | None = None,
    decoding: Decoding = "lenient",
    encoding: str = "utf-8",
    audit: Audit | None = None,
) -> Iterator[Document]:
    """Documents of a file.

    Args:
        token_column, tag_column: counted from 0, negative from the end; no token column finds it (it is the first, if
            that holds no numbers that count), no tag column gives no entities.
        separator: between columns; None finds it.
        scheme: name of the tag scheme; None finds it.
        decoding: "lenient" starts an entity at any tag, "strict" only where the scheme allows.
        audit: counts the remarks, and what was read otherwise than written.
    Raises: FormatError with the line of a missing column or of a tag that is none.
    """
    lines = read_lines(path, encoding=encoding)
    seen = list(islice(lines, NUM_LINES_SEEN))
    refuse_other_formats(seen, path)
    count = audit if audit is not None else Audit()
    columns = columns_of(seen, path, token_column, tag_column, separator, count)
    found = find_scheme(scheme) if scheme else detect_scheme(columns.tags(seen))
    remaining = columns.without_remarks(chain(seen, lines), count)
    for number, (start, sentences) in enumerate(_documents(remaining, columns), start=1):
        numbered = stem(path) if start is None and number == 1 else f"{stem(path)}-{number}"
        yield _document(start_id(start or "") or numbered, sentences, columns, found, decoding, start)


def write(
    documents: Iterable[Document],
    path: Path,
    *,
    scheme: str | None = None,
    separator: str | None = None,
    append: bool = False,
    policy: Policy = "longest",
    audit: Audit | None = None,
) -> None:
    """Documents to one file.

    Args:
        scheme: name of the tag scheme; None takes that of the source, else BIO.
        separator: between columns; None takes that of the source, else a tab.
        append: keep every column of the source, its tag too, and put ours behind (as predictions stand).
        policy: which of overlapping entities stays.
    """
    audit = audit if audit is not None else Audit()
    with open_output(path) as stream:
        for number, document in enumerate(documents):
            if number:
                stream.write("\n")
            for line in _lines(document, scheme, separator, append, policy, audit, is_first=number == 0):
                stream.write(line + "\n")


def sniff(head: str) -> bool:
    """Whether a file begins like CoNLL: remarks, blank lines, document starts, and columns of which the last is a tag."""
    return begins_like_conll(head)


def extras(document: Document) -> dict[str, int]:
    """Columns other than token and tag."""
    layout: Layout | None = document.meta.get("conll")
    if layout is None or not layout["rows"]:
        return {}
    return {"column": max(map(len, layout["rows"])) - 1 - (layout["tag_column"] is not None)}


def _documents(lines: Iterable[Line], columns: Columns) -> Iterator[tuple[str | None, list[list[Row]]]]:
    """Sentences of each document, with the line that starts it, if there is one."""
    start: str | None = None
    sentences: list[list[Row]] = [[]]
    for line in lines:
        if columns.is_start(line):
            if start is not None and is_same_document(line.text, start):
                continue
            if start is not None or any(sentences):
                yield start, [rows for rows in sentences if rows]
            start, sentences = line.text, [[]]
        elif is_break(line):
            if sentences[-1]:
                sentences.append([])
        elif (row := columns.word(line)) is not None:
            sentences[-1].append(row)
    if start is not None or any(sentences):
        yield start, [rows for rows in sentences if rows]


def _document(
    name: str,
    sentences: list[list[Row]],
    columns: Columns,
    scheme: TagScheme,
    decoding: Decoding,
    start: str | None,
) -> Document:
    words = [[columns.at(row, columns.token) for row in rows] for rows in sentences]
    tokens, spans, offset = [], [], 0
    for sentence in words:
        begin = offset
        for word in sentence:
            tokens.append(Span(offset, offset + len(word)))
            offset += len(word) + 1
        spans.append(Span(begin, offset - 1))
    rows = tuple(row.columns for sentence in sentences for row in sentence)
    tags = [[columns.tag_of(row) for row in sentence] for sentence in sentences]
    layout = Layout(
        separator=columns.separator,
        scheme=scheme.name,
        rows=rows,
        tag_column=columns.tag,
        start=start,
        tags=_other_tags(tokens, tags, scheme),
    )
    if columns.header:
        layout["header"] = columns.header
    text = "\n".join(" ".join(sentence) for sentence in words)
    bare = Document(name, text, tokens=tuple(tokens), sentences=tuple(spans), meta={"conll": layout})
    return replace(bare, entities=from_tags(bare, tags, scheme, mode=decoding))


def _other_tags(tokens: Sequence[Span], sentences: Iterable[Sequence[str]], scheme: TagScheme) -> dict[int, str]:
    """The tags of sentences that are not what their entities would get, as invalid ones; by offset of the token."""
    kept: dict[int, str] = {}
    first = 0
    for tags in sentences:
        if scheme.encode(scheme.decode(tags), len(tags)) != tags:
            kept.update((token.start, tag) for token, tag in zip(tokens[first : first + len(tags)], tags, strict=True))
        first += len(tags)
    return kept


def _lines(
    document: Document,
    scheme: str | None,
    separator: str | None,
    append: bool,
    policy: Policy,
    audit: Audit,
    *,
    is_first: bool,
) -> Iterator[str]:
    document = without_surrogates(document, audit)
    layout = _layout(document)
    if not document.tokens:
        document = join_cut_sentences(tokenized(document), audit)
    used = find_scheme(scheme or (layout["scheme"] if layout else "BIO"))
    between = separator or (layout["separator"] if layout else "\t")
    tags = to_tags(document, used, policy=policy, audit=audit)
    _count_lost(document, audit)
    rows = layout["rows"] if layout else [(token.of(document.text),) for token in document.tokens]
    tag_column = None if append or layout is None else layout["tag_column"]
    if is_first and layout and "header" in layout and not append:
        yield layout["header"]
    start = layout["start"] if layout else None
    if start is not None:
        yield f"{start}{between}O" if append and starts_document(start) else start
        yield ""
    elif layout is None or not is_first:
        num_columns = len(_with_tag(rows[0], "O", tag_column)) if rows else 2
        yield between.join((_start_token(document.id, between, audit), *["O"] * (num_columns - 1)))
        yield ""
    for number, ((first, last), sentence) in enumerate(zip(sentence_ranges(document), tags, strict=True)):
        if number:
            yield ""
        for columns, tag in zip(rows[first:last], sentence, strict=True):
            yield _joined(_with_tag(columns, tag, tag_column), between, document.id, audit)


def _layout(document: Document) -> Layout | None:
    """The layout that the document was read with, if it still has a row for each token."""
    layout: Layout | None = document.meta.get("conll")
    if layout is None or len(layout["rows"]) != len(document.tokens) or not layout["separator"]:
        return None
    tag = layout["tag_column"]
    has_columns = all(row and (tag is None or -len(row) <= tag < len(row)) for row in layout["rows"])
    start = layout["start"]
    is_start = start is None or (_is_one_line(start) and (starts_document(start) or remark_starts_document(start)))
    return layout if has_columns and is_start and _is_one_line(layout.get("header", "")) else None


def _is_one_line(text: str) -> bool:
    return "\n" not in text and "\r" not in text


def _start_token(document_id: str, separator: str, audit: Audit) -> str:
    """`-DOCSTART- (ID)`; between columns that are apart by spaces there is no place for the id."""
    if not document_id:
        return DOCUMENT_START
    if separator != "\t":
        audit.change(document_id, "document id", "has no place where columns are not apart by tabs")
        return DOCUMENT_START
    clean = "".join("_" if char in "\t\n\r\ufeff" else char for char in SURROGATES.sub("_", document_id))
    if clean != document_id:
        audit.change(document_id, "document id", "tabs, line breaks and lone surrogates were replaced: '_'")
    return f"{DOCUMENT_START} ({clean})"


def _with_tag(columns: Sequence[str], tag: str, tag_column: int | None) -> Sequence[str]:
    """The tag in its column, or behind the last one."""
    if tag_column is None:
        return (*columns, tag)
    position = tag_column % len(columns)
    return (*columns[:position], tag, *columns[position + 1 :])


def _joined(columns: Sequence[str], separator: str, document_id: str, audit: Audit) -> str:
    held = [_field(column, separator) for column in columns]
    changed = sum(ours != theirs for ours, theirs in zip(held, columns, strict=True))
    if changed:
        audit.change(
            document_id, "column", "would not read back, with what separates columns or lines in it: '_'", count=changed
        )
    return separator.join(held)


def _field(column: str, separator: str) -> str:
    """A column as it can stand between separators: one word at least, and no start of a document."""
    line = column.replace("\n", "_").replace("\r", "_").replace("\ufeff", "_")
    held = line.replace(separator, "_") if separator != " " else RUN.sub("_", line)
    held = _EDGES.sub(lambda blanks: "_" * len(blanks[0]), held)
    return f"_{held}" if starts_document(held) or not held else held


def _count_lost(document: Document, audit: Audit) -> None:
    for what, number in (("relation", len(document.relations)), ("passage", len(document.passages))):
        if number:
            audit.lose(document.id, what, f"CoNLL holds no {what}s", count=number)
    uncovered = num_uncovered(document.text, document.tokens)
    if uncovered:
        audit.lose(document.id, "character", "no token covers it", count=uncovered)
    for entity in document.entities:
        if entity.concepts:
            audit.lose(document.id, "concept", "CoNLL holds no concept identifiers", count=len(entity.concepts))
        if entity.attributes:
            audit.lose(document.id, "attribute", "CoNLL holds no attributes", count=len(entity.attributes))
        if entity.score is not None:
            audit.lose(document.id, "score", "CoNLL holds no scores")
