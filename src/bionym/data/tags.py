"""Tag schemes: entities as one tag a token, and back.

A scheme is a table of data; one short machine reads it. A *tag* is a prefix and a label ("B-Disease") or "O".

    IO     I            adjacent entities of one label fuse
    IOB1   I, B         B only where an entity follows another of its label
    BIO    B, I         also called IOB2
    BIOES  B, I, E, S   also called IOBES, BILOU (L for E, U for S), BMEWO (M for I, W for S)

and LENIENT, to find entities only: B and I where every sequence is valid, for an entity may begin with I. So read what
networks of others give that kept to BIO or to IOB1, one cannot tell which.

Decoding is `strict` (an entity counts only if the scheme allows its whole tag sequence, as seqeval's strict mode has it)
or `lenient` (an entity may start at any tag, as the CoNLL script conlleval has it). On valid sequences they agree.

Source: Ramshaw and Marcus 1995; Tjong Kim Sang and Veenstra 1999; the rules of conlleval 2004-01-26.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

from bionym.errors import UnknownNameError

OUTSIDE = "O"
UNNAMED_LABEL = "Entity"  # the label of bare tags such as "B"

Decoding = Literal["strict", "lenient"]


class TokenSpan(NamedTuple):
    """A labelled run of tokens, half-open `[start, end)` in token positions of one sentence."""

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class TagScheme:
    """One way to write entities as tags.

    Args:
        name: "BIO".
        single, first, inside, last: the prefixes of a one-token entity, and of the tokens of a longer one.
        first_after_same: the prefix of an entity's first token directly behind an entity of the same label.
        continues: pairs of prefixes (previous, current; same label) within one entity.
        opens: prefixes a valid entity can begin with.
        closes: prefixes a valid entity can end with.
    """

    name: str
    single: str
    first: str
    inside: str
    last: str
    first_after_same: str
    continues: frozenset[tuple[str, str]]
    opens: frozenset[str]
    closes: frozenset[str]

    @property
    def prefixes(self) -> tuple[str, ...]:
        """Every prefix of the scheme, "O" left out."""
        return tuple(dict.fromkeys((self.first, self.first_after_same, self.inside, self.last, self.single)))

    @property
    def firsts(self) -> tuple[str, ...]:
        """Every prefix that the first of several tokens may have: one, or two where it tells of the entity before."""
        either = (self.inside,) if self.inside in self.opens else ()
        return tuple(dict.fromkeys((self.first, self.first_after_same, *either)))

    def tags(self, labels: Iterable[str]) -> tuple[str, ...]:
        """Every tag for these labels, "O" first."""
        return OUTSIDE, *(f"{prefix}-{label}" for label in labels for prefix in self.prefixes)

    def encode(self, spans: Iterable[TokenSpan], num_tokens: int) -> list[str]:
        """Tags of a sentence from entities that do not overlap.

        >>> BIOES.encode([TokenSpan(0, 2, "Disease")], 3)
        ['B-Disease', 'E-Disease', 'O']
        """
        tags = [OUTSIDE] * num_tokens
        previous: TokenSpan | None = None
        for span in sorted(spans):
            assert previous is None or previous.end <= span.start, "overlapping spans cannot be tags: flatten first"
            after_same = previous is not None and (previous.end, previous.label) == (span.start, span.label)
            for position, prefix in zip(range(span.start, span.end), self._written(span, after_same), strict=True):
                tags[position] = f"{prefix}-{span.label}"
            previous = span
        return tags

    def decode(self, tags: Sequence[str], *, mode: Decoding = "lenient") -> list[TokenSpan]:
        """Entities of one sentence's tags; aliases of prefixes (L, U, M, W) are understood.

        >>> BIO.decode(["I-Disease", "O"]), BIO.decode(["I-Disease", "O"], mode="strict")
        ([TokenSpan(start=0, end=1, label='Disease')], [])
        """
        spans = []
        start, end, label, valid = 0, 0, "", False
        previous = OUTSIDE
        for position, (prefix, current) in enumerate(map(split_tag, tags)):
            joined = prefix != OUTSIDE and previous != OUTSIDE and current == label
            if joined and self._goes_on(previous, prefix, mode):
                end = position + 1
            else:
                if previous != OUTSIDE and ((valid and previous in self.closes) or mode == "lenient"):
                    spans.append(TokenSpan(start, end, label))
                start, end, label, valid = position, position + 1, current, self._opens(previous, prefix, joined)
            previous = prefix
        if previous != OUTSIDE and ((valid and previous in self.closes) or mode == "lenient"):
            spans.append(TokenSpan(start, end, label))
        return spans

    def allowed(self, previous: str | None, following: str | None) -> bool:
        """Whether a valid sequence may hold `following` right behind `previous`; None is the sentence's edge."""
        left, left_label = split_tag(previous or OUTSIDE)
        right, right_label = split_tag(following or OUTSIDE)
        same = left_label == right_label
        if same and (left, right) in self.continues:
            return True
        left_may_end = left == OUTSIDE or left in self.closes
        right_may_begin = right == OUTSIDE or self._opens(left, right, same)
        return left_may_end and right_may_begin

    def allowed_pairs(self, tags: Sequence[str]) -> list[list[bool]]:
        """Whether each tag may be followed by each; the first row and the first column stand for the sentence's edge."""
        places = (None, *tags)
        return [[self.allowed(left, right) for right in places] for left in places]

    def _written(self, span: TokenSpan, after_same: bool) -> list[str]:
        num_tokens = span.end - span.start
        if num_tokens == 1:
            return [self.first_after_same if after_same and self.single != "S" else self.single]
        first = self.first_after_same if after_same else self.first
        return [first, *[self.inside] * (num_tokens - 2), self.last]

    def _goes_on(self, previous: str, prefix: str, mode: Decoding) -> bool:
        """Whether an entity goes on from one prefix to the next, the label being the same."""
        if mode == "strict":
            return (previous, prefix) in self.continues
        return prefix not in ("B", "S") and previous not in ("E", "S")

    def _opens(self, previous: str, prefix: str, joined: bool) -> bool:
        if self.name == "IOB1" and prefix == "B":
            return joined and previous in self.closes
        return prefix in self.opens


