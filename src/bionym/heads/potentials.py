"""What linear chains say of documents before a tag sequence is chosen, and the entities they find so.

Every tagger that is a linear chain says it in one way, `potentials(documents)`: it finds its own entities from that, and an
ensemble joins that of several.

Axes: N tokens of all documents, S scores of a token, for one head or for all, one head behind the other.
"""

from __future__ import annotations  # numpy.random, which they name, takes long to load

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from bionym.data import Document, Entity, Span
from bionym.data.tags import OUTSIDE, TokenSpan, split_tag
from bionym.heads.merging import Find, merged
from bionym.linear_chain import pairwise
from bionym.linear_chain.decoding import Chain, Found, drawn, entities
from bionym.linear_chain.pairwise import PairwiseChain
from bionym.protocols import Tagger

Ranges = Sequence[tuple[int, int]]


@dataclass(frozen=True)
class HeadPotentials:
    """What one head says.

    Args:
        source: its name, that of the corpus it learned from; "" for a model that has one head without a name.
        scores_NS: log-scores (nats) of the tokens that `Potentials.ranges` names, document behind document.
        chain: log-scores of transitions, starts and ends, the tag scheme's rules laid over them.
        outside_penalty: log-score taken from the tag "O" when the best sequence is sought.
        drops_unbalanced: whether entities with a bracket that is not closed, or not opened, are dropped.
    """

    source: str
    scores_NS: NDArray[np.float64]
    chain: Chain
    outside_penalty: float = 0.0
    drops_unbalanced: bool = False

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels it can give, sorted."""
        return tuple(sorted({split_tag(tag)[1] for tag in self.chain.tags if tag != OUTSIDE}))

    def entities(self, places: Ranges) -> Found:
        """Entities of the best tag sequence of each range of rows, with probabilities."""
        if not places:
            return []
        if isinstance(self.chain, PairwiseChain):
            return pairwise.entities(self.scores_NS, places, self.chain)
        return entities(self.scores_NS, places, self.chain, outside_penalty=self.outside_penalty)

    def drawn(self, places: Ranges, number: int, chance: np.random.Generator) -> list[Found]:
        """Entities of tag sequences of each range of rows, drawn so many times by their probability."""
        if not places:
            return [[] for _ in range(number)]
        if isinstance(self.chain, PairwiseChain):
            return pairwise.drawn(self.scores_NS, places, self.chain, number, chance)
        return drawn(self.scores_NS, places, self.chain, number, chance)

    def at(self, rows: NDArray[np.intp]) -> HeadPotentials:
        """What it says of some of the tokens."""
        return replace(self, scores_NS=self.scores_NS[rows])

    def kept(self, finds: Iterable[Find], document: Document) -> Iterator[Find]:
        """Of what was found in a document, that which stays."""
        for find in finds:
            if not self.drops_unbalanced or is_balanced(document.mention(entity_of(find, document, False))):
                yield find


class Potentials(NamedTuple):
    """What a tagger says of documents.

    Args:
        ranges: for each document, token positions of what is decoded at once, empty ones too.
        heads: what each head says of the tokens in them.
    """

    ranges: Sequence[Ranges]
    heads: tuple[HeadPotentials, ...]


@runtime_checkable
class Combinable(Tagger, Protocol):
    """A tagger whose heads are linear chains, and which may therefore be a member of an ensemble, or a teacher."""

    def of_source(self, name: str) -> Combinable:
        """As `Tagger` has it."""

    def potentials(self, documents: Sequence[Document]) -> Potentials:
        """What its heads say of tokenised documents; of none, only the chains. Raises: ModelError if one is no chain."""


def of_heads(scores_NS: NDArray[np.float64], chains: Iterable[tuple[str, Chain]]) -> tuple[HeadPotentials, ...]:
    """What each head says, given its source and chain, where the scores of all stand beside each other."""
    heads, first = [], 0
    for source, chain in chains:
        heads.append(HeadPotentials(source, scores_NS[:, first : first + chain.num_scores], chain))
        first += chain.num_scores
    return tuple(heads)


def decoded(documents: Sequence[Document], potentials: Potentials) -> Iterator[Document]:
    """Documents with the entities of all heads; where there are several sources, each entity names its own."""
    ranges, heads = potentials
    places = places_of(ranges)
    several = len({one.source for one in heads}) > 1
    counts = Counter(label for one in heads for label in one.labels)
    shared = {label for label, number in counts.items() if number > 1}  # of others no finds overlap
    found = finds_in(ranges, [(one.source, one.entities(places)) for one in heads])
    for document, by_head in zip(documents, found, strict=True):
        finds = [find for head, own in zip(heads, by_head, strict=True) for find in head.kept(own, document)]
        doubtful = [find for find in finds if find.label in shared] if several else []
        stay = [find for find in finds if find.label not in shared] + merged(doubtful) if doubtful else finds
        yield document.with_entities(entity_of(find, document, several) for find in stay)


def places_of(ranges: Sequence[Ranges]) -> list[tuple[int, int]]:
    """Where the tokens of each range stand among those of all documents, ranges one behind the other."""
    lengths = [end - start for inside in ranges for start, end in inside]
    ends = np.cumsum(lengths, dtype=np.intp).tolist()
    return [(end - length, end) for end, length in zip(ends, lengths, strict=True)]


def finds_in(ranges: Sequence[Ranges], heads: Sequence[tuple[str, Found]]) -> Iterator[list[Iterable[Find]]]:
    """For each document, what each head found in it, on tokens of the document.

    Args:
        heads: for each its source, and what it found in each range of all documents.
    """
    streams = [(source, iter(found)) for source, found in heads]
    for inside in ranges:
        yield [finds_of(source, inside, islice(stream, len(inside))) for source, stream in streams]


def finds_of(
    source: str, ranges: Iterable[tuple[int, int]], found: Iterable[Sequence[tuple[TokenSpan, float]]]
) -> Iterator[Find]:
    """What a head found in the ranges of a document, on tokens of the document."""
    for (first, _), inside in zip(ranges, found, strict=True):
        for span, score in inside:
            yield Find(-round(score, 6), span.start - span.end, first + span.start, source, span.label)


def entity_of(find: Find, document: Document, names_source: bool) -> Entity:
    """A find as an entity of its document."""
    tokens = document.tokens
    span = Span(tokens[find.start].start, tokens[find.end - 1].end)
    attributes = {"source": find.source} if names_source else {}
    return Entity((span,), find.label, attributes=attributes, score=-find.minus_score)


def is_balanced(mention: str) -> bool:
    """Whether brackets open and close as often. Source: Leaman and Gonzalez 2008 (BANNER), its post-processing."""
    return all(mention.count(left) == mention.count(right) for left, right in ("()", "[]"))
