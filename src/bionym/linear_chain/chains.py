"""Chains: what may follow what, and at which price.

Axes: L tags.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bionym.data.tags import OUTSIDE, TagScheme, split_tag
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

    @cached_property
    def labels(self) -> tuple["Label", ...]:
        """The labels of a chain that has "O"."""
        names = np.array([split_tag(tag)[1] for tag in self.tags])
        outside = self.tags.index(OUTSIDE)
        return tuple(_label(self, names == name, outside) for name in dict.fromkeys(np.delete(names, outside).tolist()))


@dataclass(frozen=True)
class Label:
    """The tags of a label by where they can stand in an entity, and what they earn beside emissions.

    Args:
        first, inner, last: those in an entity of several tokens.
        only: those of an entity of one token.
        step: the most that a step within an entity earns over one from "O" to "O", in nats.
        edges: the most that both edges of an entity earn over those of "O"; very much where the scheme does not allow "O"
            in the entity's place.
    """

    first: NDArray[np.intp]
    inner: NDArray[np.intp]
    last: NDArray[np.intp]
    only: NDArray[np.intp]
    step: float
    edges: float


def chain(tags: Sequence[str], transitions_LL: Floats, scheme: TagScheme) -> Chain:
    """A chain that gives valid tag sequences only."""
    allowed = np.array(scheme.allowed_pairs(tags))  # one row and one column more: the edges of a sentence
    return Chain(
        tuple(tags),
        np.where(allowed[1:, 1:], transitions_LL, FORBIDDEN),
        np.where(allowed[0, 1:], 0.0, FORBIDDEN),
        np.where(allowed[1:, 0], 0.0, FORBIDDEN),
        scheme,
        np.array([[_goes_on(scheme, left, right) for right in tags] for left in tags]),
    )


def unconstrained(tags: Sequence[str], transitions_LL: Floats) -> Chain:
    """A chain whose tags are not entities (parts of speech): every sequence is valid."""
    from bionym.data.tags import BIO

    nothing = np.zeros(len(tags))
    apart = np.zeros((len(tags), len(tags)), dtype=np.bool_)
    return Chain(tuple(tags), transitions_LL, nothing, nothing, BIO, apart)


def _label(chain: Chain, is_own_L: NDArray[np.bool_], outside: int) -> Label:
    moves_LL = chain.transitions_LL
    is_allowed_LL = moves_LL > FORBIDDEN / 2
    within_LL = is_allowed_LL & chain.goes_on_LL & is_own_L[:, None]
    over_outside_LL = np.where(is_allowed_LL & ~chain.goes_on_LL, moves_LL, 2 * FORBIDDEN)
    begins_L = (over_outside_LL - moves_LL[:, [outside]]).max(axis=0)
    begins_L = np.maximum(begins_L, chain.starts_L - chain.starts_L[outside])
    ends_L = (over_outside_LL - moves_LL[[outside]]).max(axis=1)
    ends_L = np.maximum(ends_L, chain.ends_L - chain.ends_L[outside])
    may_begin_L, may_end_L = (is_own_L & (most_L > FORBIDDEN / 2) for most_L in (begins_L, ends_L))
    leads_on_L, is_led_to_L = within_LL.any(axis=1), within_LL.any(axis=0)
    kinds_4L = may_begin_L & leads_on_L, is_led_to_L & leads_on_L, is_led_to_L & may_end_L, may_begin_L & may_end_L
    first, inner, last, only = map(np.flatnonzero, kinds_4L)
    return Label(
        first,
        inner,
        last,
        only,
        step=float((moves_LL[within_LL] - moves_LL[outside, outside]).max(initial=FORBIDDEN)),
        edges=float(begins_L[may_begin_L].max(initial=FORBIDDEN) + ends_L[may_end_L].max(initial=FORBIDDEN)),
    )


def _goes_on(scheme: TagScheme, left: str, right: str) -> bool:
    (left_prefix, left_label), (right_prefix, right_label) = split_tag(left), split_tag(right)
    return left_label == right_label and (left_prefix, right_prefix) in scheme.continues
