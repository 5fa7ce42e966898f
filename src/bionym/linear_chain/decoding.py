"""Decoding: best tag sequences, and probabilities of entities, for many sentences at once.

Sums of probabilities run over one axis in a fixed order, so a sentence gives the same bits alone and in a batch.
Axes: B sentences, T tokens of the longest, L tags. Sentences are padded at the end; what lies there is never read.

Source: Rabiner 1989 (Viterbi, forward and backward with scaling); Culotta and McCallum 2004 (confidence of a segment).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bionym.data.tags import OUTSIDE, TagScheme, TokenSpan, split_tag
from bionym.linear_chain.weights import Floats

FORBIDDEN = -1e30  # log-score of what the tag scheme does not allow; finite, so that sums stay numbers
MAX_BATCH_CELLS = 2_000_000  # tokens x tags of a padded batch


@dataclass(frozen=True)
class Chain:
    """The transitions of a chain, with the tag scheme's rules laid over them.

    Args:
        tags: names of the L tags.
        transitions_LL: log-scores; FORBIDDEN where the scheme does not allow the pair.
        starts_L, ends_L: 0 where a sentence may start or end with the tag, else FORBIDDEN.
        scheme: which pairs are allowed, and what an entity is.
        goes_on_LL: whether a tag and the next lie within one entity.
    """

    tags: tuple[str, ...]
    transitions_LL: Floats
    starts_L: Floats
    ends_L: Floats
    scheme: TagScheme
    goes_on_LL: NDArray[np.bool_]

    @property
    def num_scores(self) -> int:
        """Scores of a token."""
        return len(self.tags)


def chain(tags: Sequence[str], transitions_LL: Floats, scheme: TagScheme) -> Chain:
    """A chain that gives valid tag sequences only."""
    allowed = np.array([[scheme.allowed(left, right) for right in tags] for left in tags])
    starts = np.array([scheme.allowed(None, tag) for tag in tags])
    ends = np.array([scheme.allowed(tag, None) for tag in tags])
    return Chain(
        tuple(tags),
        np.where(allowed, transitions_LL, FORBIDDEN),
        np.where(starts, 0.0, FORBIDDEN),
        np.where(ends, 0.0, FORBIDDEN),
        scheme,
        np.array([[_goes_on(scheme, left, right) for right in tags] for left in tags]),
    )


def unconstrained(tags: Sequence[str], transitions_LL: Floats) -> Chain:
    """A chain whose tags are not entities (parts of speech): every sequence is valid."""
    from bionym.data.tags import BIO

    nothing = np.zeros(len(tags))
    apart = np.zeros((len(tags), len(tags)), dtype=np.bool_)
    return Chain(tuple(tags), transitions_LL, nothing, nothing, BIO, apart)


def viterbi(emissions_NL: Floats, ranges: Sequence[tuple[int, int]], chain: Chain) -> list[list[int]]:
    """Best tag sequence of each sentence, as positions in `chain.tags`.

    Args:
        emissions_NL: log-scores (nats) of all tokens, sentence behind sentence.
        ranges: token positions `[start, end)` of each sentence.
    Source: Lample et al. 2016, section 2.2. Leaves out: k-best.
    """
    best: list[list[int]] = [[] for _ in ranges]
    for batch in _batches(ranges, len(chain.tags)):
        paths_BT = _viterbi(*_padded(emissions_NL, ranges, batch, chain), chain)
        for row, sentence in enumerate(batch):
            best[sentence] = paths_BT[row, : ranges[sentence][1] - ranges[sentence][0]].tolist()
    return best


def entities(
    emissions_NL: Floats, ranges: Sequence[tuple[int, int]], chain: Chain, *, outside_penalty: float = 0.0
) -> list[list[tuple[TokenSpan, float]]]:
    """Entities of the best tag sequence of each sentence, each with its probability.

    The probability of an entity is the share of all valid tag sequences, by their probability, that hold exactly this
    span with this label.

    Args:
        outside_penalty: log-score (nats) taken from the tag "O" of every token when the best sequence is sought, which
            trades precision for recall; probabilities are those of the chain as it is.
    Source: Minkov et al. 2006, NER systems that suit user's preferences, for the penalty.
    """
    tags = chain.tags
    found: list[list[tuple[TokenSpan, float]]] = [[] for _ in ranges]
    penalty_L = np.array([outside_penalty if tag == OUTSIDE else 0.0 for tag in tags])
    paths = viterbi(emissions_NL - penalty_L, ranges, chain)
    spans = [_spans(path, chain) for path in paths]
    speaking = [sentence for sentence, inside in enumerate(spans) if inside]
    for batch in _batches(ranges, len(tags), speaking):
        probability = _entity_probability(*_padded(emissions_NL, ranges, batch, chain), chain)
        for row, sentence in enumerate(batch):
            found[sentence] = [(span, probability(row, span)) for span in spans[sentence]]
    return found


def marginals(emissions_NL: Floats, ranges: Sequence[tuple[int, int]], chain: Chain) -> Floats:
    """Probability of each tag at each token, N x L."""
    probabilities_NL = np.zeros_like(emissions_NL)
    for batch in _batches(ranges, len(chain.tags)):
        lattice = _Lattice.of(*_padded(emissions_NL, ranges, batch, chain), chain)
        for row, sentence in enumerate(batch):
            start, end = ranges[sentence]
            probabilities_NL[start:end] = (lattice.forward_TLB * lattice.backward_TLB)[: end - start, :, row]
    return probabilities_NL


def _spans(path: Sequence[int], chain: Chain) -> list[TokenSpan]:
    """Entities of a tag sequence; most have only one tag, which tells of none."""
    tags = [chain.tags[tag] for tag in path]
    return chain.scheme.decode(tags) if tags.count(OUTSIDE) < len(tags) else []


def _viterbi(emissions_BTL: Floats, lengths_B: NDArray[np.intp], chain: Chain) -> NDArray[np.intp]:
    best_TLB = np.ascontiguousarray(emissions_BTL.transpose(1, 2, 0))
    for token in range(1, len(best_TLB)):
        best_TLB[token] += (best_TLB[token - 1, :, None] + chain.transitions_LL[:, :, None]).max(axis=0)
    return _trace_back(best_TLB, lengths_B, chain)


def _trace_back(best_TLB: Floats, lengths_B: NDArray[np.intp], chain: Chain) -> NDArray[np.intp]:
    """From the best tag of each last token leftwards, always to the tag that led there."""
    num_tokens, _, num_sentences = best_TLB.shape
    paths_BT = np.zeros((num_sentences, num_tokens), dtype=np.intp)
    last_B = best_TLB[lengths_B - 1, :, np.arange(num_sentences)].argmax(axis=1)
    paths_BT[:, -1] = last_B
    for token in range(num_tokens - 1, 0, -1):
        scores_BL = best_TLB[token - 1].T + chain.transitions_LL.T[paths_BT[:, token]]
        paths_BT[:, token - 1] = np.where(token < lengths_B, scores_BL.argmax(axis=1), last_B)
    return paths_BT


@dataclass(frozen=True)
class _Lattice:
    """Scaled forward and backward probabilities; at each token forward x backward sums to 1.

    Args:
        forward_TLB: probability of the tag given the tokens up to here.
        backward_TLB: probability of the tokens behind given the tag here, over that given the tokens up to here.
        emissions_TLB: exponentiated emissions, over the scale of their token.
        moves_LL: exponentiated transitions.
        lengths_B: tokens of each sentence.
    """

    forward_TLB: Floats
    backward_TLB: Floats
    emissions_TLB: Floats
    moves_LL: Floats
    lengths_B: NDArray[np.intp]

    @classmethod
    def of(cls, emissions_BTL: Floats, lengths_B: NDArray[np.intp], chain: Chain) -> "_Lattice":
        peaks_BT1 = emissions_BTL.max(axis=2, keepdims=True)
        emissions_TLB = np.ascontiguousarray(np.exp(emissions_BTL - peaks_BT1).transpose(1, 2, 0))
        moves_LL = np.exp(chain.transitions_LL)
        forward_TLB = np.empty_like(emissions_TLB)
        for token in range(len(emissions_TLB)):
            reach_LB = _step(forward_TLB[token - 1], moves_LL) if token else 1.0
            raw_LB = reach_LB * emissions_TLB[token]
            scale_B = np.maximum(_total(raw_LB), 1e-300)
            forward_TLB[token] = raw_LB / scale_B
            emissions_TLB[token] /= scale_B
        backward_TLB = _backward(emissions_TLB, lengths_B, moves_LL)
        return cls(forward_TLB, backward_TLB, emissions_TLB, moves_LL, lengths_B)


def _backward(emissions_TLB: Floats, lengths_B: NDArray[np.intp], moves_LL: Floats) -> Floats:
    backward_TLB = np.ones_like(emissions_TLB)
    for token in range(len(emissions_TLB) - 2, -1, -1):
        behind_LB = _step(emissions_TLB[token + 1] * backward_TLB[token + 1], moves_LL.T)
        backward_TLB[token] = np.where(token + 1 < lengths_B, behind_LB, 1.0)
    return backward_TLB


def _step(probabilities_LB: Floats, moves_LL: Floats) -> Floats:
    """Probabilities of the next token's tags, but for its emissions."""
    return _total(probabilities_LB[:, None] * moves_LL[:, :, None])


