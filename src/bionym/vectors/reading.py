"""Read word vectors from whatever file there is."""

from collections.abc import Iterable
from pathlib import Path

from bionym.data import Audit
from bionym.errors import InputError
from bionym.vectors import _binary, _folder, _text
from bionym.vectors._collecting import Collector
from bionym.vectors._layout import layout_of
from bionym.vectors._opening import unpack
from bionym.vectors.table import WordVectors


def read(path: str | Path, wanted: Iterable[str] | None = None, *, audit: Audit | None = None) -> WordVectors:
    """Word vectors of a folder of ours, or of a word2vec (text or binary), GloVe or fastText `.vec` file.

    What it is, and whether it is packed by gzip or xz, is told from the content. The file streams by; only what is kept
    takes memory. To look words up in several forms, want them all: `read(path, wanted=every_form(words))`.

    Args:
        wanted: the only words to keep, as they stand in the file; None keeps all. Damage beside them may go unseen.
        audit: counts what was left out: a word's second vector, a blank word, one that is not UTF-8, NaN.
    Returns: the words in the order of the file, a float32 matrix.
    Raises: InputError if there is no such file; FormatError with the line or the word where it is damaged.
    """
    path, audit = Path(path), audit if audit is not None else Audit()
    kept = None if wanted is None else frozenset(wanted)
    if path.is_dir():
        if not _folder.is_folder_of_vectors(path):
            raise InputError(f"{_folder.MATRIX} is missing", path=path, fix="Name a file, or a folder of word vectors.")
        return _folder.read(path, kept, audit)
    layout = layout_of(path)
    into = Collector(path, layout.num_dimensions, kept, audit)
    with unpack(path) as stream:
        if layout.kind == "binary":
            _binary.collect(stream, path, layout, into)
        else:
            _text.collect(stream, path, layout, into, audit)
    return into.collected()
