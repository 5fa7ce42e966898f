"""Documents held out for development, when none were named."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import NamedTuple


class Split(NamedTuple):
    """Document ids, each on one side only, in the order given."""

    train: tuple[str, ...]
    dev: tuple[str, ...]


def split(document_ids: Iterable[str], *, fraction: float = 0.1, seed: int = 1) -> Split:
    """Some documents held out, chosen by a hash of seed and id.

    The choice does not depend on the order of the ids, and hardly on the other documents: one more document moves
    at most one across the border. An id given twice is one document.

    Args:
        fraction: share that is held out, above 0 and below 1; rounded, but one document at least.
    Returns: the two sides. A single document stays in training and leaves `dev` empty.
    """
    assert 0 < fraction < 1, f"fraction {fraction} is not between 0 and 1"
    ids = tuple(dict.fromkeys(document_ids))
    num_held_out = min(max(1, round(fraction * len(ids))), len(ids) - 1)
    held_out = set(sorted(ids, key=lambda id: _place(id, seed))[: max(num_held_out, 0)])
    return Split(tuple(id for id in ids if id not in held_out), tuple(id for id in ids if id in held_out))


def _place(id: str, seed: int) -> tuple[bytes, str]:
    return blake2b(f"{seed}\n{id}".encode("utf-8", "surrogatepass"), digest_size=16).digest(), id
