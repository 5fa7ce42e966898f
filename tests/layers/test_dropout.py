import pytest
import torch
from torch import nn

from bionym.layers.dropout import Dropout, replace_dropout


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_as_many_values_are_dropped_as_asked_and_the_mean_stays(rate: float) -> None:
    torch.manual_seed(0)
    dropped = Dropout(rate)(torch.ones(100_003))
    assert (dropped == 0).float().mean().item() == pytest.approx(rate, abs=0.01)
    assert dropped.mean().item() == pytest.approx(1.0, abs=0.02)
    assert dropped.unique().tolist() == pytest.approx([0.0, 1 / (1 - rate)], rel=1e-4)


def test_each_of_four_values_that_share_a_random_number_is_dropped_by_itself() -> None:
    torch.manual_seed(0)
    kept_N4 = (Dropout(0.5)(torch.ones(20_000, 4)) > 0).float()
    assert torch.corrcoef(kept_N4.T) == pytest.approx(torch.eye(4), abs=0.03)
    assert kept_N4.mean(0) == pytest.approx(torch.full((4,), 0.5), abs=0.02)


def test_gradients_pass_where_values_do() -> None:
    values = torch.ones(7, 5, requires_grad=True)
    dropped = Dropout(0.5)(values)
    dropped.sum().backward()
    assert values.grad is not None and torch.equal(values.grad, dropped)


@pytest.mark.parametrize(("rate", "expected"), [(0.0, 1.0), (1.0, 0.0)])
def test_none_or_all_can_be_dropped(rate: float, expected: float) -> None:
    assert torch.equal(Dropout(rate)(torch.ones(3, 2)), torch.full((3, 2), expected))


def test_nothing_is_dropped_in_prediction() -> None:
    values = torch.randn(4, 3)
    assert Dropout(0.5).eval()(values) is values


def test_those_of_somebody_elses_network_are_replaced_and_keep_their_share() -> None:
    network = nn.Sequential(nn.Linear(3, 3), nn.Dropout(0.3), nn.Sequential(nn.Dropout(0.2), nn.Dropout1d(0.1)))
    replace_dropout(network)
    found = [part for part in network.modules() if isinstance(part, Dropout)]
    assert [part.p for part in found] == [0.3, 0.2]
    assert any(isinstance(part, nn.Dropout1d) for part in network.modules())
