"""Sums over all tag sequences of a chain, with their gradients by hand.

Forward and backward sums run in one loop, as two halves of a batch: the backward sums of a sentence are the forward sums
of the sentence reversed. They are probabilities, brought to sum 1 at every token, in double precision: a step is one
matrix product, and -inf is an exact zero. The gradient of the log-sum is a probability (of a tag, of a pair of tags) that
both halves give at once, so nothing is recorded step by step.

A score more than 300 nats below the best of its token or table counts as 300 below, lest all that is left vanish; the
gradient is that of the probabilities all the same.

Axes: B sentences, T tokens of the longest, L tags; K = 2 directions. Transitions are one table (LL) or one a token (BTLL);
a step multiplies Y rows with each of X tables: (X, Y) is (K, B) in the first case, (K x B, 1) in the second.

Source: Rabiner 1989, section V.A (scaling); Eisner 2016, Inside-outside and forward-backward algorithms are just backprop.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from bionym.layers.padding import is_padding, reverse

FLOOR = -300.0  # nats; an emission and a transition this low still multiply to a number
LOWEST = -1e30  # stands for the peak of scores that are all -inf
TINY = 1e-300  # divides what is all zero


class Potentials(NamedTuple):
    """The log-scores (nats) of a batch of chains; -inf forbids.

    Args:
        emissions_BTL: of each tag at each token, with those of starting and ending at the first and last.
        transitions: from tag i (row) to tag j (column): LL, or BTLL where token t holds those of the step that leads to
            it (those at the first token are not read).
        lengths_B: tokens of each sentence, 1 or more.
    """

    emissions_BTL: Tensor
    transitions: Tensor
    lengths_B: Tensor


class _Lattice(NamedTuple):
    """Scaled sums of both directions.

    Args:
        log_partition_B: log of the sum over all sequences.
        probabilities_BTL: of each tag at each token; 0 in the padding.
        before_BTL: of each tag, given the tokens up to here.
        behind_BTL: of each tag, given the tokens from here on.
        pairs_BT1: sum over pairs of tags of before x move x behind, for the step that leads to the token; inf where
            there is none, so that dividing gives 0.
        moves: exponentiated transitions, LL or BTLL.
    """

    log_partition_B: Tensor
    probabilities_BTL: Tensor
    before_BTL: Tensor
    behind_BTL: Tensor
    pairs_BT1: Tensor
    moves: Tensor


def precise(potentials: Potentials) -> Potentials:
    """The same in double precision, where sums belong; on the CPU if the device (Apple's) has none."""
    emissions_BTL, transitions, lengths_B = potentials
    device = torch.device("cpu") if emissions_BTL.device.type == "mps" else emissions_BTL.device
    return Potentials(emissions_BTL.to(device).double(), transitions.to(device).double(), lengths_B.to(device))


def log_partition(potentials: Potentials) -> Tensor:
    """Log of the sum over all sequences, B; -inf or NaN where no sequence is possible.

    Args:
        potentials: precise.
    Differentiable once, in emissions and transitions.
    """
    return cast(Tensor, _LogPartition.apply(*potentials))  # type: ignore[no-untyped-call]


def marginals(potentials: Potentials) -> Tensor:
    """Probability of each tag at each token, B x T x L, 0 in the padding; without gradient.

    Args:
        potentials: precise.
    """
    with torch.no_grad():
        return _lattice(potentials).probabilities_BTL


class _LogPartition(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, emissions_BTL: Tensor, transitions: Tensor, lengths_B: Tensor) -> Tensor:
        lattice = _lattice(Potentials(emissions_BTL, transitions, lengths_B))
        ctx.save_for_backward(*lattice[1:])
        return lattice.log_partition_B

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_B: Tensor) -> tuple[Tensor, Tensor, None]:
        probabilities_BTL, before_BTL, behind_BTL, pairs_BT1, moves = ctx.saved_tensors
        grad_B11 = grad_B[:, None, None]
        left_BSL = before_BTL[:, :-1] * (grad_B11 / pairs_BT1[:, 1:])  # S = T - 1 steps
        right_BSL = behind_BTL[:, 1:]
        if moves.ndim == 2:
            grad_moves = moves * (left_BSL.flatten(0, 1).T @ right_BSL.flatten(0, 1))
        else:
            pairs_BSLL = left_BSL[:, :, :, None] * right_BSL[:, :, None, :] * moves[:, 1:]
            grad_moves = F.pad(pairs_BSLL, (0, 0, 0, 0, 1, 0))
        return grad_B11 * probabilities_BTL, grad_moves, None


