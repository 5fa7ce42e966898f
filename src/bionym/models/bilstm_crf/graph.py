"""The recurrent layers and the scores of a network as one ONNX graph.

    inputs_UD    what the distinct tokens look like; their products with the first layer's weights are made once
    rows_TB      for each step of each lane the row of its token among the distinct ones
    is_first_TB  whether a sentence begins there; is_last_TB, whether one ends
    scores_TBS   scores of the tags of all heads

Sentences lie one behind the other in lanes, and each begins with states of its own. A lane is read by `Scan`, once in each
direction.

Axes: U distinct tokens, D values of a token, T steps, B lanes, H of one direction, G gates, S scores.

Source: Hochreiter and Schmidhuber 1997 (LSTM), Cho et al. 2014 (GRU), each with biases as torch has them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from bionym.onnx.arithmetic import OURS, Arithmetic, Floats, Nodes

OPSET = 17
_LSTM_GATES = 4  # a GRU has three


@dataclass(frozen=True)
class Direction:
    """One layer of one direction, by its gates in torch's order: LSTM input, forget, cell, output; GRU reset, update, new.

    Args:
        inputs_GDH, states_GHH: weights of what comes in, and of the state before.
        input_bias_GH, state_bias_GH: added to their products.
    """

    inputs_GDH: Floats
    states_GHH: Floats
    input_bias_GH: Floats
    state_bias_GH: Floats


@dataclass(frozen=True)
class _Input:
    """What a layer reads: a tensor, step by step, and how a step becomes what each gate takes of it."""

    name: str
    type: int
    gates: Callable[[Nodes, str], list[str]]


def tagger(
    layers: Sequence[tuple[Direction, Direction]], scores_HS: Floats, bias_S: Floats, arithmetic: Arithmetic
) -> onnx.ModelProto:
    """The graph of layers, each of a forward and a backward direction, and of the scores over the last of them."""
    nodes = Nodes()
    made_ready = arithmetic.inputs(nodes, "inputs_UD")
    below: list[str] = []
    for number, pair in enumerate(layers):
        joined = nodes.add("Concat", below, axis=2) if below else ""
        below = []
        for one, reads in zip(pair, ("forward", "backward"), strict=True):
            inputs = _of_states(one, joined, arithmetic) if joined else _of_tokens(nodes, one, made_ready, arithmetic)
            below.append(_read(nodes, one, inputs, arithmetic, f"{reads}{number}."))
    parts = zip(below, np.split(scores_HS, 2), strict=True)
    products = [arithmetic.fine_product(nodes, states, part_HS) for states, part_HS in parts]
    nodes.add("Add", [nodes.add("Add", products), nodes.weight(bias_S)], name="scores_TBS")
    return _model(nodes, dim=layers[0][0].inputs_GDH.shape[1], num_scores=len(bias_S))


def _of_tokens(nodes: Nodes, direction: Direction, made_ready: tuple[str, ...], arithmetic: Arithmetic) -> _Input:
    """The first layer's input: the products of the distinct tokens, and for each step their rows."""
    tables = [
        nodes.add("Add", [arithmetic.input_product(nodes, made_ready, weights_DH), nodes.weight(bias_H)])
        for weights_DH, bias_H in zip(direction.inputs_GDH, direction.input_bias_GH, strict=True)
    ]
    return _Input(
        "rows_TB", TensorProto.INT32, lambda body, rows_B: [body.add("Gather", [table, rows_B]) for table in tables]
    )


def _of_states(direction: Direction, joined: str, arithmetic: Arithmetic) -> _Input:
    """A higher layer's input: the states of both directions below."""

    def gates(body: Nodes, states: str) -> list[str]:
        pairs = zip(direction.inputs_GDH, direction.input_bias_GH, strict=True)
        return [body.add("Add", [arithmetic.product(body, states, one), body.weight(bias_H)]) for one, bias_H in pairs]

    return _Input(joined, _type(arithmetic), gates)


def _read(nodes: Nodes, direction: Direction, inputs: _Input, arithmetic: Arithmetic, name: str) -> str:
    """The states of one direction, T x B x H, as they are kept."""
    is_backward = name.startswith("backward")
    hidden = direction.states_GHH.shape[1]
    starts_anew = "is_last_TB" if is_backward else "is_first_TB"
    lanes = nodes.add("Slice", [nodes.add("Shape", ["rows_TB"]), *map(nodes.weight, _SECOND)])
    shape = nodes.add("Concat", [lanes, nodes.weight(np.array([hidden]))], axis=0)
    begin = [
        nodes.add("ConstantOfShape", [shape], value=numpy_helper.from_array(zero))
        for zero in (arithmetic.zero, np.zeros(1, dtype=np.float32))
    ]
    states = f"{name}states"
    nodes.nodes.append(
        helper.make_node(
            "Scan",
            [*begin, inputs.name, starts_anew],
            [f"{name}last", f"{name}last_memory", states],
            body=_step(nodes, direction, inputs, arithmetic, name),
            num_scan_inputs=2,
            scan_input_directions=[int(is_backward)] * 2,
            scan_output_directions=[int(is_backward)],
        )
    )
    return states


