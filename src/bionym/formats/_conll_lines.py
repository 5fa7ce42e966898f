"""The lines of a CoNLL file as rows: split into columns, remarks and document edges told apart."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bionym import plugins
from bionym.data import Audit
from bionym.data.tags import OUTSIDE
from bionym.errors import FormatError
from bionym.files import Line, refuse_carriage_return, stem
from bionym.formats._conll_columns import GLOBAL_COLUMNS, WORD_ID, Chosen, named_columns, tag_columns, token_column
from bionym.formats._conll_edges import remark_ends_document, remark_starts_document, starts_document
from bionym.formats._conll_tags import SPELLINGS, Spelling, as_it_is, bare_labels, spelling_of

SPACE = " \t"  # what separates columns; a token may hold any other white space
RUN = re.compile(f"[{SPACE}]+")
_WEBANNO = "#FORMAT=WebAnno TSV"


class Row(NamedTuple):
    """The columns of a token, and its line in the file."""

    line: int
    columns: tuple[str, ...]


class Columns(NamedTuple):
    """Where things stand in a line.

    Args:
        token, tag: the columns; no tag column gives no entities.
        separator: between columns; " " is any run of spaces and tabs.
        spelling: how tags are written.
        trailing: separators at each line's end, with nothing behind them.
        word_id: the column of CoNLL-U's word numbers; rows of ranges and empty nodes are no tokens.
        header: the `# global.columns` line; "" if there is none.
        hint: which columns hold tags, for messages.
    """

    path: Path
    token: int
    tag: int | None
    separator: str
    audit: Audit
    spelling: Spelling = as_it_is
    trailing: bool = False
    word_id: int | None = None
    header: str = ""
    hint: str = ""

    def split(self, line: Line) -> Row:
        """The columns of a line."""
        refuse_carriage_return(line, self.path)
        return Row(line.number, tuple(_split(line.text, self.separator, self.trailing)))

    def word(self, line: Line) -> Row | None:
        """The row of a token; None for one of white space that has no entity, and for a range or empty node (counted)."""
        row = self.split(line)
        if self.word_id is not None and not WORD_ID.fullmatch(self.at(row, self.word_id)):
            self.audit.lose(stem(self.path), "row", "a range of words or an empty node of CoNLL-U, which is no token")
            return None
        if self.at(row, self.token):
            return row
        if row.columns[self.token] and self.tag_of(row) == OUTSIDE:
            self.audit.lose(stem(self.path), "token", "white space alone")
            return None
        raise self.error(row, f"there is no token in column {self.token}")

    def at(self, row: Row, column: int) -> str:
        """What stands in a column, without spaces and tabs around it. Raises: FormatError if there is no such column."""
        try:
            return row.columns[column].strip(SPACE)
        except IndexError:
            found = f"expected a column {column}, found {len(row.columns)} columns"
            raise self.error(row, found) from None

    def tag_of(self, row: Row) -> str:
        """The tag, in our spelling. Raises: FormatError for what is none."""
        if self.tag is None:
            return OUTSIDE
        tag = self.spelling(self.at(row, self.tag))
        if tag is None:
            raise self.error(row, f"column {self.tag} holds no tag: expected O, or B-, I-, E- or S- and a label")
        return tag

    def tags(self, lines: Iterable[Line]) -> Iterator[list[str]]:
        """The tags of each sentence among these lines, the last of which may be cut."""
        quiet = self._replace(audit=Audit())
        sentence: list[str] = []
        for line in self.without_remarks(lines, Audit()):
            if is_break(line) or self.is_start(line):
                yield sentence
                sentence = []
            elif (row := quiet.word(line)) is not None:
                sentence.append(self.tag_of(row))
        yield sentence

    def without_remarks(self, lines: Iterable[Line], audit: Audit) -> Iterator[Line]:
        """The lines that are no remarks, or begin a document; others that are, are counted."""
        for line in lines:
            if not self._is_remark(line) or self.is_start(line):
                yield line
            elif not remark_ends_document(line.text) and line.text != self.header:
                audit.lose(stem(self.path), "remark", "a line that begins with # and has no tag")

    def is_start(self, line: Line) -> bool:
        """Whether a line begins a document."""
        return starts_document(line.text) or (self._is_remark(line) and remark_starts_document(line.text))

    def _is_remark(self, line: Line) -> bool:
        if not line.text.startswith("#"):
            return False
        if self.tag is None:
            return remark_starts_document(line.text) or remark_ends_document(line.text)
        columns = _split(line.text, self.separator, self.trailing)
        has_tag = -len(columns) <= self.tag < len(columns) and self.spelling(columns[self.tag].strip(SPACE)) is not None
        return not has_tag

    def error(self, row: Row, message: str) -> FormatError:
        """A FormatError at a row."""
        fix = (
            self.hint
            or "Name the columns, counted from 0: --option token_column=1 --option tag_column=3. Or mend the line."
        )
        return FormatError(message, path=self.path, line=row.line, fix=fix)


def columns_of(
    lines: Sequence[Line],
    path: Path,
    token: int | None,
    tag: int | None,
    separator: str | None,
    audit: Audit,
) -> Columns:
    """The columns of a file by its first lines, as far as they are not given; what is not as usual is counted."""
    content = [line for line in lines if not is_break(line) and not starts_document(line.text)]
    separator = separator or ("\t" if any("\t" in line.text for line in content) else " ")
    header = next((line.text for line in lines if GLOBAL_COLUMNS.match(line.text)), "")
    named = named_columns(header)
    bare = Columns(path, token or 0, tag, separator, audit, header=header if named else "")
    bare = bare._replace(tag=_tag_column(content, bare), trailing=_has_trailing(content, bare))
    chosen = _chosen(lines, bare, token, named)
    columns = bare._replace(token=chosen.token, tag=chosen.tag, word_id=chosen.word_id)
    if chosen.passed_over:
        found = f"columns of numbers stand before the token: column {chosen.token} is taken for it"
        audit.change(stem(path), "column", found, count=chosen.passed_over)
    return _with_spelling(columns, _rows(content, columns))


def refuse_other_formats(lines: Sequence[Line], path: Path) -> None:
    """Raises: FormatError for a file of WebAnno's, which looks like CoNLL but begins its lines otherwise."""
    first = next((line for line in lines if line.text.strip()), None)
    if first is not None and first.text.startswith(_WEBANNO):
        known = [name for name in plugins.names("formats") if "webanno" in name or "inception" in name]
        fix = (
            f"Name its format: --format {known[0]}." if known else "Export it from WebAnno or INCEpTION as CoNLL 2002."
        )
        raise FormatError("the file is WebAnno TSV, not CoNLL", path=path, line=first.number, fix=fix)


