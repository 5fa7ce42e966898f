"""What all output layers do: from a score for each tag to a loss, tags and probabilities.

An output layer says what a batch of scores means as potentials of a chain; all else is done here, the same for all. A
model puts a linear layer to `num_scores` values before it.

Axes: B sentences, T tokens of the longest, S scores of a token, L tags.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn

from bionym.data.tags import TagScheme
from bionym.errors import ModelError
from bionym.layers.forward_backward import Potentials, log_partition, marginals, precise
from bionym.layers.padding import is_padding
from bionym.layers.viterbi import viterbi

Unit = Literal["sequence", "token"]


class Rules(NamedTuple):
    """Which tag sequences are valid, as truth values.

    Args:
        starts_L, ends_L: tags a sentence may start or end with.
        transitions_LL: whether tag i (row) may stand right before tag j (column).
    """

    starts_L: Tensor
    transitions_LL: Tensor
    ends_L: Tensor


def rules(tags: Sequence[str], scheme: TagScheme) -> Rules:
    """The scheme's rules for these tags, in their order."""
    return Rules(
        torch.tensor([scheme.allowed(None, tag) for tag in tags]),
        torch.tensor([[scheme.allowed(left, right) for right in tags] for left in tags]),
        torch.tensor([scheme.allowed(tag, None) for tag in tags]),
    )


def no_rules(num_tags: int) -> Rules:
    """Every sequence is valid (parts of speech)."""
    anything_L = torch.ones(num_tags, dtype=torch.bool)
    return Rules(anything_L, anything_L.expand(num_tags, -1).clone(), anything_L.clone())


class Output(nn.Module, ABC):
    """An output layer.

    Args:
        rules: hold in `viterbi` and `marginals` always.
        num_scores: S, scores of a token.
        valid_training: whether the losses too count valid sequences only.
    """

    starts_allowed_L: Tensor
    transitions_allowed_LL: Tensor
    ends_allowed_L: Tensor

    def __init__(self, rules: Rules, *, num_scores: int, valid_training: bool) -> None:
        super().__init__()
        self.num_tags, self.num_scores, self.valid_training = len(rules.starts_L), num_scores, valid_training
        self.register_buffer("starts_allowed_L", rules.starts_L, persistent=False)  # the model knows its scheme
        self.register_buffer("transitions_allowed_LL", rules.transitions_LL, persistent=False)
        self.register_buffer("ends_allowed_L", rules.ends_L, persistent=False)

    @abstractmethod
    def potentials(self, scores_BTS: Tensor, lengths_B: Tensor, *, valid_only: bool) -> Potentials:
        """The log-scores of the chain; with `valid_only`, -inf for what the rules forbid."""

    def loss(self, scores_BTS: Tensor, tags_BT: Tensor, lengths_B: Tensor, *, per: Unit = "sequence") -> Tensor:
        """Mean negative log-likelihood (nats) of the gold tags.

        Args:
            scores_BTS: from the linear layer before.
            tags_BT: positions of the gold tags; any number in the padding.
            lengths_B: tokens of each sentence.
            per: the mean over sequences, or over tokens.
        Raises: ModelError if gold tags are against the rules, or scores are not finite.
        Source: Lafferty et al. 2001; Lample et al. 2016, section 2.2.
        """
        potentials = precise(self.potentials(scores_BTS, lengths_B, valid_only=self.valid_training))
        gold_B = path_score(potentials, tags_BT.to(potentials.lengths_B.device))
        return self._mean(self.log_partition(potentials) - gold_B, scores_BTS, lengths_B, per)

    def loss_partial(
        self, scores_BTS: Tensor, possible_BTL: Tensor, lengths_B: Tensor, *, per: Unit = "sequence"
    ) -> Tensor:
        """Mean negative log-probability (nats) that the tags lie in the sets of tags that the annotation leaves open.

        Args:
            possible_BTL: whether a token may have a tag; all true for a token that no one annotated.
        Raises: ModelError if no valid sequence lies in the sets, or scores are not finite.
        Source: Tsuboi et al. 2008, Training conditional random fields using incomplete annotations; Greenberg et al. 2018.
        """
        potentials = precise(self.potentials(scores_BTS, lengths_B, valid_only=self.valid_training))
        possible_BTL = possible_BTL.to(potentials.lengths_B.device)
        inside_BTL = potentials.emissions_BTL.masked_fill(~possible_BTL, -torch.inf)
        inside_B = self.log_partition(potentials._replace(emissions_BTL=inside_BTL))
        return self._mean(self.log_partition(potentials) - inside_B, scores_BTS, lengths_B, per)

    def viterbi(self, scores_BTS: Tensor, lengths_B: Tensor) -> list[list[int]]:
        """The best valid tag sequence of each sentence, as positions, without padding."""
        return viterbi(self.potentials(scores_BTS, lengths_B, valid_only=True))

    def marginals(self, scores_BTS: Tensor, lengths_B: Tensor) -> Tensor:
        """Probability of each tag at each token among valid sequences, B x T x L, 0 in the padding; no gradient."""
        potentials = precise(self.potentials(scores_BTS, lengths_B, valid_only=True))
        return marginals(potentials).to(scores_BTS)

    def log_partition(self, potentials: Potentials) -> Tensor:
        """Log-sum over all sequences, B."""
        return log_partition(potentials)

    def _mean(self, losses_B: Tensor, scores_BTS: Tensor, lengths_B: Tensor, per: Unit) -> Tensor:
        wrong = (~losses_B.isfinite()).nonzero().flatten().tolist()
        if wrong:
            raise ModelError(
                f"Sentence {wrong[0] + 1} of the batch: expected gold tags that are valid under the tag scheme, and "
                f"finite scores; found a loss of {losses_B[wrong[0]].item()}. Check the tags, or lower the learning rate."
            )
        num_units = len(losses_B) if per == "sequence" else lengths_B.sum().to(losses_B.device)
        return (losses_B.sum() / num_units).to(scores_BTS)


def path_score(potentials: Potentials, tags_BT: Tensor) -> Tensor:
    """Log-score of one tag sequence for each sentence, B."""
    emissions_BTL, transitions, lengths_B = potentials
    is_padding_BT = is_padding(lengths_B, tags_BT.shape[1])
    tags_BT = tags_BT.masked_fill(is_padding_BT, 0)
    emissions_BT = emissions_BTL.gather(2, tags_BT[:, :, None])[:, :, 0]
    steps_BS = tags_BT[:, :-1] * emissions_BTL.shape[2] + tags_BT[:, 1:]  # S = T - 1 steps
    if transitions.ndim == 2:
        transitions_BS = transitions.take(steps_BS)
    else:
        transitions_BS = transitions[:, 1:].flatten(2).gather(2, steps_BS[:, :, None])[:, :, 0]
    score_B = emissions_BT.masked_fill(is_padding_BT, 0).sum(1)
    return score_B + transitions_BS.masked_fill(is_padding_BT[:, 1:], 0).sum(1)


def with_edges(emissions_BTL: Tensor, starts_L: Tensor, ends_L: Tensor, lengths_B: Tensor) -> Tensor:
    """Emissions with the scores of starting added at the first token and those of ending at the last."""
    steps_T1 = torch.arange(emissions_BTL.shape[1], device=emissions_BTL.device)[:, None]
    nothing = emissions_BTL.new_zeros(())
    starts_TL = torch.where(steps_T1 == 0, starts_L, nothing)
    return emissions_BTL + starts_TL + torch.where(steps_T1 == lengths_B[:, None, None] - 1, ends_L, nothing)
