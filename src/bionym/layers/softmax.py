"""The output layer without a chain: every token's tag by itself, the rules laid over when decoding.

Axes: B sentences, T tokens of the longest, S scores of a token, L tags.
"""

import torch
from torch import Tensor

from bionym.layers.forward_backward import Potentials
from bionym.layers.output import Output, Rules, with_edges
from bionym.layers.padding import is_padding


class Softmax(Output):
    """Cross-entropy at each token; decoding finds the most probable valid sequence.

    S = L: the scores of a token are the logits of its tags. The chain has no transition scores; it only forbids.

    Source: Lample et al. 2016, section 2.2, whose independent decisions these are.
    """

    def __init__(self, rules: Rules) -> None:
        super().__init__(rules, num_scores=len(rules.starts_L), valid_training=False)

    def potentials(self, scores_BTS: Tensor, lengths_B: Tensor, *, valid_only: bool) -> Potentials:
        """Emissions are the scores; all transitions are 0, or -inf."""
        zeros_LL = torch.zeros_like(self.transitions_allowed_LL, dtype=scores_BTS.dtype)
        if not valid_only:
            return Potentials(scores_BTS, zeros_LL, lengths_B)
        starts_L = zeros_LL[0].masked_fill(~self.starts_allowed_L, -torch.inf)
        ends_L = zeros_LL[0].masked_fill(~self.ends_allowed_L, -torch.inf)
        transitions_LL = zeros_LL.masked_fill(~self.transitions_allowed_LL, -torch.inf)
        return Potentials(with_edges(scores_BTS, starts_L, ends_L, lengths_B), transitions_LL, lengths_B)

    def log_partition(self, potentials: Potentials) -> Tensor:
        """Log-sum over all sequences: a sum of each token's, there being no transition scores."""
        emissions_BTL, _, lengths_B = potentials
        is_padding_BT = is_padding(lengths_B, emissions_BTL.shape[1])
        clean_BTL = emissions_BTL.masked_fill(is_padding_BT[:, :, None], 0)
        return clean_BTL.logsumexp(2).masked_fill(is_padding_BT, 0).sum(1)
