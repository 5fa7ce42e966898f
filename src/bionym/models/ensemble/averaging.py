"""The mean of the scores that several chains give the same tokens, as one chain.

Emissions, transitions, starts and ends are averaged, each member by its share; so the score of a tag sequence is the mean of its
scores by the members, and its probability is proportional to their geometric mean.

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
Key = tuple[str, tuple[str, ...]]  # source and labels of heads that are averaged


class MemberHead(NamedTuple):
    """A head of a member: the member's name and share, and the head's scores."""

    member: str
    share: float
    head: HeadPotentials


@dataclass(frozen=True)
class Members:
    """Heads of one source, averaged into one.

    Args:
        shares: weight of each in the mean; they add up to 1.
        chain: the mean of their chains.
    """

    source: str
    shares: tuple[float, ...]
    chain: Chain
    outside_penalty: float
    drops_unbalanced: bool

    @classmethod
    def of(cls, member_heads: Sequence[MemberHead]) -> "Members":
        """Heads of equal source, labels and scheme."""
        total = sum(member.share for member in member_heads)
        shares = tuple(member.share / total for member in member_heads)
        heads = [member.head for member in member_heads]
        return cls(
            heads[0].source,
            shares,
            _mean_chain([head.chain for head in heads], shares),
            sum(share * head.outside_penalty for share, head in zip(shares, heads, strict=True)),
            any(head.drops_unbalanced for head in heads),
        )

    def average(self, heads: Sequence[HeadPotentials]) -> HeadPotentials:
        """The mean of their scores of the same tokens."""
        tags = self.chain.tags
        scores_NL = _mean([_on_tags(head.scores_NS, head.chain.tags, tags) for head in heads], self.shares)
        return HeadPotentials(self.source, scores_NL, self.chain, self.outside_penalty, self.drops_unbalanced)


def group_heads(heads: Sequence[MemberHead]) -> dict[Key, Members]:
    """Which heads are averaged: those of one source and the same labels. Raises: ModelError if they do not fit."""
    by_source: dict[str, list[MemberHead]] = {}
    by_key: dict[Key, list[MemberHead]] = {}
    for head in heads:
        by_source.setdefault(head.head.source, []).append(head)
        by_key.setdefault((head.head.source, head.head.labels), []).append(head)
    for source, of_source in by_source.items():
        _check(source, of_source)
    return {key: Members.of(alike) for key, alike in by_key.items()}


def in_common(
    documents: Sequence[Document], ranges_of: Sequence[Sequence[Ranges]]
) -> tuple[Sequence[Ranges], list[NDArray[np.intp] | None]]:
    """Ranges that cross no edge of any member's, and which of each member's tokens stand in them (None: all, in order).

    Tokens that a member leaves out are left out.
    """
    if all(ranges == ranges_of[0] for ranges in ranges_of[1:]):
        return ranges_of[0], [None] * len(ranges_of)
    common = [reduce(_cut, inside) for inside in zip(*ranges_of, strict=True)]
    firsts = np.cumsum([0, *(len(document.tokens) for document in documents)]).tolist()
    wanted = _tokens(common, firsts)
    return common, [np.searchsorted(_tokens(ranges, firsts), wanted) for ranges in ranges_of]


def _cut(left: Ranges, right: Ranges) -> Ranges:
    """Ranges cut at the edges of others; what stands in one alone is left out."""
    cut: list[tuple[int, int]] = []
    others = iter(right)
    start, end = next(others, (0, 0))
    for first, last in left:
        while True:
            if max(first, start) < min(last, end):
                cut.append((max(first, start), min(last, end)))
            if end >= last:
                break
            following = next(others, None)
            if following is None:
                break
            start, end = following
    return cut


def _tokens(ranges: Sequence[Ranges], firsts: Sequence[int]) -> NDArray[np.intp]:
    """The tokens in ranges, numbered through all documents."""
    places = [
        np.arange(first + start, first + end)
        for first, inside in zip(firsts[:-1], ranges, strict=True)
        for start, end in inside
    ]
    return np.concatenate(places) if places else np.zeros(0, dtype=np.intp)


def _check(source: str, heads: Sequence[MemberHead]) -> None:
    first = heads[0]
    for other in heads:
        if isinstance(other.head.chain, PairwiseChain):
            raise ModelError(
                f"{other.member} scores pairs of tags (network.output=pairwise), which have no mean with scores of single tags. "
                "Train it with network.output=crf."
            )
        if other.head.chain.scheme != first.head.chain.scheme:
            raise ModelError(
                f"{first.member} has the tag scheme {first.head.chain.scheme.name}, {other.member} has "
                f"{other.head.chain.scheme.name}. Train them with the same scheme."
            )
    labels = {head.member: _labels(head.member, heads) for head in heads}
    for member, of_heads in labels.items():
        if of_heads != labels[first.member]:
            of = f" for {source}" if source else ""
            raise ModelError(
                f"{first.member} gives {_shown(labels[first.member])}{of}, {member} gives {_shown(of_heads)}. Combine models "
                "trained on the same labels."
            )


def _labels(member: str, heads: Sequence[MemberHead]) -> list[tuple[str, ...]]:
    """The labels of each head of a member."""
    return sorted(head.head.labels for head in heads if head.member == member)


def _shown(labels: Sequence[tuple[str, ...]]) -> str:
    if len(labels) == 1:
        return ", ".join(labels[0])
    return " and ".join(", ".join(of_head) for of_head in labels) + f" by {len(labels)} heads"


def _mean_chain(chains: Sequence[Chain], shares: Sequence[float]) -> Chain:
    """The mean of chains, with the scheme's rules applied again."""
    tags = tuple(dict.fromkeys(tag for averaged in chains for tag in averaged.tags))
    widened = [_with_tags(averaged, tags) for averaged in chains]
    ruled = chain(tags, _mean([wide.transitions_LL for wide in widened], shares), chains[0].scheme)
    starts_L, ends_L = (_mean([getattr(wide, part) for wide in widened], shares) for part in ("starts_L", "ends_L"))
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


def _on_tags(scores_NL: Floats, known: tuple[str, ...], tags: tuple[str, ...]) -> Floats:
    """Scores of tokens for these tags; a tag that is not known is as unlikely as any."""
    if known == tags:
        return scores_NL
    if not len(scores_NL):
        return np.zeros((0, len(tags)))
    widened_NL = scores_NL[:, [known.index(tag) if tag in known else 0 for tag in tags]]
    widened_NL[:, [tag not in known for tag in tags]] = scores_NL.min(axis=1, keepdims=True)
    return widened_NL


def _mean(values: Sequence[Floats], shares: Sequence[float]) -> Floats:
    total = shares[0] * values[0]
    for share, value in zip(shares[1:], values[1:], strict=True):
        total = total + share * value
    return total
