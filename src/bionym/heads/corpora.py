"""Corpora as a configuration names them: where their files are, and what their labels are called.

[corpora.NCBI]
format = "conll"
train = "ncbi/train.tsv"
dev = "ncbi/devel.tsv"
labels = { Disease = "Disease" }
"""

from collections.abc import Iterable, Mapping

from bionym import formats
from bionym.data import Audit, Corpus, Document
from bionym.data.corpus import Leak, find_leaks
from bionym.data.labels import LabelMap
from bionym.heads.settings import CorpusSettings
from bionym.training import split as splitting

LEARNED, HELD_BACK = ("train",), ("dev", "test")


def read_corpora(chosen: Mapping[str, CorpusSettings], audit: Audit, *, allow_leaks: bool = False) -> dict[str, Corpus]:
    """The documents of each corpus, under their new labels. Raises: InputError if two splits of one share a document."""
    return {name: _read(settings, audit, allow_leaks) for name, settings in chosen.items()}


def shared_documents(corpora: Mapping[str, Corpus]) -> dict[tuple[str, str, str], tuple[Leak, ...]]:
    """Documents that one corpus learns from and the same or another holds back: by corpus, other corpus, other split."""
    shared = {}
    for name, corpus in corpora.items():
        for other, held in corpora.items():
            for split in HELD_BACK:
                documents = held.splits.get(split, ())
                leaks = find_leaks({"train": corpus.splits["train"], split: documents}) if documents else ()
                if leaks:
                    shared[name, other, split] = leaks
    return shared


def hold_out_development(corpora: Mapping[str, Corpus], *, fraction: float, seed: int) -> dict[str, Corpus]:
    """Corpora with development documents: of one that has none, this share of its training documents, if any is wanted."""
    return {name: _hold_out(corpus, fraction, seed) for name, corpus in corpora.items()}


def _hold_out(corpus: Corpus, fraction: float, seed: int) -> Corpus:
    train = corpus["train"]
    if corpus.splits.get("dev") or not fraction or len(train) < 2:
        return corpus
    chosen = set(splitting.split((document.id for document in train), fraction=fraction, seed=seed).dev)
    remaining = tuple(document for document in train if document.id not in chosen)
    held_out = tuple(document for document in train if document.id in chosen)
    return Corpus({"train": remaining, "dev": held_out}, allow_leaks=True) if remaining else corpus


def _read(settings: CorpusSettings, audit: Audit, allow_leaks: bool) -> Corpus:
    names = LabelMap(settings.labels, tuple(settings.only))

    def documents(sources: list[str] | str) -> Iterable[Document]:
        read = formats.read(sources, settings.format, audit=audit, **settings.options) if sources else ()
        return map(names.apply, read)

    splits = {name: tuple(documents(getattr(settings, name))) for name in (*LEARNED, *HELD_BACK)}
    filled = {name: documents for name, documents in splits.items() if documents or name == "train"}
    return Corpus(filled, allow_leaks=allow_leaks)
