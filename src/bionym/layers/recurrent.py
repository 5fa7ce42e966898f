"""BiLSTM and BiGRU stacks whose outputs depend neither on padding nor on the other sentences of the batch.

Each direction is a network of its own; the backward one reads the sentence reversed within its length, so both meet the
padding last and nothing is packed. A CPU trains it no slower than packed sequences, mostly quicker, and it exports to ONNX.

Axes: B sentences, T steps of the longest, D values of a step, H of one direction.
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from bionym.errors import UnknownNameError
from bionym.layers.dropout import Dropout
from bionym.layers.padding import is_padding, pick, reverse

CELLS: dict[str, type[nn.LSTM] | type[nn.GRU]] = {"lstm": nn.LSTM, "gru": nn.GRU}


class Recurrent(nn.Module):
    """A stack of bidirectional layers.

    Input weights begin as Glorot and Bengio 2010 have it, a matrix for each gate; recurrent ones orthogonal; the bias of
    an LSTM's forget gate at 1 in all, other biases at 0.

    Args:
        input_dim: D of the input.
        hidden_dim: H; outputs have 2 x H values.
        num_layers: layers one above the other.
        cell: "lstm" or "gru".
        dropout: on the input of each layer, drawn for each value.
        locked_dropout: on the input of each layer, drawn once per sentence and held over its steps.
    Raises: UnknownNameError if there is no such cell.
    Source: Graves and Schmidhuber 2005; Gal and Ghahramani 2016 (locked dropout); Jozefowicz et al. 2015
    (forget gate). Leaves out: dropout from step to step inside a cell.
    """

    def __init__(
        self,
        input_dim: int,
        hidden_dim: int,
        *,
        num_layers: int = 1,
        cell: str = "lstm",
        dropout: float = 0.0,
        locked_dropout: float = 0.0,
    ) -> None:
        super().__init__()
        if cell not in CELLS:
            raise UnknownNameError("recurrent cell", cell, CELLS)
        dims = [input_dim, *[2 * hidden_dim] * (num_layers - 1)]
        self.forward_layers = nn.ModuleList(one_way(cell, dim, hidden_dim) for dim in dims)
        self.backward_layers = nn.ModuleList(one_way(cell, dim, hidden_dim) for dim in dims)
        self.dropout, self.locked_dropout = Dropout(dropout), nn.Dropout1d(locked_dropout)
        self.output_dim = 2 * hidden_dim

    def forward(self, inputs_BTD: Tensor, lengths_B: Tensor) -> Tensor:
        """States of both directions, B x T x 2H, 0 in the padding."""
        for ahead, back in zip(self.forward_layers, self.backward_layers, strict=True):
            inputs_BTD = self._dropped(inputs_BTD)
            ahead_BTH, _ = ahead(inputs_BTD)
            back_BTH, _ = back(reverse(inputs_BTD, lengths_B))
            inputs_BTD = torch.cat((ahead_BTH, reverse(back_BTH, lengths_B)), 2)
        return inputs_BTD.masked_fill(is_padding(lengths_B, inputs_BTD.shape[1])[:, :, None], 0)

    def last(self, inputs_BTD: Tensor, lengths_B: Tensor) -> Tensor:
        """The state of each direction when it has read the whole sentence, B x 2H."""
        ahead_BTH, back_BTH = self(inputs_BTD, lengths_B).chunk(2, 2)
        return torch.cat((pick(ahead_BTH, lengths_B[:, None] - 1)[:, 0], back_BTH[:, 0]), 1)

    def _dropped(self, inputs_BTD: Tensor) -> Tensor:
        locked_BDT = self.locked_dropout(inputs_BTD.transpose(1, 2))
        dropped_BTD: Tensor = self.dropout(locked_BDT.transpose(1, 2))
        return dropped_BTD


def one_way(cell: str, input_dim: int, hidden_dim: int) -> nn.LSTM | nn.GRU:
    """One layer of one direction, as it is before training."""
    layer = CELLS[cell](input_dim, hidden_dim, batch_first=True)
    with torch.no_grad():
        for inputs_HD, recurrent_HH in _gates(layer):
            nn.init.xavier_uniform_(inputs_HD)
            nn.init.orthogonal_(recurrent_HH)
        bias_G = layer.get_parameter("bias_ih_l0").zero_()  # G: input, forget, cell and output gate, H each
        layer.get_parameter("bias_hh_l0").zero_()
        if cell == "lstm":
            bias_G[hidden_dim : 2 * hidden_dim] = 1  # the two biases add up: one alone holds the 1
    return layer


def _gates(layer: nn.LSTM | nn.GRU) -> Iterator[tuple[Tensor, Tensor]]:
    """Input and recurrent weights of each gate; torch keeps the gates one below the other."""
    weights = layer.get_parameter("weight_ih_l0"), layer.get_parameter("weight_hh_l0")
    inputs, recurrent = (weight.chunk(len(weight) // layer.hidden_size) for weight in weights)
    return zip(inputs, recurrent, strict=True)
