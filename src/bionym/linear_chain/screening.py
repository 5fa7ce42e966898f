"""Tokens that the best tag sequence surely leaves outside, so that the rest of a sentence can be decoded in pieces.

Take any entity of the best sequence. "O" on all its tokens would be a valid sequence too, and not a better one; so the
entity's tags earn at least what "O" does. A token that lies in no entity which could earn so much is outside. What an entity
can earn at most is what its first token can, and its last, and those between; the largest sum over all entities of a label
through a token comes from running sums. These are of whole numbers, rounded up, so that nothing depends on the order of
adding or on what stands beside. Where the scheme does not allow "O" beside what follows an entity, nothing is passed over.

Axes: N tokens of all sentences, L tags.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bionym.data.tags import OUTSIDE
from bionym.linear_chain.chains import Chain
from bionym.linear_chain.weights import Floats

_UNITS = 1024  # of one nat
_MOST = 1 << 30  # what one token can cost; more changes nothing
_MOST_EDGES = 1 << 50  # more than all tokens can cost

Whole = NDArray[np.int64]
Tags = NDArray[np.intp]


def may_be_inside(emissions_LN: Floats, starts: Sequence[int] | Tags, chain: Chain) -> NDArray[np.bool_]:
    """Whether each token may lie in an entity of the best tag sequence, N.

    Args:
        emissions_LN: log-scores, the tokens of a tag in a row.
        starts: the first token of each sentence.
    """
    outside_N = emissions_LN[chain.tags.index(OUTSIDE)]
    is_open_N = np.zeros(len(outside_N), dtype=np.bool_)

    def most(tags: Tags, step: float = 0.0) -> Whole:
        """The most that a token earns with one of some tags, N."""
        highest_N = np.maximum.reduce([emissions_LN[tag] for tag in tags]) if len(tags) > 1 else emissions_LN[tags[0]]
        return _whole(highest_N - outside_N + step)

    for label in chain.labels:
        edges = int(_whole(np.array([min(label.edges, _MOST_EDGES / _UNITS)]))[0])
        if len(label.only):
            is_open_N |= most(label.only) >= -edges
        if len(label.first) and len(label.last) and len(is_open_N):
            first_N, last_N = most(label.first), most(label.last, label.step)
            inner_N = most(label.inner, label.step) if len(label.inner) else np.full_like(first_N, -_MOST)
            is_open_N |= _most_of_several(first_N, inner_N, last_N, starts) >= -edges
    return is_open_N


def _most_of_several(first_N: Whole, inner_N: Whole, last_N: Whole, starts: Sequence[int] | Tags) -> Whole:
    """The most that an entity of two or more tokens earns which holds this one, N.

    The first token of a sentence is neither an inner nor the last one of an entity, so none crosses into a sentence.

    Args:
        first_N, inner_N, last_N: what a token earns as one of these; the latter two are overwritten.
    """
    inner_N[starts] = last_N[starts] = -1 - sum(
        int(np.maximum(part_N, 0).sum()) for part_N in (first_N, inner_N, last_N)
    )
    through_N = np.cumsum(inner_N)
    begun_N = np.maximum.accumulate(first_N - through_N)
    last_N[1:] += through_N[:-1]
    ended_N = np.maximum.accumulate(last_N[::-1])[::-1]
    most_N = np.full_like(first_N, np.iinfo(np.int64).min)
    np.add(begun_N[:-1], ended_N[1:], out=most_N[:-1])
    most_N[1:] = np.maximum(most_N[1:], most_N[:-1])
    return most_N


def _whole(nats: Floats) -> Whole:
    """In whole units, rounded up; what is given is overwritten."""
    nats *= _UNITS
    np.maximum(np.ceil(nats, out=nats), -_MOST, out=nats)
    units: Whole = nats.astype(np.int64)
    units += 1
    return units
