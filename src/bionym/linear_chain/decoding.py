"""Decoding: best tag sequences, and probabilities of entities, for many sentences at once.

    best_path   the best tags, sought only where the best sequence may leave "O" (`screening`)
    lattice     probabilities, only of sentences with an entity

A sentence gives the same bits alone and in a batch.
Axes: N tokens of all sentences, M tokens inside entities, S spans, R readings, L tags.
"""

from __future__ import annotations  # numpy.random, which they name, takes long to load

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bionym.data.tags import OUTSIDE, TokenSpan, split_tag
from bionym.linear_chain.best_path import best_tags
from bionym.linear_chain.chains import FORBIDDEN as FORBIDDEN
from bionym.linear_chain.chains import Chain as Chain
from bionym.linear_chain.chains import chain as chain
from bionym.linear_chain.chains import unconstrained as unconstrained
from bionym.linear_chain.lattice import Spans, drawn_tags, span_probabilities, tag_probabilities
from bionym.linear_chain.weights import Floats

Found = list[list[tuple[TokenSpan, float]]]  # for each sentence its entities, with probabilities


def viterbi(emissions_NL: Floats, ranges: Sequence[tuple[int, int]], chain: Chain) -> list[list[int]]:
    """Best tag sequence of each sentence, as positions in `chain.tags`.

    Args:
        emissions_NL: log-scores (nats) of all tokens, sentence behind sentence.
        ranges: token positions `[start, end)` of each sentence; they follow one another without a gap.
    Source: Lample et al. 2016, section 2.2. Leaves out: k-best.
    """
    bounds = _bounds(ranges)
    best = best_tags(emissions_NL, bounds, chain).tolist()
    return [best[start:end] for start, end in bounds.tolist()]


def entities(
    emissions_NL: Floats, ranges: Sequence[tuple[int, int]], chain: Chain, *, outside_penalty: float = 0.0
) -> Found:
    """Entities of the best tag sequence of each sentence, each with its probability.

    The probability of an entity is the share of all valid tag sequences, by their probability, that hold exactly this
    span with this label.

    Args:
        outside_penalty: log-score (nats) taken from the tag "O" of every token when the best sequence is sought, which
            trades precision for recall; probabilities are those of the chain as it is.
    Source: Minkov et al. 2006, NER systems that suit user's preferences, for the penalty.
    """
    bounds = _bounds(ranges)
    penalty_L = np.array([outside_penalty if tag == OUTSIDE else 0.0 for tag in chain.tags])
    best_N = best_tags(emissions_NL - penalty_L if outside_penalty else emissions_NL, bounds, chain)
    spans = _spans(best_N, bounds, chain)
    probabilities = span_probabilities(emissions_NL, bounds, spans, chain)
    return _by_sentence(spans, np.minimum(probabilities, 1.0), chain, len(ranges))


def drawn(
    emissions_NL: Floats,
    ranges: Sequence[tuple[int, int]],
    chain: Chain,
    number: int,
    chance: np.random.Generator,
) -> list[Found]:
    """Entities of tag sequences drawn by their probability, so many for each sentence; each entity counts as certain."""
    bounds = _bounds(ranges)
    tags_RN = drawn_tags(emissions_NL, bounds, chain, number, chance)
    spans = [_spans(tags_N, bounds, chain) for tags_N in tags_RN]
    return [_by_sentence(own, np.ones(len(own.starts)), chain, len(ranges)) for own in spans]


def marginals(emissions_NL: Floats, ranges: Sequence[tuple[int, int]], chain: Chain) -> Floats:
    """Probability of each tag at each token, N x L."""
    return tag_probabilities(emissions_NL, _bounds(ranges), chain)


def _by_sentence(spans: Spans, probabilities_S: Floats, chain: Chain, num_sentences: int) -> Found:
    """Spans as entities, for each sentence."""
    found: Found = [[] for _ in range(num_sentences)]
    labels = [split_tag(tag)[1] for tag in chain.tags]
    columns = (spans.sentences, spans.starts, spans.ends, spans.tags, probabilities_S)
    for sentence, start, end, tag, probability in zip(*(column.tolist() for column in columns), strict=True):
        found[sentence].append((TokenSpan(start, end, labels[tag]), probability))
    return found


def _bounds(ranges: Sequence[tuple[int, int]]) -> NDArray[np.intp]:
    return np.array(ranges, dtype=np.intp).reshape(-1, 2)


def _spans(best_N: NDArray[np.intp], bounds: NDArray[np.intp], chain: Chain) -> Spans:
    """Entities of best tag sequences, in order; a tag sequence that the scheme allows tells of them by pairs of tags."""
    inside_M = np.flatnonzero(best_N != chain.tags.index(OUTSIDE)) if OUTSIDE in chain.tags else np.arange(len(best_N))
    sentences_M = np.searchsorted(bounds[:, 1], inside_M, side="right")
    follows = (inside_M[1:] == inside_M[:-1] + 1) & (sentences_M[1:] == sentences_M[:-1])
    tags_M = best_N[inside_M]
    goes_on = follows & chain.goes_on_LL[tags_M[:-1], tags_M[1:]]
    first = np.flatnonzero(np.concatenate(([True], ~goes_on))[: len(inside_M)])
    last = np.flatnonzero(np.concatenate((~goes_on, [True]))[: len(inside_M)])
    begin = bounds[sentences_M[first], 0]
    return Spans(sentences_M[first], inside_M[first] - begin, inside_M[last] + 1 - begin, tags_M[first])
