"""CoNLL: one token a line, columns, a tag in one of them; a blank line ends a sentence, `-DOCSTART-` a document.

Source: the layout of the CoNLL-2000 to 2003 shared tasks and of their evaluation script.

Read: columns split at tabs, or at runs of spaces if the file has no tab; the first column is the token and the last the
tag unless told otherwise; the tag scheme is found from the tags. Tokens are joined by one space, sentences by a line
break. A line `-DOCSTART- (ID)` names its document; without any the file is one document. Further columns are kept. A
line that begins with # and has no tag is a remark, as in CoNLL-U or JNLPBA: it is passed over, and counted.

Cannot hold: discontinuous entities (gaps of white space alone are closed), overlapping and nested ones (the longest stays),
entities across sentences (sentences of our own splitter are joined around them), entity edges inside a token (widened) or in
white space (trimmed), concepts, attributes, scores, relations, and the text between tokens. All of it is counted.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple, TypedDict

from bionym.data import Audit, Document, Span
from bionym.data.align import from_tags, join_cut_sentences, sentence_ranges, to_tags
from bionym.data.flatten import Policy
from bionym.data.tags import Decoding, TagScheme, detect_scheme, find_scheme, is_tag
from bionym.errors import FormatError
from bionym.files import Line, open_output, read_lines, stem
from bionym.text.prepare import tokenized

SUFFIXES = (".conll", ".tsv", ".iob", ".bio", ".bioes", ".iob2", ".conll03")
ONE_PER_FILE = False

DOCUMENT_START = "-DOCSTART-"
NUM_LINES_SEEN = 2_000  # to find the separator and the scheme
_SPACE = " \t\r"  # what separates columns; a token may hold any other white space
_RUN = re.compile(f"[{_SPACE}]+")


class Layout(TypedDict):
    """What a CoNLL file says beyond the model: kept in `Document.meta["conll"]`.

    Args:
        separator: between columns.
        scheme: name of the tag scheme.
        rows: the columns of each token, as they were read.
        tag_column: which of them is the tag; None if there is none.
        start: the `-DOCSTART-` line that opens the document; None if there is none.
        tags: by offset of the token, the tags of the sentences whose entities would be written with other tags.
    """

    separator: str
    scheme: str
    rows: Sequence[Sequence[str]]
    tag_column: int | None
    start: str | None
    tags: Mapping[int, str]


class _Row(NamedTuple):
    line: int
    columns: tuple[str, ...]


def read(
    path: Path,
    *,
    token_column: int = 0,
    tag_column: int | None = -1,
    separator: str | None = None,
    scheme: str | None = None,
    decoding: Decoding = "lenient",
    encoding: str = "utf-8",
    audit: Audit | None = None,
) -> Iterator[Document]:
    """Documents of a file.

    Args:
        token_column, tag_column: counted from 0, negative from the end; no tag column gives no entities.
        separator: between columns; None finds it.
        scheme: name of the tag scheme; None finds it.
        decoding: "lenient" starts an entity at any tag, "strict" only where the scheme allows.
        audit: counts the remarks.
    Raises: FormatError with the line of a missing column or of a tag that is none.
    """
    lines = read_lines(path, encoding=encoding)
    seen = list(islice(lines, NUM_LINES_SEEN))
    separator = separator or ("\t" if any("\t" in line.text for line in seen if not _is_break(line)) else " ")
    columns = _Columns(path, token_column, _tag_column(seen, separator, tag_column), separator)
    found = find_scheme(scheme) if scheme else detect_scheme(columns.tags(seen))
    count = audit if audit is not None else Audit()
    said = columns.without_remarks(chain(seen, lines), count)
    for number, (start, sentences) in enumerate(_documents(said, columns), start=1):
        numbered = stem(path) if start is None and number == 1 else f"{stem(path)}-{number}"
        yield _document(_start_id(start or "") or numbered, sentences, columns, found, decoding, start)


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
    """Whether a file begins like CoNLL: every line blank, a document start, or columns of which the last is a tag."""
    lines = [line for line in head.splitlines()[:-1] if line.strip() and not line.startswith(DOCUMENT_START)]
    return bool(lines) and all(len(line.split()) > 1 and is_tag(line.split()[-1]) for line in lines)


def only_here(document: Document) -> dict[str, int]:
    """Columns other than token and tag."""
    layout: Layout | None = document.meta.get("conll")
    if layout is None or not layout["rows"]:
        return {}
    return {"column": max(map(len, layout["rows"])) - 1 - (layout["tag_column"] is not None)}


class _Columns(NamedTuple):
    """Where things stand in a line."""

    path: Path
    token: int
    tag: int | None
    separator: str

    def split(self, line: Line) -> _Row:
        row = _Row(line.number, tuple(_split(line.text, self.separator)))
        if not self.at(row, self.token):
            raise self.error(row, f"there is no token in column {self.token}")
        return row

    def at(self, row: _Row, column: int) -> str:
        try:
            return row.columns[column].strip(_SPACE)
        except IndexError:
            found = f"expected a column {column}, found {len(row.columns)} columns"
            raise self.error(row, found) from None

    def tag_of(self, row: _Row) -> str:
        if self.tag is None:
            return "O"
        tag = self.at(row, self.tag)
        if not is_tag(tag):
            raise self.error(row, f"column {self.tag} holds no tag: expected O, or B-, I-, E- or S- and a label")
        return tag

    def tags(self, lines: Iterable[Line]) -> Iterator[list[str]]:
        """The tags of each sentence among these lines, the last of which may be cut."""
        sentence: list[str] = []
        for line in self.without_remarks(lines, Audit()):
            if _is_break(line):
                yield sentence
                sentence = []
            else:
                sentence.append(self.tag_of(self.split(line)))
        yield sentence

    def without_remarks(self, lines: Iterable[Line], audit: Audit) -> Iterator[Line]:
        """The lines that are no remarks; those that are, are counted."""
        for line in lines:
            if self._is_remark(line):
                audit.lose(stem(self.path), "remark", "a line that begins with # and has no tag")
            else:
                yield line

    def _is_remark(self, line: Line) -> bool:
        if self.tag is None or not line.text.startswith("#"):
            return False
        found = _split(line.text, self.separator)
        return not (-len(found) <= self.tag < len(found) and is_tag(found[self.tag].strip(_SPACE)))

    def error(self, row: _Row, message: str) -> FormatError:
        fix = "Name the columns with --option token_column=0 --option tag_column=-1, or mend the line."
        return FormatError(message, path=self.path, line=row.line, fix=fix)


def _tag_column(lines: Sequence[Line], separator: str, wanted: int | None) -> int | None:
    """None if the file has a single column, as a file of tokens to be tagged has."""
    rows = (_split(line.text, separator) for line in lines if not _is_break(line))
    return wanted if any(len(columns) > 1 for columns in rows) else None


def _split(text: str, separator: str) -> list[str]:
    """The columns of a line; the separator " " stands for any run of spaces and tabs."""
    return _RUN.split(text.strip(_SPACE)) if separator == " " else text.split(separator)


def _is_break(line: Line) -> bool:
    return not line.text.strip(_SPACE) or line.text.startswith(DOCUMENT_START)


def _documents(lines: Iterable[Line], columns: _Columns) -> Iterator[tuple[str | None, list[list[_Row]]]]:
    """Sentences of each document, with the line that starts it, if there is one."""
    start: str | None = None
    sentences: list[list[_Row]] = [[]]
    for line in lines:
        if line.text.startswith(DOCUMENT_START):
            if start is not None or any(sentences):
                yield start, [rows for rows in sentences if rows]
            start, sentences = line.text, [[]]
        elif _is_break(line):
            if sentences[-1]:
                sentences.append([])
        else:
            sentences[-1].append(columns.split(line))
    if start is not None or any(sentences):
        yield start, [rows for rows in sentences if rows]


def _start_id(line: str) -> str:
    """The id in `-DOCSTART- (ID) O`, or nothing."""
    rest = line.removeprefix(DOCUMENT_START).split("\t")[0].strip()
    return rest[1:-1] if rest.startswith("(") and rest.endswith(")") else ""


def _document(
    name: str,
    sentences: list[list[_Row]],
    columns: _Columns,
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
    layout: Layout | None = document.meta.get("conll")
    if not document.tokens:
        document = join_cut_sentences(tokenized(document), audit)
    used = find_scheme(scheme or (layout["scheme"] if layout else "BIO"))
    between = separator or (layout["separator"] if layout else "\t")
    tags = to_tags(document, used, policy=policy, audit=audit)
    _count_lost(document, audit)
    rows = layout["rows"] if layout else [(token.of(document.text),) for token in document.tokens]
    tag_column = None if append or layout is None else layout["tag_column"]
    start = layout["start"] if layout else None
    if start is not None:
        yield f"{start}{between}O" if append else start
        yield ""
    elif layout is None or not is_first:
        num_columns = len(_with_tag(rows[0], "O", tag_column)) if rows else 2
        yield between.join((_start_token(document.id, between), *["O"] * (num_columns - 1)))
        yield ""
    for number, ((first, last), sentence) in enumerate(zip(sentence_ranges(document), tags, strict=True)):
        if number:
            yield ""
        for columns, tag in zip(rows[first:last], sentence, strict=True):
            yield _joined(_with_tag(columns, tag, tag_column), between, document.id, audit)


def _start_token(document_id: str, separator: str) -> str:
    return f"{DOCUMENT_START} ({document_id})" if separator == "\t" and document_id else DOCUMENT_START


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
            document_id, "column", "would not read back, with what separates columns in it: '_'", count=changed
        )
    return separator.join(held)


def _field(column: str, separator: str) -> str:
    """A column as it can stand between separators; between spaces it cannot be empty."""
    line = column.replace("\n", "_")
    return line.replace(separator, "_") if separator != " " else _RUN.sub("_", line) or "_"


def _count_lost(document: Document, audit: Audit) -> None:
    for what, number in (("relation", len(document.relations)), ("passage", len(document.passages))):
        if number:
            audit.lose(document.id, what, f"CoNLL holds no {what}s", count=number)
    for entity in document.entities:
        if entity.concepts:
            audit.lose(document.id, "concept", "CoNLL holds no concept identifiers", count=len(entity.concepts))
        if entity.attributes:
            audit.lose(document.id, "attribute", "CoNLL holds no attributes", count=len(entity.attributes))
        if entity.score is not None:
            audit.lose(document.id, "score", "CoNLL holds no scores")
