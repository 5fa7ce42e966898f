import pytest
import torch
from torch import nn

from bionym.errors import ConfigError
from bionym.training import optimizers
from bionym.training.moving_average import MovingAverage
from tests.training.tiny import Tiny, settings, tiny


@pytest.mark.parametrize("name", optimizers.OPTIMIZERS)
def test_a_step_is_that_of_torchs_plain_optimizer(name: str) -> None:
    plain = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "sgd": torch.optim.SGD}[name]
    model, other = nn.Linear(3, 1, bias=False), nn.Linear(3, 1, bias=False)
    other.load_state_dict(model.state_dict())
    extra = {"momentum": 0.9} if name == "sgd" else {}
    ours = optimizers.make(model, settings(optimizer=name, learning_rate=0.1, weight_decay=0.01))
    theirs = plain(other.parameters(), lr=0.1, weight_decay=0.01, **extra)
    for _ in range(3):
        for linear, optimizer in ((model, ours), (other, theirs)):
            optimizer.zero_grad()
            linear(torch.ones(1, 3)).sum().backward()
            optimizer.step()
    assert torch.allclose(model.weight, other.weight, atol=1e-6)


def test_biases_do_not_decay_and_parts_may_have_their_own_rate() -> None:
    chosen = settings(weight_decay=0.1, learning_rate=0.01, learning_rates={"first": 0.001, "first.bias": 0.0})
    found = {(g["highest"], g["weight_decay"]): len(g["params"]) for g in optimizers.groups(tiny(), chosen)}
    assert found == {(0.001, 0.1): 1, (0.0, 0.0): 1, (0.01, 0.1): 1, (0.01, 0.0): 1}


def test_a_rate_for_nothing_is_refused() -> None:
    with pytest.raises(ConfigError, match="'encoder', but no parameter begins so. They begin: first, second"):
        optimizers.make(tiny(), settings(learning_rates={"encoder": 1e-5}))


def test_the_schedule_takes_a_share_of_each_rate() -> None:
    optimizer = optimizers.make(tiny(), settings(learning_rate=0.1, learning_rates={"second": 0.01}))
    assert optimizers.set_rates(optimizer, 0.5) == 0.05
    assert sorted({group["lr"] for group in optimizer.param_groups}) == [0.005, 0.05]


def set_weight(model: Tiny, value: float) -> None:
    with torch.no_grad():
        model.first.weight.fill_(value)


def test_the_average_is_as_computed_by_hand() -> None:
    model = tiny()
    average = MovingAverage(model, 0.8)
    for value in (1.0, 2.0, 4.0):
        set_weight(model, value)
        average.update()
    by_hand = (0.2 * 0.8**2 * 1 + 0.2 * 0.8 * 2 + 0.2 * 4) / (1 - 0.8**3)
    with average.swapped_in():
        assert torch.allclose(model.first.weight, torch.tensor(by_hand))
    assert (model.first.weight == 4.0).all()


def test_weights_come_back_after_an_error() -> None:
    model = tiny()
    average = MovingAverage(model, 0.5)
    average.update()
    set_weight(model, 7.0)
    with pytest.raises(ZeroDivisionError), average.swapped_in():
        raise ZeroDivisionError
    assert (model.first.weight == 7.0).all()


@pytest.mark.parametrize("decay", [0.0, 0.9])
def test_without_a_step_there_is_nothing_to_swap(decay: float) -> None:
    model = tiny()
    before = model.first.weight.clone()
    with MovingAverage(model, decay).swapped_in():
        assert torch.equal(model.first.weight, before)
