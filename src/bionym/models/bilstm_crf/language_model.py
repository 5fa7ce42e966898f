"""What the BiLSTM learns from raw text: the next word forward, the previous one backward.

Nothing is added but two output layers, which are left behind afterwards: what was learned are the weights of characters and
LSTM, from which a tagger goes on (`init`).

Axes: B sentences, T tokens of the longest, H one direction's states, N tokens that have a neighbour with a vector.
"""

import torch
from torch import Tensor, nn

from bionym.layers.dropout import Dropout
from bionym.layers.padding import is_padding
from bionym.layers.sampled_softmax import SampledSoftmax
from bionym.models.bilstm_crf.network import Batch, Network
from bionym.models.bilstm_crf.words import FIRST


class LanguageModel(nn.Module):
    """A tagger's network with an output for the next word and one for the previous.

    Args:
        network: of one layer: above that, each state has read both sides, and with them the answer.
        counts_R: how often the word of each row occurs in the text; words without a vector are not told.
        num_drawn: words drawn for a batch that each word is told from, besides those of the batch.
        dropout: on what is read and on the states.
    Source: Sachan, Xie, Sachan and Xing 2018, Effective use of bidirectional language modeling for transfer learning in
    biomedical named entity recognition. Here both directions read the tagger's own inputs, and the words are told by the
    vectors they are read with.
    """

    def __init__(self, network: Network, counts_R: Tensor, *, num_drawn: int, dropout: float) -> None:
        super().__init__()
        assert len(network.recurrent.forward_layers) == 1, "above one layer, a state has read its answer"
        self.network, self.dropout = network, Dropout(dropout)
        vectors_RD = torch.cat((network.words.new.weight.detach() * 0, network.words.pretrained_VD.detach()))
        width = network.recurrent.output_dim // 2
        self.next_word, self.previous_word = (
            SampledSoftmax(width, vectors_RD, counts_R, num_drawn=num_drawn) for _ in range(2)
        )

    def loss(self, batch: Batch) -> Tensor:
        """Mean of both directions' -log p of a word (nats), estimated from the words that were drawn; a scalar."""
        ahead_NH, next_N, back_NH, previous_N = self._states(batch)
        return (self.next_word.loss(ahead_NH, next_N) + self.previous_word.loss(back_NH, previous_N)) / 2

    def measured(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """-log p (nats) of every word that has a neighbour to tell it, and whether it is the likeliest; both directions."""
        ahead_NH, next_N, back_NH, previous_N = self._states(batch)
        ahead, back = self.next_word.measured(ahead_NH, next_N), self.previous_word.measured(back_NH, previous_N)
        return torch.cat((ahead[0], back[0])), torch.cat((ahead[1], back[1]))

    def _states(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """For each direction states and the words that they should tell: those that have a vector."""
        words_BT = batch.words_BT
        ahead_BTH, back_BTH = self.dropout(self.network.states(batch)).chunk(2, 2)
        is_told_BT = (words_BT >= FIRST) & ~is_padding(batch.lengths_B, words_BT.shape[1])
        has_next_BT, has_previous_BT = is_told_BT[:, 1:], is_told_BT[:, :-1]
        return (
            ahead_BTH[:, :-1][has_next_BT],
            words_BT[:, 1:][has_next_BT],
            back_BTH[:, 1:][has_previous_BT],
            words_BT[:, :-1][has_previous_BT],
        )
