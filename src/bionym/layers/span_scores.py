"""The output layer for spans: every pair of a first and a last token is an entity or not, for each label by itself.

Axes: B texts, N tokens of the longest, S scores of a token, L labels, W lengths of a span in tokens (1 first), D values of a
vector.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

RARE = -5.0  # log-odds of a span to be an entity before anything is learned


class SpanScores(nn.Module):
    """Log-odds of spans: the product of a vector of the first token and one of the last, and what their distance says.

    S = 2 x L x D: for each label, the vectors of a token as a first one, then those as a last one.

    Args:
        num_labels: L.
        span_tokens: W; longer spans are never entities.
        size: D.
    Source: Yu, Bohnet and Poesio 2020 (biaffine), with the product of Su et al. 2022 (global pointer), section 3.1. Leaves
    out: rotary positions; their place is taken by a number for each length.
    """

    def __init__(self, num_labels: int, span_tokens: int, size: int) -> None:
        super().__init__()
        self.num_labels, self.span_tokens, self.size = num_labels, span_tokens, size
        self.num_scores = 2 * num_labels * size
        self.lengths_WL = nn.Parameter(torch.full((span_tokens, num_labels), RARE))

    def odds(self, scores_BNS: Tensor) -> Tensor:
        """Log-odds of each span by its first token and its length, B x N x W x L; what ends behind the text has any."""
        parts_BNLD = scores_BNS.reshape(*scores_BNS.shape[:2], 2, self.num_labels, self.size)
        firsts_BNLD, lasts_BNLD = parts_BNLD.unbind(2)
        behind_BNLD = functional.pad(lasts_BNLD, (0, 0, 0, 0, 0, self.span_tokens - 1))
        lasts_BNLDW = behind_BNLD.unfold(1, self.span_tokens, 1)
        odds_BNWL = torch.einsum("bnld,bnldw->bnwl", firsts_BNLD, lasts_BNLDW) / math.sqrt(self.size)
        return odds_BNWL + self.lengths_WL

    def loss(self, scores_BNS: Tensor, gold_BNWL: Tensor, weights_L: Tensor, lengths_B: Tensor) -> Tensor:
        """Binary cross-entropy (nats), summed over spans, a mean over tokens.

        Args:
            gold_BNWL: 1 where a span is an entity.
            weights_L: how much the entities of a label count; 0 leaves the label out, its spans being unknown.
            lengths_B: tokens of each text.
        """
        odds_BNWL = self.odds(scores_BNS)
        tokens_N = torch.arange(odds_BNWL.shape[1], device=odds_BNWL.device)
        ends_NW = tokens_N[:, None] + torch.arange(self.span_tokens, device=odds_BNWL.device)
        is_inside_BNW = ends_NW < lengths_B[:, None, None]
        losses_BNWL = functional.binary_cross_entropy_with_logits(odds_BNWL, gold_BNWL, reduction="none")
        weights_BNWL = torch.where(gold_BNWL > 0, weights_L, (weights_L > 0).to(weights_L))
        return (losses_BNWL * weights_BNWL * is_inside_BNW[..., None]).sum() / lengths_B.sum()
