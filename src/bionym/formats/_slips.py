"""How the offsets of a whole document slipped: in which unit they count, by how much they are off, from where they count.

The answer is what most mentions fit: one that brings at least one mention to its place, and more than twice as many as it
takes away from theirs. Mentions that fit none then are treated one by one (see `_mentions`).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from bionym.formats._mentions import (
    IN_PASSAGE,
    TRIMMED,
    Claim,
    Exact,
    Verdict,
    as_claimed,
    covered,
    fits,
    has_overlap,
    settle,
)
from bionym.formats._occurrences import beginnings
from bionym.formats._offsets import CODE_POINTS, Ranges, Ruler, rulers

NUM_OCCURRENCES = 50  # of one mention, on either side of its offsets, that are looked at for a common distance
MIN_MOVED = 2  # mentions that a common distance must bring to their places


class Settled(NamedTuple):
    """The unit that a document's offsets count in, and the verdict on each claim (None: it takes a repair to know)."""

    unit: str
    verdicts: list[Verdict | None]


def settled(
    text: str, claims: Sequence[Claim], *, repair: bool, exact: Exact = fits, has_mark: bool = False
) -> Settled:
    """The verdicts on a document's claims, their offsets converted first.

    Args:
        repair: whether guesses are wanted: without it only units are converted, and spellings overlooked.
        exact: whether a claim holds as it stands, in the way of a format.
        has_mark: whether the file has a byte order mark, which may be counted.
    """
    if all(exact(text, claim) and not (len(claim.ranges) > 1 and has_overlap(claim.ranges)) for claim in claims):
        return Settled(CODE_POINTS, [Verdict(in_text_order(claim.ranges)) for claim in claims])
    standing = standing_in(text, claims, exact)
    unit, converted, most = CODE_POINTS, list(claims), 0
    for ruler in rulers(text, has_mark=has_mark):
        others = in_unit(ruler, claims)
        after = standing_in(text, others, exact)
        if (num_more := gain(standing, after)) > most:
            unit, converted, most = ruler.unit, others, num_more
        if all(after):
            break
    note = f"offsets count {unit}: converted" if unit != CODE_POINTS else ""
    return Settled(unit, verdicts_on(text, claims, converted, note, repair=repair, exact=exact))


def verdicts_on(
    text: str, claims: Sequence[Claim], converted: Sequence[Claim], note: str, *, repair: bool, exact: Exact = fits
) -> list[Verdict | None]:
    """The verdicts on claims whose unit is known.

    Args:
        claims, converted: as the file has them, and in code points.
        note: what is said of those that the conversion moved.
    """
    if repair:
        moved, why = _slipped(text, converted, exact)
        note, converted = why or note, moved
    found = settle(text, converted, repair=repair, exact=exact)
    return [
        one._replace(reason=note) if one and not one.reason and before.ranges != after.ranges else one
        for one, before, after in zip(found, claims, converted, strict=True)
    ]


def in_unit(ruler: Ruler, claims: Iterable[Claim]) -> list[Claim]:
    """Claims with their ranges in code points."""
    return [claim._replace(ranges=ruler.near_in_text(claim.ranges)) for claim in claims]


def in_text_order(ranges: Ranges) -> Ranges:
    """The ranges, sorted."""
    return ranges if len(ranges) == 1 else tuple(sorted(ranges))


def standing_in(text: str, claims: Iterable[Claim], exact: Exact = fits) -> list[bool]:
    """Which claims stand where they say, but for spelling."""
    return [_stands(text, claim, exact) for claim in claims]


def gain(before: Sequence[bool], after: Sequence[bool]) -> int:
    """How many more mentions stand at their places; 0 unless more than twice as many come to theirs as leave them."""
    num_won = sum(now and not then for then, now in zip(before, after, strict=True))
    num_lost = sum(then and not now for then, now in zip(before, after, strict=True))
    return num_won - num_lost if num_won > 2 * num_lost else 0


def _stands(text: str, claim: Claim, exact: Exact) -> bool:
    if exact(text, claim):
        return True
    found = as_claimed(text, claim, exact)
    if found is None or found.reason == TRIMMED:
        return False
    return all(covered(text, (place,)).strip() == covered(text, (place,)) for place in claim.ranges)


def _slipped(text: str, claims: Sequence[Claim], exact: Exact) -> tuple[Sequence[Claim], str]:
    """The claims, all moved by one distance or all counted from their passages, and what is said of that."""
    before = standing_in(text, claims, exact)
    if all(before):
        return claims, ""
    in_passages = _moved(claims, _own_origin)
    if gain(before, standing_in(text, in_passages, exact)):
        return in_passages, IN_PASSAGE
    by = _distance(text, [claim for claim, stands in zip(claims, before, strict=True) if not stands])
    moved = _moved(claims, lambda _: by)
    is_more = gain(before, standing_in(text, moved, exact)) >= MIN_MOVED
    return (moved, f"all offsets were {abs(by)} too {'low' if by > 0 else 'high'}: moved") if is_more else (claims, "")


def _own_origin(claim: Claim) -> int:
    return claim.origins[0] if len(claim.origins) == 1 else 0


def _moved(claims: Iterable[Claim], distance: Callable[[Claim], int]) -> list[Claim]:
    return [
        claim._replace(ranges=tuple((start + by, end + by) for start, end in claim.ranges))
        for claim, by in ((claim, distance(claim)) for claim in claims)
    ]


def _distance(text: str, claims: Iterable[Claim]) -> int:
    """How far most of the claims are from an occurrence of their mention; of equals the least; 0 if from none."""
    votes: Counter[int] = Counter()
    for claim in claims:
        if claim.mention and len(claim.ranges) == 1:
            start = claim.ranges[0][0]
            votes.update(at - start for at in beginnings(text, claim.mention, start, NUM_OCCURRENCES))
    return min(votes, key=lambda by: (-votes[by], abs(by), by), default=0)
