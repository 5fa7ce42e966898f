"""Heads as files: what is read back, and the scheme's rules over what was learned."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from bionym.data.tags import BIO
from bionym.errors import ModelError
from bionym.heads.files import HeadEntry, HeadWeights, chain_with_rules, read_entries, read_heads, write_entries
from bionym.heads.head import Head
from bionym.linear_chain.decoding import FORBIDDEN

TAGS = ("O", "B-A", "I-A")


def weights() -> HeadWeights:
    transitions = np.arange(9, dtype=float).reshape(3, 3)
    return HeadWeights(Head("", TAGS), np.array([0.5, 1.5, 2.5]), transitions, np.array([3.5, 4.5, 5.5]))


def test_what_the_scheme_forbids_is_forbidden_and_the_rest_is_as_learned() -> None:
    ruled = chain_with_rules(weights(), BIO)
    assert ruled.starts_L.tolist() == [0.5, 1.5, FORBIDDEN]
    assert ruled.ends_L.tolist() == [3.5, 4.5, 5.5]
    assert ruled.transitions_LL.tolist() == [[0, 1, FORBIDDEN], [3, 4, 5], [6, 7, 8]]


def test_a_price_on_top_of_what_is_forbidden_does_not_go_below_it() -> None:
    learned = weights()
    chain = chain_with_rules(
        HeadWeights(learned.head, -learned.starts_L * 1e20, learned.transitions_LL, learned.ends_L), BIO
    )
    assert chain.starts_L[2] == FORBIDDEN


OLD = {"b": ["O", "I-B"], "a": list(TAGS)}
NEW = [{"source": "b", "tags": ["O", "I-B"]}, {"source": "a", "tags": list(TAGS)}]


@pytest.mark.parametrize("table", [OLD, NEW])
def test_heads_are_read_in_order_each_with_its_own_numbers(table: object, tmp_path: Path) -> None:
    (tmp_path / "heads.json").write_text(json.dumps(table), encoding="utf-8")
    parts = [("starts", (1,)), ("transitions", (1, 1)), ("ends", (1,))]
    stored = {
        f"{number}.{part}": np.full(tuple(size * one for one in shape), 10 * number + place, dtype=np.float32)
        for number, size in enumerate((2, 3))
        for place, (part, shape) in enumerate(parts)
    }
    save_file(stored | {"other": np.zeros(1, dtype=np.float32)}, tmp_path / "heads.safetensors")
    (first, second), tensors = read_heads(tmp_path)
    assert first.head == Head("b", ("O", "I-B")) and second.head == Head("a", TAGS)
    assert [part.tolist() for part in (first.starts_L, first.ends_L)] == [[0, 0], [2, 2]]
    assert second.starts_L.tolist() == [10] * 3 and second.transitions_LL.tolist() == [[11] * 3] * 3
    assert second.ends_L.dtype == np.float64 and set(tensors) == {*stored, "other"}


@pytest.mark.parametrize("name", ["heads.json", "heads.safetensors"])
def test_a_folder_that_lacks_a_file_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "heads.json").write_text("{}", encoding="utf-8")
    save_file({"other": np.zeros(1, dtype=np.float32)}, tmp_path / "heads.safetensors")
    assert read_heads(tmp_path)[0] == []
    (tmp_path / name).unlink()
    with pytest.raises(ModelError, match="does not hold a whole model"):
        read_heads(tmp_path)


def test_heads_are_written_in_one_form_whether_they_give_tags_or_spans(tmp_path: Path) -> None:
    entries = [HeadEntry("b", ("O", "I-B")), HeadEntry("spans", labels=("A", "B"))]
    write_entries(entries, tmp_path)
    assert json.loads((tmp_path / "heads.json").read_text(encoding="utf-8")) == [
        {"source": "b", "tags": ["O", "I-B"]},
        {"source": "spans", "labels": ["A", "B"]},
    ]
    assert read_entries(tmp_path) == entries


@pytest.mark.parametrize(
    "text", ["null", "5", '[{"source": 5, "tags": []}]', '[["b", "O"]]', '{"b": [5]}', "[" * 50_000]
)
def test_a_table_of_another_shape_is_refused_in_one_line(text: str, tmp_path: Path) -> None:
    (tmp_path / "heads.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match="does not hold a whole model"):
        read_entries(tmp_path)
