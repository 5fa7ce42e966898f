"""What scores sentences as ONNX, for prediction without torch, in two kinds of numbers; graphs of inputs stand with them.

tagger.onnx       reads the tokens' vectors and scores the tags of all heads, one behind the other (see `graph`)
tagger.int8.onnx  the same in eight bits
"""

from pathlib import Path

import numpy as np
import onnx
from torch import nn

from bionym.models.bilstm_crf.graph import Direction, tagger
from bionym.models.bilstm_crf.network import Network
from bionym.models.bilstm_crf.runtime import INT8, TAGGER
from bionym.onnx.arithmetic import Arithmetic, EightBits, Floats, Plain


def export(network: Network, folder: Path) -> None:
    """Both graphs into a folder."""
    network = network.eval()
    onnx.save(tagger_graph(network, Plain()), str(folder / TAGGER))
    onnx.save(tagger_graph(network, EightBits()), str(folder / INT8))


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
