"""A vector of each word from its characters, worked out once per distinct word.

    vectors_UD = encoder(chars_UC, lengths_U)
    vectors_BTD = at_tokens(vectors_UD, index_BT)

Dropout therefore falls on a word, not on each of its tokens. Character 0 is padding, 1 unknown (`embedding`).

Axes: U distinct words of a batch, C characters of the longest, E values of a character's vector, D values of a word's
vector, B sentences, T tokens of the longest.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

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
        self.dropout = nn.Dropout(dropout)
        self.convolutions = nn.ModuleList(nn.Conv1d(char_dim, num_filters, width) for width in widths)
        self.output_dim = num_filters * len(self.convolutions)

    def forward(self, chars_UC: Tensor, lengths_U: Tensor) -> Tensor:
        """Vectors, U x D. `chars_UC` is 0 in the padding."""
        vectors_UEC = self.dropout(self.characters(chars_UC)).transpose(1, 2)
        is_padding_U1C = is_padding(lengths_U, chars_UC.shape[1])[:, None]
        vectors_UEC = vectors_UEC.masked_fill(is_padding_U1C, 0)
        highest = [
            _same_length(convolution, vectors_UEC).masked_fill(is_padding_U1C, -torch.inf).amax(2)
            for convolution in self.convolutions
        ]
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


def _same_length(convolution: nn.Module, vectors_UEC: Tensor) -> Tensor:
    """The convolution at every character, with zeros laid around the word."""
    assert isinstance(convolution, nn.Conv1d)
    reach = convolution.kernel_size[0] - 1
    values_UFC: Tensor = convolution(F.pad(vectors_UEC, (reach // 2, reach - reach // 2)))
    return values_UFC
