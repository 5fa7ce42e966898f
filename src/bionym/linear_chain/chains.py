"""Chains: what may follow what, and at which price.

Axes: L tags.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bionym.data.tags import TagScheme, split_tag
from bionym.linear_chain.weights import Floats

FORBIDDEN = -1e30  # log-score of what the tag scheme does not allow; finite, so that sums stay numbers


@dataclass(frozen=True)
class Chain:
    """The transitions of a chain, with the tag scheme's rules laid over them.

    Args:
        tags: names of the L tags.
        transitions_LL: log-scores; FORBIDDEN where the scheme does not allow the pair.
        starts_L, ends_L: 0 where a sentence may start or end with the tag, else FORBIDDEN.
        scheme: which pairs are allowed, and what an entity is.
        goes_on_LL: whether a tag and the next lie within one entity.
    """

    tags: tuple[str, ...]
    transitions_LL: Floats
    starts_L: Floats
    ends_L: Floats
    scheme: TagScheme
    goes_on_LL: NDArray[np.bool_]

    @property
    def num_scores(self) -> int:
        """Scores of a token."""
        return len(self.tags)


def chain(tags: Sequence[str], transitions_LL: Floats, scheme: TagScheme) -> Chain:
    """A chain that gives valid tag sequences only."""
    allowed = np.array([[scheme.allowed(left, right) for right in tags] for left in tags])
    starts = np.array([scheme.allowed(None, tag) for tag in tags])
    ends = np.array([scheme.allowed(tag, None) for tag in tags])
    return Chain(
        tuple(tags),
        np.where(allowed, transitions_LL, FORBIDDEN),
        np.where(starts, 0.0, FORBIDDEN),
        np.where(ends, 0.0, FORBIDDEN),
        scheme,
        np.array([[_goes_on(scheme, left, right) for right in tags] for left in tags]),
    )


def unconstrained(tags: Sequence[str], transitions_LL: Floats) -> Chain:
    """A chain whose tags are not entities (parts of speech): every sequence is valid."""
    from bionym.data.tags import BIO

    nothing = np.zeros(len(tags))
    apart = np.zeros((len(tags), len(tags)), dtype=np.bool_)
    return Chain(tuple(tags), transitions_LL, nothing, nothing, BIO, apart)


def _goes_on(scheme: TagScheme, left: str, right: str) -> bool:
    (left_prefix, left_label), (right_prefix, right_label) = split_tag(left), split_tag(right)
    return left_label == right_label and (left_prefix, right_prefix) in scheme.continues