def _total(values_LX: Floats) -> Floats:
    """Sum over the tags, one after the other: bit-equal for any number of sentences, which numpy's own sum is not."""
    total_X: Floats = values_LX[0].copy()
    for values_X in values_LX[1:]:
        total_X += values_X
    return total_X


def _entity_probability(
    emissions_BTL: Floats, lengths_B: NDArray[np.intp], chain: Chain
) -> Callable[[int, TokenSpan], float]:
    """A function from (row, span) to the probability of exactly that entity."""
    lattice = _Lattice.of(emissions_BTL, lengths_B, chain)
    position = {tag: number for number, tag in enumerate(chain.tags)}

    @cache
    def paths(num_tokens: int, label: str) -> list[list[int]]:
        written = [[f"{prefix}-{label}" for prefix in spelling] for spelling in _spellings(chain.scheme, num_tokens)]
        return [[position[tag] for tag in tags] for tags in written if position.keys() >= set(tags)]

    def probability(row: int, span: TokenSpan) -> float:
        spelled = paths(span.end - span.start, span.label)
        return min(sum(_path_probability(lattice, row, span, path, chain) for path in spelled), 1.0)

    return probability


def _spellings(scheme: TagScheme, num_tokens: int) -> Iterator[list[str]]:
    """The ways a scheme can tag an entity: one, or two where the first tag tells of the entity before."""
    for first in dict.fromkeys((scheme.first, scheme.first_after_same)):
        if num_tokens == 1:
            yield [scheme.single if first == scheme.first else first]
        else:
            yield [first, *[scheme.inside] * (num_tokens - 2), scheme.last]
        if scheme.single == "S" and num_tokens == 1:
            return


