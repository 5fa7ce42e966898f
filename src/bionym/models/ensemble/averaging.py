"""The mean of what several chains say of the same tokens, as one chain.

Emissions, transitions, starts and ends are averaged, each member by its share; so the score of a tag sequence is the mean of its
scores by the members, and its probability goes with their geometric mean.

What one member rules out, all do: a text ends wherever one of them ends it, what the scheme forbids stays forbidden, and entities
with brackets that are not closed are dropped if one of them drops such. A tag that a member has never seen (a feature CRF knows
those alone that occur) is to it as unlikely as its least likely tag: at each token, and for transitions, starts and ends.

Axes: N tokens, L tags of all members.

Source: Hinton 2002, Training products of experts, for the mean of log-scores.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bionym.data import Document
from bionym.errors import ModelError
from bionym.heads.potentials import HeadPotentials, Ranges
from bionym.linear_chain.decoding import FORBIDDEN, Chain, chain
from bionym.linear_chain.pairwise import PairwiseChain

Floats = NDArray[np.float64]
Key = tuple[str, tuple[str, ...]]  # source and labels of heads that speak together


class Voice(NamedTuple):
    """A head of a member: the member's name and share, and the head's chain."""

    member: str
    share: float
    head: HeadPotentials


@dataclass(frozen=True)
class Choir:
    """Heads of one source, as one.

    Args:
        shares: of each, 1 together.
        chain: the mean of their chains.
    """

    source: str
    shares: tuple[float, ...]
    chain: Chain
    outside_penalty: float
    drops_unbalanced: bool

    @classmethod
    def of(cls, voices: Sequence[Voice]) -> "Choir":
        """Heads of equal source, labels and scheme."""
        total = sum(one.share for one in voices)
        shares = tuple(one.share / total for one in voices)
        heads = [one.head for one in voices]
        return cls(
            heads[0].source,
            shares,
            _mean_chain([one.chain for one in heads], shares),
            sum(share * one.outside_penalty for share, one in zip(shares, heads, strict=True)),
            any(one.drops_unbalanced for one in heads),
        )

    def together(self, heads: Sequence[HeadPotentials]) -> HeadPotentials:
        """What they say together of the same tokens."""
        tags = self.chain.tags
        scores_NL = _mean([_on_tags(one.scores_NS, one.chain.tags, tags) for one in heads], self.shares)
        return HeadPotentials(self.source, scores_NL, self.chain, self.outside_penalty, self.drops_unbalanced)


def choirs(voices: Sequence[Voice]) -> dict[Key, Choir]:
    """Which heads speak together. Raises: ModelError for those that cannot."""
    by_source: dict[str, list[Voice]] = {}
    for one in voices:
        by_source.setdefault(one.head.source, []).append(one)
    for source, some in by_source.items():
        _check(source, some)
    keys = dict.fromkeys((one.head.source, one.head.labels) for one in voices)
    return {key: Choir.of([one for one in voices if (one.head.source, one.head.labels) == key]) for key in keys}


def in_common(
    documents: Sequence[Document], ranges_of: Sequence[Sequence[Ranges]]
) -> tuple[Sequence[Ranges], list[NDArray[np.intp] | None]]:
    """Ranges that cross no edge of any member's, and which of each member's tokens stand in them (None: all, in order).

    Tokens that a member leaves out are left out.
    """
    if all(one == ranges_of[0] for one in ranges_of[1:]):
        return ranges_of[0], [None] * len(ranges_of)
    common = [reduce(_cut, inside) for inside in zip(*ranges_of, strict=True)]
    firsts = np.cumsum([0, *(len(one.tokens) for one in documents)]).tolist()
    wanted = _tokens(common, firsts)
    return common, [np.searchsorted(_tokens(one, firsts), wanted) for one in ranges_of]


def _cut(left: Ranges, right: Ranges) -> Ranges:
    """Ranges cut at the edges of others; what stands in one alone is left out."""
    found: list[tuple[int, int]] = []
    others = iter(right)
    start, end = next(others, (0, 0))
    for first, last in left:
        while True:
            if max(first, start) < min(last, end):
                found.append((max(first, start), min(last, end)))
            if end >= last:
                break
            following = next(others, None)
            if following is None:
                break
            start, end = following
    return found


def _tokens(ranges: Sequence[Ranges], firsts: Sequence[int]) -> NDArray[np.intp]:
    """The tokens in ranges, numbered through all documents."""
    found = [
        np.arange(first + start, first + end)
        for first, inside in zip(firsts[:-1], ranges, strict=True)
        for start, end in inside
    ]
    return np.concatenate(found) if found else np.zeros(0, dtype=np.intp)


def _check(source: str, voices: Sequence[Voice]) -> None:
    first = voices[0]
    for one in voices:
        if isinstance(one.head.chain, PairwiseChain):
            raise ModelError(
                f"{one.member} scores pairs of tags (network.output=pairwise), which have no mean with scores of single tags. "
                "Train it with network.output=crf."
            )
        if one.head.chain.scheme != first.head.chain.scheme:
            raise ModelError(
                f"{first.member} has the tag scheme {first.head.chain.scheme.name}, {one.member} has "
                f"{one.head.chain.scheme.name}. Train them with the same scheme."
            )
    labels = {one.member: _labels(one.member, voices) for one in voices}
    for member, own in labels.items():
        if own != labels[first.member]:
            of = f" for {source}" if source else ""
            raise ModelError(
                f"{first.member} gives {_shown(labels[first.member])}{of}, {member} gives {_shown(own)}. Combine models "
                "that learned the same labels."
            )


def _labels(member: str, voices: Sequence[Voice]) -> list[tuple[str, ...]]:
    """The labels of each head of a member."""
    return sorted(one.head.labels for one in voices if one.member == member)


def _shown(labels: Sequence[tuple[str, ...]]) -> str:
    if len(labels) == 1:
        return ", ".join(labels[0])
    return " and ".join(", ".join(own) for own in labels) + f" by {len(labels)} heads"


def _mean_chain(chains: Sequence[Chain], shares: Sequence[float]) -> Chain:
    """The mean of chains, the scheme's rules laid over it anew."""
    tags = tuple(dict.fromkeys(tag for one in chains for tag in one.tags))
    widened = [_with_tags(one, tags) for one in chains]
    ruled = chain(tags, _mean([one.transitions_LL for one in widened], shares), chains[0].scheme)
    starts_L, ends_L = (_mean([getattr(one, part) for one in widened], shares) for part in ("starts_L", "ends_L"))
    return replace(
        ruled,
        starts_L=np.where(ruled.starts_L > FORBIDDEN, starts_L, FORBIDDEN),
        ends_L=np.where(ruled.ends_L > FORBIDDEN, ends_L, FORBIDDEN),
    )


