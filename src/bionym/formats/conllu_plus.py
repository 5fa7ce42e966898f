r"""CoNLL-U Plus: one token a line, its columns named in the first line, and the text between tokens kept.

    # global.columns = ID FORM MISC BIONYM:NE
    # newdoc id = 227508
    # sent_id = 227508-1
    # text = Naloxone reverses hypotension.
    1<TAB>Naloxone<TAB>_<TAB>B-Chemical
    2<TAB>reverses<TAB>_<TAB>O
    3<TAB>hypotension<TAB>SpaceAfter=No<TAB>B-Disease
    4<TAB>.<TAB>SpacesAfter=\n<TAB>O

Unlike `conll`, it gives the text back: a space behind each token, unless MISC says `SpaceAfter=No` or, as UDPipe has it,
`SpacesAfter=` and `SpacesBefore=` with \s, \t, \n, \r, \p (a pipe) and \\. The tags stand in the column whose name ends in NE, NER,
ENTITY or BIO, else in the last. A word that is written as several (`1-2`) is one token with the tag of its first part; empty nodes
(`1.1`) are passed over. Without `# newdoc` the file is one document.

Cannot hold: discontinuous, overlapping and nested entities (the longest stays), entities across sentences (our own sentences
are joined around them), entity edges inside a token (widened), concepts, attributes, scores, relations, passages; a text of
nothing but white space. In reading, further columns and remarks are lost. All of it is counted.

Source: https://universaldependencies.org/ext-format.html; SpacesAfter: UDPipe 1 user's manual.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from bionym.data import Audit, Document, Span
from bionym.data.align import from_tags, join_cut_sentences, sentence_ranges, to_tags
from bionym.data.flatten import Policy
from bionym.data.tags import Decoding, detect_scheme, find_scheme, is_tag
from bionym.errors import FormatError
from bionym.files import open_output, read_lines, stem
from bionym.formats import _losses
from bionym.formats._characters import without_surrogates
from bionym.text.prepare import tokenized

SUFFIXES = (".conllup",)
ONE_PER_FILE = False
HOLDS = ("tokens", "sentences")

HEADER = "# global.columns ="
COLUMNS = ("ID", "FORM", "MISC", "BIONYM:NE")
_TAG_COLUMN = re.compile(r"(?:.*[:_-])?(?:NE|NER|ENTITY|BIO)", re.IGNORECASE)
_NEW_DOCUMENT = re.compile(r"#\s*newdoc\b(?:\s+id\s*=\s*(.*))?")
_KNOWN = re.compile(r"#\s*(?:newpar|text|sent_id|global\.columns)\b")
_ID = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9}))?")
_SPACES = {"s": " ", "t": "\t", "n": "\n", "r": "\r", "p": "|", "\\": "\\"}
_ESCAPE = re.compile(r"\\([stnrp\\])")
_ESCAPED = re.compile(r"[ \t\n\r|\\]")
_NOT_IN_A_COLUMN = re.compile(r"[\t\n\r]")


class Word(NamedTuple):
    """A token: what stands in front of it if it is the first, and behind it (None: a space, unless it is the last)."""

    form: str
    tag: str
    before: str
    behind: str | None


def read(
    path: Path,
    *,
    tag_column: str | None = None,
    scheme: str | None = None,
    decoding: Decoding = "lenient",
    audit: Audit | None = None,
) -> Iterator[Document]:
    """Documents of a file.

    Args:
        tag_column: the name of the column of tags; None takes the one that is named like it, else the last.
        scheme: name of the tag scheme; None finds it, document by document.
        decoding: "lenient" starts an entity at any tag, "strict" only where the scheme allows.
    Raises: FormatError with file and line.
    """
    count = audit if audit is not None else Audit()
    for number, (name, sentences) in enumerate(_documents(path, tag_column, count), start=1):
        document_id = name or (stem(path) if number == 1 else f"{stem(path)}-{number}")
        tags = [[word.tag for word in sentence] for sentence in sentences]
        bare = _document(document_id, sentences)
        used = find_scheme(scheme) if scheme else detect_scheme(tags)
        yield replace(bare, entities=from_tags(bare, tags, used, mode=decoding))


def write(
    documents: Iterable[Document],
    path: Path,
    *,
    scheme: str = "BIO",
    policy: Policy = "longest",
    audit: Audit | None = None,
) -> None:
    """Documents to one file.

    Args:
        scheme: name of the tag scheme.
        policy: which of overlapping entities stays.
    """
    count = audit if audit is not None else Audit()
    with open_output(path) as stream:
        stream.write(f"{HEADER} {' '.join(COLUMNS)}\n")
        for document in documents:
            for line in _lines(document, scheme, policy, count):
                stream.write(line + "\n")


def _documents(path: Path, tag_column: str | None, audit: Audit) -> Iterator[tuple[str, list[list[Word]]]]:
    """The sentences of each document, and its name."""
    columns: _Columns | None = None
    name, sentences, is_open = "", [list[Word]()], False
    for number, text in read_lines(path):
        if columns is None:
            columns = _Columns.of(text, path, tag_column)
        elif text.startswith("#"):
            new = _NEW_DOCUMENT.fullmatch(text)
            if new is None:
                if not _KNOWN.match(text):
                    audit.lose(name or stem(path), "remark", "is none that is read")
                continue
            if is_open or any(sentences):
                yield name, [words for words in sentences if words]
            name, sentences, is_open = (new[1] or "").strip(), [[]], True
            columns.last_part = 0
            if columns.num_others:
                audit.lose(name, "column", "is neither token, tag nor MISC", count=columns.num_others)
        elif not text.strip():
            sentences.append([])
            columns.last_part = 0
        elif (word := columns.word(text, number, sentences[-1])) is not None:
            sentences[-1].append(word)
    if is_open or any(sentences):
        yield name, [words for words in sentences if words]


class _Columns:
    """Where things stand in a line."""

    def __init__(self, names: Sequence[str], path: Path, tag: int) -> None:
        self.names, self.path, self.tag = names, path, tag
        self.form = names.index("FORM")
        self.id, self.misc = (names.index(one) if one in names else None for one in ("ID", "MISC"))
        self.num_others = len(names) - len({self.form, self.tag, self.id, self.misc} - {None})
        self.last_part = 0  # the number of the last word that is a part of the token before

    @classmethod
    def of(cls, line: str, path: Path, tag_column: str | None) -> "_Columns":
        """The columns that the first line names."""
        if not line.replace(" ", "").startswith(HEADER.replace(" ", "")):
            fix = "Read files without it with --format conll."
            raise FormatError(f"expected {HEADER} ... in the first line", path=path, line=1, fix=fix)
        names = line.partition("=")[2].split()
        if "FORM" not in names or len(names) < 2:
            raise FormatError("the columns are without FORM, or without another", path=path, line=1)
        if tag_column is not None and tag_column not in names:
            found = f"there is no column {tag_column!r}"
            raise FormatError(found, path=path, line=1, fix="Name another with --option tag_column=NAME.")
        named = [name for name in names if _TAG_COLUMN.fullmatch(name)]
        return cls(names, path, names.index(tag_column or (named or names)[-1]))

    def word(self, line: str, number: int, before: list[Word]) -> Word | None:
        """The token of a line; None for empty nodes, and for parts of the token before, which give it their tag."""
        columns = line.split("\t")
        if len(columns) != len(self.names):
            found = f"expected {len(self.names)} columns, found {len(columns)}"
            raise FormatError(found, path=self.path, line=number, fix="Columns are separated by one tab.")
        tag = self._tag(columns[self.tag], number)
        if self.id is not None:
            found_id = _ID.fullmatch(columns[self.id])
            if found_id is None:
                if "." in columns[self.id]:
                    return None
                raise FormatError("column ID holds no number of a word", path=self.path, line=number)
            if found_id[2] is None and int(found_id[1]) <= self.last_part:
                if before[-1].tag == "O":
                    before[-1] = before[-1]._replace(tag=tag)
                return None
            self.last_part = int(found_id[2] or 0)
        if not columns[self.form]:
            raise FormatError("a token is empty", path=self.path, line=number)
        misc = _named(columns[self.misc]) if self.misc is not None else {}
        behind = "" if misc.get("SpaceAfter") == "No" else None
        if "SpacesAfter" in misc:
            behind = _unescaped(misc["SpacesAfter"])
        return Word(columns[self.form], tag, _unescaped(misc.get("SpacesBefore", "")), behind)

    def _tag(self, tag: str, number: int) -> str:
        if tag in ("_", "*"):
            return "O"
        if not is_tag(tag):
            found = f"column {self.names[self.tag]} holds no tag: expected O, _, or B-, I-, E- or S- and a label"
            fix = "Name the column with --option tag_column=NAME, or mend the line."
            raise FormatError(found, path=self.path, line=number, fix=fix)
        return tag


def _named(misc: str) -> dict[str, str]:
    """The features in a MISC column."""
    return dict(one.split("=", 1) for one in misc.split("|") if "=" in one)


def _document(document_id: str, sentences: Sequence[Sequence[Word]]) -> Document:
    parts: list[str] = []
    tokens: list[Span] = []
    spans: list[Span] = []
    at, num_left = 0, sum(map(len, sentences))
    for sentence in sentences:
        for word in sentence:
            num_left -= 1
            before = word.before if not tokens else ""
            behind = word.behind if word.behind is not None else " " * bool(num_left)
            tokens.append(Span(at + len(before), at + len(before) + len(word.form)))
            parts += (before, word.form, behind)
            at = tokens[-1].end + len(behind)
        spans.append(Span(tokens[-len(sentence)].start, tokens[-1].end))
    return Document(document_id, "".join(parts), tokens=tuple(tokens), sentences=tuple(spans))


def _lines(document: Document, scheme: str, policy: Policy, audit: Audit) -> Iterator[str]:
    document = without_surrogates(document, audit, in_id=True)
    _losses.count(document, audit, "CoNLL-U Plus")
    document = _covered(document, audit)
    if not document.tokens and document.text:
        audit.lose(document.id, "text", "holds no token")
    tags = to_tags(document, find_scheme(scheme), policy=policy, audit=audit)
    if _in_column(document.id).strip() != document.id:
        audit.change(document.id, "document id", "white space at its edges, or tabs or line breaks: lost")
    yield f"# newdoc id = {_in_column(document.id)}"
    for number, ((first, last), found) in enumerate(zip(sentence_ranges(document), tags, strict=True), start=1):
        if first == last:
            continue
        text = document.text[document.tokens[first].start : document.tokens[last - 1].end]
        yield f"# sent_id = {_in_column(document.id)}-{number}"
        yield f"# text = {_in_column(text)}"
        for position, (at, tag) in enumerate(zip(range(first, last), found, strict=True), start=1):
            form = document.tokens[at].of(document.text)
            yield "\t".join((str(position), form, _misc(document, at), _in_column(tag)))
        yield ""
    if not document.tokens:
        yield ""


def _covered(document: Document, audit: Audit) -> Document:
    """The document with every character but white space in a token, and without what a column cannot hold."""
    if not document.tokens:
        document = join_cut_sentences(tokenized(document), audit)
    text, tokens, at = list(document.text), list[Span](), 0
    for token in (*document.tokens, None):
        end = token.start if token else len(text)
        between = re.finditer(r"\S+", document.text[at:end])
        tokens += [Span(at + one.start(), at + one.end()) for one in between]
        if token:
            tokens.append(token)
            at = token.end
    num_changed = 0
    for start, end in tokens:
        held = _in_column(document.text[start:end])
        num_changed += sum(ours != theirs for ours, theirs in zip(held, text[start:end], strict=True))
        text[start:end] = held
    if num_changed:
        audit.change(
            document.id, "character", "a tab or line break in a token, or no text: replaced", count=num_changed
        )
    return replace(document, text="".join(text), tokens=tuple(tokens))


def _misc(document: Document, at: int) -> str:
    """The MISC column of a token: what stands behind it, and in front of the first."""
    tokens, text = document.tokens, document.text
    is_last = at + 1 == len(tokens)
    behind = text[tokens[at].end : len(text) if is_last else tokens[at + 1].start]
    before = text[: tokens[0].start] if at == 0 else ""
    found = [f"SpacesBefore={_escaped(before)}"] if before else []
    if not behind and not is_last:
        found.append("SpaceAfter=No")
    elif behind and (behind != " " or is_last):
        found.append(f"SpacesAfter={_escaped(behind)}")
    return "|".join(found) or "_"


def _escaped(spaces: str) -> str:
    letters: Mapping[str, str] = {char: letter for letter, char in _SPACES.items()}
    return _ESCAPED.sub(lambda found: f"\\{letters[found[0]]}", spaces)


def _unescaped(written: str) -> str:
    return _ESCAPE.sub(lambda found: _SPACES[found[1]], written)


def _in_column(value: str) -> str:
    return _NOT_IN_A_COLUMN.sub(" ", value)
