"""A trained transformer as a folder that the pipelines of transformers read.

    config.json          the network, with tags as pipelines group them; under "bionym" what such a folder has no place for
    model.safetensors    encoder and one head
    tokenizer.json       which writes the beginning of a text as Bionym does

Such a folder gives each subword a tag by itself. It cannot hold several heads (one is chosen), heads that give spans
(refused), and a chain (left out, and counted). It knows neither windows nor sentences; README.md says so.

Axes: L tags, H values of the encoder.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from bionym.data import Audit
from bionym.encoders import classifiers, networks
from bionym.encoders.subwords import Subwords
from bionym.errors import ModelError, UnknownNameError, UsageError
from bionym.heads.files import HeadEntry, read_entries, read_tensors
from bionym.heads.head import Head
from bionym.models.transformer.files import CHAIN, ENCODER
from bionym.models.transformer.foreign_tags import names_for_pipelines
from bionym.models.transformer.settings import Config

OURS = "bionym"  # the key of config.json


def export(folder: Path, config: Config, out: Path, *, head: str | None, audit: Audit) -> tuple[str, ...]:
    """Write a model to a new folder. Returns: the labels it gives.

    Args:
        head: which, where there are several: by corpus, by label, or by both with a colon between.
        audit: counts what such a folder cannot hold.
    Raises: UsageError if a head must be named; ModelError if pipelines cannot give what this model gives.
    """
    number, tags = _chosen(folder, head, audit)
    tensors = read_tensors(folder)
    weight_LH, bias_L = (torch.from_numpy(tensors[f"{number}.{part}"]) for part in ("weight", "bias"))
    chain = {part: tensors[f"{number}.{part}"].tolist() for part in CHAIN}
    num_moves = sum(int(np.count_nonzero(tensors[f"{number}.{part}"])) for part in CHAIN)
    ours = {"tags": tags, **{key: getattr(config, key) for key in ("scheme", "context", "window", "overlap")}}
    ours |= {"pooling": config.network.pooling} | ({"chain": chain} if num_moves else {})
    _count(config, num_moves, audit)
    encoder = networks.open_encoder(folder / ENCODER)
    network = classifiers.classifier_of(encoder, weight_LH, bias_L, {**_labels(tags), OURS: ours})
    subwords = Subwords.load(folder / ENCODER)
    networks.save_encoder(networks.Encoder(network, Subwords(subwords.at_the_start(), subwords.specials)), out)
    return Head("", tuple(tags)).labels


def _chosen(folder: Path, wanted: str | None, audit: Audit) -> tuple[int, list[str]]:
    """The number of a head and its tags."""
    entries = read_entries(folder)
    names = _names(entries)
    if wanted is not None and wanted not in names:
        raise UnknownNameError("head", wanted, names)
    if wanted is None and len(entries) > 1:
        raise UsageError(
            f"{folder} has {len(entries)} heads, and a Hugging Face folder holds one. Choose: --head NAME, of "
            f"{', '.join(names)}."
        )
    number = names.index(wanted) if wanted is not None else 0
    if not entries[number].tags:
        raise ModelError(
            f"The head of {folder} gives spans, which may nest, but a Hugging Face folder gives each subword one tag. "
            "Train with network.output=softmax to export."
        )
    if len(entries) > 1:
        audit.lose("", "head", "not chosen: a Hugging Face folder holds one", count=len(entries) - 1)
    return number, list(entries[number].tags)


def _names(entries: Sequence[HeadEntry]) -> list[str]:
    """What heads are called: by their corpus, and by their label too where a corpus has several."""
    sources = [entry.source for entry in entries]
    if len(set(sources)) == len(sources):
        return sources
    labels = [Head("", entry.tags).labels[0] if entry.tags else entry.labels[0] for entry in entries]
    return [f"{source}:{label}" if source else label for source, label in zip(sources, labels, strict=True)]


def _labels(tags: Sequence[str]) -> dict[str, Any]:
    names = names_for_pipelines(tags)
    first = {name: number for number, name in reversed(list(enumerate(names)))}
    return {"id2label": dict(enumerate(names)), "label2id": {name: first[name] for name in names}}


def _count(config: Config, num_moves: int, audit: Audit) -> None:
    """What pipelines will do otherwise."""
    if num_moves:
        audit.lose(
            "", "score of the chain", "a pipeline decides each subword by itself (network.output=crf)", count=num_moves
        )
    if config.network.pooling == "mean":
        audit.change("", "head", 'reads the mean of subwords: take aggregation_strategy="average", which comes near')
    if config.context != "sentence":
        audit.change(
            "", "context", f"a pipeline reads what it is given, and cuts it in no {config.context}s or windows"
        )


def facts_of(folder: Path) -> Mapping[str, Any]:
    """What a folder that was exported from Bionym keeps for Bionym; empty if it was not."""
    try:
        facts = json.loads((folder / "config.json").read_text(encoding="utf-8")).get(OURS)
    except (OSError, ValueError, AttributeError):
        return {}
    return facts if isinstance(facts, Mapping) else {}