def _with_tags(given: Chain, tags: tuple[str, ...]) -> Chain:
    """A chain with further tags, as unlikely as any of its own; what the scheme forbids is to be forbidden after it."""
    is_new_L = np.array([tag not in given.tags for tag in tags])
    places_L = [given.tags.index(tag) if tag in given.tags else 0 for tag in tags]
    transitions_LL = given.transitions_LL[np.ix_(places_L, places_L)]
    transitions_LL[is_new_L, :] = transitions_LL[:, is_new_L] = _least(given.transitions_LL)
    starts_L, ends_L = given.starts_L[places_L], given.ends_L[places_L]
    starts_L[is_new_L], ends_L[is_new_L] = _least(given.starts_L), _least(given.ends_L)
    return replace(given, tags=tags, transitions_LL=transitions_LL, starts_L=starts_L, ends_L=ends_L)


def _least(scores: Floats) -> float:
    """The lowest log-score that is not forbidden."""
    allowed = scores[scores > FORBIDDEN]
    return float(allowed.min()) if len(allowed) else 0.0


def _on_tags(scores_NL: Floats, own: tuple[str, ...], tags: tuple[str, ...]) -> Floats:
    """Scores of tokens for these tags; a tag that is not its own is as unlikely as any."""
    if own == tags:
        return scores_NL
    if not len(scores_NL):
        return np.zeros((0, len(tags)))
    widened_NL = scores_NL[:, [own.index(tag) if tag in own else 0 for tag in tags]]
    widened_NL[:, [tag not in own for tag in tags]] = scores_NL.min(axis=1, keepdims=True)
    return widened_NL


def _mean(values: Sequence[Floats], shares: Sequence[float]) -> Floats:
    total = shares[0] * values[0]
    for share, one in zip(shares[1:], values[1:], strict=True):
        total = total + share * one
    return total
