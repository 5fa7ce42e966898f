"""Heads that are chains, without torch: their weights and their files.

heads.json           for each head its tags, in order
heads.safetensors    for each head, by its number, log-scores of starting, of transitions and of ending
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bionym.data.tags import TagScheme
from bionym.errors import ModelError
from bionym.heads.head import Head
from bionym.linear_chain.decoding import FORBIDDEN, Chain, chain


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


def read_heads(folder: Path) -> tuple[list[HeadWeights], dict[str, NDArray[np.float32]]]:
    """The heads of a model's folder, and every tensor beside them. Raises: ModelError."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        named: Mapping[str, list[str]] = json.loads((folder / "heads.json").read_text(encoding="utf-8"))
        tensors = load_file(folder / "heads.safetensors")
        weights = [
            HeadWeights(
                Head(name, tuple(tags)),
                *(tensors[f"{number}.{part}"].astype(np.float64) for part in ("starts", "transitions", "ends")),
            )
            for number, (name, tags) in enumerate(named.items())
        ]
        return weights, tensors
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise ModelError(
            f"{folder} does not hold a whole model ({type(error).__name__} at heads.json or heads.safetensors). "
            "Copy it again, or train it again."
        ) from error
