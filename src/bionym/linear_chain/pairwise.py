"""Decoding where every token scores each pair of tags: its own and the one before ("large CRF").

    scores_NS    S = (L + 1) x L: for each tag before, and last for the sentence's start, a score of each tag

What the chain has learned for all tokens alike (transitions, starts, ends), and the tag scheme's rules, are added. Apart from
that all is as in `decoding`; sums run over one axis in a fixed order, so a sentence gives the same bits alone and in a batch.

Axes: N tokens of all sentences, B sentences, T tokens of the longest, Z = T - 1 steps, L tags.

Source: Ma and Hovy 2016, section 2.3; Liu et al. 2018.
"""

from __future__ import annotations  # numpy.random, which they name, takes long to load

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bionym.data.tags import OUTSIDE, TagScheme, TokenSpan
from bionym.linear_chain.decoding import Chain, Found
from bionym.linear_chain.weights import Floats

MOST_CELLS = 2_000_000  # tokens x scores of a padded batch


@dataclass(frozen=True)
class PairwiseChain(Chain):
    """A chain to which every token adds scores of pairs of tags."""

    @property
    def num_scores(self) -> int:
        """S, scores of a token."""
        return (len(self.tags) + 1) * len(self.tags)


@dataclass(frozen=True)
class _Steps:
    """Log-scores of the sentences of a batch: of the first token's tags, and of each step from tag to tag."""

    first_LB: Floats
    moves_ZLLB: Floats
    lengths_B: NDArray[np.intp]


@dataclass(frozen=True)
class _Lattice:
    """Log-sums over all ways to a tag and from it on, and over all sequences."""

    forward_TLB: Floats
    backward_TLB: Floats
    totals_B: Floats
    steps: _Steps


def viterbi(scores_NS: Floats, ranges: Sequence[tuple[int, int]], chain: PairwiseChain) -> list[list[int]]:
    """Best tag sequence of each sentence, as positions in `chain.tags`.

    Args:
        scores_NS: log-scores (nats) of all tokens, sentence behind sentence.
        ranges: token positions `[start, end)` of each sentence.
    """
    best: list[list[int]] = [[] for _ in ranges]
    for batch in _batches(ranges, range(len(ranges)), chain):
        paths_BT = _best_paths(_steps(scores_NS, ranges, batch, chain))
        for row, sentence in enumerate(batch):
            best[sentence] = paths_BT[row, : ranges[sentence][1] - ranges[sentence][0]].tolist()
    return best


def entities(scores_NS: Floats, ranges: Sequence[tuple[int, int]], chain: PairwiseChain) -> Found:
    """Entities of the best tag sequence of each sentence, each with its probability; see `decoding.entities`."""
    found: Found = [[] for _ in ranges]
    spans = [_spans(path, chain) for path in viterbi(scores_NS, ranges, chain)]
    speaking = [sentence for sentence, inside in enumerate(spans) if inside]
    for batch in _batches(ranges, speaking, chain):
        probability = _entity_probability(_lattice(_steps(scores_NS, ranges, batch, chain)), chain)
        for row, sentence in enumerate(batch):
            found[sentence] = [(span, probability(row, span)) for span in spans[sentence]]
    return found


def drawn(
    scores_NS: Floats,
    ranges: Sequence[tuple[int, int]],
    chain: PairwiseChain,
    number: int,
    chance: np.random.Generator,
) -> list[Found]:
    """Entities of tag sequences drawn by their probability; see `decoding.drawn`."""
    found: list[Found] = [[[] for _ in ranges] for _ in range(number)]
    for batch in _batches(ranges, range(len(ranges)), chain):
        lattice = _lattice(_steps(scores_NS, ranges, batch, chain))
        for reading in found:
            paths_BT = _drawn_paths(lattice, chance)
            for row, sentence in enumerate(batch):
                path = paths_BT[row, : ranges[sentence][1] - ranges[sentence][0]].tolist()
                reading[sentence] = [(span, 1.0) for span in _spans(path, chain)]
    return found


