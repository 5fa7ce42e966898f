"""The files of heads, without torch; the same for every family.

heads.json           for each head, in order, its source and its tags: [{"source": "ncbi", "tags": ["O", ...]}]; a head that
                     gives spans has "labels" in place of tags
heads.safetensors    the tensors of each head, by its number: "0.starts", "0.transitions", "0.ends" of a chain

Earlier models of the BiLSTM-CRF have a table of sources and tags there, {"ncbi": ["O", ...]}; both are read.
"""

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bionym.data.tags import TagScheme
from bionym.errors import ModelError
from bionym.heads.head import Head
from bionym.linear_chain.decoding import FORBIDDEN, Chain, chain

NAME, TENSORS = "heads.json", "heads.safetensors"


@dataclass(frozen=True)
class HeadWeights:
    """What decoding needs of a head: log-scores of starting, of transitions and of ending, without the scheme's rules."""

    head: Head
    starts_L: NDArray[np.float64]
    transitions_LL: NDArray[np.float64]
    ends_L: NDArray[np.float64]


def chain_with_rules(weights: HeadWeights, scheme: TagScheme) -> Chain:
    """A head's chain, the tag scheme's rules laid over what it learned."""
    ruled = chain(weights.head.tags, weights.transitions_LL, scheme)
    return replace(
        ruled,
        starts_L=np.maximum(ruled.starts_L + weights.starts_L, FORBIDDEN),
        ends_L=np.maximum(ruled.ends_L + weights.ends_L, FORBIDDEN),
    )


class HeadEntry(NamedTuple):
    """A row of `heads.json`: the source of a head, and its tags, or its labels if it gives spans."""

    source: str
    tags: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


def write_entries(entries: Iterable[HeadEntry], folder: Path) -> None:
    """Write `heads.json`."""
    table = [
        {"source": entry.source, "tags": entry.tags} if entry.tags else {"source": entry.source, "labels": entry.labels}
        for entry in entries
    ]
    (folder / NAME).write_text(json.dumps(table, ensure_ascii=False, indent=1), encoding="utf-8")


def read_entries(folder: Path) -> list[HeadEntry]:
    """The rows of `heads.json`, of models saved before too. Raises: ModelError."""
    with whole_model(folder):
        table = json.loads((folder / NAME).read_text(encoding="utf-8"))
        if isinstance(table, dict):
            table = [{"source": source, "tags": tags} for source, tags in table.items()]
        return [
            HeadEntry(_text(row["source"]), _texts(row.get("tags", ())), _texts(row.get("labels", ()))) for row in table
        ]


def read_tensors(folder: Path) -> dict[str, NDArray[np.float32]]:
    """Every tensor of the heads. Raises: ModelError."""
    from safetensors.numpy import load_file

    with whole_model(folder):
        tensors: dict[str, NDArray[np.float32]] = load_file(folder / TENSORS)
        return tensors


def read_heads(folder: Path) -> tuple[list[HeadWeights], dict[str, NDArray[np.float32]]]:
    """The heads of a model's folder that are chains, and every tensor beside them. Raises: ModelError."""
    entries, tensors = read_entries(folder), read_tensors(folder)
    with whole_model(folder):
        return [chain_weights(number, entry, tensors) for number, entry in enumerate(entries)], tensors


def chain_weights(number: int, entry: HeadEntry, tensors: Mapping[str, NDArray[np.float32]]) -> HeadWeights:
    """The chain of a head, by its number. Raises: KeyError."""
    parts = (tensors[f"{number}.{part}"].astype(np.float64) for part in ("starts", "transitions", "ends"))
    return HeadWeights(Head(entry.source, entry.tags), *parts)


@contextlib.contextmanager
def whole_model(folder: Path) -> Iterator[None]:
    """Whatever goes wrong within, while heads are read, is a ModelError."""
    from safetensors import SafetensorError

    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, SafetensorError) as error:
        raise ModelError(
            f"{folder} does not hold a whole model ({type(error).__name__} at {NAME} or {TENSORS}). "
            "Copy it again, or train it again."
        ) from error


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _texts(values: Sequence[object]) -> tuple[str, ...]:
    return tuple(map(_text, values))
