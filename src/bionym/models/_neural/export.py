"""The network as ONNX, for prediction without torch.

Two graphs: `spelling.onnx` makes vectors of words from their characters, once for each distinct word; `tagger.onnx` reads
the sentences and scores the tags of all heads, one behind the other (see `graph`); `tagger.int8.onnx` is the same in eight
bits.

Axes: D values of a token, H of one direction, G gates, S scores of all heads, U words, C characters of the longest.
"""

import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from bionym.models._neural.arithmetic import Arithmetic, EightBits, Floats, Plain
from bionym.models._neural.graph import OPSET, Direction, tagger
from bionym.models._neural.network import Network
from bionym.models._neural.runtime import INT8, SPELLING, TAGGER


def export(network: Network, folder: Path) -> None:
    """All graphs into a folder; that of spelling only if words are spelled."""
    network = network.eval()
    onnx.save(tagger_graph(network, Plain()), str(folder / TAGGER))
    onnx.save(tagger_graph(network, EightBits()), str(folder / INT8))
    if network.characters is not None:
        _export_spelling(network, folder / SPELLING)


def tagger_graph(network: Network, arithmetic: Arithmetic) -> onnx.ModelProto:
    """The BiLSTM and the scores of all heads."""
    recurrent = network.recurrent
    pairs = zip(recurrent.forward_layers, recurrent.backward_layers, strict=True)
    scores = list(network.scores.values())
    return tagger(
        [(_direction(ahead), _direction(back)) for ahead, back in pairs],
        np.concatenate([_values(layer, "weight") for layer in scores]).T,
        np.concatenate([_values(layer, "bias") for layer in scores]),
        arithmetic,
    )


def _direction(layer: nn.Module) -> Direction:
    """The biases of an LSTM, which only ever stand added up, are those of its inputs."""
    gates = 4 if isinstance(layer, nn.LSTM) else 3
    inputs, states, input_bias, state_bias = (
        np.stack(np.split(_values(layer, f"{name}_l0"), gates))
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    if isinstance(layer, nn.LSTM):
        input_bias, state_bias = input_bias + state_bias, np.zeros_like(state_bias)
    return Direction(inputs.swapaxes(1, 2), states.swapaxes(1, 2), input_bias, state_bias)


def _values(layer: nn.Module, name: str) -> Floats:
    values: Floats = layer.get_parameter(name).detach().numpy()
    return values


class _Spelling(nn.Module):
    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, letters_UC: Tensor, num_letters_U: Tensor) -> Tensor:
        return self.network.spelling(letters_UC, num_letters_U)


def _export_spelling(network: Network, path: Path) -> None:
    example = torch.tensor([[2, 3, 2, 0], [3, 2, 2, 2]]), torch.tensor([3, 4])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Spelling(network).eval(),
            example,
            str(path),
            input_names=["letters_UC", "num_letters_U"],
            output_names=["vectors_UE"],
            dynamic_axes={"letters_UC": {0: "U", 1: "C"}, "num_letters_U": {0: "U"}, "vectors_UE": {0: "U"}},
            opset_version=OPSET,
            dynamo=False,
        )
