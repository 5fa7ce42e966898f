import os
from pathlib import Path

import pytest
import torch

from bionym.errors import ConfigError
from bionym.training import devices, launch, parallel, runs
from tests.training import tiny, two_heads


def assert_near(weights: dict[str, torch.Tensor], others: dict[str, torch.Tensor]) -> None:
    for name, weight in weights.items():
        torch.testing.assert_close(weight, others[name], rtol=0, atol=2e-6, msg=name)


def test_two_processes_learn_what_one_learns_from_as_many_batches(tmp_path: Path) -> None:
    model, result = two_heads.together(2, tmp_path / "two")
    alone, expected = two_heads.train(tmp_path / "one", accumulate=2)
    assert_near(model.state_dict(), alone.state_dict())
    assert (result.steps, result.best_of.keys()) == (expected.steps, expected.best_of.keys())
    assert result.history[-1].loss == pytest.approx(expected.history[-1].loss, abs=1e-5)
    two, one = (
        [line["step"] for line in runs.lines(tmp_path / name / "run.jsonl") if line["kind"] == "step"]
        for name in ("two", "one")
    )
    assert two == one
    assert not launch.is_helper() and launch.place() is None
    with pytest.raises(ConfigError, match="processes was 2, is 1"):
        two_heads.train(tmp_path / "two")


def test_what_no_batch_of_a_step_moves_is_left_alone() -> None:
    group, weights = parallel.Group(), [torch.nn.Parameter(torch.ones(2)) for _ in range(2)]
    weights[0].grad = torch.ones(2)
    assert group.add_up(weights, torch.tensor(3.0), 7) == (torch.tensor(3.0), 7)
    assert weights[1].grad is None
    assert parallel.Group(1, 3).share(range(4, 9)) == range(5, 9, 3)
    assert len(parallel.Group(2, 3).share(range(2))) == 0


def test_several_processes_that_nobody_started_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"'processes' is 2, but this is one\. Start them together"):
        tiny.train(None, chosen=tiny.settings(processes=2))


def test_a_gpu_for_each_process_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("RANK", "1"), ("LOCAL_RANK", "1"), ("WORLD_SIZE", "2"), ("MASTER_ADDR", "127.0.0.1")):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(ConfigError, match=r"2 processes need a GPU each, but there is 1 GPU .* training\.device=cpu"):
        devices.choose(tiny.settings(device="auto"))
    with pytest.raises(ConfigError, match="'cuda:0', but 2 processes need one each"):
        devices.choose(tiny.settings(device="cuda:0"))
    assert devices.choose(tiny.settings(device="cpu")).type == "cpu"
    assert launch.place() == (1, 2, 1) and launch.is_helper()


def test_what_was_in_the_environment_is_there_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASTER_PORT", "99")
    with launch.helpers(1, print) as none:
        assert none.processes == [] and os.environ["MASTER_PORT"] == "99"
