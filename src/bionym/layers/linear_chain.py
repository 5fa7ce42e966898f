"""The CRF: tags score by themselves and by the tag before.

Axes: B sentences, T tokens of the longest, S scores of a token, L tags.
"""

import torch
from torch import Tensor, nn

from bionym.layers.forward_backward import Potentials
from bionym.layers.output import Output, Rules, with_edges


class LinearChain(Output):
    """A linear-chain CRF: an emission for each token and tag, one table of transitions for all tokens.

    S = L: the scores of a token are its emissions. Transitions begin at zero.

    Args:
        rules: which tag sequences are valid.
        valid_training: whether the losses count valid sequences only; if not, the rules hold in decoding alone.
    Source: Lafferty et al. 2001; Lample et al. 2016, section 2.2. Leaves out: transitions of higher order.
    """

    def __init__(self, rules: Rules, *, valid_training: bool = True) -> None:
        super().__init__(rules, num_scores=len(rules.starts_L), valid_training=valid_training)
        self.starts_L = nn.Parameter(torch.zeros(self.num_tags))
        self.transitions_LL = nn.Parameter(torch.zeros(self.num_tags, self.num_tags))
        self.ends_L = nn.Parameter(torch.zeros(self.num_tags))

    def chain_scores(self, *, valid_only: bool) -> tuple[Tensor, Tensor, Tensor]:
        """Log-scores of starting, of transitions and of ending; with `valid_only`, -inf for what the rules forbid.

        Decoding elsewhere (numpy behind onnxruntime) needs these and the emissions.
        """
        if not valid_only:
            return self.starts_L, self.transitions_LL, self.ends_L
        return (
            self.starts_L.masked_fill(~self.starts_allowed_L, -torch.inf),
            self.transitions_LL.masked_fill(~self.transitions_allowed_LL, -torch.inf),
            self.ends_L.masked_fill(~self.ends_allowed_L, -torch.inf),
        )

    def potentials(self, scores_BTS: Tensor, lengths_B: Tensor, *, valid_only: bool) -> Potentials:
        """Emissions are the scores."""
        starts_L, transitions_LL, ends_L = self.chain_scores(valid_only=valid_only)
        return Potentials(with_edges(scores_BTS, starts_L, ends_L, lengths_B), transitions_LL, lengths_B)


class PairwiseLinearChain(LinearChain):
    """A linear-chain CRF whose every token scores each pair of tags, its own and the one before ("large CRF").

    S = (L + 1) x L: for each tag before, and last for the sentence's start, a score of each tag. Learned transitions are
    added, the same for all tokens.

    Source: Ma and Hovy 2016, section 2.3; Liu et al. 2018.
    """

    def __init__(self, rules: Rules, *, valid_training: bool = True) -> None:
        super().__init__(rules, valid_training=valid_training)
        self.num_scores = (self.num_tags + 1) * self.num_tags

    def potentials(self, scores_BTS: Tensor, lengths_B: Tensor, *, valid_only: bool) -> Potentials:
        """Scores become transitions, but for the first token's."""
        starts_L, transitions_LL, ends_L = self.chain_scores(valid_only=valid_only)
        pairs_BTML = scores_BTS.reshape(*scores_BTS.shape[:2], self.num_tags + 1, self.num_tags)  # M = L + 1
        rest_BTL = torch.zeros_like(pairs_BTML[:, 1:, 0])
        emissions_BTL = torch.cat((pairs_BTML[:, :1, -1], rest_BTL), 1)
        transitions_BTLL = pairs_BTML[:, :, :-1] + transitions_LL
        return Potentials(with_edges(emissions_BTL, starts_L, ends_L, lengths_B), transitions_BTLL, lengths_B)
