"""The corpora of a plan: found, read, put under their labels, and hashed, file by file, without reading them."""

import glob
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from bionym import formats
from bionym.benchmark.plan import CorpusPlan, Plan
from bionym.data import Document
from bionym.data.labels import LabelMap
from bionym.files import stem

_NUMBER = re.compile(r"-\d+$")


@dataclass(frozen=True)
class Split:
    """The documents of a split.

    Args:
        has_ids: whether their ids tell them apart from those of other files; not so where a format, as CoNLL, has none
            and they are named after their file. Such a file is often one document as a whole.
    """

    corpus: str
    documents: tuple[Document, ...]
    has_ids: bool


class Corpora:
    """Reads what a plan names, and knows what has been hashed already."""

    def __init__(self, plan: Plan) -> None:
        self._corpora = plan.corpora
        self._hashes: dict[Path, str] = {}

    def missing(self) -> dict[str, str]:
        """By corpus the first of its files that is not there."""
        missing = {}
        for name, corpus in self._corpora.items():
            paths = (*corpus.train, *corpus.devel, *corpus.test, *corpus.annotations)
            absent = [path for path in paths if not _files([path])]
            if absent:
                missing[name] = absent[0]
        return missing

    def read(self, name: str, split: str) -> Split:
        """The documents under the corpus's labels. Raises: InputError."""
        corpus = self._corpora[name]
        paths = getattr(corpus, split)
        map = LabelMap(corpus.label_map, corpus.only)
        read = formats.read(paths, corpus.format, **_options(corpus))
        documents = tuple(document for document in (map.apply(document) for document in read))
        return Split(name, documents, _has_ids(documents, paths, corpus.format))

    def key(self, name: str, split: str) -> dict[str, Any]:
        """All that decides what `read` gives: the bytes of the files, and how they are read."""
        corpus = self._corpora[name]
        how = corpus.model_dump(mode="json", include={"format", "options", "label_map", "only"})
        return {**how, "files": self.hashes((*getattr(corpus, split), *corpus.annotations))}

    def hashes(self, paths: Iterable[str]) -> list[str]:
        """Of every file under these paths, in order."""
        files = [file for path in paths for file in _files([path])]
        for file in files:
            if file not in self._hashes:
                self._hashes[file] = _hash(file)
        return [f"{file.name} {self._hashes[file]}" for file in files]

    def size(self, name: str, split: str) -> int:
        """Bytes, by which the time left is guessed."""
        return sum(file.stat().st_size for file in _files(getattr(self._corpora[name], split)))


def _files(paths: Iterable[str]) -> list[Path]:
    """Every file of these paths, folders and globs, in order."""
    return [file for path in paths for file in _expanded(path)]


def _expanded(path: str) -> Iterator[Path]:
    if Path(path).is_dir():
        yield from sorted(file for file in Path(path).rglob("*") if file.is_file())
    elif Path(path).exists():
        yield Path(path)
    else:
        yield from (Path(match) for match in sorted(glob.glob(path, recursive=True)))


def _options(corpus: CorpusPlan) -> dict[str, Any]:
    beside = {"beside": [Path(place) for place in corpus.annotations]} if corpus.annotations else {}
    return {**corpus.options, **beside}


def _has_ids(documents: Iterable[Document], paths: Iterable[str], format: str | None) -> bool:
    files = _files(paths)
    if formats.find(format or formats.detect(files[0])).ONE_PER_FILE:
        return True
    stems = {stem(file) for file in files}
    return not all(_NUMBER.sub("", document.id) in stems for document in documents)


def _hash(file: Path) -> str:
    with file.open("rb") as stream:
        digest = blake2b(digest_size=16)
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
