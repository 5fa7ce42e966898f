"""One more input of the BiLSTM takes two files: its own, which the documentation shows, and the settings."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

import bionym

pytestmark = pytest.mark.needs("torch", "onnx")

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "compose-the-network.md"
SOURCE = Path(bionym.__file__).parent
DIM = 5
OF_SENTENCES = '''"""Whether a token is the first of its sentence."""

import numpy as np

from bionym.models.bilstm_crf.inputs.protocol import SentenceInput, TrainedSentenceInput


class BeginningInput(SentenceInput, TrainedSentenceInput):
    NAME, PART, is_sparse = "beginning", "words", True

    @classmethod
    def requested_by(cls, network):
        return "beginning" if network.beginning else None

    @classmethod
    def collect(cls, network, words):
        return cls()

    def numbers(self, sentences):
        begins_BT1 = np.zeros((len(sentences), max(map(len, sentences)), 1), dtype=np.float32)
        begins_BT1[:, 0] = 1
        return (begins_BT1,)

    def layers(self):
        from bionym.models.bilstm_crf.inputs.layers import SentenceLayers

        return SentenceLayers(1, {})

    @classmethod
    def load(cls, network, saved):
        return cls()

    def vectors(self, sentences):
        return np.concatenate([np.eye(len(sentence), 1, dtype=np.float32) for sentence in sentences])
'''


def python_of(page: Path) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def inserted(text: str, new: str, *, behind: str) -> str:
    assert text.count(behind) == 1, behind
    return text.replace(behind, f"{behind}{new}")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package with two inputs more: nothing but two new files and the settings differs."""
    folder = tmp_path_factory.mktemp("source")
    shutil.copytree(SOURCE, folder / "bionym", ignore=shutil.ignore_patterns("__pycache__"))
    room = folder / "bionym" / "models" / "bilstm_crf"
    of_words, lines = python_of(PAGE)
    (room / "inputs" / "length.py").write_text(of_words, encoding="utf-8")
    (room / "inputs" / "beginning.py").write_text(OF_SENTENCES, encoding="utf-8")
    imported, registered, setting = (line for line in lines.splitlines() if line)
    settings = (room / "settings.py").read_text(encoding="utf-8")
    before = registered.replace(", LengthInput", "")
    assert settings.count(before) == 1
    settings = settings.replace(before, registered)
    settings = inserted(settings, ", BeginningInput", behind="(ListInput, SentenceCharacterInput")
    beginning = "from bionym.models.bilstm_crf.inputs.beginning import BeginningInput"
    settings = inserted(settings, f"\n{imported}\n{beginning}", behind="from bionym.config import Settings, Tables")
    field = "\n    clusters: Clusters = Field(default_factory=Clusters)"
    settings = inserted(settings, f"\n{setting}\n    beginning: bool = False", behind=field)
    (room / "settings.py").write_text(settings, encoding="utf-8")
    return folder


def run(source: Path, program: str, *arguments: Path) -> None:
    """A program that imports this package."""
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(source), root))}
    command = [sys.executable, "-W", "error", "-c", program, *map(str, arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


TRAIN = f"""
import sys
from pathlib import Path
import bionym, torch
from bionym.trained import sharing
from tests.models import small
torch.set_num_threads(1)
gold, out = Path(sys.argv[1]), Path(sys.argv[2])
assert str(Path(bionym.__file__).parents[1]) == sys.argv[3]
documents = list(bionym.read(gold / "conll" / "ncbi.tsv", "conll"))
settings = [*small.SMALL, "network.length.dim={DIM}", "held_out=0", "weights=float32", "training.learning_rate=0.02"]
first = bionym.train(documents, model="bilstm_crf", settings=[*settings, "network.beginning=true", "training.epochs=15"])
first.save(out / "first")
predicted = list(first.predict(documents))
assert bionym.evaluate(documents, predicted).f1 > 0.8
bionym.write(predicted, out / "first.jsonl")
sharing.strip(str(out / "first"), out / "stripped")
rest = ["held_out=0", "weights=float32", "training.epochs=1", f"init={{out / 'first'}}"]
for name, frozen in (("frozen", "['words']"), ("free", "[]")):
    bionym.train(documents, model="bilstm_crf", settings=[*rest, f"freeze={{frozen}}"]).save(out / name)
"""
PREDICT = """
import sys; sys.modules["torch"] = sys.modules["onnx"] = None
from pathlib import Path
import bionym
gold, out = Path(sys.argv[1]), Path(sys.argv[2])
documents = list(bionym.read(gold / "conll" / "ncbi.tsv", "conll"))
for name in ("first", "stripped"):
    bionym.write(bionym.load(out / name).predict(documents), out / f"{name}-loaded.jsonl")
"""


@pytest.fixture(scope="module")
def models(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Models that read the new inputs: a first one, the same stripped, and two that began with it."""
    folder = tmp_path_factory.mktemp("models")
    gold = Path(__file__).parents[1] / "gold"
    run(source, TRAIN, gold, folder, source)
    run(source, PREDICT, gold, folder)
    return folder


def tensors(model: Path) -> dict[str, Any]:
    return load_file(model / "network.safetensors")


def test_the_new_inputs_are_columns_of_what_the_network_reads(models: Path) -> None:
    learned = tensors(models / "first")
    width = learned["recurrent.forward_layers.0.weight_ih_l0"].shape[1]
    assert width == learned["words.new.weight"].shape[1] + 12 + DIM + 1
    assert learned["length.table.weight"].shape == (2 + 21, DIM)


def test_a_saved_model_has_what_was_learned_and_predicts_the_same_without_torch(models: Path) -> None:
    saved = load_file(models / "first" / "length.safetensors")["table"]
    np.testing.assert_array_equal(saved, tensors(models / "first")["length.table.weight"])
    assert (models / "first-loaded.jsonl").read_bytes() == (models / "first.jsonl").read_bytes()


def test_a_stripped_model_keeps_the_input_and_predicts(models: Path) -> None:
    name = "length.safetensors"
    assert (models / "stripped" / name).read_bytes() == (models / "first" / name).read_bytes()
    assert not json.loads((models / "stripped" / "words.json").read_text(encoding="utf-8"))["new"]
    assert (models / "stripped-loaded.jsonl").stat().st_size


def test_another_training_begins_with_it_and_may_freeze_it(models: Path) -> None:
    first, frozen, free = (tensors(models / name)["length.table.weight"] for name in ("first", "frozen", "free"))
    np.testing.assert_array_equal(frozen, first)
    assert 0 < np.abs(free - first).max() < 0.5