def marginals(scores_NS: Floats, ranges: Sequence[tuple[int, int]], chain: PairwiseChain) -> Floats:
    """Probability of each tag at each token, N x L."""
    probabilities_NL = np.zeros((len(scores_NS), len(chain.tags)))
    for batch in _batches(ranges, range(len(ranges)), chain):
        lattice = _lattice(_steps(scores_NS, ranges, batch, chain))
        for row, sentence in enumerate(batch):
            start, end = ranges[sentence]
            paths_TL = (lattice.forward_TLB + lattice.backward_TLB)[: end - start, :, row]
            probabilities_NL[start:end] = np.exp(paths_TL - lattice.totals_B[row])
    return probabilities_NL


def _spans(path: Sequence[int], chain: Chain) -> list[TokenSpan]:
    """Entities of a tag sequence; most have only one tag, which tells of none."""
    tags = [chain.tags[tag] for tag in path]
    return chain.scheme.decode(tags) if tags.count(OUTSIDE) < len(tags) else []


def _batches(ranges: Sequence[tuple[int, int]], wanted: Iterable[int], chain: PairwiseChain) -> Iterator[list[int]]:
    """Sentences of like length together; empty ones left out."""
    lengths = [end - start for start, end in ranges]
    batch: list[int] = []
    for sentence in sorted((one for one in wanted if lengths[one]), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[sentence] * chain.num_scores > MOST_CELLS:
            yield batch
            batch = []
        batch.append(sentence)
    if batch:
        yield batch


def _steps(scores_NS: Floats, ranges: Sequence[tuple[int, int]], batch: Sequence[int], chain: PairwiseChain) -> _Steps:
    """Scores of the sentences side by side, with those of the chain added; what is padding is never read."""
    num_tags = len(chain.tags)
    starts_B = np.array([ranges[sentence][0] for sentence in batch], dtype=np.intp)
    lengths_B = np.array([ranges[sentence][1] for sentence in batch], dtype=np.intp) - starts_B
    tokens_TB = starts_B + np.minimum(np.arange(lengths_B.max())[:, None], lengths_B - 1)
    pairs_TBML = scores_NS[tokens_TB].reshape(*tokens_TB.shape, num_tags + 1, num_tags)  # M = L + 1
    first_BL = pairs_TBML[0, :, -1] + chain.starts_L
    moves_ZBLL = pairs_TBML[1:, :, :-1] + chain.transitions_LL
    is_one_token_B = lengths_B == 1
    first_BL[is_one_token_B] += chain.ends_L
    (longer,) = np.nonzero(~is_one_token_B)
    moves_ZBLL[lengths_B[longer] - 2, longer] += chain.ends_L
    return _Steps(np.ascontiguousarray(first_BL.T), np.ascontiguousarray(moves_ZBLL.transpose(0, 2, 3, 1)), lengths_B)


def _best_paths(steps: _Steps) -> NDArray[np.intp]:
    best_LB = steps.first_LB
    best_TLB, pointers = [best_LB], []
    for moves_LLB in steps.moves_ZLLB:
        arriving_LLB = best_LB[:, None] + moves_LLB
        pointers.append(arriving_LLB.argmax(axis=0))
        best_LB = arriving_LLB.max(axis=0)
        best_TLB.append(best_LB)
    rows_B = np.arange(len(steps.lengths_B))
    last_B = np.stack(best_TLB)[steps.lengths_B - 1, :, rows_B].argmax(axis=1)
    path = [last_B]
    for token in range(len(pointers), 0, -1):
        path.append(np.where(token < steps.lengths_B, pointers[token - 1][path[-1], rows_B], last_B))
    return np.stack(path[::-1], axis=1)


def _drawn_paths(lattice: _Lattice, chance: np.random.Generator) -> NDArray[np.intp]:
    """Tags drawn from the last to the first, B x T; behind the last token stands that of the last."""
    lengths_B = lattice.steps.lengths_B
    rows_B = np.arange(len(lengths_B))
    last_B = _drawn_tag(lattice.forward_TLB[lengths_B - 1, :, rows_B].T, chance)
    path = [last_B]
    for token in range(len(lattice.forward_TLB) - 1, 0, -1):
        behind_LB = lattice.steps.moves_ZLLB[token - 1][:, path[-1], rows_B]
        before_B = _drawn_tag(lattice.forward_TLB[token - 1] + behind_LB, chance)
        path.append(np.where(token < lengths_B, before_B, last_B))
    return np.stack(path[::-1], axis=1)


def _drawn_tag(scores_LB: Floats, chance: np.random.Generator) -> NDArray[np.intp]:
    sums_LB = np.exp(scores_LB - scores_LB.max(axis=0)).cumsum(axis=0)
    tags_B: NDArray[np.intp] = (sums_LB <= chance.random(sums_LB.shape[1]) * sums_LB[-1]).sum(axis=0)
    return tags_B


def _lattice(steps: _Steps) -> _Lattice:
    forward_TLB = np.empty((len(steps.moves_ZLLB) + 1, *steps.first_LB.shape))
    backward_TLB = np.zeros_like(forward_TLB)
    forward_TLB[0] = steps.first_LB
    for step, moves_LLB in enumerate(steps.moves_ZLLB):
        forward_TLB[step + 1] = _log_total(forward_TLB[step][:, None] + moves_LLB)
    for step in range(len(steps.moves_ZLLB) - 1, -1, -1):
        behind_LB = _log_total((steps.moves_ZLLB[step] + backward_TLB[step + 1]).transpose(1, 0, 2))
        backward_TLB[step] = np.where(step + 1 < steps.lengths_B, behind_LB, 0.0)
    last_LB = forward_TLB[steps.lengths_B - 1, :, np.arange(len(steps.lengths_B))].T
    return _Lattice(forward_TLB, backward_TLB, _log_total(last_LB), steps)


def _log_total(values_LX: Floats) -> Floats:
    """Log-sum over the first axis, one after the other: bit-equal for any number of sentences."""
    peaks_X = values_LX.max(axis=0)
    weights_LX = np.exp(values_LX - peaks_X)
    total_X = weights_LX[0].copy()
    for weights_X in weights_LX[1:]:
        total_X += weights_X
    logs_X: Floats = np.log(total_X) + peaks_X
    return logs_X


def _entity_probability(lattice: _Lattice, chain: PairwiseChain) -> Callable[[int, TokenSpan], float]:
    """A function from (row, span) to the probability of exactly that entity."""
    position = {tag: number for number, tag in enumerate(chain.tags)}

    @cache
    def paths(num_tokens: int, label: str) -> list[list[int]]:
        written = [[f"{prefix}-{label}" for prefix in spelling] for spelling in _spellings(chain.scheme, num_tokens)]
        return [[position[tag] for tag in tags] for tags in written if position.keys() >= set(tags)]

    def probability(row: int, span: TokenSpan) -> float:
        spelled = paths(span.end - span.start, span.label)
        return min(sum(_path_probability(lattice, row, span, path, chain) for path in spelled), 1.0)

    return probability


def _spellings(scheme: TagScheme, num_tokens: int) -> list[list[str]]:
    """The ways a scheme can tag an entity: one, or two where the first tag tells of the entity before."""
    if num_tokens > 1:
        return [[first, *[scheme.inside] * (num_tokens - 2), scheme.last] for first in scheme.firsts]
    if scheme.single == "S":
        return [["S"]]
    return [[scheme.single if first == scheme.first else first] for first in scheme.firsts]


def _path_probability(lattice: _Lattice, row: int, span: TokenSpan, path: list[int], chain: Chain) -> float:
    """Probability that a span carries this path, and that the entity neither began before nor goes on behind it."""
    moves_ZLL = lattice.steps.moves_ZLLB[:, :, :, row]
    score = lattice.steps.first_LB[path[0], row] - lattice.totals_B[row]
    if span.start:
        before_L = lattice.forward_TLB[span.start - 1, :, row] + moves_ZLL[span.start - 1, :, path[0]]
        score = _log_total(before_L[~chain.goes_on_LL[:, path[0]]]) - lattice.totals_B[row]
    for step, (left, right) in enumerate(pairwise(path), start=span.start):
        score = score + moves_ZLL[step, left, right]
    if span.end < lattice.steps.lengths_B[row]:
        behind_L = moves_ZLL[span.end - 1, path[-1]] + lattice.backward_TLB[span.end, :, row]
        score = score + _log_total(behind_L[~chain.goes_on_LL[path[-1]]])
    return float(np.exp(score))