def _scheme(name: str, written: str, continues: str, opens: str, closes: str) -> TagScheme:
    """A scheme from its table; `written` is single, first, inside, last, first after an entity of the same label."""
    single, first, inside, last, first_after_same = written.split()
    pairs = frozenset((pair[0], pair[1]) for pair in continues.split())
    return TagScheme(name, single, first, inside, last, first_after_same, pairs, frozenset(opens), frozenset(closes))


IO = _scheme("IO", written="I I I I I", continues="II", opens="I", closes="I")
IOB1 = _scheme("IOB1", written="I I I I B", continues="BI II", opens="I", closes="IB")
BIO = _scheme("BIO", written="B B I I B", continues="BI II", opens="B", closes="BI")
BIOES = _scheme("BIOES", written="S B I E B", continues="BI BE II IE", opens="BS", closes="ES")
LENIENT = _scheme("LENIENT", written="B B I I B", continues="BI II", opens="BI", closes="BI")

SCHEMES = {scheme.name: scheme for scheme in (IO, IOB1, BIO, BIOES)}
ALIASES = {"IOB2": "BIO", "IOB": "IOB1", "IOBES": "BIOES", "BILOU": "BIOES", "BMEWO": "BIOES", "BMES": "BIOES"}
_CANONICAL = {"L": "E", "U": "S", "M": "I", "W": "S"}


def find_scheme(name: str) -> TagScheme:
    """The scheme of this name or alias, in any case. Raises: UnknownNameError."""
    upper = name.upper()
    found = LENIENT if upper == LENIENT.name else SCHEMES.get(ALIASES.get(upper, upper))
    if found is None:
        raise UnknownNameError("tag scheme", name, (*SCHEMES, *ALIASES))
    return found


@lru_cache(maxsize=10_000)
def split_tag(tag: str) -> tuple[str, str]:
    """Prefix and label of a tag, the prefix in its first spelling: "L-cell-line" gives ("E", "cell-line").

    A bare prefix ("B") has the label "Entity"; what is no tag at all is outside.
    """
    if tag == OUTSIDE:
        return OUTSIDE, ""
    prefix, dash, label = tag.partition("-")
    prefix = _CANONICAL.get(prefix, prefix)
    if prefix not in ("B", "I", "E", "S") or (dash and not label):
        return OUTSIDE, ""
    return prefix, label or UNNAMED_LABEL


def is_tag(tag: str) -> bool:
    """Whether a string is "O" or a prefix of a known scheme, with or without a label."""
    return tag == OUTSIDE or split_tag(tag)[0] != OUTSIDE


def detect_scheme(sentences: Iterable[Sequence[str]]) -> TagScheme:
    """The scheme under which all these tag sequences are valid; the likeliest one where none is.

    Sentences without entities are valid under every scheme and give BIO; tags with I alone give IOB1, which writes what
    IO writes and keeps adjacent entities apart.
    """
    prefixes: set[str] = set()
    fits = dict.fromkeys(("BIO", "IOB1", "BIOES"), True)
    for tags in sentences:
        prefixes.update(split_tag(tag)[0] for tag in tags)
        for name in [name for name, still in fits.items() if still]:
            fits[name] = is_valid(tags, SCHEMES[name])
    if prefixes & {"E", "S"}:
        return BIOES
    return BIO if fits["BIO"] or not fits["IOB1"] else IOB1


def is_valid(tags: Sequence[str], scheme: TagScheme) -> bool:
    """Whether a sentence's tags are a valid sequence under the scheme."""
    edges: list[str | None] = [None, *tags, None]
    known = {OUTSIDE, *scheme.prefixes}
    return all(split_tag(tag)[0] in known for tag in tags) and all(
        scheme.allowed(left, right) for left, right in pairwise(edges)
    )
