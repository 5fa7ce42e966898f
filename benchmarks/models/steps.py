"""What the scripts of this folder share: a model is trained once and kept; what was interrupted goes on."""

import resource
from collections.abc import Mapping, Sequence
from pathlib import Path

import bionym
from bionym.data import Corpus


def trained(folder: Path, model: str, corpora: Mapping[str, Corpus], settings: Sequence[str]) -> Path:
    """The folder of a model, which is trained if it is not there; a feature CRF has one corpus."""
    if not folder.exists():
        start = cpu_seconds()
        if model == "crf":
            (corpus,) = corpora.values()
            made = bionym.train(corpus["train"], settings=settings)
        else:
            checkpoints = folder.with_name(f".{folder.name}.training")
            made = bionym.train(model=model, corpora=corpora, settings=settings, folder=checkpoints)
        made.save(folder)
        print(f"{folder}: {cpu_seconds() - start:.0f} CPU seconds", flush=True)
    return folder


def cpu_seconds() -> float:
    """Of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime
