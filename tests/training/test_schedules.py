import math

import pytest
import torch

from bionym.training.schedules import SCHEDULES, share
from bionym.training.settings import ScheduleName, TrainingSettings

EPOCHS, STEPS = 10, 50
TOTAL = EPOCHS * STEPS


def ours(name: ScheduleName, **settings: float) -> list[float]:
    chosen = TrainingSettings(schedule=name, epochs=EPOCHS, **settings)
    return [share(step / STEPS, (), chosen) for step in range(TOTAL)]


def torchs(make) -> list[float]:
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], lr=1.0)
    schedule, rates = make(optimizer), []
    for _ in range(TOTAL):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return rates


def test_every_schedule_that_a_setting_can_name_is_there() -> None:
    assert set(SCHEDULES) == set(ScheduleName.__args__)


def test_one_cycle_is_torchs_within_a_step() -> None:
    expected = torchs(lambda o: torch.optim.lr_scheduler.OneCycleLR(o, 1.0, TOTAL, pct_start=0.3, cycle_momentum=False))
    assert ours("one-cycle", warmup=0.3) == pytest.approx(expected, abs=0.012)


def test_cosine_is_torchs() -> None:
    expected = torchs(lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, TOTAL))
    assert ours("cosine", warmup=0.0) == pytest.approx(expected, abs=1e-6)


def test_linear_rises_and_falls_in_straight_lines() -> None:
    expected = [step / 100 if step < 100 else (TOTAL - step) / (TOTAL - 100) for step in range(TOTAL)]
    assert ours("linear", warmup=0.2) == pytest.approx(expected)


def test_inverse_is_that_of_lm_lstm_crf() -> None:
    assert ours("inverse", decay=0.05)[::STEPS] == pytest.approx([1 / (1 + 0.05 * epoch) for epoch in range(EPOCHS)])


@pytest.mark.parametrize("patience", [0, 1, 2])
def test_plateau_is_torchs(patience: int) -> None:
    scores = [0.1, 0.3, 0.3, 0.2, 0.31, 0.31, 0.3, 0.2, 0.1, 0.4, 0.3, 0.3, 0.3]
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, mode="max", factor=0.5, patience=patience, threshold=0.0
    )
    settings = TrainingSettings(schedule="plateau", plateau_patience=patience)
    for epoch, score in enumerate(scores, start=1):
        schedule.step(score)
        assert share(epoch, scores[:epoch], settings) == optimizer.param_groups[0]["lr"]


@pytest.mark.parametrize("name", SCHEDULES)
def test_shares_lie_between_0_and_1(name: ScheduleName) -> None:
    assert all(0 <= value <= 1 and math.isfinite(value) for value in ours(name))
