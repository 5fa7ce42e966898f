"""Heads that are chains, without torch: their weights, their files, and the entities they find.

heads.json           for each head its tags, in order
heads.safetensors    for each head, by its number, log-scores of starting, of transitions and of ending
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bionym.data import Document, Entity, Span
from bionym.data.tags import TagScheme, TokenSpan
from bionym.errors import ModelError
from bionym.linear_chain import pairwise
from bionym.linear_chain.decoding import FORBIDDEN, Chain, chain, entities
from bionym.linear_chain.pairwise import PairwiseChain
from bionym.models._neural.heads import Head
from bionym.models._neural.merging import Find, merged


@dataclass(frozen=True)
class HeadWeights:
    """What decoding needs of a head: log-scores of starting, of transitions and of ending, without the scheme's rules."""

    head: Head
    starts_L: NDArray[np.float64]
    transitions_LL: NDArray[np.float64]
    ends_L: NDArray[np.float64]


def chain_with_rules(weights: HeadWeights, scheme: TagScheme) -> Chain:
    """A head's chain, the tag scheme's rules laid over what it learned."""
    ruled = chain(weights.head.tags, weights.transitions_LL, scheme)
    return replace(
        ruled,
        starts_L=np.maximum(ruled.starts_L + weights.starts_L, FORBIDDEN),
        ends_L=np.maximum(ruled.ends_L + weights.ends_L, FORBIDDEN),
    )


def read_heads(folder: Path) -> tuple[list[HeadWeights], dict[str, NDArray[np.float32]]]:
    """The heads of a model's folder, and every tensor beside them. Raises: ModelError."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        named: Mapping[str, list[str]] = json.loads((folder / "heads.json").read_text(encoding="utf-8"))
        tensors = load_file(folder / "heads.safetensors")
        weights = [
            HeadWeights(
                Head(name, tuple(tags)),
                *(tensors[f"{number}.{part}"].astype(np.float64) for part in ("starts", "transitions", "ends")),
            )
            for number, (name, tags) in enumerate(named.items())
        ]
        return weights, tensors
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise ModelError(
            f"{folder} does not hold a whole model ({type(error).__name__} at heads.json or heads.safetensors). "
            "Copy it again, or train anew."
        ) from error


def decoded(
    batch: Sequence[Document],
    ranges: Sequence[Sequence[tuple[int, int]]],
    scores_NS: NDArray[np.float64],
    chains: Sequence[Chain],
    heads: Sequence[Head],
) -> Iterator[Document]:
    """Documents with the entities of all heads.

    Args:
        ranges: token positions of the sentences of each document, empty ones too.
        scores_NS: scores of all tokens (N), for all heads (S), one head behind the other.
    """
    lengths = [end - start for inside in ranges for start, end in inside]
    ends = np.cumsum(lengths, dtype=np.intp).tolist()
    places = [(end - length, end) for end, length in zip(ends, lengths, strict=True)]
    counts = Counter(label for head in heads for label in head.labels)
    shared = {label for label, number in counts.items() if number > 1}  # of others no finds overlap
    by_head = []
    first = 0
    for one in chains:
        own_NS = scores_NS[:, first : first + one.num_scores]
        by_head.append(iter(_entities(own_NS, places, one) if places else []))
        first += one.num_scores
    for document, inside in zip(batch, ranges, strict=True):
        finds = [
            find
            for head, stream in zip(heads, by_head, strict=True)
            for find in finds_of(head.name, inside, islice(stream, len(inside)))
        ]
        doubtful = [find for find in finds if find.label in shared]
        stay = [find for find in finds if find.label not in shared] + merged(doubtful) if doubtful else finds
        yield document.with_entities(entity_of(find, document, len(heads) > 1) for find in stay)


def finds_of(
    source: str, ranges: Iterable[tuple[int, int]], found: Iterable[Sequence[tuple[TokenSpan, float]]]
) -> Iterator[Find]:
    """What a head found in the sentences of a document, on tokens of the document."""
    for (first, _), inside in zip(ranges, found, strict=True):
        for span, score in inside:
            yield Find(-round(score, 6), span.start - span.end, first + span.start, source, span.label)


def entity_of(find: Find, document: Document, names_source: bool) -> Entity:
    """A find as an entity of its document."""
    tokens = document.tokens
    span = Span(tokens[find.start].start, tokens[find.end - 1].end)
    attributes = {"source": find.source} if names_source else {}
    return Entity((span,), find.label, attributes=attributes, score=-find.minus_score)


def _entities(
    scores_NS: NDArray[np.float64], ranges: Sequence[tuple[int, int]], chain: Chain
) -> list[list[tuple[TokenSpan, float]]]:
    if isinstance(chain, PairwiseChain):
        return pairwise.entities(scores_NS, ranges, chain)
    return entities(scores_NS, ranges, chain)
