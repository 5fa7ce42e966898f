"""The network as ONNX, for prediction without torch.

Up to three graphs: `spelling.onnx` makes vectors of words from their characters, once for each distinct word; `stream.onnx`
reads the characters of whole sentences, without what predicts words; `tagger.onnx` reads the sentences and scores the tags
of all heads, one behind the other. The last is put together from ONNX's own recurrent operators, which know the length of
each sentence.

    spelling.onnx  letters_UC, num_letters_U -> vectors_UE
    stream.onnx    characters_BS, lengths_B, boundaries_BN -> vectors_BTE
    tagger.onnx    inputs_TBD, lengths_B -> scores_TBS

Axes: B sentences, T tokens of the longest, D values of a token, H of one direction, S scores of all heads, U words, C
characters of the longest; S stands for the characters of a stream, too, and N for the boundaries of words in it.
"""

import logging
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from bionym.layers.char_language_model import CharLanguageModel
from bionym.layers.recurrent import Recurrent
from bionym.models._neural.network import Network
from bionym.models._neural.runtime import INT8, SPELLING, STREAM, TAGGER

OPSET = 17
_GATES = {"LSTM": (0, 3, 1, 2), "GRU": (1, 0, 2)}  # torch's order of gates, taken in that of ONNX


def export(network: Network, folder: Path) -> None:
    """The graphs into a folder, those for characters only if the network reads them."""
    network = network.eval()
    onnx.save(tagger_graph(network), str(folder / TAGGER))
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


def tagger_graph(network: Network) -> onnx.ModelProto:
    """The BiLSTM and the scores of all heads."""
    recurrent = network.recurrent
    nodes: list[Any] = []
    weights: list[Any] = []
    name = "inputs_TBD"
    for number, (ahead, back) in enumerate(zip(recurrent.forward_layers, recurrent.backward_layers, strict=True)):
        name = _layer(nodes, weights, number, name, [ahead, back])
    layers = list(network.scores.values())
    matrix_HS = torch.cat([layer.weight for layer in layers]).T  # type: ignore[misc]
    weights += [_tensor("scores.weight", matrix_HS), _tensor("scores.bias", torch.cat([one.bias for one in layers]))]  # type: ignore[misc]
    nodes.append(helper.make_node("MatMul", [name, "scores.weight"], ["raw_TBS"]))
    nodes.append(helper.make_node("Add", ["raw_TBS", "scores.bias"], ["scores_TBS"]))
    dim, num_scores = _input_dim(recurrent), matrix_HS.shape[1]
    graph = helper.make_graph(
        nodes,
        "tagger",
        [
            helper.make_tensor_value_info("inputs_TBD", TensorProto.FLOAT, ["T", "B", dim]),
            helper.make_tensor_value_info("lengths_B", TensorProto.INT32, ["B"]),
        ],
        [helper.make_tensor_value_info("scores_TBS", TensorProto.FLOAT, ["T", "B", num_scores])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="bionym")
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model


def quantize(folder: Path) -> None:
    """The tagger with eight-bit weights beside it."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    root = logging.getLogger()  # where it would advise a step that this small graph does not need
    level = root.level
    root.setLevel(logging.ERROR)
    try:
        quantize_dynamic(
            folder / TAGGER, folder / INT8, op_types_to_quantize=["LSTM", "MatMul"], weight_type=QuantType.QInt8
        )
    finally:
        root.setLevel(level)


def _layer(nodes: list[Any], weights: list[Any], number: int, name: str, directions: Sequence[nn.Module]) -> str:
    """One bidirectional layer; the name of its output, T x B x 2H."""
    cell = "LSTM" if isinstance(directions[0], nn.LSTM) else "GRU"
    order = _GATES[cell]
    inputs = torch.stack([_ordered(one.get_parameter("weight_ih_l0"), order) for one in directions])
    states = torch.stack([_ordered(one.get_parameter("weight_hh_l0"), order) for one in directions])
    biases = [
        torch.cat([_ordered(one.get_parameter(f"bias_{kind}_l0"), order) for kind in ("ih", "hh")])
        for one in directions
    ]
    names = [f"layer{number}.{part}" for part in ("W", "R", "B")]
    weights += [_tensor(name, value) for name, value in zip(names, (inputs, states, torch.stack(biases)), strict=True)]
    options: dict[str, Any] = {"linear_before_reset": 1} if cell == "GRU" else {}
    nodes.append(
        helper.make_node(
            cell,
            [name, *names, "lengths_B"],
            [f"raw{number}"],
            hidden_size=states.shape[2],
            direction="bidirectional",
            **options,
        )
    )
    nodes.append(helper.make_node("Transpose", [f"raw{number}"], [f"turned{number}"], perm=[0, 2, 1, 3]))
    weights.append(numpy_helper.from_array(np.array([0, 0, -1], dtype=np.int64), f"shape{number}"))
    nodes.append(helper.make_node("Reshape", [f"turned{number}", f"shape{number}"], [f"states{number}"]))
    return f"states{number}"


def _ordered(gates: Tensor, order: Sequence[int]) -> Tensor:
    parts = gates.detach().chunk(len(order))
    return torch.cat([parts[place] for place in order])


def _tensor(name: str, values: Tensor) -> Any:
    return numpy_helper.from_array(np.ascontiguousarray(values.detach().numpy()), name)


def _input_dim(recurrent: Recurrent) -> int:
    first = recurrent.forward_layers[0]
    assert isinstance(first, (nn.LSTM, nn.GRU))
    return int(first.input_size)


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
