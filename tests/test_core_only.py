"""With the core alone installed: what needs no extra works, and the rest says in one line which extra to install.

The optional packages are hidden in a process of their own, so these tests hold wherever they run.
"""

import ast
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

import bionym
from tests.extras import EXTRA_OF

SOURCE = Path(bionym.__file__).parent
NOTE = "Ask her about the famotidine-associated delirium.\n"
HIDE = f"import sys; sys.modules.update(dict.fromkeys({sorted(EXTRA_OF)}))\n"
COMMAND = HIDE + "import os; os.chdir(sys.argv.pop(1)); from bionym.apps.cli import main; sys.exit(main(sys.argv[1:]))"
IMPORT = (
    HIDE
    + """
import importlib
from bionym.errors import MissingExtraError
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except (ModuleNotFoundError, MissingExtraError) as error:
        print(name)
"""
)
NEED_AN_EXTRA = (  # to be imported at all; each is imported where it is needed, behind `errors.require`
    "bionym.apps.spacy*",  # extra spacy
    "bionym.layers.*",  # extra train, as the following
    "bionym.training.best",
    "bionym.training.checkpoint",
    "bionym.training.devices",
    "bionym.training.loop",
    "bionym.training.losses",
    "bionym.training.moving_average",
    "bionym.training.optimizers",
    "bionym.training.parallel",
    "bionym.training.precision",
    "bionym.training.reports",
    "bionym.training.seeds",
    "bionym.training.tensors",
    "bionym.onnx.arithmetic",
    "bionym.onnx.int8",
    "bionym.*.encoding",
    "bionym.models.*.export",
    "bionym.*.fitting",
    "bionym.*.graph",
    "bionym.*.language_model",
    "bionym.*.network",
    "bionym.models.bilstm_crf.pretraining",
    "bionym.pretraining.flow",
    "bionym.models.bilstm_crf.saving",
    "bionym.models.bilstm_crf.inputs.*layers",
    "bionym.models.bilstm_crf.inputs.graphs",
    "bionym.*.sample_predictions",
    "bionym.*.transfer",
    "bionym.encoders.classifiers",  # extra transformers, as the following
    "bionym.encoders.lower_layers",
    "bionym.encoders.networks",
    "bionym.*.beginning",
    "bionym.models.transformer.files",
    "bionym.*.from_huggingface",
    "bionym.*.kept",
    "bionym.*.masked",
    "bionym.*.masking",
    "bionym.models.transformer.saving",
    "bionym.*.teaching",
    "bionym.*.to_huggingface",
)


def module_name(path: Path) -> str:
    return ".".join(("bionym", *path.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__")


MODULES = sorted(module_name(path) for path in SOURCE.rglob("*.py") if path.name != "__main__.py")


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def bionym_command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(COMMAND, str(folder), *arguments)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A note, a training file, and a model that says it is a transformer."""
    (tmp_path / "note.txt").write_text(NOTE, encoding="utf-8")
    (tmp_path / "train.tsv").write_text("famotidine\tB-Chemical\ndelirium\tB-Disease\n\n", encoding="utf-8")
    (tmp_path / "space.toml").write_text('"training.c2" = {low = 0.1, high = 1.0}\n', encoding="utf-8")
    (tmp_path / "bert").mkdir()
    (tmp_path / "bert" / "config.json").write_text('{"model_type": "bert"}', encoding="utf-8")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.toml").write_text('model = "transformer"\nencoder = "bert"\n', encoding="utf-8")
    return tmp_path


def test_only_the_modules_listed_here_need_an_extra_to_be_imported() -> None:
    done = run(IMPORT, *MODULES)
    assert done.returncode == 0, done.stderr
    expected = [name for name in MODULES if any(fnmatch(name, pattern) for pattern in NEED_AN_EXTRA)]
    assert done.stdout.split() == expected


@pytest.mark.parametrize("pattern", NEED_AN_EXTRA)
def test_every_line_of_the_list_is_of_a_module(pattern: str) -> None:
    assert any(fnmatch(name, pattern) for name in MODULES)


def imports_at_top(path: Path) -> set[str]:
    nodes = ast.parse(path.read_text(encoding="utf-8")).body
    names = [name.name for node in nodes if isinstance(node, ast.Import) for name in node.names]
    names += [str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.split(".")[0] for name in names}


def test_every_package_that_is_imported_at_the_top_is_a_dependency_or_a_known_extra() -> None:
    core = {"jinja2", "lxml", "markupsafe", "numpy", "onnxruntime", "pydantic", "pycrfsuite", "rich", "safetensors"}
    core |= {"snowballstemmer", "tomli_w", "typer", "bionym"}
    packages = {name for path in SOURCE.rglob("*.py") for name in imports_at_top(path)} - set(sys.stdlib_module_names)
    assert packages - core <= set(EXTRA_OF)


@pytest.mark.parametrize(
    ("arguments", "needed", "extra"),
    [
        (
            ["train", "train.tsv", "--model", "transformer", "--set", "encoder=bert", "--out", "m"],
            "torch",
            "transformers",
        ),
        (["train", "train.tsv", "--model", "bilstm_crf", "--out", "m"], "torch and onnx", "train"),
        (["predict", "note.txt", "--model", "model", "--to", "jsonl"], "tokenizers", "subwords"),
        (["pretrain", "note.txt", "--out", "e"], "torch and tokenizers and transformers", "transformers"),
        (["pretrain", "note.txt", "--model", "bilstm_crf", "--out", "e"], "torch", "train"),
        (["import", "bert", "--out", "m"], "torch", "transformers"),
        (
            ["tune", "train.tsv", "--dev", "train.tsv", "--allow-leaks", "--space", "space.toml", "--out", "t"],
            "optuna",
            "tune",
        ),
        (["vectors", "train", "note.txt", "--out", "v"], "gensim", "vectors"),
    ],
    ids=lambda value: " ".join(value[:4]) if isinstance(value, list) else "",
)
def test_a_command_says_which_extra_it_needs(arguments: list[str], needed: str, extra: str, folder: Path) -> None:
    done = bionym_command(folder, *arguments)
    assert done.returncode == 2, done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert f" needs {needed}" in last and last.endswith(f"Install it with: pip install 'bionym[{extra}]'")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["config", "show", "--model", "transformer"], "[network]"),
        (["config", "show", "--model", "bilstm_crf"], "[network]"),
        (["config", "show", "--for", "pretrain"], "[vocabulary]"),
        (["config", "show", "--for", "pretrain", "--model", "bilstm_crf"], "[text]"),
        (["models", "list"], ""),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_settings_and_models_are_shown(arguments: list[str], shown: str, folder: Path) -> None:
    done = bionym_command(folder, *arguments)
    assert done.returncode == 0, done.stderr
    assert shown in done.stdout


def test_that_a_kind_of_model_is_not_pretrained_is_said_whatever_is_missing(folder: Path) -> None:
    done = bionym_command(folder, "pretrain", "note.txt", "--model", "crf", "--out", "e")
    assert done.returncode == 2
    assert "A model of the kind 'crf' is not pretrained on raw text" in done.stderr.splitlines()[-1]
