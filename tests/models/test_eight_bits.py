"""Products of whole numbers of eight bits in a transformer's graph."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from bionym.models._subword.eight_bits import in_eight_bits
from bionym.models._subword.runtime import PROBE, PROBED, onnx_reader

ROWS, VALUES, SCORES = 1_000, 32, 64


def graph(seed: int = 1) -> onnx.ModelProto:
    """Subwords looked up in a table and multiplied with weights, as an encoder does, and a few more values."""
    chance = np.random.default_rng(seed)
    tables = {
        "table": chance.normal(size=(ROWS, VALUES)),
        "weights": chance.normal(size=(VALUES, SCORES)),
        "few": chance.normal(size=(SCORES, 3)),
    }
    nodes = [
        helper.make_node("Gather", ["table", "ids_1T"], ["values"]),
        helper.make_node("MatMul", ["values", "weights"], ["products"]),
        helper.make_node("MatMul", ["products", "few"], ["last"]),
        helper.make_node("Squeeze", ["last"], ["scores_TS"]),
    ]
    made = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("ids_1T", TensorProto.INT64, [1, "T"])],
        [helper.make_tensor_value_info("scores_TS", TensorProto.FLOAT, ["T", 3])],
        [numpy_helper.from_array(value.astype(np.float32), name) for name, value in tables.items()],
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def ids(*numbers: int) -> np.ndarray:
    return np.array([numbers], dtype=np.int64)


def test_scores_are_nearly_those_of_32_bits_and_large_weights_are_whole(tmp_path: Path) -> None:
    onnx.save(graph(), tmp_path / "plain.onnx")
    whole = in_eight_bits(graph())
    onnx.save(whole, tmp_path / "whole.onnx")
    texts = ids(*range(0, 900, 7))
    expected, found = (onnx_reader(tmp_path / name)(texts) for name in ("plain.onnx", "whole.onnx"))
    assert 0 < np.abs(found - expected).max() < 0.05 * np.abs(expected).max()
    large = [one for one in whole.graph.initializer if np.prod(one.dims) > ROWS]
    assert {one.data_type for one in large} == {TensorProto.INT8, TensorProto.UINT8}
    assert "few" in {one.name for one in whole.graph.initializer}


def test_a_subword_has_the_same_scores_whatever_stands_beside_it(tmp_path: Path) -> None:
    made = graph()
    table = numpy_helper.to_array(made.graph.initializer[0]).copy()
    table[5] *= 1_000  # as separators are
    made.graph.initializer[0].CopyFrom(numpy_helper.from_array(table, "table"))
    onnx.save(in_eight_bits(made), tmp_path / "whole.onnx")
    read = onnx_reader(tmp_path / "whole.onnx")
    np.testing.assert_array_equal(read(ids(1, 2, 3)), read(ids(1, 2, 3, 5))[:3])


def test_the_probe_is_right_here_or_32_bits_are_taken(tmp_path: Path) -> None:
    plain, whole = graph(), in_eight_bits(graph())
    onnx.save(plain, tmp_path / "plain.onnx")
    onnx.save(whole, tmp_path / "whole.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "whole.onnx")
    (probe_11,) = session.run([PROBE], {"ids_1T": ids(0)})
    assert probe_11.shape == (1, 1) and probe_11 <= PROBED
    (largest,) = (one for one in whole.graph.initializer if one.data_type == TensorProto.UINT8 and one.dims)
    largest.CopyFrom(numpy_helper.from_array(np.full((32, 32), 254, dtype=np.uint8), largest.name))
    onnx.save(whole, tmp_path / "overflows.onnx")
    texts = ids(1, 2, 3)
    plainly = onnx_reader(tmp_path / "plain.onnx")(texts)
    instead = onnx_reader(tmp_path / "overflows.onnx", tmp_path / "plain.onnx")(texts)
    np.testing.assert_array_equal(instead, plainly)
    alone = onnx_reader(tmp_path / "overflows.onnx", tmp_path / "not-there.onnx")(texts)
    assert np.abs(alone - plainly).max() > 0


@pytest.mark.parametrize("value", [0.0, 1e-30])
def test_rows_of_nothing_give_numbers(value: float, tmp_path: Path) -> None:
    made = graph()
    table = numpy_helper.to_array(made.graph.initializer[0]).copy()
    table[:] = value
    made.graph.initializer[0].CopyFrom(numpy_helper.from_array(table, "table"))
    onnx.save(in_eight_bits(made), tmp_path / "whole.onnx")
    assert np.isfinite(onnx_reader(tmp_path / "whole.onnx")(ids(1, 2))).all()
