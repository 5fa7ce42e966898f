"""Tokens that the best tag sequence surely leaves outside, so that the rest of a sentence can be decoded in pieces.

In the best sequence take any run of tokens inside entities, with "O" or the sentence's edge on both sides. All "O" in its
place would be a valid sequence too, and not a better one; so the run's tags earn at least what "O" does. A token that lies in
no run which could earn so much is outside. What a run can earn at most is a sum over its tokens, and the largest sum over all
runs through a token comes from running sums; these are of whole numbers, rounded up, so that nothing depends on the order of
adding or on what stands beside.

Axes: N tokens of all sentences, M tokens of some, L tags.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bionym.linear_chain.weights import Floats

_UNITS = 1024  # of one nat
_MOST = 1 << 30  # what one token can cost; more changes nothing
_LEAST = -100.0  # nats; a lower bound for what would be forbidden, so that sums stay small


class Earnings(NamedTuple):
    """The most that a step within a run earns over one from "O" to "O", and its edges over those of "O", in nats."""

    step: float
    edges: float


def earnings(starts_L: Floats, transitions_LL: Floats, ends_L: Floats, outside: int) -> Earnings:
    """The most that a chain gives, `outside` being the place of "O"."""
    others = np.arange(len(starts_L)) != outside
    stay = transitions_LL[outside, outside]
    step = max((transitions_LL[np.ix_(others, others)] - stay).max(initial=_LEAST), _LEAST)
    entry = max((transitions_LL[outside, others] - stay).max(), (starts_L[others] - starts_L[outside]).max())
    leave = max((transitions_LL[others, outside] - stay).max(), (ends_L[others] - ends_L[outside]).max())
    return Earnings(step, entry + leave - step)


def may_be_inside(emissions_NL: Floats, lengths: NDArray[np.intp], most: Earnings, outside: int) -> NDArray[np.bool_]:
    """Whether each token may lie in an entity of the best tag sequence, N.

    Args:
        lengths: tokens of each sentence; the sentences follow one another without a gap.
    """
    others = np.delete(emissions_NL, outside, axis=1).max(axis=1)
    earned_N = _whole(others - emissions_NL[:, outside] + most.step)
    numbers_N = np.repeat(np.arange(1, len(lengths) + 1), lengths) + np.arange(len(earned_N))
    wall = 1 + np.maximum(earned_N, 0).sum()  # between sentences: no run crosses it
    walled = np.full(len(earned_N) + len(lengths) + 1, -wall, dtype=np.int64)
    walled[numbers_N] = earned_N
    sums = np.cumsum(walled)
    lowest_N = np.minimum.accumulate(sums)[numbers_N - 1]
    highest_N = np.maximum.accumulate(sums[::-1])[::-1][numbers_N]
    is_possible_N: NDArray[np.bool_] = highest_N - lowest_N + _whole(np.array(most.edges)) >= 0
    return is_possible_N


def _whole(nats: Floats) -> NDArray[np.int64]:
    units: NDArray[np.int64] = np.maximum(np.ceil(nats * _UNITS) + 1, -_MOST).astype(np.int64)
    return units