_SECOND = tuple(np.array([number], dtype=np.int64) for number in (1, 2))  # where to begin and to end a slice


def _step(nodes: Nodes, direction: Direction, inputs: _Input, arithmetic: Arithmetic, name: str) -> onnx.GraphProto:
    """One step: the state before and a token give the state behind."""
    body = Nodes(nodes.weights, prefix=name)
    before, memory, token, starts_anew = (f"{name}{part}" for part in ("before", "memory", "token", "starts_anew"))
    kept_zero, zero = nodes.weight(arithmetic.zero), nodes.weight(np.zeros(1, dtype=np.float32))
    own = body.add("Where", [starts_anew, kept_zero, before])
    memory_there = body.add("Where", [starts_anew, zero, memory])
    from_states = [arithmetic.product(body, own, weights_HH) for weights_HH in direction.states_GHH]
    cell = _lstm if len(from_states) == _LSTM_GATES else _gru
    states, behind = cell(body, inputs.gates(body, token), from_states, direction.state_bias_GH, memory_there)
    kept = arithmetic.store(body, states)
    values = [
        helper.make_tensor_value_info(one, kind, None)
        for one, kind in (
            (before, _type(arithmetic)),
            (memory, TensorProto.FLOAT),
            (token, inputs.type),
            (starts_anew, TensorProto.BOOL),
        )
    ]
    found = [
        helper.make_tensor_value_info(one, kind, None)
        for one, kind in (
            (kept, _type(arithmetic)),
            (behind, TensorProto.FLOAT),
            (body.add("Identity", [kept]), _type(arithmetic)),
        )
    ]
    return helper.make_graph(body.nodes, name, values, found)


def _lstm(body: Nodes, from_inputs: list[str], from_states: list[str], bias_GH: Floats, memory: str) -> tuple[str, str]:
    """States and cells. The biases of the states are among those of the inputs."""
    del bias_GH
    sums = [body.add("Add", [one, other]) for one, other in zip(from_inputs, from_states, strict=True)]
    is_open, is_kept, is_shown = (body.add("Sigmoid", [sums[gate]]) for gate in (0, 1, 3))
    new = body.add("Mul", [is_open, body.add("Tanh", [sums[2]])])
    cells = body.add("Add", [body.add("Mul", [is_kept, memory]), new])
    return body.add("Mul", [is_shown, body.add("Tanh", [cells])]), cells


def _gru(body: Nodes, from_inputs: list[str], from_states: list[str], bias_GH: Floats, memory: str) -> tuple[str, str]:
    """States, as they are kept and in 32 bits."""
    biased = [body.add("Add", [one, body.weight(bias_H)]) for one, bias_H in zip(from_states, bias_GH, strict=True)]
    reset, update = (body.add("Sigmoid", [body.add("Add", [from_inputs[gate], biased[gate]])]) for gate in (0, 1))
    new = body.add("Tanh", [body.add("Add", [from_inputs[2], body.add("Mul", [reset, biased[2]])])])
    moved = body.add("Mul", [update, body.add("Sub", [memory, new])])
    states = body.add("Add", [new, moved])
    return states, body.add("Identity", [states])


def _type(arithmetic: Arithmetic) -> int:
    return int(helper.np_dtype_to_tensor_dtype(arithmetic.zero.dtype))


def _model(nodes: Nodes, *, dim: int, num_scores: int) -> onnx.ModelProto:
    kinds = (
        ("inputs_UD", TensorProto.FLOAT, ["U", dim]),
        ("rows_TB", TensorProto.INT32, ["T", "B"]),
        ("is_first_TB", TensorProto.BOOL, ["T", "B", 1]),
        ("is_last_TB", TensorProto.BOOL, ["T", "B", 1]),
    )
    graph = helper.make_graph(
        nodes.nodes,
        "tagger",
        [helper.make_tensor_value_info(*one) for one in kinds],
        [helper.make_tensor_value_info("scores_TBS", TensorProto.FLOAT, ["T", "B", num_scores])],
        nodes.weights,
    )
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(OURS, 1)]
    model = helper.make_model(graph, opset_imports=opsets, producer_name="bionym")
    model.ir_version = 8
    return model
