import math
from typing import Any

import pytest
import torch
from torch import nn

from bionym.errors import ConfigError, ModelError
from bionym.training import devices, seeds, tensors
from bionym.training.loop import fit
from tests.training import tiny


class Recorder:
    def __init__(self) -> None:
        self.told: list[Any] = []

    def started(self, info) -> None:
        self.told.append(info)

    step = epoch = finished = started


def scripted(*scores: float, name: str = "dev"):
    """Scores epoch by epoch, with the weights of each kept aside."""
    left, weights = list(scores), []

    def evaluate(model: nn.Module):
        assert not model.training and not torch.is_grad_enabled()
        weights.append(tensors.weights_of(model))
        return {name: {"f1": left.pop(0)}}

    return evaluate, weights


def test_the_same_seed_gives_the_same_model_and_another_does_not() -> None:
    first, second, other = (tiny.train(None, chosen=tiny.settings(seed=seed))[0] for seed in (1, 1, 2))
    assert tiny.same(first.state_dict(), second.state_dict())
    assert not tiny.same(first.state_dict(), other.state_dict())


def test_loss_falls() -> None:
    chosen = tiny.settings(epochs=30, moving_average=0.0, learning_rate=0.5)
    model = nn.Linear(1, 1)
    model.loss = lambda batch: ((model(batch) - 3 * batch) ** 2).mean()
    result = fit(model, lambda epoch: [torch.randn(8, 1) for _ in range(5)], settings=chosen)
    assert result.history[-1].loss < 0.01 * result.history[0].loss
    assert (result.state, result.reason, result.best, result.epochs) == ("finished", "all epochs", None, 30)


@pytest.mark.parametrize("moving_average", [0.0, 0.9])
def test_the_best_epoch_is_restored(moving_average: float) -> None:
    evaluate, weights = scripted(0.2, 0.5, 0.4, 0.5)
    model, result = tiny.train(None, evaluate=evaluate, chosen=tiny.settings(moving_average=moving_average))
    assert (result.best.epoch, result.best.score) == (2, 0.5)
    assert tiny.same(model.state_dict(), weights[1]) and not tiny.same(model.state_dict(), weights[3])


def test_each_corpus_has_its_own_best_epoch() -> None:
    scores, weights = [(0.9, 0.1), (0.5, 0.7), (0.4, 0.9), (0.1, 0.2)], []

    def evaluate(model: nn.Module):
        weights.append(tensors.weights_of(model))
        return dict(zip("ab", ({"f1": score} for score in scores[len(weights) - 1]), strict=True))

    model, result = tiny.train(None, evaluate=evaluate)
    assert result.best.epoch == 3 and {corpus: best.epoch for corpus, best in result.best_of.items()} == {
        "a": 1,
        "b": 3,
    }
    assert tiny.same(result.weights_best_for("a"), weights[0])
    assert tiny.same(model.state_dict(), weights[2])


def test_without_scores_the_last_weights_stay_averaged() -> None:
    scored, _ = tiny.train(None, evaluate=scripted(0.1, 0.2, 0.3, 0.4)[0])
    not_scored, result = tiny.train(None, evaluate=lambda model: {})
    assert tiny.same(scored.state_dict(), not_scored.state_dict()) and result.history[0].mean is None


def test_patience_ends_the_run_but_not_before_the_least_number_of_epochs() -> None:
    scores = [0.5, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4]
    _, soon = tiny.train(None, evaluate=scripted(*scores)[0], chosen=tiny.settings(epochs=7, patience=2))
    _, late = tiny.train(None, evaluate=scripted(*scores)[0], chosen=tiny.settings(epochs=7, patience=2, min_epochs=5))
    _, never = tiny.train(None, evaluate=scripted(*scores)[0], chosen=tiny.settings(epochs=7, patience=0))
    assert (soon.epochs, late.epochs, never.epochs) == (3, 5, 7)
    assert soon.reason == "no better for 2 epochs"


def test_scores_without_the_deciding_metric_are_refused() -> None:
    with pytest.raises(ModelError, match="'metric' is 'recall', but first was scored by: f1, precision"):
        tiny.train(None, chosen=tiny.settings(metric="recall"))


