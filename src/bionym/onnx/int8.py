"""Quantise a graph: its products with weights become products of int8.

    values_TK --(x gains_K)--> whole_TK @ whole weights_KN --(scales of columns, bias)--> products_TN

The values that an encoder computes differ in size from channel to channel, tens of times, and those of separators are larger
than those of words. So each channel has a gain, and the weights behind it take up the rest: how large its values come is seen
in a sample of text, and what is larger than anything there is cut off at the edge. Without a sample, each subword has a scale
of its own, that of its largest value: as fine, and slower by a fifth.

    values_TK --(largest of each row / 127)--> whole_TK @ whole weights_KN --(scales of row and column)--> products_TN

Either way what a subword gets does not depend on those beside it. Weights have a scale for each column, tables of subwords one
for each row. What is small stays as it is.

Some processors without instructions for such products add pairs of them in 16 bits, where they overflow. So the graph holds a
small product whose result is known, `probe_11`; the loader checks it, and uses float32 where it is wrong.

Source: Xiao et al. 2023 (SmoothQuant) for the gains; here of the values alone.

Axes: T subwords, K and N values of a token before and after a product.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from bionym.onnx.arithmetic import MOST_VALUE, OURS, ZERO, Nodes, whole_product, whole_rows
from bionym.onnx.sessions import PROBE, PROBED, open_session
from bionym.onnx.whole_numbers import rows_as_whole

LEAST_COLUMNS, LEAST_ROWS = 64, 1_000  # of weights and of tables that are made whole
PROBE_SIZE = 32
EVENNESS = 0.75  # how far gains make channels alike; at 1 all fill int8, and small weights lose precision
SPARE = 1.1  # how much larger than in the sample values may come
LEAST_SHARE, TINY = 1e-3, 1e-30  # of the largest channel, and a value, that any channel counts as at least
Floats = NDArray[np.float32]


def to_int8(model: onnx.ModelProto, sample: Iterable[NDArray[np.int64]] = ()) -> onnx.ModelProto:
    """The same graph with int8 where weights are multiplied or looked up, and the probe as a further output.

    Args:
        sample: windows of the kind of text that will be read, each 1 x T.
    """
    return _Rewriting(model, sample).result


class _Rewriting:
    """A graph, and the quantised one made from it."""

    def __init__(self, model: onnx.ModelProto, sample: Iterable[NDArray[np.int64]]) -> None:
        self.nodes = Nodes(prefix="whole ")
        self.tables = {
            tensor.name: tensor for tensor in model.graph.initializer if tensor.data_type == TensorProto.FLOAT
        }
        products = [node for node in model.graph.node if self._is_product(node)]
        self.gains = {name: _gains(largest_K) for name, largest_K in _largest(model, products, sample).items()}
        gained = [node for node in products if node.input[0] in self.gains]
        self.sums = _sums_with_rows(model, gained, self.tables)
        self.whole: dict[str, tuple[str, ...]] = {}  # values as whole numbers, and their scales if they have any
        added = {name for name, _ in self.sums.values()}
        for node in model.graph.node:
            if self._is_product(node):
                values, weights = node.input
                multiply = self._multiply_gained if values in self.gains else self._multiply
                multiply(values, weights, node.output[0])
            elif node.op_type == "Gather" and _is_large(self.tables, node.input[0], axis=0, least=LEAST_ROWS):
                _look_up(self.nodes, self._values(node.input[0]), node.input[1], node.output[0])
            elif node.output[0] not in added:
                self.nodes.nodes.append(node)
        _probe(self.nodes)
        self.result = _with(model, self.nodes)

    def _is_product(self, node: onnx.NodeProto) -> bool:
        return node.op_type == "MatMul" and _is_large(self.tables, node.input[1], axis=1, least=LEAST_COLUMNS)

    def _values(self, name: str) -> Floats:
        return numpy_helper.to_array(self.tables[name])

    def _multiply_gained(self, values: str, weights: str, output: str) -> None:
        gains_K = self.gains[values]
        if values not in self.whole:
            self.whole[values] = (_with_gains(self.nodes, values, gains_K),)
        (whole,) = self.whole[values]
        name, bias_N = self.sums.get(output, (output, None))
        rest_KN = self._values(weights) / gains_K[:, None]
        whole_product(self.nodes, whole, rest_KN, most=MOST_VALUE, bias_X=bias_N, name=name)

    def _multiply(self, values: str, weights: str, output: str) -> None:
        if values not in self.whole:
            self.whole[values] = whole_rows(self.nodes, values)
        whole, scale = self.whole[values]
        product = whole_product(self.nodes, whole, self._values(weights), most=MOST_VALUE)
        self.nodes.add("Mul", [product, scale], name=output)


def _largest(
    model: onnx.ModelProto, products: Iterable[onnx.NodeProto], sample: Iterable[NDArray[np.int64]]
) -> dict[str, Floats]:
    """The largest value of each channel in a sample, by the name of what is multiplied; of those that are numbers."""
    names, sample = sorted({node.input[0] for node in products}), list(sample)
    if not names or not sample:
        return {}
    inner = onnx.ModelProto()
    inner.CopyFrom(model)
    del inner.graph.output[:]
    inner.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names)
    session = open_session(inner.SerializeToString())
    largest: dict[str, Floats] = {}
    for ids_1T in sample:
        for name, values_TK in zip(names, session.run(names, {"ids_1T": ids_1T}), strict=True):
            largest_K = np.abs(values_TK).reshape(-1, values_TK.shape[-1]).max(axis=0, initial=0.0)
            largest[name] = np.maximum(largest.get(name, 0.0), largest_K)
    return {name: largest_K for name, largest_K in largest.items() if np.isfinite(largest_K).all() and largest_K.any()}


def _gains(largest_K: Floats) -> Floats:
    """What each channel is multiplied with, so that its values fit int8, and the largest of all fills it."""
    most_K = SPARE * largest_K.astype(np.float64)
    most_K = np.maximum(most_K, max(LEAST_SHARE * most_K.max(), TINY))
    uneven_K = most_K ** (1 - EVENNESS)
    gains_K: Floats = (MOST_VALUE / uneven_K.max() / most_K**EVENNESS).astype(np.float32)
    return gains_K


def _with_gains(nodes: Nodes, values: str, gains_K: Floats) -> str:
    """Values as whole numbers, ZERO for 0."""
    gained = nodes.add("Mul", [values, nodes.weight(gains_K)])
    return nodes.add("QuantizeLinear", [gained, nodes.weight(np.float32(1)), nodes.weight(np.uint8(ZERO))])


def _sums_with_rows(
    model: onnx.ModelProto, products: Iterable[onnx.NodeProto], tables: Mapping[str, Any]
) -> dict[str, tuple[str, Floats]]:
    """Of products that are only read to add a constant row: the name of the sum, and the row."""
    readers: dict[str, list[onnx.NodeProto]] = defaultdict(list)
    for node in model.graph.node:
        for name in _read(node):
            readers[name].append(node)
    outputs, sums = {output.name for output in model.graph.output}, {}
    for name in (product.output[0] for product in products):
        if name in outputs or [node.op_type for node in readers[name]] != ["Add"]:
            continue
        (node,) = readers[name]
        rows = [other for other in node.input if other in tables and len(tables[other].dims) == 1]
        if rows:
            sums[name] = (node.output[0], numpy_helper.to_array(tables[rows[0]]))
    return sums


def _with(model: onnx.ModelProto, nodes: Nodes) -> onnx.ModelProto:
    """The model with other nodes, and of its constants those that they read."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    graph = copy.graph
    used = {name for node in nodes.nodes for name in _read(node)}
    constants = [tensor for tensor in model.graph.initializer if tensor.name in used]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes.nodes)
    graph.initializer.extend([*constants, *nodes.weights])
    graph.output.append(helper.make_tensor_value_info(PROBE, TensorProto.INT32, [1, 1]))
    if OURS not in {opset.domain for opset in copy.opset_import}:
        copy.opset_import.append(helper.make_opsetid(OURS, 1))
    return copy