def _lattice(potentials: Potentials) -> _Lattice:
    emissions_BTL, transitions, lengths_B = potentials
    num_tokens = emissions_BTL.shape[1]
    is_padding_BT1 = is_padding(lengths_B, num_tokens)[:, :, None]
    weights_BTL, peaks_BT1 = _exponentiated(emissions_BTL.masked_fill(is_padding_BT1, 0), axes=(-1,))
    if transitions.ndim == 4:
        transitions = transitions.masked_fill(is_padding_BT1[:, :, :, None], 0)
    moves, heights = _exponentiated(transitions, axes=(-2, -1))
    scaled_BT2L, reach_BT2L, scales_BT1 = _both_ways(weights_BTL, moves, lengths_B)
    before_BTL, behind_BTL = scaled_BT2L.unbind(2)
    joint_BTL = weights_BTL * reach_BT2L.prod(2)
    pairs_BT1 = (reach_BT2L[:, :, 0] * behind_BTL).sum(-1, keepdim=True).clamp_min(TINY)
    return _Lattice(
        _sum_of_logs(scales_BT1.log() + peaks_BT1, heights, is_padding_BT1),
        (joint_BTL / joint_BTL.sum(-1, keepdim=True).clamp_min(TINY)).masked_fill(is_padding_BT1, 0),
        before_BTL,
        behind_BTL,
        pairs_BT1.masked_fill(is_padding_BT1, torch.inf),
        moves,
    )


def _sum_of_logs(logs_BT1: Tensor, heights: Tensor, is_padding_BT1: Tensor) -> Tensor:
    """Log of the sum over all sequences, B, from what was taken out of tokens (logs) and of steps (heights)."""
    heights_BT1 = heights.expand(*logs_BT1.shape[:2], 1, 1)[..., 0]
    tokens_B = logs_BT1.masked_fill(is_padding_BT1, 0).sum((1, 2))
    return tokens_B + heights_BT1.masked_fill(is_padding_BT1, 0)[:, 1:].sum((1, 2))


def _exponentiated(scores: Tensor, *, axes: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """Scores as factors of at most 1, and the logs that were taken out."""
    peaks = scores.amax(axes, keepdim=True).clamp_min(LOWEST)
    below = scores - peaks
    return below.clamp_min(FLOOR).exp().masked_fill(below == -torch.inf, 0), peaks


def _both_ways(weights_BTL: Tensor, moves: Tensor, lengths_B: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Of each direction the scaled sums with and without the token's own weight, BT2L; and the forward scales, BT1."""
    num_sentences, num_tokens, num_tags = weights_BTL.shape
    weights_TKBL = torch.stack((weights_BTL, reverse(weights_BTL, lengths_B))).permute(2, 0, 1, 3)
    if moves.ndim == 2:
        steps: Sequence[Tensor] = [torch.stack((moves, moves.T))] * (num_tokens - 1)
        weights_TXYL = weights_TKBL.contiguous()
    else:
        steps = _own_steps(moves, lengths_B)
        weights_TXYL = weights_TKBL.reshape(num_tokens, 2 * num_sentences, 1, num_tags)
    swept = _sweep(weights_TXYL, steps)
    states, reaches = (one.view(num_tokens, 2, num_sentences, num_tags).permute(1, 2, 0, 3) for one in swept[:2])
    scales_BT1 = swept[2].view(num_tokens, 2, num_sentences, 1)[:, 0].transpose(0, 1)
    return _aligned(states, lengths_B), _aligned(reaches, lengths_B), scales_BT1


def _own_steps(moves_BTLL: Tensor, lengths_B: Tensor) -> Sequence[Tensor]:
    """For each step the tables of all sentences forward, then backward: from the token a step leads to, transposed."""
    num_sentences, num_tokens, num_tags, _ = moves_BTLL.shape
    reversed_BTLL = reverse(moves_BTLL.flatten(2), lengths_B).view_as(moves_BTLL)
    both = torch.stack((moves_BTLL[:, 1:], reversed_BTLL[:, :-1].transpose(2, 3)))
    steps_SXLL = both.permute(2, 0, 1, 3, 4).reshape(num_tokens - 1, 2 * num_sentences, num_tags, num_tags)
    return steps_SXLL.unbind(0)


def _aligned(values_KBTL: Tensor, lengths_B: Tensor) -> Tensor:
    """Forward and backward values by token, BT2L."""
    return torch.stack((values_KBTL[0], reverse(values_KBTL[1], lengths_B)), 2)


def _sweep(weights_TXYL: Tensor, steps: Sequence[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    """The scaled sums after and before each token's weight, and their scales."""
    first_XYL, *others = weights_TXYL.unbind(0)
    scale_XY1 = first_XYL.sum(-1, keepdim=True)
    states, reaches, scales = [first_XYL / scale_XY1.clamp_min(TINY)], [torch.ones_like(first_XYL)], [scale_XY1]
    for weights_XYL, moves_XLL in zip(others, steps, strict=True):
        reach_XYL = torch.bmm(states[-1], moves_XLL)
        raw_XYL = reach_XYL * weights_XYL
        scale_XY1 = raw_XYL.sum(-1, keepdim=True)
        states.append(raw_XYL / scale_XY1.clamp_min(TINY))
        reaches.append(reach_XYL)
        scales.append(scale_XY1)
    return torch.stack(states), torch.stack(reaches), torch.stack(scales)