def test_a_time_limit_ends_the_run_which_goes_on_when_there_is_more_time(tmp_path) -> None:
    whole, _ = tiny.train(None)
    _, result = tiny.train(tmp_path, chosen=tiny.settings(time_limit_minutes=1e-9))
    assert (result.steps, result.epochs, result.reason, result.state) == (1, 1, "time limit", "finished")
    _, again = tiny.train(tmp_path, chosen=tiny.settings(time_limit_minutes=1e-9))
    assert (again.steps, again.history[0].development) == (1, result.history[0].development)
    model, result = tiny.train(tmp_path)
    assert result.steps == 40 and tiny.same(model.state_dict(), whole.state_dict())


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_loss_that_is_no_number_names_epoch_step_and_checkpoint(value: float, tmp_path) -> None:
    model, losses = tiny.tiny(), 0

    def loss(batch):
        nonlocal losses
        losses += 1
        return tiny.Tiny.loss(model, batch) * (value if losses == 15 else 1)

    model.loss = loss
    recorder = Recorder()
    with pytest.raises(ModelError, match=rf"The loss was {value} in epoch 2, step 15. The last good checkpoint is in "):
        fit(model, lambda epoch: [tiny.Rows(torch.ones(2, 4), torch.tensor([0, 1]), 2)] * 10,
            settings=tiny.settings(), folder=tmp_path, monitors=[recorder])  # fmt: skip
    assert recorder.told[-1].state == "failed" and "step 15" in recorder.told[-1].reason


def test_words_of_other_errors_do_not_reach_the_log() -> None:
    def broken(model):
        raise ValueError("Mr Smith has the flu")

    recorder = Recorder()
    with pytest.raises(ValueError, match="Smith"):
        tiny.train(None, evaluate=broken, monitors=[recorder])
    assert recorder.told[-1].reason == "ValueError"


def test_no_batch_is_an_error() -> None:
    with pytest.raises(ModelError, match="no batch to train on"):
        fit(tiny.tiny(), lambda epoch: [], settings=tiny.settings())


def test_accumulated_batches_make_the_step_of_one_large_batch() -> None:
    rows = [tiny.Rows(torch.randn(2, 4), torch.tensor([0, 1]), 8) for _ in range(6)]
    joined = [tiny.Rows(*(torch.cat(parts) for parts in zip(*((r[0], r[1]) for r in rows[at : at + 3]), strict=True)), 24) for at in (0, 3)]  # fmt: skip
    small, large = nn.Linear(4, 2), nn.Linear(4, 2)
    large.load_state_dict(small.state_dict())
    for model in (small, large):
        model.loss = lambda batch, model=model: nn.functional.cross_entropy(model(batch.features_BF), batch.gold_B)
    chosen = tiny.settings(moving_average=0.0, optimizer="sgd")
    fit(small, lambda epoch: rows, settings=chosen.model_copy(update={"accumulate": 3}))
    result = fit(large, lambda epoch: joined, settings=chosen)
    assert result.steps == 8
    assert torch.allclose(small.weight, large.weight, atol=1e-6)


def test_gradients_are_clipped() -> None:
    model = nn.Linear(1, 1, bias=False)
    model.loss = lambda batch: 1000 * model(batch).sum()
    before = model.weight.item()
    chosen = tiny.settings(optimizer="sgd", momentum=0.0, schedule="constant", learning_rate=1.0, clip=0.5, epochs=1, moving_average=0)  # fmt: skip
    recorder = Recorder()
    fit(model, lambda epoch: [torch.ones(1, 1)], settings=chosen, monitors=[recorder])
    assert model.weight.item() == pytest.approx(before - 0.5, abs=1e-4)
    assert recorder.told[1].gradient_norm == pytest.approx(1000)


def test_all_generators_repeat_what_they_gave_at_a_place() -> None:
    import random

    import numpy as np

    def draw(*place: int):
        seeds.seed_everything(3, *place)
        return random.random(), float(np.random.rand()), float(np.random.randn()), float(torch.rand(1))

    first = draw(1, 2)
    assert all(
        other != one for place in ((), (1,), (2, 1), (12,)) for one, other in zip(first, draw(*place), strict=True)
    )
    assert draw(1, 2) == first


def test_one_thread_where_there_are_two_cores() -> None:
    assert [devices.num_threads(0, cores) for cores in (1, 2, 3)] == [1, 1, None]
    assert devices.num_threads(4, 2) == 4


@pytest.mark.parametrize("device", ["cuda:99", "tpuu"])
def test_a_device_that_is_not_there_is_refused(device: str) -> None:
    with pytest.raises(ConfigError, match=f"'device' is '{device}'"):
        devices.choose(tiny.settings(device=device))


def test_every_tensor_of_a_batch_is_moved() -> None:
    batch = {"a": [tiny.Rows(torch.ones(1), torch.zeros(1), 3)], "b": (torch.ones(2), "word")}
    moved = devices.move_to_device(batch, torch.device("meta"))
    found = (moved["a"][0].features_BF, moved["a"][0].gold_B, moved["b"][0])
    assert all(tensor.device.type == "meta" for tensor in found)
    assert moved["a"][0].num_tokens == 3 and moved["b"][1] == "word"
