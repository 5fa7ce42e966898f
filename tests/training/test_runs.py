import json
import subprocess
import sys
from pathlib import Path

import pytest

from bionym.apps.cli import main
from bionym.errors import InputError
from bionym.training import runs
from bionym.training.monitors.log import Log
from tests.training import tiny


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    for name, rate in (("slow", 0.01), ("quick", 0.05)):
        about = {"name": name, "model": "tiny", "configuration": {"layers": 2}}
        tiny.train(None, chosen=tiny.settings(learning_rate=rate), monitors=[Log(folder / name)], about=about)
    return folder


def test_runs_are_found_with_their_best_scores(folder: Path) -> None:
    quick, slow = runs.find(folder)
    assert (quick.name, quick.model, quick.state, quick.epochs, quick.best_epoch) == ("quick", "tiny", "finished", 4, 4)
    assert quick.best == pytest.approx(sum(scores["f1"] for scores in quick.development.values()) / 2, abs=1e-5)
    assert slow.settings["training"]["learning_rate"] == 0.01


def test_only_settings_that_differ_are_compared(folder: Path) -> None:
    settings, scores = runs.compare(runs.find(folder))
    assert [(one.key, one.values) for one in settings if one.key != "name"] == [
        ("training.learning_rate", (0.05, 0.01))
    ]
    assert {"mean f1", "first.f1", "second.precision"} <= {one.key for one in scores}


def test_a_run_without_an_end_is_running_or_was_interrupted(folder: Path, tmp_path: Path) -> None:
    whole = (folder / "quick" / "run.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "run.jsonl").write_text("".join(whole[:6]) + whole[6][:10])
    run = runs.read(tmp_path)
    assert (run.epochs, run.state, run.seconds) == (1, "running", json.loads(whole[4])["seconds"])
    assert [runs.state_of(None, seconds) for seconds in (1, 1e6)] == ["running", "interrupted"]


def test_a_folder_without_a_run_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no run\.jsonl"):
        runs.read(tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        runs.find(tmp_path / "missing")
    (tmp_path / "run.jsonl").write_text("{\n")
    with pytest.raises(InputError, match="line 1: this line is not JSON"):
        runs.find(tmp_path)


def test_the_verb_lists_and_compares(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs", str(folder)]) == 0
    listed = capsys.readouterr().out
    assert listed.splitlines()[0].split() == ["run", "model", "epochs", "best", "in", "epoch", "time", "state"]
    assert "41.6" in listed and "finished" in listed and max(map(len, listed.splitlines())) <= 80
    assert main(["runs", str(folder / "quick"), str(folder / "slow")]) == 0
    assert "training.learning_rate   0.05  0.01" in capsys.readouterr().out
    assert main(["runs", str(folder), "--json", "-"]) == 0
    assert [run["name"] for run in json.loads(capsys.readouterr().out)] == ["quick", "slow"]
    assert main(["runs", str(folder / "quick"), str(folder / "slow"), "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["settings"]["training.learning_rate"] == [0.05, 0.01]


def test_what_reads_and_lists_loads_no_torch() -> None:
    modules = ", ".join(
        f"bionym.training.{one}" for one in ("split", "runs", "tune", "monitors.log", "monitors.terminal")
    )
    code = f"import sys, {modules}; sys.exit(sorted({{'torch', 'numpy', 'optuna'}} & set(sys.modules)) or 0)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
