"""`bionym vectors` at the command line."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bionym.apps.cli import main
from bionym.lexicon.clusters import WordClusters
from bionym.vectors import WordVectors, read, write

NOTE = Path(__file__).parents[2] / "examples" / "notes" / "D2N068.txt"
QUICK = ["--size", "8", "--min-count", "2", "--epochs", "2"]


@pytest.fixture
def vectors(tmp_path: Path) -> Path:
    matrix_VD = np.array([[1, 0, 0], [0.8, 0.6, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float32)
    write(WordVectors(["fever", "pyrexia", "cough", "il00"], matrix_VD), tmp_path / "v")
    return tmp_path / "v"


@pytest.mark.needs("gensim")
def test_train_makes_vectors_and_says_how_much(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "new" / "v"
    assert main(["vectors", "train", str(NOTE), "--out", str(out), *QUICK]) == 0
    said = capsys.readouterr()
    assert "tokens in" in said.err and f"{len(read(out))} words in 8 dimensions" in said.err
    assert said.out == ""
    assert main(["vectors", "train", str(NOTE), "--out", str(out), *QUICK]) == 1
    assert "--force" in capsys.readouterr().err
    assert main(["vectors", "train", str(NOTE), "--out", str(out), *QUICK, "--kind", "cbow", "--half", "--force"]) == 0


def test_show_says_neighbours_and_the_form_found(vectors: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["vectors", "show", str(vectors), "Fever", "IL17", "coughs", "-n", "2"]) == 0
    said = capsys.readouterr()
    assert "Fever: found lower, as fever" in said.out and "IL17: found both, as il00" in said.out
    assert "pyrexia     0.800" in said.out
    assert "'coughs' is not there: not exact, lower-cased, with digits as 0, or both. Did you mean 'cough'?" in said.err


def test_show_writes_json(vectors: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["vectors", "show", str(vectors), "fever", "nobody", "--json", "-", "-n", "1"]) == 0
    found, missing = json.loads(capsys.readouterr().out)
    assert found["under"] == "exact" and found["nearest"] == [{"word": "pyrexia", "cosine": pytest.approx(0.8)}]
    assert missing == {"word": "nobody", "found_as": None, "under": None, "hint": "", "nearest": []}


def test_show_fails_if_no_word_is_there(vectors: Path) -> None:
    assert main(["vectors", "show", str(vectors), "nobody"]) == 1


@pytest.mark.parametrize("to", ["word2vec-text", "word2vec-binary", "glove", "folder"])
def test_convert_goes_there_and_back(
    to: str, vectors: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["vectors", "convert", str(vectors), "--to", to, "--out", str(tmp_path / "x")]) == 0
    assert "4 vectors read, 4 written to" in capsys.readouterr().err
    assert main(["vectors", "convert", str(tmp_path / "x"), "--out", str(tmp_path / "y"), "--half"]) == 0
    assert read(tmp_path / "y").words == read(vectors).words


@pytest.mark.needs("sklearn")
def test_cluster_writes_what_the_feature_reads(vectors: Path, tmp_path: Path) -> None:
    out = tmp_path / "clusters.tsv.gz"
    assert main(["vectors", "cluster", str(vectors), "--sizes", "2,3", "--out", str(out)]) == 0
    found = WordClusters.read(out)
    assert len(found.of("fever")) == 2 and found.of("fever")[1] == found.of("pyrexia")[1]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["train", str(NOTE), "--out", "x", "--kind", "glove"], 2, "The setting 'kind' is 'glove': Input should be"),
        (["train", "missing.txt", "--out", "x"], 1, "missing.txt: no such file or folder"),
        pytest.param(
            ["train", str(NOTE), "--out", "x", "--min-count", "999"],
            1,
            "No word occurs 999 times or more",
            marks=pytest.mark.needs("gensim"),
        ),
        (["show", "missing", "fever"], 1, "missing: no such file"),
        (["show", str(NOTE), "fever"], 1, "this is no file of word vectors"),
        (["convert", "{v}", "--to", "bin", "--out", "x"], 2, "There is no format of word vectors named 'bin'"),
        (["convert", "{v}", "--to", "glove", "--half", "--out", "x"], 2, "glove holds float32 only"),
        (["cluster", "{v}", "--sizes", "9", "--out", "x"], 2, "4 words cannot be put into 9 clusters"),
        (["cluster", "{v}", "--sizes", "a", "--out", "x"], 2, "expected numbers of clusters"),
    ],
)
def test_a_wrong_command_is_one_line_and_leaves_nothing(
    arguments: list[str],
    code: int,
    message: str,
    vectors: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(vectors.parent)
    assert main(["vectors", *(str(vectors) if argument == "{v}" else argument for argument in arguments)]) == code
    error = capsys.readouterr().err.strip()
    assert message in error.splitlines()[-1]
    assert [path.name for path in vectors.parent.iterdir()] == ["v"]


def test_the_command_line_loads_nothing_heavy_for_it() -> None:
    heavy = "{'numpy', 'gensim', 'sklearn', 'pydantic'}"
    code = f"import sys, bionym.apps.cli.vectors; found = {heavy} & set(sys.modules); sys.exit(repr(found) if found else 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
