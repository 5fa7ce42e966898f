import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bionym.errors import ConfigError, InputError
from bionym.training import runs
from bionym.training.checkpoint import Checkpoint
from tests.training import tiny

ROOT = Path(__file__).parents[2]
TIMES = ("seconds", "tokens_per_second")


def log_of(folder: Path) -> list[dict[str, object]]:
    return [
        {key: value for key, value in line.items() if key not in TIMES} for line in runs.lines(folder / "run.jsonl")
    ]


def killed(folder: Path, step: int, number: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.training.tiny", str(folder), str(step), str(int(number))]
    environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("whole")
    return folder, *tiny.train(folder)


def assert_same(whole, folder: Path, model, result) -> None:
    whole_folder, whole_model, whole_result = whole
    assert tiny.same(model.state_dict(), whole_model.state_dict())
    assert (result.best, result.best_of, result.steps) == (whole_result.best, whole_result.best_of, whole_result.steps)
    for corpus in result.best_of:
        assert tiny.same(result.weights_best_for(corpus), whole_result.weights_best_for(corpus))
    assert log_of(folder) == log_of(whole_folder)


def test_a_run_killed_in_the_middle_of_an_epoch_ends_as_if_it_had_not_been(whole, tmp_path: Path) -> None:
    assert killed(tmp_path, 26, signal.SIGKILL).returncode == -signal.SIGKILL
    assert Checkpoint(tmp_path).progress().step == 24
    assert log_of(tmp_path)[-1]["kind"] == "step"
    assert_same(whole, tmp_path, *tiny.train(tmp_path))


def test_a_run_that_was_asked_to_stop_finishes_the_step_and_goes_on(whole, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt, match="after step 18.* run the same command again"):
        tiny.train(tmp_path, kill=(17, signal.SIGTERM))
    assert Checkpoint(tmp_path).progress().step == 18
    assert log_of(tmp_path)[-1]["state"] == "interrupted"
    with pytest.raises(KeyboardInterrupt):
        tiny.train(tmp_path, kill=(0, signal.SIGINT))
    assert_same(whole, tmp_path, *tiny.train(tmp_path))


def test_a_run_interrupted_while_it_is_scored_is_scored_again(whole, tmp_path: Path) -> None:
    calls = 0

    def interrupted(model):
        nonlocal calls
        calls += 1
        if calls == 2:
            os.kill(os.getpid(), signal.SIGINT)
        return tiny.evaluate(model)

    with pytest.raises(KeyboardInterrupt):
        tiny.train(tmp_path, evaluate=interrupted)
    assert_same(whole, tmp_path, *tiny.train(tmp_path))


def test_a_torn_last_line_of_the_log_is_repaired(whole, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        tiny.train(tmp_path, kill=(13, signal.SIGINT))
    with (tmp_path / "run.jsonl").open("a") as stream:
        stream.write('{"kind": "st')
    assert_same(whole, tmp_path, *tiny.train(tmp_path))


def test_a_finished_run_is_not_run_again(whole, tmp_path: Path) -> None:
    tiny.train(tmp_path)
    assert_same(whole, tmp_path, *tiny.train(tmp_path, kill=(0, signal.SIGKILL)))


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_16_bits_and_accumulation_resume_alike(precision: str, tmp_path: Path) -> None:
    chosen = tiny.settings(precision=precision, accumulate=2, optimizer="sgd", schedule="plateau", moving_average=0.0)
    model, _ = tiny.train(tmp_path / "whole", chosen=chosen)
    with pytest.raises(KeyboardInterrupt):
        tiny.train(tmp_path / "cut", chosen=chosen, kill=(15, signal.SIGINT))
    resumed, _ = tiny.train(tmp_path / "cut", chosen=chosen)
    assert tiny.same(model.state_dict(), resumed.state_dict())
    assert log_of(tmp_path / "cut") == log_of(tmp_path / "whole")


def test_another_configuration_is_refused_and_named(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        tiny.train(tmp_path, kill=(5, signal.SIGINT))
    chosen = tiny.settings(learning_rate=0.01, optimizer="sgd", checkpoint_minutes=1)
    with pytest.raises(ConfigError, match=r"about.data was 'nothing', is 7; training.learning_rate was 0.05, is 0.01"):
        tiny.train(tmp_path, chosen=chosen, about={"name": "tiny", "data": 7})
    _, result = tiny.train(tmp_path, chosen=chosen, allow_changes=True)
    assert result.steps == 40


def test_a_damaged_checkpoint_is_one_line_with_the_way_out(tmp_path: Path) -> None:
    tiny.train(tmp_path)
    path = tmp_path / "checkpoint.json"
    record = json.loads(path.read_text())
    (tmp_path / record["tensors"]).write_bytes(b"\0" * 100)
    with pytest.raises(InputError, match=r"expected a complete file of tensors. Remove its folder to start again"):
        tiny.train(tmp_path)
    for damaged in ("", "[]", json.dumps({**record, "version": 99}), json.dumps({**record, "progress": {}})):
        path.write_text(damaged)
        with pytest.raises(InputError, match="Remove its folder to start again"):
            tiny.train(tmp_path)


def test_only_files_that_are_needed_are_kept(whole) -> None:
    folder, _, result = whole
    names = {path.name for path in folder.iterdir()}
    best = {f"best-{one.epoch:05d}.safetensors" for one in (result.best, *result.best_of.values())}
    assert names == {"checkpoint.json", "run.jsonl", "state-000040-00004.safetensors", *best}
