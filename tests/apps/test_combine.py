"""`combine`, as a command; its folder is then a model as any other."""

import json
from pathlib import Path

import pytest

from bionym.apps.cli import main

GOLD = Path(__file__).parents[1] / "gold" / "conll" / "ncbi.tsv"
QUICK = ["--set", "features.gazetteer=false", "--set", "features.clusters=false"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("models")
    for name, passes in (("few", 6), ("more", 12)):
        settings = [*QUICK, "--set", f"training.max_iterations={passes}"]
        assert main(["-q", "train", str(GOLD), "--format", "conll", "--out", str(place / name), *settings]) == 0
    return place


def test_models_are_combined_then_shown_used_and_scored(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given, out = [str(folder / "few"), str(folder / "more")], str(folder / "both")
    assert main(["combine", *given, "--out", out, "--shares", "0.25,0.75"]) == 0
    said = capsys.readouterr().err
    assert f"{out}: an ensemble of 2 models for Disease" in said
    assert "more, a crf, share 0.75" in said and "not scored as an ensemble" in said
    assert main(["models", "show", out]) == 0
    assert "| 2 | more | crf | 0.75 |" in capsys.readouterr().out
    predicted = folder / "predicted.jsonl"
    assert main(["predict", str(GOLD), "--format", "conll", "--model", out, "--out", str(predicted)]) == 0
    assert main(["evaluate", str(GOLD), str(predicted), "--json", str(folder / "scores.json")]) == 0
    scores = json.loads((folder / "scores.json").read_text(encoding="utf-8"))
    assert scores["metrics"]["strict"]["micro"]["f1"] > 0.5


def test_what_stands_there_is_replaced_by_force_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["combine", str(folder / "few"), str(folder / "few"), "--out", str(folder / "there")]
    assert main(command) == 0
    assert main(command) == 1
    assert "exists. Choose another name, or replace it with --force." in capsys.readouterr().err
    assert main([*command, "--force"]) == 0


@pytest.mark.parametrize(
    ("more", "code", "message"),
    [
        (["--shares", "half,half"], 2, "--shares 'half,half': expected numbers separated by commas"),
        (["--shares", "1,1,1"], 2, "There are 3 shares for 2 models"),
        (["--shares", "1,-1"], 2, "A share is -1"),
    ],
)
def test_a_slip_is_answered_in_one_line(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], code: int, message: str
) -> None:
    command = ["combine", str(folder / "few"), str(folder / "more"), "--out", str(tmp_path / "made"), *more]
    assert main(command) == code
    assert message in capsys.readouterr().err
    assert not (tmp_path / "made").exists()
