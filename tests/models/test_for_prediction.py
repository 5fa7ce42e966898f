"""A model in less room: it predicts the same, and nothing can go on from it."""

import json
import shutil
from pathlib import Path

import pytest

import bionym
from bionym.apps.cli import main
from bionym.data import Corpus, Document
from bionym.errors import ModelError, OutputError, UsageError
from bionym.models.ensemble import combining
from bionym.trained import exchange
from tests.models import small

pytestmark = pytest.mark.needs("torch", "onnx")

SMALL = [*small.SMALL, "training.epochs=4", "training.learning_rate=0.03", "held_out=0"]
NETWORK, PLAIN, WHOLE = "network.safetensors", "tagger.onnx", "tagger.int8.onnx"


@pytest.fixture(scope="module")
def folder(diseases: list[Document], chemicals: list[Document], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BiLSTM-CRF of two corpora, one of which has a network of its own; a feature CRF; and both together."""
    place = tmp_path_factory.mktemp("models")
    corpora = {"ncbi": Corpus({"train": tuple(diseases)}), "cdr": Corpus({"train": tuple(chemicals)})}
    bionym.train(model="bilstm_crf", corpora=corpora, settings=[*SMALL, "weights=int8"]).save(place / "net")
    shutil.copytree(place / "net", place / "net" / "own" / "0")
    (place / "net" / "own.json").write_text('{"cdr": 0}', encoding="utf-8")
    bionym.train(diseases, settings=["training.max_iterations=15", "features.gazetteer=false"]).save(place / "crf")
    combining.combine([place / "net", f"ncbi={place / 'crf'}"], place / "both")
    return place


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_network_predicts_the_same_from_less(folder: Path, diseases: list[Document], tmp_path: Path) -> None:
    labels = exchange.export_model(str(folder / "net"), tmp_path / "out", to="prediction")
    assert labels == ("Chemical", "Disease")
    gone = {NETWORK, PLAIN}
    assert names(folder / "net") - names(tmp_path / "out") == gone | {f"own/0/{name}" for name in gone}
    again = list(bionym.load(tmp_path / "out").predict(diseases))
    assert again == list(bionym.load(folder / "net").predict(diseases)) and any(one.entities for one in again)


def test_of_two_kinds_of_weights_those_stay_that_it_predicts_with(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "net", tmp_path / "plain")
    config = tmp_path / "plain" / "config.toml"
    config.write_text(config.read_text(encoding="utf-8").replace('"int8"', '"float32"'), encoding="utf-8")
    exchange.export_model(str(tmp_path / "plain"), tmp_path / "out", to="prediction")
    assert PLAIN in names(tmp_path / "out") and not {WHOLE, NETWORK} & names(tmp_path / "out")


def test_every_member_of_an_ensemble_is_made_smaller(folder: Path, diseases: list[Document], tmp_path: Path) -> None:
    exchange.export_model(str(folder / "both"), tmp_path / "out", to="prediction")
    gone = {f"members/1/{where}{name}" for where in ("", "own/0/") for name in (NETWORK, PLAIN)}
    assert names(folder / "both") - names(tmp_path / "out") == gone
    before, after = (list(bionym.load(one).predict(diseases)) for one in (folder / "both", tmp_path / "out"))
    assert before == after
    assert "Prediction only" in (tmp_path / "out" / "model_card.md").read_text(encoding="utf-8")


def test_a_model_that_has_nothing_to_spare_stays_whole(folder: Path, diseases: list[Document], tmp_path: Path) -> None:
    exchange.export_model(str(folder / "crf"), tmp_path / "out", to="prediction")
    assert names(folder / "crf") == names(tmp_path / "out")


def test_its_card_says_so_and_nothing_goes_on_from_it(folder: Path, diseases: list[Document], tmp_path: Path) -> None:
    exchange.export_model(str(folder / "net"), tmp_path / "out", to="prediction")
    assert "Prediction only" in (tmp_path / "out" / "model_card.md").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["only_predicts"] is True
    with pytest.raises(ModelError, match="exported for prediction"):
        bionym.train(diseases, model="bilstm_crf", settings=[*SMALL, f"init={tmp_path / 'out'}"])


def test_nothing_is_overwritten_unasked_and_heads_stay(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine", encoding="utf-8")
    for force in (False, True):
        with pytest.raises(OutputError):
            exchange.export_model(str(folder / "net"), tmp_path / "out", to="prediction", force=force)
    with pytest.raises(UsageError, match="keeps all its heads"):
        exchange.export_model(str(folder / "net"), tmp_path / "other", to="prediction", head="cdr")
    assert names(tmp_path) == {"out/notes.txt"}


def test_the_command_says_how_large_it_is(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(folder / "net"), "--to", "prediction", "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr()
    assert "gives Chemical, Disease;" in said.out + said.err and "MB" in said.out + said.err


def test_an_ensemble_without_its_members_is_refused_in_one_line(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "both", tmp_path / "both")
    shutil.rmtree(tmp_path / "both" / "members")
    with pytest.raises(ModelError, match="is missing or is not a model"):
        exchange.export_model(str(tmp_path / "both"), tmp_path / "out", to="prediction")
    assert not (tmp_path / "out").exists()