def is_break(line: Line) -> bool:
    """Whether a line ends a sentence: it is blank, be it by a no-break space alone."""
    return not line.text.strip(SPACE) or line.text.isspace()


def begins_like_conll(head: str) -> bool:
    """Whether a file begins with remarks, document starts, and lines of columns of which the last is a tag."""
    if head.startswith(_WEBANNO):
        return False
    lines = [line for line in head.splitlines()[:-1] if line.strip() and not starts_document(line)]
    rows = [line.split() for line in lines]
    rows = [row for row in rows if not (row[0].startswith("#") and as_it_is(row[-1]) is None)]
    return bool(rows) and all(len(row) > 1 for row in rows) and spelling_of(row[-1] for row in rows) is not None


def _split(text: str, separator: str, trailing: bool = False) -> list[str]:
    if separator == " ":
        return RUN.split(text.strip(SPACE))
    columns = text.split(separator)
    while trailing and len(columns) > 1 and not columns[-1].strip():
        columns.pop()
    return columns


def _rows(lines: Sequence[Line], columns: Columns) -> list[Row]:
    return [columns.split(line) for line in lines if not columns._is_remark(line)]


def _tag_column(lines: Sequence[Line], columns: Columns) -> int | None:
    """None if the file has a single column, as a file of tokens to be tagged has."""
    rows = (_split(line.text, columns.separator) for line in lines)
    return columns.tag if any(len(row) > 1 for row in rows) else None


def _has_trailing(lines: Sequence[Line], columns: Columns) -> bool:
    """Whether lines end with separators behind which nothing stands, and have as many columns without them."""
    if columns.tag != -1 or columns.separator == " ":
        return False
    rows = [_split(line.text, columns.separator) for line in lines if not line.text.startswith("#")]
    stripped = [_split(line.text, columns.separator, True) for line in lines if not line.text.startswith("#")]
    return rows != stripped and len(set(map(len, stripped))) == 1 and len(stripped[0]) > 1


def _chosen(lines: Sequence[Line], columns: Columns, token: int | None, named: Chosen | None) -> Chosen:
    """The columns as given, as the header names them, or as the numbers in them tell."""
    if named is not None:
        tag = named.tag if columns.tag == -1 else columns.tag
        return Chosen(named.token if token is None else token, tag, named.word_id)
    if token is not None:
        return Chosen(token, columns.tag)
    sentences: list[list[tuple[str, ...]]] = [[]]
    for line in lines:
        if is_break(line) or columns.is_start(line):
            sentences.append([])
        elif not columns._is_remark(line):
            sentences[-1].append(columns.split(line).columns)
    found = token_column(sentences, columns.tag)
    numbers = [row[0] for sentence in sentences for row in sentence] if found else []
    is_word_id = [WORD_ID.fullmatch(number) is not None for number in numbers]
    return Chosen(found, columns.tag, 0 if any(is_word_id) and not all(is_word_id) and all(numbers) else None, found)


def _with_spelling(columns: Columns, rows: Sequence[Row]) -> Columns:
    """The columns with the spelling of the file's tags. Raises: FormatError if the first rows have none in common."""
    if columns.tag is None:
        return columns
    words = [row for row in rows if -len(row.columns) <= columns.tag < len(row.columns)]
    written = [row.columns[columns.tag].strip(SPACE) for row in words]
    spelling = spelling_of(written)
    if spelling is None:
        return columns._replace(hint=_hint(columns, [row.columns for row in words], written))
    if spelling is not as_it_is:
        changed = sum(spelling(one) != one for one in written)
        columns.audit.change(stem(columns.path), "tag", "spelled otherwise than B-label: read as such", count=changed)
    return columns._replace(spelling=spelling)


def _hint(columns: Columns, rows: Sequence[Sequence[str]], written: Sequence[str]) -> str:
    """What would help where the tag column holds no tags: another column, or prefixes."""
    other = [column for column in tag_columns(rows) if column != columns.tag]
    if other:
        return f"Column {other[-1]} holds tags: name it with --option tag_column={other[-1]}."
    num_fitting = max(sum(spelling(one) is not None for one in written) for spelling in SPELLINGS)
    if bare_labels(written) and num_fitting * 2 >= len(written):
        return (
            "If labels stand there without prefixes, write I- before each; else name the column: --option tag_column=N."
        )
    return ""
