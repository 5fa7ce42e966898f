"""Chance that can be repeated: every random generator seeded from a seed and a place in the run."""

import random
from hashlib import blake2b

import numpy as np
import torch


def seed_everything(seed: int, *place: int) -> None:
    """Seed the generators of Python, numpy and torch, on every device, from a seed and a place: an epoch, a batch.

    The loop does so before each batch, so what is drawn for it does not depend on what was drawn before (by an evaluation,
    by the batches before an interruption), nor on which of several processes learns from it.
    """
    mixed = int.from_bytes(blake2b("/".join(map(str, (seed, *place))).encode(), digest_size=4).digest(), "big")
    random.seed(mixed)
    np.random.seed(mixed)
    torch.manual_seed(mixed)
