"""Networks opened for prediction, on one thread of the processor."""

from pathlib import Path
from typing import Any

import numpy as np

from bionym.errors import ModelError
from bionym.onnx.importing import import_onnxruntime

PROBE, PROBED = "probe_11", 1_036_320  # an output of a graph with whole numbers, and what it is (see `int8`)
SLOW = "SkipLayerNormFusion"  # makes one operator of two that are an eighth quicker apart, on one thread


def open_session(graph: Path | bytes, *, keeps_memory: bool = True) -> Any:
    """A graph, made ready to run.

    Args:
        keeps_memory: whether the largest memory ever asked for is kept for the next call; false gives it back, which is better
            where the sizes of inputs differ much.
    Raises: ModelError if it cannot be loaded.
    """
    onnxruntime = import_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = options.enable_mem_pattern = keeps_memory
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(
            graph if isinstance(graph, bytes) else str(graph),
            options,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=[SLOW],
        )
    except Exception as error:
        name = "The graph" if isinstance(graph, bytes) else graph
        raise ModelError(
            f"{name} cannot be loaded ({type(error).__name__}). Copy the model again, or train it again."
        ) from error


def multiplies_rightly(session: Any) -> bool:
    """Whether the product whose result is known comes out right on this processor; yes for a graph that has none."""
    if PROBE not in {output.name for output in session.get_outputs()}:
        return True
    (found_11,) = session.run([PROBE], {"ids_1T": np.zeros((1, 1), dtype=np.int64)})
    return bool(found_11 == PROBED)
