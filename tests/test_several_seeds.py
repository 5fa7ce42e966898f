from pathlib import Path

import pytest

import bionym
from bionym import several_seeds
from bionym.errors import ConfigError, ModelError, UsageError
from bionym.training import runs
from bionym.training.monitors.log import Log
from tests.apps.test_train_neural import CONLL, QUICK

SETTINGS = [*(f"{key}={value}" for key, value in QUICK.items()), "held_out=0.4", "training.epochs=2"]


def watching(folder: Path) -> list[Log]:
    return [Log(folder)]


@pytest.fixture(scope="module")
def documents() -> list[bionym.Document]:
    return list(bionym.read(CONLL, "conll"))


@pytest.fixture(scope="module")
def made(documents: list[bionym.Document], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bionym.Pipeline]:
    folder = tmp_path_factory.mktemp("seeds")
    return folder, several_seeds.train(documents, seeds=(3, 4), folder=folder, settings=SETTINGS, watching=watching)


@pytest.mark.needs("torch", "onnx")
def test_every_seed_is_scored_on_the_same_documents(made: tuple[Path, bionym.Pipeline]) -> None:
    folder, tagger = made
    record = tagger.record.seeds
    assert [row["seed"] for row in record.seeds] == [3, 4]
    assert tagger.record.held_out == ("",) and tagger.record.seed == record.chosen
    first, second = (runs.read(folder / f"seed-{seed}").settings for seed in (3, 4))
    assert first["data"] == second["data"]
    assert record.mean["mean"] == pytest.approx(sum(row["mean"] for row in record.seeds) / 2)


@pytest.mark.needs("torch", "onnx")
def test_side_by_side_they_learn_the_same(
    made: tuple[Path, bionym.Pipeline], documents: list[bionym.Document], tmp_path: Path
) -> None:
    _, expected = made
    told = []
    tagger = several_seeds.train(
        documents, seeds=(3, 4), folder=tmp_path, settings=SETTINGS, jobs=2, on_seed=lambda seed, run: told.append(seed)
    )
    assert tagger.record.seeds == expected.record.seeds and sorted(told) == [3, 4]
    assert list(tagger.predict(documents)) == list(expected.predict(documents))


@pytest.mark.needs("torch", "onnx")
def test_what_is_done_is_not_done_again(made: tuple[Path, bionym.Pipeline], documents: list[bionym.Document]) -> None:
    folder, expected = made
    told = []
    again = several_seeds.train(
        documents, seeds=(4, 3), folder=folder, settings=SETTINGS, on_seed=lambda seed, run: told.append(seed)
    )
    assert told == [] and again.record.seeds.mean == expected.record.seeds.mean
    with pytest.raises(ConfigError, match="configuration.held_out was 0.4, is 0.3"):
        several_seeds.train(documents, seeds=(3,), folder=folder, settings=[*SETTINGS, "held_out=0.3"])


@pytest.mark.needs("torch", "onnx")
def test_a_seed_that_fails_elsewhere_is_named(documents: list[bionym.Document], tmp_path: Path) -> None:
    bare = [one.with_entities(()) for one in documents]
    with pytest.raises(ModelError, match="Seed 1: The training documents hold no entity"):
        several_seeds.train(bare, seeds=(1,), folder=tmp_path, settings=SETTINGS, jobs=2)


def test_seeds_that_would_change_nothing_are_refused(documents: list[bionym.Document], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="The training of a crf has no randomness"):
        several_seeds.train(documents, seeds=(1, 2), folder=tmp_path, model="crf")
    with pytest.raises(UsageError, match="seeds are 1, 1: give one or more, each once"):
        several_seeds.train(documents, seeds=(1, 1), folder=tmp_path)
    with pytest.raises(UsageError, match="compared on development data"):
        several_seeds.train(documents, seeds=(1, 2), folder=tmp_path, settings=["held_out=0"])
