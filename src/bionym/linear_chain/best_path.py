"""Best tag sequences of many sentences, sought only where they may leave "O".

Axes: N tokens of all sentences, M tokens of the pieces that are decoded, B pieces, L tags. Pieces are packed.

Source: Rabiner 1989 (Viterbi).
"""

import numpy as np
from numpy.typing import NDArray

from bionym.data.tags import OUTSIDE
from bionym.linear_chain.chains import Chain
from bionym.linear_chain.packing import Packed, pack_sentences
from bionym.linear_chain.screening import may_be_inside
from bionym.linear_chain.weights import Floats

Places = NDArray[np.intp]


def best_tags(emissions_NL: Floats, bounds: Places, chain: Chain) -> Places:
    """The best tag of each token, N, by its position in the chain.

    Args:
        emissions_NL: log-scores (nats) of all tokens.
        bounds: where each sentence begins and ends; they follow one another without a gap.
    """
    emissions_LN = np.ascontiguousarray(emissions_NL.T)
    if OUTSIDE not in chain.tags:
        return decode_pieces(emissions_LN, bounds, bounds, chain, np.zeros(len(emissions_NL), dtype=np.intp))
    is_open_N = may_be_inside(emissions_LN, bounds[bounds[:, 0] < bounds[:, 1], 0], chain)
    tags_N = np.full(len(emissions_NL), chain.tags.index(OUTSIDE), dtype=np.intp)
    return decode_pieces(emissions_LN, _pieces(is_open_N, bounds), bounds, chain, tags_N)


def _pieces(is_open_N: NDArray[np.bool_], bounds: Places) -> Places:
    """Where the stretches of open tokens begin and end; none crosses the edge of a sentence."""
    is_first_N = np.zeros(len(is_open_N) + 1, dtype=np.bool_)
    is_first_N[bounds[:, 0]] = True
    is_first_N[-1] = True
    around = np.concatenate(([False], is_open_N, [False]))
    begins = np.flatnonzero(around[1:-1] & (~around[:-2] | is_first_N[:-1]))
    ends = np.flatnonzero(around[1:-1] & (~around[2:] | is_first_N[1:])) + 1
    return np.stack((begins, ends), axis=1)


def decode_pieces(emissions_LN: Floats, pieces: Places, bounds: Places, chain: Chain, tags_N: Places) -> Places:
    """The tags, those of the pieces put in their place; beside a piece stands "O" or the edge of a sentence."""
    inside = pack_sentences(pieces)
    if not len(inside.tokens_M):
        return tags_N
    best_LM = np.take(emissions_LN, inside.tokens_M, axis=1)
    starts_B, ends_B = inside.tokens_M[inside.first_B], inside.tokens_M[inside.last_B] + 1
    is_edge_N = np.zeros(emissions_LN.shape[1] + 1, dtype=np.bool_)
    is_edge_N[bounds] = True
    outside = chain.tags.index(OUTSIDE) if OUTSIDE in chain.tags else 0
    entry_LB = np.where(is_edge_N[starts_B], chain.starts_L[:, None], chain.transitions_LL[outside, :, None])
    leave_LB = np.where(is_edge_N[ends_B], chain.ends_L[:, None], chain.transitions_LL[:, outside, None])
    best_LM[:, inside.first_B] += entry_LB
    best_LM[:, inside.last_B] += leave_LB
    for before, now in inside.steps():
        best_LM[:, now] += (best_LM[:, None, before] + chain.transitions_LL[:, :, None]).max(axis=0)
    tags_N[inside.tokens_M] = _traced_back(best_LM, inside, chain.transitions_LL)
    return tags_N


def _traced_back(best_LM: Floats, inside: Packed, transitions_LL: Floats) -> Places:
    """From the best tag of each last token leftwards, always to the tag that led there."""
    tags_M = np.zeros(best_LM.shape[1], dtype=np.intp)
    tags_M[inside.last_B] = best_LM[:, inside.last_B].argmax(axis=0)
    for before, now in reversed(list(inside.steps())):
        tags_M[before] = (best_LM[:, before] + transitions_LL[:, tags_M[now]]).argmax(axis=0)
    return tags_M
