"""`bionym benchmark` as a person meets it."""

import json
from pathlib import Path

import pytest

from bionym.apps.cli import main

GOLD = Path(__file__).parents[1] / "gold"
PLAN = """
[corpora.ncbi]
format = "conll"
train = "conll/ncbi.tsv"
test = "conll/ncbi.tsv"

[corpora.cdr]
train = "pubtator/bc5cdr.PubTator.txt"
test = "bioc_xml/bc5cdr.BioC.xml"
label_map = { Chemical = "" }

[systems.crf]
model = "crf"
settings = ["training.max_iterations=15", "features.gazetteer=false", "features.clusters=false"]

[[runs]]
train = "ncbi"
test = ["ncbi", "cdr"]
"""


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "small.toml"
    path.write_text(PLAN, encoding="utf-8")
    return path


def test_a_plan_becomes_a_table_and_three_files(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["benchmark", str(plan), "--data", str(GOLD)]) == 0
    first = capsys.readouterr()
    assert first.out.startswith("system  trained on  protocol")
    assert "[1/1] crf, ncbi, train: ncbi " in first.err
    assert (
        "results/small: results.md, results.csv, results.json; 1 result computed, 0 known before, 0 failed" in first.err
    )
    assert {path.name for path in Path("results/small").glob("results.*")} == {
        "results.md",
        "results.csv",
        "results.json",
    }
    assert main(["benchmark", str(plan), "--data", str(GOLD)]) == 0
    again = capsys.readouterr()
    assert again.out == first.out
    assert "[1/1] crf, ncbi, train: known already" in again.err


def test_no_text_reaches_messages_or_results(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["benchmark", str(plan), "--data", str(GOLD), "--out", "out"]) == 0
    captured = capsys.readouterr()
    written = "".join(path.read_text(encoding="utf-8") for path in Path("out").rglob("*") if path.is_file())
    assert "naloxone" not in (captured.out + captured.err + written).lower()


def test_dry_run_says_what_is_to_do(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["benchmark", str(plan), "--data", str(GOLD), "--dry-run"]) == 0
    assert capsys.readouterr().out == "to do  crf, ncbi, train; tested on ncbi, cdr\n"
    assert not Path("results").exists()


def test_a_failure_is_one_line_and_exit_code_1(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("empty.tsv").write_text("word\tO\n", encoding="utf-8")
    plan.write_text(PLAN.replace('"conll/ncbi.tsv"', f'"{Path.cwd() / "empty.tsv"}"', 1), encoding="utf-8")
    assert main(["benchmark", str(plan), "--data", str(GOLD), "--out", "out"]) == 1
    captured = capsys.readouterr()
    assert "[1/1] crf, ncbi, train: failed: The training documents hold no entity." in captured.err
    assert json.loads(Path("out/results.json").read_text(encoding="utf-8"))["failed"][0]["system"] == "crf"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--set", "sedes=[1]"], 2, "There is no setting 'sedes'. Did you mean 'seeds'?"),
        (
            ["--set", "systems.crf.settings=['training.max_iteration=1']"],
            2,
            "There is no setting 'training.max_iteration'. Did you mean 'max_iterations'?",
        ),
        (["--data", "nowhere"], 1, "no such file or folder, for the corpus ncbi and 1 more. Name the folder"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    arguments: list[str], code: int, message: str, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["benchmark", str(plan), "--data", str(GOLD), *arguments]) == code
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1
