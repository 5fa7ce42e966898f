"""Where the mentions of a document stand: one rule for every format whose files repeat the text of a mention.

Offsets are trusted first. A mention that is spelled otherwise than the text, but for what `_folding` levels, stays where its
offsets say, and is counted. All else needs `repair`: one that resembles the text stays too; any other is searched, and goes
to its nearest occurrence; one that is nowhere is left out. Under repair nothing raises.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bionym.data import Audit
from bionym.formats import _folding
from bionym.formats._occurrences import Place, Searched
from bionym.formats._offsets import Ranges
from bionym.formats._resemblance import could_be, resembles

KEPT = "text differs: the offsets are kept"
TRIMMED = "white space at its edges differed from the text: trimmed"
MOVED = "moved to the nearest occurrence of its mention"
IN_PASSAGE = "offsets counted from the beginning of a passage: converted"
CUT = "ended beyond the text: cut to its end"
EXTENT = "its text is the whole extent: the fragments are kept"
JOINED = "its fragments overlap: joined"
NOWHERE = "its mention does not occur in the text"
EMPTY = "its offsets are empty or reversed, and its mention does not occur in the text"
DANGLING = "refers to what the file does not have, or what was left out"

_JOINER = re.compile(r"\s*(?:\[\s*(?:\.\.\.|…)\s*\]|\(\s*(?:\.\.\.|…)\s*\)|\.\.\.|…|[|;])\s*")


class Claim(NamedTuple):
    """What a file says of one mention.

    Args:
        ranges: half-open, in code points, in the file's order.
        mention: its text, fragments joined in any way; None if the file has none.
        pieces: the text of each fragment, where the file tells them apart.
        origins: offsets from which its own may count, such as where its passage begins.
    """

    ranges: Ranges
    mention: str | None
    pieces: tuple[str, ...] = ()
    origins: tuple[int, ...] = ()


class Verdict(NamedTuple):
    """Where a mention stands.

    Args:
        ranges: in text order; empty if it is left out.
        reason: what was done, or why it is left out; "" if it stands as claimed.
        needs_repair: whether this is a guess, which `repair` has to ask for.
    """

    ranges: Ranges
    reason: str = ""
    needs_repair: bool = False


Exact = Callable[[str, Claim], bool]


def fits(text: str, claim: Claim) -> bool:
    """Whether the text holds the mention at these offsets, fragments joined by white space."""
    if len(claim.ranges) == 1:
        start, end = claim.ranges[0]
        return 0 <= start < end <= len(text) and claim.mention in (None, text[start:end])
    if not is_inside(text, claim.ranges):
        return False
    return claim.mention is None or covered(text, claim.ranges).split() == claim.mention.split()


def is_inside(text: str, ranges: Ranges) -> bool:
    """Whether there are offsets, and each pair is in order and within the text."""
    return bool(ranges) and all(0 <= start < end <= len(text) for start, end in ranges)


def covered(text: str, ranges: Ranges) -> str:
    """The text of ranges, joined by one space."""
    return " ".join(text[start:end] for start, end in ranges)


def has_overlap(ranges: Ranges) -> bool:
    """Whether two of the ranges share a character."""
    return any(right[0] < left[1] for left, right in zip(sorted(ranges), sorted(ranges)[1:], strict=False))


def merged(ranges: Iterable[Place]) -> Ranges:
    """The ranges in text order, those that overlap as one."""
    found: list[Place] = []
    for start, end in sorted(ranges):
        if found and start < found[-1][1]:
            start, end = found[-1][0], max(end, found.pop()[1])
        found.append((start, end))
    return tuple(found)


def as_claimed(text: str, claim: Claim, exact: Exact = fits) -> Verdict | None:
    """The verdict where offsets and mention agree but for spelling; None where they do not."""
    if not is_inside(text, claim.ranges):
        return None
    reason = "" if exact(text, claim) else _spelled_otherwise(text, claim)
    if reason is None:
        return None
    if has_overlap(claim.ranges):
        return Verdict(merged(claim.ranges), JOINED, needs_repair=True)
    return Verdict(_trimmed(text, claim) if reason == TRIMMED else tuple(sorted(claim.ranges)), reason)


def settle(text: str, claims: Sequence[Claim], *, repair: bool, exact: Exact = fits) -> list[Verdict | None]:
    """The verdict on each claim; None, without `repair` only, where it takes a repair to know."""
    found = [as_claimed(text, claim, exact) for claim in claims]
    if not repair:
        return [one if one and not one.needs_repair else None for one in found]
    search = _Repair(text, exact)
    for claim, verdict in zip(claims, found, strict=True):
        if verdict:
            search.take(claim, verdict)
    return [verdict or search.verdict(claim) for claim, verdict in zip(claims, found, strict=True)]


def report(audit: Audit, document_id: str, name: str, claim: Claim, verdict: Verdict) -> None:
    """Count what was done to a mention, or that it is left out, by the name and the offsets it has in the file."""
    if verdict.ranges and not verdict.reason:
        return
    place = f"{name} {', '.join(f'[{start}, {end})' for start, end in claim.ranges)}".strip()
    if not verdict.ranges:
        audit.lose(document_id, "entity", verdict.reason, place=place)
    else:
        audit.change(document_id, "entity", verdict.reason, place=place)


def _spelled_otherwise(text: str, claim: Claim) -> str | None:
    """What is to be said of a mention that is alike but for spelling; None if it is not alike."""
    mention = claim.mention or ""
    if len(claim.ranges) == 1:
        return _alike_in_one_piece(covered(text, claim.ranges), mention)
    for ranges in (claim.ranges, tuple(sorted(claim.ranges))):
        if _folding.are_alike(_unjoined(covered(text, ranges)), _unjoined(mention)):
            return KEPT
    start, end = min(claim.ranges)[0], max(end for _, end in claim.ranges)
    return EXTENT if _folding.are_alike(text[start:end], mention) else None


def _alike_in_one_piece(found: str, mention: str) -> str | None:
    if found != mention and found.strip() and found.strip() == mention.strip():
        return TRIMMED
    return KEPT if _folding.are_alike(found, mention) else None


def _trimmed(text: str, claim: Claim) -> Ranges:
    (start, end), found = claim.ranges[0], covered(text, claim.ranges)
    return ((start + len(found) - len(found.lstrip()), end - len(found) + len(found.rstrip())),)


def _unjoined(mention: str) -> str:
    return _JOINER.sub(" ", mention)


@dataclass
class _Repair:
    """Repairs of one text; remembers which mention took which place."""

    text: str
    exact: Exact
    taken: dict[tuple[str, Place], Ranges] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.searched = Searched(self.text)

    def take(self, claim: Claim, verdict: Verdict) -> Verdict:
        """Note where a mention stands, so that another one of the same text is searched elsewhere."""
        if len(verdict.ranges) == 1 and claim.mention:
            self.taken.setdefault((claim.mention, verdict.ranges[0]), claim.ranges)
        return verdict

    def verdict(self, claim: Claim) -> Verdict:
        """Where a mention that is not as claimed most likely stands."""
        found = self._in_passage(claim) or self._in_pieces(claim, self._piece_here) or self._at_its_offsets(claim)
        found = found or self._in_pieces(claim, self._piece_anywhere)
        found = found or self._elsewhere(claim) or self._where_it_could_be(claim)
        is_empty = any(start >= end for start, end in claim.ranges) or not claim.ranges
        return self.take(claim, found or Verdict((), EMPTY if is_empty else NOWHERE, needs_repair=True))

    def _in_passage(self, claim: Claim) -> Verdict | None:
        """At offsets that count from the beginning of a passage."""
        for origin in claim.origins if claim.mention else ():
            shifted = claim._replace(ranges=tuple((start + origin, end + origin) for start, end in claim.ranges))
            found = as_claimed(self.text, shifted, self.exact)
            if found and not found.needs_repair:
                return Verdict(found.ranges, IN_PASSAGE, needs_repair=True)
        return None

    def _at_its_offsets(self, claim: Claim) -> Verdict | None:
        """At the part of its ranges that lies within the text, if it resembles the mention."""
        size = len(self.text)
        inside = tuple((max(0, start), min(end, size)) for start, end in claim.ranges if max(0, start) < min(end, size))
        if len(inside) < len(claim.ranges) or not inside:
            return None
        ranges = merged(inside)
        reason = CUT if inside != claim.ranges else JOINED if has_overlap(inside) else KEPT
        if claim.mention is None or not claim.mention.strip():
            return Verdict(ranges, reason, needs_repair=True) if covered(self.text, ranges).strip() else None
        if self._resembles(inside, claim.mention) or self._resembles(ranges, claim.mention):
            return self._sharpened(claim, ranges) or Verdict(ranges, reason, needs_repair=True)
        return None

    def _resembles(self, ranges: Ranges, mention: str) -> bool:
        is_whole = all(map(self.searched.is_whole, ranges))
        found, stated = _unjoined(covered(self.text, ranges)), _unjoined(mention)
        if not resembles(found, stated, is_whole=is_whole):
            return False
        return _digits(found) == _digits(stated) or mention not in self.text

    def _sharpened(self, claim: Claim, ranges: Ranges) -> Verdict | None:
        """The whole words that are spelled like the mention and share a character with ranges that cut words."""
        if len(ranges) > 1 or self.searched.is_whole(ranges[0]) or not claim.mention:
            return None
        (start, end), mention = ranges[0], claim.mention
        at = self.text.find(mention, max(0, start - len(mention) + 1), end + len(mention) - 1)
        place = at, at + len(mention)
        return Verdict((place,), MOVED, needs_repair=True) if at >= 0 and self.searched.is_whole(place) else None

    def _in_pieces(self, claim: Claim, placed: Callable[[Place, str], Place | None]) -> Verdict | None:
        """Each fragment by its own text, if they then stand in order and apart."""
        if len(claim.ranges) < 2:
            return None
        texts = claim.pieces or _pieces(claim)
        if len(texts) != len(claim.ranges):
            return None
        alone = [placed(place, mention) for place, mention in zip(claim.ranges, texts, strict=True)]
        places = [one for one in alone if one]
        if len(places) < len(alone) or sorted(places) != places or has_overlap(tuple(places)):
            return None
        return Verdict(tuple(places), KEPT if tuple(places) == claim.ranges else MOVED, needs_repair=True)

    def _piece_here(self, place: Place, mention: str) -> Place | None:
        claim = Claim((place,), mention)
        found = as_claimed(self.text, claim) or self._at_its_offsets(claim)
        return found.ranges[0] if found else None

    def _piece_anywhere(self, place: Place, mention: str) -> Place | None:
        return self._piece_here(place, mention) or self.searched.nearest(mention, place[0], lambda _: True)

    def _elsewhere(self, claim: Claim) -> Verdict | None:
        """At the nearest occurrence of the mention."""
        mention = claim.mention or ""
        if not mention.strip() or not claim.ranges:
            return None
        start = claim.ranges[0][0]
        place = self.searched.nearest(mention, start, lambda place: self._is_free(mention, place, claim.ranges))
        place = place or self.searched.nearest(mention.strip(), start, lambda _: True)
        return Verdict((place,), MOVED, needs_repair=True) if place else None

    def _where_it_could_be(self, claim: Claim) -> Verdict | None:
        """At its offsets, if they cover whole words that could be the mention, which is nowhere else."""
        if not claim.mention or not is_inside(self.text, claim.ranges) or has_overlap(claim.ranges):
            return None
        ranges = tuple(sorted(claim.ranges))
        is_whole = all(map(self.searched.is_whole, ranges))
        found = _unjoined(covered(self.text, ranges))
        is_likely = is_whole and could_be(found, _unjoined(claim.mention))
        return Verdict(ranges, KEPT, needs_repair=True) if is_likely else None

    def _is_free(self, mention: str, place: Place, ranges: Ranges) -> bool:
        return self.taken.get((mention, place), ranges) == ranges


def _pieces(claim: Claim) -> tuple[str, ...]:
    """The text of each fragment, cut out of the mention by what joins them, else by their lengths."""
    mention = claim.mention or ""
    texts = tuple(_JOINER.split(mention.strip()))
    if len(texts) == len(claim.ranges):
        return texts
    lengths = [end - start for start, end in claim.ranges]
    for between in range(2):
        if sum(lengths) + between * (len(lengths) - 1) == len(mention):
            starts = [sum(lengths[:number]) + between * number for number in range(len(lengths))]
            return tuple(mention[start : start + size] for start, size in zip(starts, lengths, strict=True))
    words = tuple(mention.split())
    return words if len(words) == len(lengths) else ()


def _digits(text: str) -> str:
    return "".join(char for char in _folding.names_spelled(text) if char.isdigit())
