"""Telling one word among very many, learned against a few of them.

The scores of a state are its products with the vectors of the words, so the words that it can tell apart may be as many as
there are vectors. In training it is compared with the words of the batch and with randomly sampled words only; each score is
lessened by the log of the probability that its word was among them, which makes the expected gradient that of the whole softmax.

Axes: N states (n of them at once), H values of a state, V words, D values of a word's vector, K candidates.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

AT_ONCE = 1_024  # states whose scores for all words are in memory together
SMOOTHING = 0.75  # power of the frequency by which words are drawn


class SampledSoftmax(nn.Module):
    """Which word a state stands for; one projection of the states, a bias for each word, and their vectors as they are.

    Args:
        dim: H.
        vectors_VD: of the words; never changed.
        counts_V: how often each occurs in the text; those that never do are neither drawn nor ever the answer.
        num_drawn: words drawn for a batch.
    Source: Jean et al. 2015, section 3; Bengio and Senecal 2008 (correction by the proposal); Press and Wolf 2017 (words
    are told by the vectors they are read with).
    """

    vectors_VD: Tensor
    chance_V: Tensor
    reached_V: Tensor
    is_known_V: Tensor

    def __init__(self, dim: int, vectors_VD: Tensor, counts_V: Tensor, *, num_drawn: int = 1_024) -> None:
        super().__init__()
        lengths_V = vectors_VD.norm(dim=1)
        self.project = nn.Linear(dim, vectors_VD.shape[1])
        is_known_V = counts_V > 0
        chance_V = counts_V.double() / counts_V.sum()
        self.bias_V = nn.Parameter(chance_V.clamp_min(1e-9).log().float())
        self.register_buffer("vectors_VD", vectors_VD / lengths_V[is_known_V].mean().clamp_min(1e-9), persistent=False)
        self.register_buffer("chance_V", chance_V, persistent=False)
        drawn_V = counts_V.double() ** SMOOTHING
        self.register_buffer("reached_V", (drawn_V / drawn_V.sum()).cumsum(0), persistent=False)
        self.register_buffer("is_known_V", is_known_V, persistent=False)
        self.num_drawn = num_drawn

    def loss(self, states_NH: Tensor, words_N: Tensor) -> Tensor:
        """Mean over states of the estimated -log p of their word, in nats; 0 where there is none."""
        if not len(words_N):
            return states_NH.sum()
        candidates_K, place_N = self._candidates(words_N)
        scores_NK = self.project(states_NH) @ self.vectors_VD[candidates_K].T
        scores_NK = scores_NK + self.bias_V[candidates_K] - self._log_chance(candidates_K, len(words_N))
        return F.cross_entropy(scores_NK, place_N)

    @torch.no_grad()
    def measured(self, states_NH: Tensor, words_N: Tensor) -> tuple[Tensor, Tensor]:
        """-log p of each word among all, in nats, N; and whether none has a higher p, N."""
        bias_V = self.bias_V.masked_fill(~self.is_known_V, -torch.inf)
        surprise_N, is_best_N = [states_NH.new_zeros(0)], [states_NH.new_zeros(0, dtype=torch.bool)]
        for states_nH, words_n in zip(torch.split(states_NH, AT_ONCE), torch.split(words_N, AT_ONCE), strict=True):
            scores_nV = self.project(states_nH) @ self.vectors_VD.T + bias_V
            surprise_N.append(F.cross_entropy(scores_nV, words_n, reduction="none"))
            is_best_N.append(scores_nV.argmax(1) == words_n)
        return torch.cat(surprise_N), torch.cat(is_best_N)

    def _candidates(self, words_N: Tensor) -> tuple[Tensor, Tensor]:
        """The distinct words of the batch and those drawn, K; and the place of each state's word among them."""
        own_U, place_N = torch.unique(words_N, return_inverse=True)
        position = torch.rand(self.num_drawn, device=words_N.device, dtype=torch.float64)
        drawn = torch.searchsorted(self.reached_V, position).clamp_max(len(self.reached_V) - 1)
        return torch.cat((own_U, torch.unique(drawn[~torch.isin(drawn, own_U)]))), place_N

    def _log_chance(self, candidates_K: Tensor, num_states: int) -> Tensor:
        """Of each word, that it is among the candidates of a batch of so many states: as an answer, or drawn."""
        reached_V = self.reached_V
        drawn_K = reached_V[candidates_K] - torch.where(candidates_K > 0, reached_V[candidates_K - 1], 0.0)
        absent_K = (1 - self.chance_V[candidates_K]) ** num_states * (1 - drawn_K) ** self.num_drawn
        return (1 - absent_K).clamp_min(1e-12).log().float()
