"""What the processor can do that runs the tests, found out as the product finds it out."""

import functools

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from bionym.onnx.int8 import to_int8
from bionym.onnx.sessions import multiplies_rightly, open_session


@functools.cache
def multiplies_int8_rightly() -> bool:
    """Whether the product's own probe comes out right here; where it does not, an int8 transformer is refused."""
    table = numpy_helper.from_array(np.ones((2, 1), dtype=np.float32), "table")
    nodes = [
        helper.make_node("Gather", ["table", "ids_1T"], ["values"]),
        helper.make_node("Squeeze", ["values"], ["scores_TS"]),
    ]
    graph = helper.make_graph(
        nodes,
        "probe",
        [helper.make_tensor_value_info("ids_1T", TensorProto.INT64, [1, "T"])],
        [helper.make_tensor_value_info("scores_TS", TensorProto.FLOAT, ["T"])],
        [table],
    )
    model: onnx.ModelProto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return multiplies_rightly(open_session(to_int8(model).SerializeToString()))


needs_int8 = pytest.mark.skipif(
    not multiplies_int8_rightly(), reason="this processor overflows in int8 products, and Bionym refuses them here"
)
