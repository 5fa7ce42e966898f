"""A tiny model with dropout, tiny data, and a run of them; also a program, to be killed in the middle.

python -m tests.training.tiny FOLDER STEP SIGNAL     sends itself SIGNAL when the batch after STEP is built
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from bionym.training import seeds
from bionym.training.batches import Batch, Lazy, plan
from bionym.training.events import Result, Scores
from bionym.training.loop import fit
from bionym.training.monitors.log import Log
from bionym.training.settings import TrainingSettings

LENGTHS = {"first": [3, 5, 2, 8, 4, 4, 7, 1, 6, 2, 3, 5], "second": [2, 9, 4, 1, 3, 3]}
SETTINGS = {
    "epochs": 4,
    "batch_tokens": 10,
    "learning_rate": 0.05,
    "schedule": "one-cycle",
    "moving_average": 0.9,
    "report_steps": 3,
    "checkpoint_steps": 4,
}


class Rows(NamedTuple):
    features_BF: Tensor
    gold_B: Tensor
    num_tokens: int


class Tiny(nn.Module):
    """Two layers with dropout between them, so that random states matter."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.dropout, self.second = nn.Linear(4, 8), nn.Dropout(0.4), nn.Linear(8, 2)

    def forward(self, features_BF: Tensor) -> Tensor:
        scores_BL: Tensor = self.second(self.dropout(torch.tanh(self.first(features_BF))))
        return scores_BL

    def loss(self, batch: Rows) -> Tensor:
        return nn.functional.cross_entropy(self(batch.features_BF), batch.gold_B)


def tiny() -> Tiny:
    seeds.seed_everything(5)
    return Tiny()


def settings(**changes: Any) -> TrainingSettings:
    return TrainingSettings(**{**SETTINGS, **changes})


def build(batch: Batch) -> Rows:
    """Features from the items, with noise from torch's own generator."""
    rows_BF = torch.tensor([[item.place, len(item.corpus), item.place**2 % 7, 1.0] for item in batch.items])
    gold_B = torch.tensor([item.place % 2 for item in batch.items])
    return Rows(rows_BF + 0.1 * torch.randn(rows_BF.shape), gold_B, batch.num_tokens)


def evaluate(model: nn.Module) -> Scores:
    """Something that depends on the weights, by corpus; it also draws a number, which must not matter."""
    torch.rand(1)
    grid_BF = torch.linspace(-1, 1, 40).reshape(10, 4)
    first, second = (float(value) for value in model(grid_BF).softmax(-1).mean(0))
    return {"first": {"f1": first, "precision": first}, "second": {"f1": second * first, "precision": second}}


def train(
    folder: Path | None, *, chosen: TrainingSettings | None = None, kill: tuple[int, int] = (-1, 0), **more: Any
) -> tuple[Tiny, Result]:
    chosen = chosen or settings()
    model, built = tiny(), 0
    stop_after, number = kill

    def killing(batch: Batch) -> Rows:
        nonlocal built
        if built == stop_after:
            os.kill(os.getpid(), number)
        built += 1
        return build(batch)

    more = {"evaluate": evaluate, "monitors": [Log(folder)] if folder else [], "about": {"name": "tiny"}, **more}
    result = fit(
        model, lambda epoch: Lazy(plan(LENGTHS, chosen, epoch), killing), settings=chosen, folder=folder, **more
    )
    return model, result


def same(weights: Mapping[str, Tensor], others: Mapping[str, Tensor]) -> bool:
    """Whether every bit is the same."""
    return weights.keys() == others.keys() and all(torch.equal(weights[name], others[name]) for name in weights)


if __name__ == "__main__":
    torch.set_num_threads(1)
    train(Path(sys.argv[1]), kill=(int(sys.argv[2]), int(sys.argv[3])))
