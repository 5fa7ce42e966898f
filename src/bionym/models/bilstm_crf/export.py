"""The network as ONNX, for prediction without torch.

Up to three graphs, and one of them in two kinds of numbers: `spelling.onnx` makes vectors of words from their characters, once
for each distinct word; `stream.onnx` reads the characters of whole sentences, without what predicts words; `tagger.onnx`
reads the sentences and scores the tags of all heads, one behind the other (see `graph`); `tagger.int8.onnx` is the same in
eight bits.

    spelling.onnx  letters_UC, num_letters_U -> vectors_UE
    stream.onnx    characters_BS, lengths_B, boundaries_BN -> vectors_BTE

Axes: B sentences, T tokens of the longest, E values of a vector, U words, C characters of the longest; S characters of a stream,
N boundaries of words in it.
"""

import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from bionym.layers.char_language_model import CharLanguageModel
from bionym.models.bilstm_crf.graph import OPSET, Direction, tagger
from bionym.models.bilstm_crf.network import Network
from bionym.models.bilstm_crf.runtime import INT8, SPELLING, STREAM, TAGGER
from bionym.onnx.arithmetic import Arithmetic, Float32, Floats, Int8


def export(network: Network, folder: Path) -> None:
    """All graphs into a folder, those for characters only if the network reads them."""
    network = network.eval()
    onnx.save(tagger_graph(network, Float32()), str(folder / TAGGER))
    onnx.save(tagger_graph(network, Int8()), str(folder / INT8))
    if network.characters is not None:
        letters = {"letters_UC": torch.tensor([[2, 3, 2, 0], [3, 2, 2, 2]]), "num_letters_U": torch.tensor([3, 4])}
        _save_graph(_Spelling(network), letters, "vectors_UE", folder / SPELLING)
    if network.stream is not None:
        streams = (
            torch.tensor([[2, 3, 2, 3, 2], [3, 2, 2, 0, 0]]),
            torch.tensor([5, 3]),
            torch.tensor([[0, 2, 4], [0, 2, 0]]),
        )
        names = ("characters_BS", "lengths_B", "boundaries_BN")
        _save_graph(_Stream(network.stream), dict(zip(names, streams, strict=True)), "vectors_BTE", folder / STREAM)


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


class _Stream(nn.Module):
    def __init__(self, layer: CharLanguageModel) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, characters_BS: Tensor, lengths_B: Tensor, boundaries_BN: Tensor) -> Tensor:
        vectors_BTE: Tensor = self.layer(self.layer.states(characters_BS, lengths_B, boundaries_BN))
        return vectors_BTE


def _save_graph(module: nn.Module, example: Mapping[str, Tensor], output: str, path: Path) -> None:
    """A module as a graph; inputs of any size, their axes named by the letters behind the underscore."""
    names = [*example, output]
    axes = {name: dict(enumerate(name.rpartition("_")[2])) for name in names}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module.eval(),
            tuple(example.values()),
            str(path),
            input_names=list(example),
            output_names=[output],
            dynamic_axes={name: axes[name] if name in example else _open(axes[name]) for name in names},
            opset_version=OPSET,
            dynamo=False,
        )


def _open(axes: Mapping[int, str]) -> dict[int, str]:
    """All axes of an output but the last, which is what the weights make it."""
    return {place: name for place, name in axes.items() if place < len(axes) - 1}
