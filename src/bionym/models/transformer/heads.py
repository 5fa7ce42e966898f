"""Heads of a transformer: what each gives, what it learns from a document, and the entities it finds.

A head gives tags, decoded as a chain under the scheme's rules; or spans, each pair of first and last token by itself.

    heads.json           for each head its source, and its tags or labels
    heads.safetensors    its weights, by its number

Axes: N tokens, S scores of a token, L tags or labels, W lengths of a span in tokens (1 first), D values of a vector.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bionym.data import Document
from bionym.data.tags import TagScheme, TokenSpan
from bionym.errors import ModelError
from bionym.heads import head as neural
from bionym.heads.files import (
    HeadEntry,
    chain_weights,
    chain_with_rules,
    read_entries,
    read_tensors,
    whole_model,
    write_entries,
)
from bionym.heads.head import SHARED, TEXT, Head
from bionym.heads.merging import Find, merge_finds
from bionym.heads.potentials import HeadPotentials, entity_of, finds_in, of_heads, places_of
from bionym.linear_chain.decoding import Chain, ScoredSpans
from bionym.models.transformer.settings import Sharing

Floats = NDArray[np.float64]
HALF = 0.5  # a span that is more probable is an entity


@dataclass(frozen=True)
class TagFinder:
    """A head that gives tags."""

    source: str
    labels: tuple[str, ...]
    chain: Chain

    @property
    def num_scores(self) -> int:
        """One for each tag."""
        return len(self.chain.tags)

    def find(self, scores_NS: Floats, ranges: Sequence[tuple[int, int]]) -> ScoredSpans:
        """Entities of the best valid tag sequence of each text, whose tokens are at `[start, end)`, with probabilities."""
        return HeadPotentials(self.source, scores_NS, self.chain).entities(ranges)


@dataclass(frozen=True)
class SpanFinder:
    """A head that gives spans.

    Args:
        lengths_WL: log-odds that a span of a length is an entity, before its tokens are looked at.
    """

    source: str
    labels: tuple[str, ...]
    lengths_WL: Floats
    size: int

    @property
    def num_scores(self) -> int:
        """For each label the vectors of a first and of a last token."""
        return 2 * self.size * len(self.labels)

    def find(self, scores_NS: Floats, ranges: Sequence[tuple[int, int]]) -> ScoredSpans:
        """Every span that is more probable than not; of those of one label that cross without nesting, the surest."""
        return [self._of_text(scores_NS[start:end]) for start, end in ranges]

    def _of_text(self, scores_NS: Floats) -> list[tuple[TokenSpan, float]]:
        firsts_NLD, lasts_NLD = np.moveaxis(scores_NS.reshape(len(scores_NS), 2, len(self.labels), self.size), 1, 0)
        candidates = []
        for more in range(min(len(self.lengths_WL), len(scores_NS))):
            odds_NL = (firsts_NLD[: len(firsts_NLD) - more] * lasts_NLD[more:]).sum(2) / np.sqrt(self.size)
            probability_NL = 1 / (1 + np.exp(-np.clip(odds_NL + self.lengths_WL[more], -60, 60)))
            for start, label in zip(*np.nonzero(probability_NL > HALF), strict=True):
                span = TokenSpan(int(start), int(start) + more + 1, self.labels[label])
                candidates.append((span, float(probability_NL[start, label])))
        return sorted(_without_crossing(candidates))


Finder = TagFinder | SpanFinder


def _without_crossing(candidates: Iterable[tuple[TokenSpan, float]]) -> list[tuple[TokenSpan, float]]:
    chosen: list[tuple[TokenSpan, float]] = []
    for span, probability in sorted(candidates, key=lambda candidate: (-candidate[1], candidate[0])):
        if not any(other.label == span.label and _cross(span, other) for other, _ in chosen):
            chosen.append((span, probability))
    return chosen


def _cross(span: TokenSpan, other: TokenSpan) -> bool:
    left, right = sorted((span, other))
    return left.start < right.start < left.end < right.end


def heads_of(labels: Mapping[str, Sequence[str]], scheme: TagScheme, sharing: Sharing) -> tuple[Head, ...]:
    """The heads for corpora with these labels, the tags of each for the scheme. Raises: ModelError if a corpus has none."""
    heads = neural.heads_of(labels, scheme, "shared" if sharing == "shared" else "corpus")
    if sharing != "label":
        return heads
    return tuple(Head(head.name, scheme.tags([label])) for head in heads for label in head.labels)


def places_for(corpus: str, heads: Sequence[Head]) -> tuple[int, ...]:
    """Which heads learn from a corpus; all learn from what a teacher labelled."""
    return tuple(place for place, head in enumerate(heads) if corpus == TEXT or head.name in (corpus, SHARED))


def of_sources(heads: Sequence[Head]) -> tuple[Head, ...]:
    """Heads of one source as one that has the tags of all."""
    tags: dict[str, dict[str, None]] = {}
    for head in heads:
        tags.setdefault(head.name, {}).update(dict.fromkeys(head.tags))
    return tuple(Head(name, tuple(of_source)) for name, of_source in tags.items())


def decode_documents(
    batch: Sequence[Document],
    ranges: Sequence[Sequence[tuple[int, int]]],
    scores_NS: Floats,
    finders: Sequence[Finder],
) -> list[Document]:
    """Documents with the entities of all heads.

    Args:
        ranges: token positions of the texts of each document, empty ones too.
        scores_NS: of all tokens, for all heads, one head behind the other.
    """
    places, by_finder, first = places_of(ranges), [], 0
    for finder in finders:
        by_finder.append(
            (finder.source, finder.find(scores_NS[:, first : first + finder.num_scores], places) if places else [])
        )
        first += finder.num_scores
    has_sources = len({finder.source for finder in finders}) > 1
    documents = []
    for document, by_head in zip(batch, finds_in(ranges, by_finder), strict=True):
        finds = [find for of_finder in by_head for find in of_finder]
        stay = _united(finds, finders) if has_sources else finds
        documents.append(document.with_entities(entity_of(find, document, has_sources) for find in stay))
    return documents


def potentials(scores_NS: Floats, finders: Sequence[Finder]) -> tuple[HeadPotentials, ...]:
    """What each head says, given the scores of all, one behind the other. Raises: ModelError for heads that give spans."""
    chains = [(finder.source, finder.chain) for finder in finders if isinstance(finder, TagFinder)]
    if len(chains) < len(finders):
        raise ModelError(
            "its heads give spans (network.output=spans), which are no chain of tags. Train it with network.output=crf."
        )
    return of_heads(scores_NS, chains)


def _united(finds: Sequence[Find], finders: Sequence[Finder]) -> list[Find]:
    """What several sources found. Where spans are sought, those of one label may nest, and only equal ones are one."""
    if not any(isinstance(finder, SpanFinder) for finder in finders):
        return merge_finds(finds)
    surest: dict[object, Find] = {}
    for find in sorted(finds):
        surest.setdefault((find.start, find.end, find.label), find)
    return list(surest.values())


def write(finders: Sequence[Finder], weights: Mapping[str, NDArray[np.float32]], folder: Path) -> None:
    """The heads of a model, with every tensor of theirs."""
    from safetensors.numpy import save_file

    entries = (
        HeadEntry(finder.source, finder.chain.tags)
        if isinstance(finder, TagFinder)
        else HeadEntry(finder.source, labels=finder.labels)
        for finder in finders
    )
    write_entries(entries, folder)
    save_file(dict(weights), folder / "heads.safetensors")


def read(folder: Path, scheme: TagScheme) -> list[Finder]:
    """The heads of a model's folder. Raises: ModelError."""
    entries, tensors = read_entries(folder), read_tensors(folder)
    with whole_model(folder):
        return [_finder(number, entry, tensors, scheme) for number, entry in enumerate(entries)]


def _finder(number: int, entry: HeadEntry, tensors: Mapping[str, NDArray[np.float32]], scheme: TagScheme) -> Finder:
    if entry.labels:
        size = tensors[f"{number}.weight"].shape[0] // (2 * len(entry.labels))
        return SpanFinder(entry.source, entry.labels, tensors[f"{number}.lengths"].astype(np.float64), size)
    weights = chain_weights(number, entry, tensors)
    return TagFinder(entry.source, weights.head.labels, chain_with_rules(weights, scheme))
