"""How fast onnxruntime reads with a BiLSTM alone, as the measure that other speeds are told in.

    python benchmarks/bare_recurrence.py

One bidirectional layer of onnxruntime's own operator with eight-bit weights, 344 values of a token to 2 x 200 and to 2 x 256,
sentences of 26 tokens, the quickest of several numbers of them at once: no words, no tags, no text. A processor that runs
slower, or shares its core, slows this as it slows a model, so a ratio to it can be compared between machines. Prints one JSON
object, tokens a second.
"""

import json
import time
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from bionym.onnx.importing import import_onnxruntime

INPUTS, SIZES = 344, (200, 256)
NUM_TOKENS, NUM_SENTENCES = 26, (16, 32, 64)
NUM_RUNS = 30  # the best of them counts


def bare_recurrence(size: int) -> float:
    """Tokens a second of a layer of so many values a direction."""
    onnxruntime = import_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(_layer(size), options, providers=["CPUExecutionProvider"])
    random = np.random.default_rng(0)
    return max(_speed(session, random.normal(size=(NUM_TOKENS, many, INPUTS), scale=0.3)) for many in NUM_SENTENCES)


def _speed(session: Any, inputs: Any) -> float:
    inputs, best = inputs.astype(np.float32), float("inf")
    for _ in range(NUM_RUNS):
        start = time.process_time()
        session.run(None, {"inputs": inputs})
        best = min(best, time.process_time() - start)
    return float(inputs.shape[0] * inputs.shape[1] / best)


def _layer(size: int) -> bytes:
    random = np.random.default_rng(0)
    weights: dict[str, Any] = {"biases": np.zeros((2, 8 * size), dtype=np.float32)}
    for name, dim in (("inputs", INPUTS), ("states", size)):
        weights[f"{name}_weights"] = random.integers(-127, 128, (2, dim, 4 * size)).astype(np.int8)
        weights[f"{name}_scale"] = np.full((2, 4 * size), 0.05 / 127, dtype=np.float32)
        weights[f"{name}_zero"] = np.zeros((2, 4 * size), dtype=np.int8)
    scales = [f"{name}_{part}" for name in ("inputs", "states") for part in ("scale", "zero")]
    node = helper.make_node(
        "DynamicQuantizeLSTM",
        ["inputs", "inputs_weights", "states_weights", "biases", "", "", "", "", *scales],
        ["found"],
        domain="com.microsoft",
        hidden_size=size,
        direction="bidirectional",
    )
    graph = helper.make_graph(
        [node],
        "bare",
        [helper.make_tensor_value_info("inputs", TensorProto.FLOAT, ["T", "B", INPUTS])],
        [helper.make_tensor_value_info("found", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(values, name) for name, values in weights.items()],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=opsets)
    model.ir_version = 8
    found: bytes = model.SerializeToString()
    return found


def main() -> None:
    """Print one JSON object."""
    print(json.dumps({f"{INPUTS} to 2 x {size}": round(bare_recurrence(size)) for size in SIZES}))


if __name__ == "__main__":
    main()
