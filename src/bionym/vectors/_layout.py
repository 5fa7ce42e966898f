"""What kind of file of word vectors this is, told from its first bytes and never from its name."""

import re
from collections import Counter
from pathlib import Path
from typing import Literal, NamedTuple

from bionym.errors import FormatError
from bionym.files import BOM
from bionym.vectors._opening import unpack

HEAD_BYTES = 1 << 18
NUM_LINES = 100  # that a file without a header is judged by
_HEADER = re.compile(rb"[ \t]*(\d{1,12})[ \t]+(\d{1,6})[ \t]*\r?")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_TEXT_FIX = "Expected lines of a word and its numbers, or word2vec's binary form."
_OTHERS = {
    b"\xba\x16\x4f\x2f": ("a fastText model", "Read the .vec file that fastText writes beside it."),
    b"PK\x03\x04": ("a zip archive", "Unzip it, and name the file in it."),
    b"\x80": ("a Python object", "Save it from gensim with model.wv.save_word2vec_format(NAME, binary=True)."),
    b"\x93NUMPY": ("a numpy array", "It holds no words. Save words and vectors together."),
    b"\xff\xfe": ("in UTF-16", "Convert it, for example: iconv -f UTF-16 -t UTF-8."),
}


class Layout(NamedTuple):
    """How a file is to be read; `num_words` is what its header promises."""

    kind: Literal["text", "binary"]
    num_words: int | None
    num_dimensions: int


def layout_of(path: Path) -> Layout:
    """The layout of a file. Raises: InputError; FormatError if it is nothing that holds word vectors."""
    with unpack(path) as stream:
        head = stream.read(HEAD_BYTES)
    for magic, (what, fix) in _OTHERS.items():
        if head.startswith(magic):
            raise FormatError(f"this is {what}, expected word vectors", path=path, fix=fix)
    first, newline, rest = head.removeprefix(BOM.encode()).partition(b"\n")
    if not newline:
        raise FormatError("there is no complete line in it", path=path, line=1, fix=_TEXT_FIX)
    header = _HEADER.fullmatch(first)
    num_words, num_dimensions = map(int, header.groups()) if header else (0, 0)
    if not header or (num_dimensions != 1 and _is_one_number_each(rest)):
        return _without_header(head, path)
    if not num_dimensions:
        raise FormatError("the header promises vectors of 0 dimensions", path=path, line=1, fix=_TEXT_FIX)
    return Layout(_kind(rest, num_dimensions), num_words, num_dimensions)


def numbers(pieces: list[bytes]) -> list[float] | None:
    """The pieces as numbers; None if one is not."""
    try:
        return [float(piece) for piece in pieces]
    except ValueError:
        return None


def _is_one_number_each(rest: bytes) -> bool:
    """Whether the next lines hold a word and one number: then "7 3" was no header, but the word 7."""
    lines = [line.split() for line in rest.split(b"\n")[:2] if line.strip()]
    return bool(lines) and all(len(pieces) == 2 and numbers(pieces[1:]) for pieces in lines)


def _kind(rest: bytes, num_dimensions: int) -> Literal["text", "binary"]:
    """Text if the line below the header is a row of it, or at least is text."""
    pieces = rest.partition(b"\n")[0].rsplit(None, num_dimensions)
    if len(pieces) == num_dimensions + 1 and numbers(pieces[1:]):
        return "text"
    return "binary" if _CONTROL.search(rest) or not _is_utf8(rest) else "text"


def _is_utf8(head: bytes) -> bool:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4 and len(head) > 4  # a character cut at the end
    return True


def _without_header(head: bytes, path: Path) -> Layout:
    """As GloVe writes it. A word may hold spaces, so the commonest number of columns decides, the smallest if several."""
    lines = head.split(b"\n") if len(head) < HEAD_BYTES else head.split(b"\n")[:-1]
    first = [line for line in lines if line.strip()][:NUM_LINES]
    counts = Counter(len(line.split()) - 1 for line in first)
    num_dimensions = min((-times, number) for number, times in counts.items())[1] if counts else 0
    num_rows = sum(bool(numbers(line.rsplit(None, num_dimensions)[1:])) for line in first)
    if num_dimensions < 1 or 2 * num_rows <= len(first):
        raise FormatError("this is no file of word vectors", path=path, line=1, fix=_TEXT_FIX)
    return Layout("text", None, num_dimensions)
