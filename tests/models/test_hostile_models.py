"""A model of a stranger reads nothing outside of its folder."""

import os
import shutil
from pathlib import Path

import pytest

import bionym
from bionym.errors import BionymError, ModelError

MODELS = Path(__file__).parents[1] / "gold" / "models"


@pytest.fixture(params=["crf", pytest.param("bilstm_crf", marks=pytest.mark.needs("onnxruntime"))])
def model(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A model that names a term list, and beside it a file that is none of its business."""
    shutil.copytree(MODELS / request.param, tmp_path / "model")
    (tmp_path / "secret.txt").write_text("aspirin\n", encoding="utf-8")
    return tmp_path / "model"


def name_instead(model: Path, path: str) -> None:
    config = model / "config.toml"
    text = config.read_text(encoding="utf-8")
    assert "resources/terms.txt" in text
    config.write_text(text.replace("resources/terms.txt", path), encoding="utf-8")


@pytest.mark.parametrize("path", ["../secret.txt", "resources/../../secret.txt", "{folder}/secret.txt"])
def test_a_path_that_leads_out_of_the_folder_is_refused(model: Path, path: str) -> None:
    name_instead(model, path.format(folder=model.parent))
    with pytest.raises(BionymError, match="names a file outside of its own folder"):
        bionym.load(model)


def test_a_link_that_leads_out_of_the_folder_is_refused(model: Path) -> None:
    terms = model / "resources" / "terms.txt"
    terms.unlink()
    os.symlink(model.parent / "secret.txt", terms)
    with pytest.raises(BionymError, match="is a link that leads out of the model's folder"):
        bionym.load(model)


@pytest.mark.needs("torch", "onnx")
def test_a_training_that_begins_with_such_a_model_copies_nothing(tmp_path: Path) -> None:
    shutil.copytree(MODELS / "bilstm_crf", tmp_path / "model")
    (tmp_path / "secret.txt").write_text("aspirin\n", encoding="utf-8")
    name_instead(tmp_path / "model", "../secret.txt")
    documents = list(bionym.read(MODELS.parent / "conll" / "ncbi.tsv", "conll"))
    settings = [f"init={tmp_path / 'model'}", "training.epochs=1", "held_out=0"]
    with pytest.raises(ModelError, match="names a file outside of its own folder"):
        bionym.train(documents, model="bilstm_crf", settings=settings)


def test_a_model_may_be_found_by_a_link_to_its_folder(model: Path) -> None:
    link = model.parent / "link"
    os.symlink(model, link)
    assert list(bionym.load(link).predict([bionym.Document("1", "Breast cancer.")]))
