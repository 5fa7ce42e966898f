"""Character LSTMs over the whole sentence, which learn on the side to predict its words.

    boundary   0     1        2   3
    stream     _ T h e _ f e v e r _ .  \n

One LSTM reads the stream forward, one backward. At the boundary behind a word the first has read all up to that word, at
the boundary before it the second has read all from the end down to it: those two states are the word's vector. The first
also predicts the next word, the second the previous one, which needs no annotation.

Axes: B sentences, S characters of the longest stream, T tokens of the longest, N = T + 1 boundaries, E values of a
character's vector, H of one direction's state.
"""

import torch
from torch import Tensor, nn

from bionym.layers.dropout import Dropout
from bionym.layers.embedding import table
from bionym.layers.highway import Highway
from bionym.layers.padding import is_padding, pick, reverse
from bionym.layers.recurrent import one_way

CUTOFFS = (2_000, 10_000, 50_000)  # words of one cluster of the softmax, by rank


class CharLanguageModel(nn.Module):
    """Word vectors from two character language models that are trained along with the tagger.

    Args:
        num_characters: rows of the character table, with padding and unknown.
        num_words: words to predict, by falling frequency; 0 leaves prediction out.
        char_dim: E.
        hidden_dim: H; vectors have 2 x H values.
        num_highway: highway layers, one stack before the tagger and one before each prediction.
        dropout: on the characters' vectors, the states, and what leaves the highway.
    Source: Liu et al. 2018, Empower sequence labeling with task-aware neural language model; as Wang et
    al. 2019 use it, without prediction and highway. Predicts with an adaptive softmax (Grave et al. 2017). Leaves out:
    predicting the sentence's edges.
    """

    def __init__(
        self,
        num_characters: int,
        *,
        num_words: int = 0,
        char_dim: int = 30,
        hidden_dim: int = 300,
        num_highway: int = 0,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        self.characters = table(num_characters, char_dim)
        self.ahead, self.back = (one_way("lstm", char_dim, hidden_dim) for _ in range(2))
        self.dropout = Dropout(dropout)
        self.highway = Highway(2 * hidden_dim, num_layers=num_highway)
        self.predictors = nn.ModuleList(
            _Predictor(hidden_dim, num_words, num_highway, dropout) for _ in range(2 if num_words else 0)
        )
        self.output_dim = 2 * hidden_dim

    def states(self, chars_BS: Tensor, lengths_B: Tensor, boundaries_BN: Tensor) -> Tensor:
        """States at the words' boundaries, B x T x 2H: forward, backward.

        Args:
            chars_BS: characters of the streams: before every word a space, behind the last a line end.
            lengths_B: characters of each stream.
            boundaries_BN: positions of the boundaries in the stream; 0 in the padding.
        """
        vectors_BSE = self.dropout(self.characters(chars_BS))
        ahead_BSH, _ = self.ahead(vectors_BSE)
        back_BSH, _ = self.back(reverse(vectors_BSE, lengths_B))
        behind_BTH = pick(ahead_BSH, boundaries_BN[:, 1:])
        before_BTH = pick(back_BSH, lengths_B[:, None] - 1 - boundaries_BN[:, :-1])
        states_BTD: Tensor = self.dropout(torch.cat((behind_BTH, before_BTH), 2))
        return states_BTD

    def forward(self, states_BTD: Tensor) -> Tensor:
        """The words' vectors for the tagger, B x T x 2H, from `states`."""
        if not self.highway.gates:
            return states_BTD
        vectors_BTD: Tensor = self.dropout(self.highway(states_BTD))
        return vectors_BTD

    def loss(self, states_BTD: Tensor, words_BT: Tensor, num_tokens_B: Tensor) -> Tensor:
        """Mean negative log-likelihood (nats) of the next word plus that of the previous one.

        Args:
            states_BTD: from `states`.
            words_BT: the words as ranks below `num_words`.
            num_tokens_B: tokens of each sentence.
        Returns: 0 where no sentence has two words.
        """
        has_next_BS = ~is_padding(num_tokens_B, words_BT.shape[1])[:, 1:]
        behind_BTH, before_BTH = states_BTD.chunk(2, 2)
        next_word, previous_word = self.predictors
        forward: Tensor = next_word(behind_BTH[:, :-1][has_next_BS], words_BT[:, 1:][has_next_BS])
        backward: Tensor = previous_word(before_BTH[:, 1:][has_next_BS], words_BT[:, :-1][has_next_BS])
        return forward + backward


class _Predictor(nn.Module):
    """Cross-entropy of one word from one state; the softmax is adaptive."""

    def __init__(self, dim: int, num_words: int, num_highway: int, dropout: float) -> None:
        super().__init__()
        self.highway, self.dropout = Highway(dim, num_layers=num_highway), Dropout(dropout if num_highway else 0)
        cutoffs = [cutoff for cutoff in CUTOFFS if cutoff < num_words] or [num_words - 1]  # torch wants one cutoff
        self.softmax = nn.AdaptiveLogSoftmaxWithLoss(dim, num_words, cutoffs, div_value=2)

    def forward(self, states_PH: Tensor, words_P: Tensor) -> Tensor:
        """Mean over the P words to predict."""
        if not len(words_P):
            return states_PH.sum()
        loss: Tensor = self.softmax(self.dropout(self.highway(states_PH)), words_P).loss
        return loss
