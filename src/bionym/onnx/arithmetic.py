"""How the exported network multiplies: in float32 or int8.

In int8 a number never depends on what stands beside it: the values of a token are scaled by their own largest, and
states, which lie between -1 and 1, by a constant. Sums of whole numbers are exact. Weights take seven bits and a scale for
each column: processors without instructions for such networks add two products in 16 bits, where more would not fit.

Axes: U distinct tokens, D values of a token, H values of a state, X values of a product.
"""

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from onnx import helper, numpy_helper

Floats = NDArray[np.float32]

OURS = "com.microsoft"  # onnxruntime's own operators
MOST_WEIGHT, MOST_VALUE = 63, 127
ZERO = 128  # zero point of uint8 values


@dataclass
class Nodes:
    """A graph in the making.

    Args:
        weights: constants, those of inner graphs too.
    """

    weights: list[Any] = field(default_factory=list)
    nodes: list[Any] = field(default_factory=list)
    prefix: str = ""

    def add(self, kind: str, inputs: list[str], *, name: str = "", **attributes: Any) -> str:
        """A node with one output; the output's name."""
        output = name or f"{self.prefix}{kind}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def weight(self, values: Any) -> str:
        """A constant; its name."""
        name = f"weight{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values).reshape(np.shape(values)), name))
        return name


class Arithmetic(Protocol):
    """How states are stored and multiplied."""

    zero: NDArray[Any]

    def inputs(self, nodes: Nodes, name: str) -> tuple[str, ...]:
        """Values of tokens, U x D, prepared for `input_product`."""
        ...

    def input_product(self, nodes: Nodes, inputs: tuple[str, ...], weights_DX: Floats) -> str:
        """Their product with weights, U x X, in float32."""
        ...

    def store(self, nodes: Nodes, states: str) -> str:
        """States as they are stored."""
        ...

    def product(self, nodes: Nodes, states: str, weights_HX: Floats) -> str:
        """The product of stored states with weights, in float32."""
        ...

    def fine_product(self, nodes: Nodes, states: str, weights_HX: Floats) -> str:
        """As `product`, with finer weights."""
        ...


class Float32:
    """Everything in float32."""

    zero = np.zeros((1,), dtype=np.float32)

    def inputs(self, nodes: Nodes, name: str) -> tuple[str, ...]:
        return (name,)

    def input_product(self, nodes: Nodes, inputs: tuple[str, ...], weights_DX: Floats) -> str:
        return self.product(nodes, inputs[0], weights_DX)

    def store(self, nodes: Nodes, states: str) -> str:
        return nodes.add("Identity", [states])

    def product(self, nodes: Nodes, states: str, weights_HX: Floats) -> str:
        return nodes.add("MatMul", [states, nodes.weight(weights_HX)])

    fine_product = product


class Int8:
    """Products of int8 weights and uint8 values."""

    zero = np.full((1,), ZERO, dtype=np.uint8)

    def inputs(self, nodes: Nodes, name: str) -> tuple[str, ...]:
        return whole_rows(nodes, name)

    def input_product(self, nodes: Nodes, inputs: tuple[str, ...], weights_DX: Floats) -> str:
        whole, scale = inputs
        return nodes.add("Mul", [whole_product(nodes, whole, weights_DX), scale])

    def store(self, nodes: Nodes, states: str) -> str:
        scale = nodes.weight(np.float32(1 / MOST_VALUE))
        return nodes.add("QuantizeLinear", [states, scale, nodes.weight(np.uint8(ZERO))])

    def product(self, nodes: Nodes, states: str, weights_HX: Floats) -> str:
        return whole_product(nodes, states, weights_HX, scale=1 / MOST_VALUE)

    def fine_product(self, nodes: Nodes, states: str, weights_HX: Floats) -> str:
        """A second product adds what the first, with rounded weights, leaves over."""
        whole_HX, scale_X = _as_whole(weights_HX, MOST_WEIGHT)
        rest_HX = weights_HX - whole_HX * scale_X
        return nodes.add("Add", [self.product(nodes, states, part_HX) for part_HX in (weights_HX, rest_HX)])


def whole_rows(nodes: Nodes, values: str) -> tuple[str, str]:
    """Values as whole numbers, ZERO for 0, and the scale of each row: what its largest value sets."""
    largest = nodes.add("ReduceMax", [nodes.add("Abs", [values])], axes=[-1])
    above_zero = nodes.add("Max", [largest, nodes.weight(np.float32(1e-9))])
    scale = nodes.add("Div", [above_zero, nodes.weight(np.float32(MOST_VALUE))])
    unit, zero = nodes.weight(np.float32(1)), nodes.weight(np.uint8(ZERO))
    return nodes.add("QuantizeLinear", [nodes.add("Div", [values, scale]), unit, zero]), scale


def whole_product(
    nodes: Nodes,
    values: str,
    weights_HX: Floats,
    *,
    scale: float = 1.0,
    most: int = MOST_WEIGHT,
    bias_X: Floats | None = None,
    name: str = "",
) -> str:
    """The product, in float32, of whole numbers of unit `scale` with weights.

    Args:
        most: the largest whole number among the weights.
        bias_X: is added.
        name: of what comes out.
    """
    whole_HX, scale_X = _as_whole(weights_HX, most)
    names = [values, *map(nodes.weight, (whole_HX, np.float32(scale), scale_X, np.uint8(ZERO)))]
    if bias_X is not None:
        names += ["", nodes.weight(bias_X)]
    return nodes.add("MatMulIntegerToFloat", names, name=name, domain=OURS)


def _as_whole(weights_HX: Floats, most: int) -> tuple[NDArray[np.int8], Floats]:
    """Whole numbers and the scale of each column."""
    scale_X = np.maximum(np.abs(weights_HX).max(axis=0), 1e-30).astype(np.float32) / most
    return np.rint(weights_HX / scale_X).astype(np.int8), scale_X
