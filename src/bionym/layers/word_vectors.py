"""Word vectors: pretrained ones, new ones beside them, and words made unknown while training.

Axes: B sentences, T tokens of the longest, V pretrained words, N rows for all others, D values of a vector.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from bionym.layers.embedding import PADDING, UNKNOWN, table


class WordVectors(nn.Module):
    """A vector for each word.

    Rows: 0 padding (zero), 1 unknown, then `num_new` words without a pretrained vector, then the pretrained ones in their
    order. New rows are always trained; they begin uniform in ±sqrt(3 / dim).

    Args:
        dim: D.
        num_new: words that have a row but no pretrained vector.
        pretrained_VD: vectors, or None.
        frozen: keep the pretrained vectors as they are. If not, keep only those of words of the corpus: each step's
            gradient is as large as the table.
        word_dropout: probability that a word is read as unknown, in training.
        singletons: rows of words that occur once in the training data.
        singleton_dropout: probability that one of those is read as unknown, in training.
    Source: Lample et al. 2016 (singletons); Gal and Ghahramani 2016 (word dropout), drawn here for each token. Leaves out: sparse gradients.
    """

    is_singleton_R: Tensor

    def __init__(
        self,
        dim: int,
        *,
        num_new: int = 0,
        pretrained_VD: NDArray[np.floating[Any]] | None = None,
        frozen: bool = False,
        word_dropout: float = 0.0,
        singletons: Iterable[int] = (),
        singleton_dropout: float = 0.5,
    ) -> None:
        super().__init__()
        vectors_VD = torch.zeros(0, dim) if pretrained_VD is None else torch.tensor(pretrained_VD, dtype=torch.float32)
        assert vectors_VD.shape[1] == dim, f"pretrained vectors have {vectors_VD.shape[1]} values, the layer {dim}"
        self.new = table(2 + num_new, dim)
        self.pretrained_VD = nn.Parameter(vectors_VD, requires_grad=not frozen)
        self.word_dropout, self.singleton_dropout = word_dropout, singleton_dropout
        is_singleton_R = torch.zeros(len(self), dtype=torch.bool)  # R = N + V rows
        is_singleton_R[list(singletons)] = True
        self.register_buffer("is_singleton_R", is_singleton_R, persistent=False)  # a count of the corpus, not a weight

    def __len__(self) -> int:
        return self.new.num_embeddings + len(self.pretrained_VD)

    def forward(self, words_BT: Tensor) -> Tensor:
        """Vectors of the words, B x T x D; in training some are read as unknown, sampled at each call."""
        words_BT = self._with_unknowns(words_BT) if self.training else words_BT
        num_new = self.new.num_embeddings
        if not len(self.pretrained_VD):
            vectors_BTD: Tensor = self.new(words_BT)
            return vectors_BTD
        is_new_BT1 = (words_BT < num_new)[..., None]
        pretrained_BTD = F.embedding((words_BT - num_new).clamp_min(0), self.pretrained_VD)
        return torch.where(is_new_BT1, self.new(words_BT.clamp_max(num_new - 1)), pretrained_BTD)

    def _with_unknowns(self, words_BT: Tensor) -> Tensor:
        dropout_BT = torch.where(self.is_singleton_R[words_BT], self.singleton_dropout, 0.0)
        dropout_BT = dropout_BT.clamp_min(self.word_dropout).masked_fill(words_BT == PADDING, 0)
        return words_BT.masked_fill(torch.rand_like(dropout_BT) < dropout_BT, UNKNOWN)
