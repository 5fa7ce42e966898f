"""A vector of each word from its characters, worked out once per distinct word.

    vectors_UD = encoder(chars_UC, lengths_U)
    vectors_BTD = at_tokens(vectors_UD, index_BT)

Dropout therefore falls on a word, not on each of its tokens. Character 0 is padding, 1 unknown (`embedding`).

Axes: U distinct words of a batch, C characters of the longest, E values of a character's vector, P characters with those laid
around, F filters, X values of a window, D values of a word's vector, B sentences, T tokens of the longest.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from bionym.layers.dropout import Dropout
from bionym.layers.embedding import table
from bionym.layers.padding import is_padding
from bionym.layers.recurrent import Recurrent


class CharCnn(nn.Module):
    """Convolutions over the characters, the highest value of each filter over all positions, then tanh.

    The window reaches over both ends of a word, where it finds zeros.

    Args:
        num_characters: rows of the table, with padding and unknown.
        char_dim: E.
        num_filters: filters of each width; D is this times the number of widths.
        widths: characters a filter sees at once.
        dropout: on the characters' vectors.
    Source: Ma and Hovy 2016, section 2.1, of one width; several are from Kim et al. 2016, section 2.2.
    """

    def __init__(
        self,
        num_characters: int,
        *,
        char_dim: int = 30,
        num_filters: int = 30,
        widths: Iterable[int] = (3,),
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        self.characters = table(num_characters, char_dim)
        self.dropout = Dropout(dropout)
        self.convolutions = nn.ModuleList(nn.Conv1d(char_dim, num_filters, width) for width in widths)
        self.output_dim = num_filters * len(self.convolutions)

    def forward(self, chars_UC: Tensor, lengths_U: Tensor) -> Tensor:
        """Vectors, U x D. `chars_UC` is 0 in the padding."""
        is_padding_UC1 = is_padding(lengths_U, chars_UC.shape[1])[:, :, None]
        vectors_UCE = self.dropout(self.characters(chars_UC)).masked_fill(is_padding_UC1, 0)
        never_UC1 = torch.zeros_like(is_padding_UC1, dtype=vectors_UCE.dtype).masked_fill(is_padding_UC1, -torch.inf)
        highest = [(_same_length(convolution, vectors_UCE) + never_UC1).amax(1) for convolution in self.convolutions]
        return torch.cat(highest, 1).tanh()


class CharLstm(nn.Module):
    """The last states of an LSTM that reads the word forward and one that reads it backward.

    Args:
        num_characters: rows of the table, with padding and unknown.
        char_dim: E.
        hidden_dim: of each direction; D is twice this.
        dropout: on the characters' vectors.
    Source: Lample et al. 2016, section 4.1.
    """

    def __init__(self, num_characters: int, *, char_dim: int = 25, hidden_dim: int = 25, dropout: float = 0.0) -> None:
        super().__init__()
        self.characters = table(num_characters, char_dim)
        self.recurrent = Recurrent(char_dim, hidden_dim, dropout=dropout)
        self.output_dim = self.recurrent.output_dim

    def forward(self, chars_UC: Tensor, lengths_U: Tensor) -> Tensor:
        """Vectors, U x D."""
        return self.recurrent.last(self.characters(chars_UC), lengths_U)


def at_tokens(vectors_UD: Tensor, index_BT: Tensor) -> Tensor:
    """The vector of each token's word, B x T x D."""
    return F.embedding(index_BT, vectors_UD)


def _same_length(convolution: nn.Module, vectors_UCE: Tensor) -> Tensor:
    """The convolution at every character, with zeros laid around the word: one product for all windows, side by side."""
    assert isinstance(convolution, nn.Conv1d) and convolution.bias is not None
    (width,), num_steps = convolution.kernel_size, vectors_UCE.shape[1]
    padded_UPE = F.pad(vectors_UCE, (0, 0, (width - 1) // 2, width // 2))
    windows_UCX = torch.cat([padded_UPE[:, first : first + num_steps] for first in range(width)], 2)
    weight_FX = convolution.weight.transpose(1, 2).flatten(1)
    return F.linear(windows_UCX, weight_FX, convolution.bias)