def _is_large(tables: Mapping[str, Any], name: str, *, axis: int, least: int) -> bool:
    return name in tables and len(tables[name].dims) == 2 and tables[name].dims[axis] >= least


def _look_up(nodes: Nodes, table_VK: Floats, places: str, output: str) -> None:
    whole_VK, scale_V1 = rows_as_whole(table_VK)
    whole, scale = (nodes.add("Gather", [nodes.weight(values), places]) for values in (whole_VK, scale_V1))
    nodes.add("Mul", [nodes.add("Cast", [whole], to=TensorProto.FLOAT), scale], name=output)


def _probe(nodes: Nodes) -> None:
    """The largest products there are, added up; PROBED where nothing overflows."""
    values = nodes.weight(np.full((PROBE_SIZE, PROBE_SIZE), 255, dtype=np.uint8))
    weights = nodes.weight(np.full((PROBE_SIZE, PROBE_SIZE), MOST_VALUE, dtype=np.int8))
    assert PROBE_SIZE * 255 * MOST_VALUE == PROBED
    product = nodes.add("MatMulInteger", [values, weights])
    nodes.add("ReduceMin", [product], axes=[0, 1], name=PROBE)


def _read(node: onnx.NodeProto) -> set[str]:
    """The names that a node reads, those of graphs within it too."""
    inner = (attribute.g for attribute in node.attribute if attribute.type == onnx.AttributeProto.GRAPH)
    return set(node.input) | {name for graph in inner for nested in graph.node for name in _read(nested)}