def _path_probability(lattice: _Lattice, row: int, span: TokenSpan, path: list[int], chain: Chain) -> float:
    """Probability that a span carries this path, and that the entity neither began before nor goes on behind it."""
    emissions_TL = lattice.emissions_TLB[:, :, row]
    weight = emissions_TL[span.start, path[0]]
    if span.start:
        before_L = lattice.forward_TLB[span.start - 1, :, row] * lattice.moves_LL[:, path[0]]
        weight = weight * before_L[~chain.goes_on_LL[:, path[0]]].sum()
    for token, (left, right) in enumerate(pairwise(path), start=span.start + 1):
        weight = weight * lattice.moves_LL[left, right] * emissions_TL[token, right]
    if span.end < lattice.lengths_B[row]:
        behind_L = lattice.moves_LL[path[-1]] * emissions_TL[span.end] * lattice.backward_TLB[span.end, :, row]
        weight = weight * behind_L[~chain.goes_on_LL[path[-1]]].sum()
    return float(weight)


def _goes_on(scheme: TagScheme, left: str, right: str) -> bool:
    (left_prefix, left_label), (right_prefix, right_label) = split_tag(left), split_tag(right)
    return left_label == right_label and (left_prefix, right_prefix) in scheme.continues


def _batches(
    ranges: Sequence[tuple[int, int]], num_tags: int, wanted: Sequence[int] | None = None
) -> Iterator[list[int]]:
    """Sentences of like length together, so that little is padded."""
    lengths = [end - start for start, end in ranges]
    order = sorted(range(len(ranges)) if wanted is None else wanted, key=lengths.__getitem__)
    batch: list[int] = []
    for sentence in order:
        too_uneven = batch and lengths[sentence] > 1.3 * lengths[batch[0]] + 8
        if batch and (too_uneven or (len(batch) + 1) * lengths[sentence] * num_tags > MAX_BATCH_CELLS):
            yield batch
            batch = []
        if lengths[sentence]:
            batch.append(sentence)
    if batch:
        yield batch


def _padded(
    emissions_NL: Floats, ranges: Sequence[tuple[int, int]], batch: Sequence[int], chain: Chain
) -> tuple[Floats, NDArray[np.intp]]:
    """Emissions B x T x L with the scheme's rules for first and last tokens added, and the lengths B."""
    starts_B = np.array([ranges[sentence][0] for sentence in batch], dtype=np.intp)
    lengths_B = np.array([ranges[sentence][1] for sentence in batch], dtype=np.intp) - starts_B
    positions_BT = starts_B[:, None] + np.minimum(np.arange(lengths_B.max()), lengths_B[:, None] - 1)
    emissions_BTL: Floats = emissions_NL[positions_BT]
    emissions_BTL[:, 0] += chain.starts_L
    emissions_BTL[np.arange(len(batch)), lengths_B - 1] += chain.ends_L
    return emissions_BTL, lengths_B
