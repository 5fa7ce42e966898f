"""The folder of results: a cell stands there whole or not at all."""

from pathlib import Path

import pytest

from bionym.benchmark.grid import Cell
from bionym.benchmark.keys import Keys
from bionym.benchmark.store import Store

KEYS = Keys(training="6c1f", scoring="09ab")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    cell = Cell(system="crf", train=("ncbi",), protocol="train", seed=None, tests=())
    return Store(tmp_path).folder(cell, KEYS)


def test_a_model_that_is_not_whole_yet_is_not_found(folder: Path, tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.writing(folder) as unfinished:
        (unfinished / "model").mkdir()
        (unfinished / "model" / "config.toml").touch()
        assert store.model(KEYS) is None  # as it would lie there after a power failure
    assert store.model(KEYS) == folder / "model"


def test_a_cell_that_is_done_again_replaces_the_old_one(folder: Path, tmp_path: Path) -> None:
    store = Store(tmp_path)
    for name in ("first", "second"):
        with store.writing(folder) as unfinished:
            (unfinished / name).touch()
    assert [path.name for path in folder.iterdir()] == ["second"] and list(store.cells.iterdir()) == [folder]


def test_a_cell_that_fails_leaves_the_old_one(folder: Path, tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.writing(folder) as unfinished:
        (unfinished / "first").touch()
    with pytest.raises(ValueError, match="no"), store.writing(folder):
        raise ValueError("no")
    assert [path.name for path in folder.iterdir()] == ["first"] and list(store.cells.iterdir()) == [folder]
