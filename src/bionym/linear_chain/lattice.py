"""Probabilities of tags and of entities over all tag sequences of a sentence.

Axes: N tokens of all sentences, M tokens of the sentences looked at, which are packed; B sentences, S spans, R readings, L tags.

Source: Rabiner 1989 (forward and backward with scaling); Culotta and McCallum 2004 (confidence of a segment).
"""

from __future__ import annotations  # numpy.random, which they name, takes long to load

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bionym.data.tags import TagScheme, split_tag
from bionym.linear_chain.chains import Chain
from bionym.linear_chain.packing import Packed, packed
from bionym.linear_chain.weights import Floats

Places = NDArray[np.intp]


class Spans(NamedTuple):
    """Entities: the number of the sentence, tokens `[start, end)` within it, and the position of the first one's tag."""

    sentences: Places
    starts: Places
    ends: Places
    tags: Places


def tag_probabilities(emissions_NL: Floats, bounds: Places, chain: Chain) -> Floats:
    """Probability of each tag at each token, N x L."""
    lattice = _Lattice.of(emissions_NL, packed(bounds), chain)
    found_NL = np.zeros_like(emissions_NL)
    products_LM = lattice.forward_LM * lattice.backward_LM
    found_NL[lattice.inside.tokens_M] = (products_LM / _total(products_LM)).T
    return found_NL


def span_probabilities(emissions_NL: Floats, bounds: Places, spans: Spans, chain: Chain) -> Floats:
    """Probability of each span, S: that it is an entity of its label, and no part of a longer one."""
    if not len(spans.sentences):
        return np.zeros(0)
    lattice = _Lattice.of(emissions_NL, packed(bounds, np.unique(spans.sentences)), chain)
    rows_S = lattice.inside.rows(len(bounds))[spans.sentences]
    shares_S = np.zeros(len(rows_S))
    for tags_S3 in _spelled(spans, chain):
        is_spelled_S = (tags_S3 >= 0).all(axis=1)
        chosen = Spans(*(column[is_spelled_S] for column in spans))
        shares_S[is_spelled_S] += _share(lattice, rows_S[is_spelled_S], chosen, tags_S3[is_spelled_S], chain)
    return shares_S


def drawn_tags(
    emissions_NL: Floats, bounds: Places, chain: Chain, number: int, chance: np.random.Generator
) -> NDArray[np.intp]:
    """Tags of all tokens, drawn `number` times (R) by the probability of the sequence, R x N.

    Source: Scott 2002 (forward filtering, backward sampling).
    """
    lattice = _Lattice.of(emissions_NL, packed(bounds), chain)
    tags_RN = np.zeros((number, len(emissions_NL)), dtype=np.intp)
    later_RB = np.zeros((number, 0), dtype=np.intp)
    for step in reversed(lattice.inside.slices()):
        weights_LRB = np.repeat(lattice.forward_LM[:, None, step], number, axis=1)
        weights_LRB[:, :, : later_RB.shape[1]] *= lattice.moves_LL[:, later_RB]
        sums_LRB = weights_LRB.cumsum(axis=0)
        drawn_RB = chance.random(sums_LRB.shape[1:]) * sums_LRB[-1]
        later_RB = (sums_LRB <= drawn_RB).sum(axis=0)
        tags_RN[:, lattice.inside.tokens_M[step]] = later_RB
    return tags_RN


@dataclass(frozen=True)
class _Lattice:
    """Scaled forward and backward scores; a common factor of each sentence is left in.

    Args:
        forward_LM: of the tag and the tokens up to here.
        emissions_LM: exponentiated emissions, over the scale of their token.
        moves_LL: exponentiated transitions.
        totals_B: of all tag sequences of a sentence.
    """

    inside: Packed
    forward_LM: Floats
    emissions_LM: Floats
    moves_LL: Floats
    totals_B: Floats

    @classmethod
    def of(cls, emissions_NL: Floats, inside: Packed, chain: Chain) -> _Lattice:
        emissions_LM = np.take(emissions_NL.T, inside.tokens_M, axis=1)
        emissions_LM[:, inside.first_B] += chain.starts_L[:, None]
        emissions_LM[:, inside.last_B] += chain.ends_L[:, None]
        emissions_LM -= emissions_LM.max(axis=0)
        np.exp(emissions_LM, out=emissions_LM)
        moves_LL = np.exp(chain.transitions_LL)
        forward_LM = emissions_LM.copy()
        scales_M = np.ones(len(inside.tokens_M))
        for before, now in inside.steps():
            raw_LB = _step(forward_LM[:, before], moves_LL)
            raw_LB *= emissions_LM[:, now]
            scale_B = np.maximum(raw_LB.max(axis=0), 1e-300, out=scales_M[now])
            np.divide(raw_LB, scale_B, out=forward_LM[:, now])
        emissions_LM /= scales_M
        totals_B = _total(forward_LM[:, inside.last_B])
        return cls(inside, forward_LM, emissions_LM, moves_LL, totals_B)

    @cached_property
    def backward_LM(self) -> Floats:
        """Of the tokens behind, given the tag here."""
        backward_LM = np.ones_like(self.emissions_LM)
        back_LL = np.ascontiguousarray(self.moves_LL.T)
        for before, now in reversed(list(self.inside.steps())):
            backward_LM[:, before] = _step(self.emissions_LM[:, now] * backward_LM[:, now], back_LL)
        return backward_LM


