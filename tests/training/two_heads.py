"""A model of which each batch moves only a part, to be learned by several processes; also a program for a launcher.

torchrun --nproc-per-node 2 -m tests.training.two_heads FILE     writes the weights
"""

import sys
from pathlib import Path

import torch
from torch import Tensor, nn

from bionym.training import seeds, tensors
from bionym.training.batches import Lazy, plan
from bionym.training.events import Result
from bionym.training.launch import helpers, is_helper
from bionym.training.loop import fit
from bionym.training.monitors.log import Log
from tests.training import tiny

SETTINGS = {"epochs": 3, "moving_average": 0.0, "batch_tokens": 8, "clip": 0.5, "checkpoint_steps": 0, "threads": 1}


class TwoHeads(tiny.Tiny):
    """A layer of its own for each corpus, which batches of the other leave without a gradient."""

    def __init__(self) -> None:
        super().__init__()
        self.heads = nn.ModuleList([nn.Linear(4, 2), nn.Linear(4, 2)])

    def loss(self, batch: tiny.Rows) -> Tensor:
        head = int(batch.features_BF[0, 1].round()) % 2
        scores_BL = self(batch.features_BF) + self.heads[head](batch.features_BF)
        return nn.functional.cross_entropy(scores_BL, batch.gold_B)


def train(folder: Path | None = None, **changes: object) -> tuple[TwoHeads, Result]:
    chosen = tiny.settings(**{**SETTINGS, **changes})
    seeds.seed_everything(5)
    model = TwoHeads()
    result = fit(
        model,
        lambda epoch: Lazy(plan(tiny.LENGTHS, chosen, epoch), tiny.build),
        settings=chosen,
        evaluate=tiny.evaluate,
        monitors=[Log(folder)] if folder else [],
        folder=folder,
    )
    return model, result


def together(processes: int, folder: Path | None = None, **changes: object) -> tuple[TwoHeads, Result]:
    with helpers(processes, help_to_train, processes, folder, changes):
        return train(folder, processes=processes, **changes)


def help_to_train(processes: int, folder: Path | None, changes: dict[str, object]) -> None:
    train(folder, processes=processes, **changes)


if __name__ == "__main__":
    torch.set_num_threads(1)
    trained, _ = train()
    if not is_helper():
        tensors.write(tensors.weights_of(trained), Path(sys.argv[1]))
