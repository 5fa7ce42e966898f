"""Chance that can be repeated: seeds for every random generator, and their states for a checkpoint."""

import random
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import numpy as np
import torch
from torch import Tensor

States = dict[str, Any]  # what JSON can hold


def seed_everything(seed: int, epoch: int = 0) -> None:
    """Seed the generators of Python, numpy and torch, on every device, from a seed and an epoch.

    The loop does so at the start of each epoch, so what an epoch draws does not depend on what was drawn before it
    (as by an evaluation).
    """
    mixed = int.from_bytes(blake2b(f"{seed}/{epoch}".encode(), digest_size=4).digest(), "big")
    random.seed(mixed)
    np.random.seed(mixed)
    torch.manual_seed(mixed)


def random_states() -> tuple[dict[str, Tensor], States]:
    """The states of all generators: torch's as tensors, the others as lists and numbers."""
    tensors = {"torch": torch.get_rng_state()}
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        tensors |= {f"cuda{number}": state for number, state in enumerate(torch.cuda.get_rng_state_all())}
    name, keys, position, has_normal, normal = np.random.get_state(legacy=True)
    values = {"python": random.getstate(), "numpy": [name, np.asarray(keys).tolist(), position, has_normal, normal]}
    return tensors, values


def restore_random_states(tensors: Mapping[str, Tensor], values: States) -> None:
    """Every generator as it was."""
    version, keys, normal = values["python"]
    random.setstate((version, tuple(keys), normal))
    name, numpy_keys, *rest = values["numpy"]
    np.random.set_state((name, np.array(numpy_keys, dtype=np.uint32), *rest))
    torch.set_rng_state(tensors["torch"])
    for number in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
        if f"cuda{number}" in tensors:
            torch.cuda.set_rng_state(tensors[f"cuda{number}"], number)
