"""A graph whose products with weights are those of whole numbers of eight bits.

    values_TK --(largest of each row / 127)--> whole_TK @ whole weights_KN --(scales of row and column)--> products_TN

The values of a subword are scaled by their own largest: separators, whose values are many times larger than those of words, do
not make words coarse. Weights have a scale for each column, tables of subwords one for each row. What is small stays as it is.

Some processors without instructions for such products add pairs of them in 16 bits, where they overflow. So the graph holds a
small product whose result is known, `probe_11`; who loads it looks, and takes 32 bits where it is wrong.

Axes: T subwords, K and N values of a token before and after a product.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from bionym.models._neural.arithmetic import MOST_VALUE, OURS, Nodes, whole_product, whole_rows
from bionym.models._neural.words import rows_as_whole
from bionym.models._subword.runtime import PROBE, PROBED

LEAST_COLUMNS, LEAST_ROWS = 64, 1_000  # of weights and of tables that are made whole
PROBE_SIZE = 32
Floats = NDArray[np.float32]


def in_eight_bits(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same graph with whole numbers where weights are multiplied or looked up, and the probe as an output more."""
    found = onnx.ModelProto()
    found.CopyFrom(model)
    graph, nodes = found.graph, Nodes(prefix="whole ")
    tables = {one.name: one for one in model.graph.initializer if one.data_type == TensorProto.FLOAT}
    rows: dict[str, tuple[str, str]] = {}
    for node in model.graph.node:
        if node.op_type == "MatMul" and _is_large(tables, node.input[1], axis=1, least=LEAST_COLUMNS):
            values, weights = node.input
            if values not in rows:
                rows[values] = whole_rows(nodes, values)
            whole, scale = rows[values]
            product = whole_product(nodes, whole, numpy_helper.to_array(tables[weights]), most=MOST_VALUE)
            nodes.add("Mul", [product, scale], name=node.output[0])
        elif node.op_type == "Gather" and _is_large(tables, node.input[0], axis=0, least=LEAST_ROWS):
            _look_up(nodes, numpy_helper.to_array(tables[node.input[0]]), node.input[1], node.output[0])
        else:
            nodes.nodes.append(node)
    _probe(nodes)
    used = {name for node in nodes.nodes for name in _read(node)}
    kept = [one for one in model.graph.initializer if one.name in used]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes.nodes)
    graph.initializer.extend([*kept, *nodes.weights])
    graph.output.append(helper.make_tensor_value_info(PROBE, TensorProto.INT32, [1, 1]))
    if OURS not in {one.domain for one in found.opset_import}:
        found.opset_import.append(helper.make_opsetid(OURS, 1))
    return found


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
    return set(node.input) | {name for graph in inner for each in graph.node for name in _read(each)}