def _step(scores_LB: Floats, moves_LL: Floats) -> Floats:
    """Scores of the next token's tags, but for its emissions.

    Products are added one after the other, whatever B is, as those of a matrix product are not.
    """
    added_LB: Floats = np.einsum("lb,lk->kb", scores_LB, moves_LL)
    return added_LB


def _total(values_LX: Floats) -> Floats:
    """Sum over the tags, one after the other: bit-equal for any X, which numpy's own sum is not for X of 1."""
    total_X: Floats = values_LX[0].copy()
    for values_X in values_LX[1:]:
        total_X += values_X
    return total_X


def _share(lattice: _Lattice, rows_S: Places, spans: Spans, tags_S3: Places, chain: Chain) -> Floats:
    """The share of all tag sequences in which each span carries these first, inner and last tags, and is an entity."""
    offsets_T = lattice.inside.offsets_T
    lengths_S, sizes_S = spans.ends - spans.starts, _lengths(lattice.inside)[rows_S]
    tags_S = tags_S3[:, 0]
    weights_S = lattice.emissions_LM[tags_S, offsets_T[spans.starts] + rows_S]
    apart_LL = np.where(chain.goes_on_LL, 0.0, lattice.moves_LL)
    later = np.flatnonzero(spans.starts)
    places = offsets_T[spans.starts[later] - 1] + rows_S[later]
    weights_S[later] *= _total(lattice.forward_LM[:, places] * apart_LL[:, tags_S[later]])
    for step in range(1, int(lengths_S.max(initial=0))):
        longer = np.flatnonzero(lengths_S > step)
        following = np.where(lengths_S[longer] == step + 1, tags_S3[longer, 2], tags_S3[longer, 1])
        places = offsets_T[spans.starts[longer] + step] + rows_S[longer]
        weights_S[longer] *= lattice.moves_LL[tags_S[longer], following] * lattice.emissions_LM[following, places]
        tags_S[longer] = following
    earlier = np.flatnonzero(spans.ends < sizes_S)
    places = offsets_T[spans.ends[earlier]] + rows_S[earlier]
    behind = lattice.emissions_LM[:, places] * lattice.backward_LM[:, places]
    weights_S[earlier] *= _total(apart_LL[tags_S[earlier]].T * behind)
    found_S: Floats = weights_S / lattice.totals_B[rows_S]
    return found_S


def _lengths(inside: Packed) -> Places:
    """Tokens of each sentence, B."""
    return np.searchsorted(-inside.sizes_T, -np.arange(len(inside.sentences)), side="left")


def _spelled(spans: Spans, chain: Chain) -> Iterator[Places]:
    """For each way to tag an entity the positions of its first, inner and last tag, S x 3; negative if the chain has none."""
    position = {tag: number for number, tag in enumerate(chain.tags)}
    labels = [split_tag(tag)[1] for tag in chain.tags]
    is_single_S = spans.ends - spans.starts == 1
    for prefixes, single in _spellings(chain.scheme):
        of_tag_L4 = np.array([[position.get(f"{one}-{label}", -1) for one in (*prefixes, single)] for label in labels])
        tags_S4 = of_tag_L4[spans.tags]
        first_S = np.where(is_single_S, tags_S4[:, 3], tags_S4[:, 0])
        yield np.stack((first_S, *(np.where(is_single_S, first_S, tags_S4[:, place]) for place in (1, 2))), axis=1)


def _spellings(scheme: TagScheme) -> Iterator[tuple[tuple[str, str, str], str]]:
    """Prefixes of the first, inner and last tokens and of an only one: in one way, or in two where the first tag tells of
    the entity before."""
    for first in scheme.firsts:
        yield (first, scheme.inside, scheme.last), scheme.single if first == scheme.first else first
