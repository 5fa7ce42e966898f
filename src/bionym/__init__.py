"""Bionym finds names in biomedical and clinical text.

    import bionym

    tagger = bionym.load("models/ncbi")
    for document in tagger.predict(bionym.read("notes/")):
        for entity in document.entities:
            print(entity.label, document.mention(entity), f"{entity.score:.2f}")

    read(paths, format)          documents of files, folders and globs
    write(documents, path, format)
    train(documents, out=...)    a tagger that has learned from them
    load(name)                   a saved tagger
    evaluate(gold, predicted)    scores
    Document, Entity, Span, Corpus

Everything is loaded at its first use; `import bionym` alone is instant. It switches the telemetry of other libraries off.
"""

import importlib
from typing import TYPE_CHECKING, Any

from bionym.privacy import switch_off_telemetry
from bionym.version import __version__ as __version__

if TYPE_CHECKING:
    from bionym.data import Corpus, Document, Entity, Span
    from bionym.evaluation import evaluate
    from bionym.formats import read, write
    from bionym.pipeline import Pipeline, load
    from bionym.pipeline.training import train

__all__ = ["Corpus", "Document", "Entity", "Pipeline", "Span", "evaluate", "load", "read", "train", "write"]

switch_off_telemetry()

_HOMES = {
    "Corpus": "bionym.data",
    "Document": "bionym.data",
    "Entity": "bionym.data",
    "Span": "bionym.data",
    "evaluate": "bionym.evaluation",
    "read": "bionym.formats",
    "write": "bionym.formats",
    "Pipeline": "bionym.pipeline",
    "load": "bionym.pipeline",
    "train": "bionym.pipeline.training",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'bionym' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
