"""`bionym train` of a network: killed and taken up again, with several seeds, and what it leaves in the model's folder."""

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import bionym
from bionym.apps.cli import main
from bionym.training import runs

pytestmark = pytest.mark.needs("torch", "onnx")

ROOT = Path(__file__).parents[2]
CONLL = ROOT / "tests" / "gold" / "conll" / "ncbi.tsv"
QUICK = {
    "network.lists": "{}",
    "network.recurrent.size": 16,
    "network.characters.size": 8,
    "network.words.dim": 12,
    "training.epochs": 3,
    "training.learning_rate": 0.02,
    "training.batch_tokens": 96,
    "training.moving_average": 0.5,
    "training.checkpoint_steps": 2,
    "training.report_steps": 3,
    "training.threads": 1,
}
TIMES = ("seconds", "tokens_per_second")
VARYING = (
    "run.jsonl",
    "run.json",
    "training.html",
    "model_card.md",
    "checksums.json",
)  # they hold seconds, or a hash of those
DATA = [str(CONLL), "--format", "conll", "--dev", str(CONLL), "--allow-leaks", "--model", "bilstm_crf"]


def arguments(out: Path, **changes: object) -> list[str]:
    settings = [f"{key}={value}" for key, value in (QUICK | changes).items()]
    return ["train", *DATA, "--out", str(out), *(word for one in settings for word in ("--set", one))]


def log_of(folder: Path) -> list[dict[str, object]]:
    return [{key: value for key, value in line.items() if key not in TIMES} for line in runs.lines(folder / runs.NAME)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole") / "model"
    assert main(["-q", *arguments(out)]) == 0
    return out


def test_a_training_killed_at_random_steps_ends_with_the_same_bytes(whole: Path, tmp_path: Path) -> None:
    num_steps = max(int(str(line["step"])) for line in log_of(whole) if line["kind"] == "step")
    out = tmp_path / "model"
    environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE"}
    for step in sorted(random.Random(4).sample(range(3, num_steps), 2)):
        command = [sys.executable, "-m", "tests.apps.killed_training", str(step), "-q", *arguments(out)]
        assert subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == -signal.SIGKILL
        assert (tmp_path / ".model.training" / "checkpoint.json").is_file() and not out.exists()
    assert main(["-q", *arguments(out)]) == 0
    for path in whole.rglob("*"):
        if path.is_file() and path.name not in VARYING:
            assert (out / path.relative_to(whole)).read_bytes() == path.read_bytes(), path.name
    assert log_of(out) == log_of(whole)
    assert not (tmp_path / ".model.training").exists()


def test_log_page_and_card_go_with_the_model(whole: Path) -> None:
    (start, *_, end) = log_of(whole)
    assert (start["about"]["model"], end["state"]) == ("bilstm_crf", "finished")
    (last,) = [line for line in log_of(whole) if line["kind"] == "epoch" and line["epoch"] == 3]
    right, _, missed = last["tables"]["dev"]["labels"]["Disease"]
    gold = sum(len(document.entities) for document in bionym.read(CONLL, "conll"))
    assert (right + missed, last["tables"]["dev"]["confusion"]["labels"]) == (gold, ["Disease", "none"])
    page = (whole / "training.html").read_text()
    assert "Training of model" in page and "Every epoch" in page and 'http-equiv="refresh"' not in page
    card = (whole / "model_card.md").read_text()
    assert "Seed 1, 3 epochs (all epochs)" in card and "never trained on" in card
    measured = json.loads((whole / "weights.json").read_text())
    assert (
        f"| float32 | {100 * measured['float32']:.2f} |" in card and f"| int8 | {100 * measured['int8']:.2f} |" in card
    )


def test_of_several_seeds_the_best_is_the_model_and_all_leave_their_log(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "model"
    assert main([*arguments(out), "--seeds", "2"]) == 0
    said = capsys.readouterr().err
    record = json.loads((out / "run.json").read_text())["seeds"]
    assert "kept: the best of 2 seeds on the development data" in said and "deviation" in said
    found = [out, *(out / "seeds").iterdir()]
    seeds = {log_of(folder)[0]["settings"]["seed"]: folder for folder in found}
    assert set(seeds) == {1, 2} and seeds[record["chosen"]] == out
    assert record["chosen"] == max(record["seeds"], key=lambda row: row["mean"])["seed"]
    assert log_of(seeds[1]) == log_of(whole)
    assert f"this is seed {record['chosen']}" in (out / "model_card.md").read_text()
    assert main(["runs", str(out)]) == 0
    listed = capsys.readouterr().out
    assert "best f1 of seeds 1, 2" in listed and max(map(len, listed.splitlines())) <= 80
    assert not (tmp_path / ".model.training").exists()


def test_figures_of_a_run_are_files_of_their_own(whole: Path, tmp_path: Path) -> None:
    from lxml import etree

    assert main(["-q", "runs", str(whole), "--svg", str(tmp_path / "svg"), "--html", str(tmp_path / "page.html")]) == 0
    names = {path.name for path in (tmp_path / "svg").iterdir()}
    assert {"scores.svg", "loss.svg", "confusion-dev-epoch-003.svg", "labels-dev-epoch-001.svg"} <= names
    assert all(
        etree.parse(tmp_path / "svg" / name).getroot().tag == "{http://www.w3.org/2000/svg}svg" for name in names
    )
    assert main(["runs", str(whole), str(whole), "--svg", str(tmp_path / "other")]) == 2
