"""Products of int8 in a transformer's graph."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from bionym.errors import ModelError
from bionym.models.transformer.runtime import onnx_reader
from bionym.onnx.importing import import_onnxruntime
from bionym.onnx.int8 import to_int8
from bionym.onnx.sessions import PROBE, PROBED
from tests.models.processors import needs_int8

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


def with_bias(made: onnx.ModelProto, *, is_read_twice: bool = False) -> onnx.ModelProto:
    """The same graph, with a row added to the products; they may be read besides."""
    row = np.random.default_rng(2).normal(size=SCORES).astype(np.float32)
    made.graph.initializer.append(numpy_helper.from_array(row, "row"))
    made.graph.node.insert(2, helper.make_node("Add", ["row", "products"], ["sums"]))
    made.graph.node[3].input[0] = "sums"
    if is_read_twice:
        made.graph.node.insert(3, helper.make_node("Mul", ["products", "sums"], ["both"]))
        made.graph.node[4].input[0] = "both"
    return made


def scores(made: onnx.ModelProto, folder: Path, text: np.ndarray) -> np.ndarray:
    onnx.save(made, folder / "graph.onnx")
    return onnx_reader(folder / "graph.onnx")(text)


def ids(*numbers: int) -> np.ndarray:
    return np.array([numbers], dtype=np.int64)


@needs_int8
def test_scores_are_nearly_those_of_32_bits_and_large_weights_are_whole(tmp_path: Path) -> None:
    onnx.save(graph(), tmp_path / "plain.onnx")
    whole = to_int8(graph())
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
    onnx.save(to_int8(made), tmp_path / "whole.onnx")
    read = onnx_reader(tmp_path / "whole.onnx")
    np.testing.assert_array_equal(read(ids(1, 2, 3)), read(ids(1, 2, 3, 5))[:3])


def test_the_probe_is_right_here_or_32_bits_are_taken(tmp_path: Path) -> None:
    plain, whole = graph(), to_int8(graph())
    onnx.save(plain, tmp_path / "plain.onnx")
    onnx.save(whole, tmp_path / "whole.onnx")
    session = import_onnxruntime().InferenceSession(tmp_path / "whole.onnx")
    (probe_11,) = session.run([PROBE], {"ids_1T": ids(0)})
    assert probe_11.shape == (1, 1) and probe_11 <= PROBED
    (largest,) = (one for one in whole.graph.initializer if one.data_type == TensorProto.UINT8 and one.dims)
    largest.CopyFrom(numpy_helper.from_array(np.full((32, 32), 254, dtype=np.uint8), largest.name))
    onnx.save(whole, tmp_path / "overflows.onnx")
    texts = ids(1, 2, 3)
    plainly = onnx_reader(tmp_path / "plain.onnx")(texts)
    instead = onnx_reader(tmp_path / "overflows.onnx", tmp_path / "plain.onnx")(texts)
    np.testing.assert_array_equal(instead, plainly)
    with pytest.raises(ModelError, match="lacks VNNI.*not-there"):
        onnx_reader(tmp_path / "overflows.onnx", tmp_path / "not-there.onnx")


@pytest.mark.parametrize("value", [0.0, 1e-30])
def test_rows_of_nothing_give_numbers(value: float, tmp_path: Path) -> None:
    made = graph()
    table = numpy_helper.to_array(made.graph.initializer[0]).copy()
    table[:] = value
    made.graph.initializer[0].CopyFrom(numpy_helper.from_array(table, "table"))
    onnx.save(to_int8(made), tmp_path / "whole.onnx")
    assert np.isfinite(onnx_reader(tmp_path / "whole.onnx")(ids(1, 2))).all()


SAMPLE = [ids(*range(0, ROWS, 3)), ids(*range(1, ROWS, 3))]


@needs_int8
@pytest.mark.parametrize("is_read_twice", [False, True])
def test_a_sample_shows_how_large_values_come_and_a_row_is_added_at_once(is_read_twice: bool, tmp_path: Path) -> None:
    made = with_bias(graph(), is_read_twice=is_read_twice)
    whole = to_int8(made, SAMPLE)
    kinds = [node.op_type for node in whole.graph.node]
    assert "Abs" not in kinds  # no scales of subwords
    assert ("Add" in kinds) == is_read_twice
    text = ids(*range(2, ROWS, 3))
    expected, found = scores(made, tmp_path, text), scores(whole, tmp_path, text)
    assert 0 < np.abs(found - expected).max() < 0.05 * np.abs(expected).max()


def behind_table(made: onnx.ModelProto, kind: str, *others: str) -> onnx.ModelProto:
    """The same graph, with something done to the values that were looked up."""
    made.graph.node.insert(1, helper.make_node(kind, ["values", *others], ["done"]))
    made.graph.node[2].input[0] = "done"
    return made


@needs_int8
def test_channels_that_are_large_do_not_make_the_others_coarse(tmp_path: Path) -> None:
    sizes = np.ones(VALUES, dtype=np.float32)
    sizes[3] = 100
    made = behind_table(graph(), "Mul", "sizes")
    weights = numpy_helper.to_array(made.graph.initializer[1]) / sizes[:, None]
    made.graph.initializer[1].CopyFrom(numpy_helper.from_array(weights, "weights"))
    made.graph.initializer.append(numpy_helper.from_array(sizes, "sizes"))
    text = ids(*range(2, ROWS, 3))
    expected = scores(made, tmp_path, text)
    gained, by_rows = (scores(to_int8(made, sample), tmp_path, text) - expected for sample in (SAMPLE, ()))
    assert np.abs(gained).max() < 0.1 * np.abs(expected).max()
    assert 2 * np.abs(gained).mean() < np.abs(by_rows).mean()


def test_what_is_larger_than_in_the_sample_is_cut_off_and_what_stands_beside_it_stays(tmp_path: Path) -> None:
    made = graph()
    table = numpy_helper.to_array(made.graph.initializer[0]).copy()
    table[5] *= 1_000
    made.graph.initializer[0].CopyFrom(numpy_helper.from_array(table, "table"))
    whole = to_int8(made, [ids(*range(6, ROWS))])
    alone, beside = (scores(whole, tmp_path, text) for text in (ids(1, 2, 3), ids(1, 2, 3, 5)))
    np.testing.assert_array_equal(alone, beside[:3])
    assert np.isfinite(beside).all()


@pytest.mark.parametrize("kind", ["Log", "Floor"])
def test_a_sample_that_shows_no_number_or_nothing_is_left_aside(kind: str, tmp_path: Path) -> None:
    made = behind_table(graph(), kind)
    table = np.abs(numpy_helper.to_array(made.graph.initializer[0]))
    table[5] = 0  # Log makes it infinite
    made.graph.initializer[0].CopyFrom(numpy_helper.from_array(table, "table"))
    text = ids(1, 2, 3)
    found, by_rows = (scores(to_int8(made, sample), tmp_path, text) for sample in ([ids(5, 5)], ()))
    np.testing.assert_array_equal(found, by_rows)


@pytest.mark.parametrize("value", [1e-38, 3e38])
def test_any_size_of_values_in_the_sample_gives_numbers(value: float, tmp_path: Path) -> None:
    made = graph()
    table = numpy_helper.to_array(made.graph.initializer[0]).copy()
    table[5] = value
    made.graph.initializer[0].CopyFrom(numpy_helper.from_array(table, "table"))
    for sample in (ids(5), ids(1, 5)):
        assert np.isfinite(scores(to_int8(made, [sample]), tmp_path, ids(1, 2, 3))).all()


def test_a_channel_that_is_zero_in_the_sample_stays_a_number(tmp_path: Path) -> None:
    made = graph()
    table = numpy_helper.to_array(made.graph.initializer[0]).copy()
    table[6:, 3] = 0
    made.graph.initializer[0].CopyFrom(numpy_helper.from_array(table, "table"))
    whole = to_int8(made, [ids(*range(6, ROWS))])
    assert np.isfinite(scores(whole, tmp_path, ids(1, 2, 7))).all()
