"""Several processes that learn together: each from its share of a step's batches, their gradients added.

With n processes a step has n times as many batches, and what comes of it is what one process would make of as many by
`accumulate`, but for the rounding of sums: dropout too, for random numbers are seeded by batch. The loop asks this file and no
model knows of it. Who starts the processes tells each its place in the variables that `torchrun` and `accelerate launch`
set, RANK, LOCAL_RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT. `launch` sets the first four as well, and names a folder of
its own instead of the port: over a port, torch would listen on every network interface, without a password, and ask the
name server for the name of 127.0.0.1.

Gradients are added by torch.distributed alone, and not by DistributedDataParallel or accelerate, which is built on it: both
hook into `forward`, where the loop knows `loss(batch)`, and both expect every process to have a gradient of every weight,
where here one learns from a corpus and another from a corpus with a head of its own, or has no batch left.
Leaves out: gradients that travel while others are still computed; a model that is cut over several devices.
"""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn

from bionym.errors import ConfigError
from bionym.training import launch
from bionym.training.settings import TrainingSettings

PATIENCE = timedelta(hours=6)  # the first process scores while the others wait
_MEETINGS: Counter[str] = Counter()  # how often this process has met the others in a folder


class Group:
    """The processes of a run; alone unless it is told otherwise.

    Args:
        rank: the place of this one, from 0.
    """

    def __init__(self, rank: int = 0, size: int = 1) -> None:
        self.rank, self.size = rank, size

    @property
    def is_first(self) -> bool:
        """Whether this process scores, writes and prints for all."""
        return self.rank == 0

    def share(self, numbers: range) -> range:
        """Of the batches of a step those that this process learns from; perhaps none."""
        return numbers[self.rank :: self.size]

    def any(self, is_so: bool) -> bool:
        """Whether any process says so."""
        return bool(self._total([float(is_so)])[0]) if self.size > 1 else is_so

    def add_up(self, weights: Sequence[nn.Parameter], loss: Tensor, num_tokens: int) -> tuple[Tensor, int]:
        """Put the sum of all processes' gradients in place of their own.

        A weight that had no gradient anywhere has none after it, so that the optimizer leaves it alone.
        Returns: the sums of their losses and of their tokens.
        """
        if self.size == 1:
            return loss, num_tokens
        num_tokens_of_all, *had = self._total([num_tokens, *(float(weight.grad is not None) for weight in weights)])
        moved = [weight for weight, number in zip(weights, had, strict=True) if number]
        gradients = [torch.zeros_like(weight) if weight.grad is None else weight.grad for weight in moved]
        flat = torch.cat([*(gradient.flatten() for gradient in gradients), loss.to(gradients[0].dtype).view(1)])
        dist.all_reduce(flat)
        *parts, loss_of_all = torch.split(flat, [*(weight.numel() for weight in moved), 1])
        for weight, part in zip(moved, parts, strict=True):
            weight.grad = part.view_as(weight)
        return loss_of_all[0], int(num_tokens_of_all)

    def broadcast(self, value: Any) -> Any:
        """The value of the first process, as JSON can hold it; those of the others are ignored."""
        if self.size == 1:
            return value
        import json

        message = json.dumps(value).encode() if self.is_first else b""
        length = torch.tensor([len(message)])
        dist.broadcast(length, 0)
        letters = torch.tensor([*message] or [0] * int(length), dtype=torch.uint8)
        dist.broadcast(letters, 0)
        return json.loads(bytes(letters.tolist()))

    def make_alike(self, model: nn.Module) -> None:
        """Give every process the weights of the first."""
        if self.size > 1:
            for tensor in model.state_dict().values():
                dist.broadcast(tensor, 0)

    def _total(self, numbers: Sequence[float]) -> list[float]:
        """Sums over all processes, by way of the processor, for which no GPU has to wait."""
        sums = torch.tensor(numbers, dtype=torch.float64)
        dist.all_reduce(sums)
        total: list[float] = sums.tolist()
        return total


@contextmanager
def join_group(settings: TrainingSettings) -> Iterator[Group]:
    """The group of the processes that were started together, this one among them.

    Raises: ConfigError if several are asked for, and no one has started them.
    """
    place = launch.place()
    if place is None:
        if settings.processes > 1:
            raise ConfigError(
                f"The setting 'processes' is {settings.processes}, but this is one. Start them together: bionym train "
                "does, or: torchrun --nproc-per-node"
            )
        yield Group()
        return
    is_ours = not dist.is_initialized()
    if is_ours:
        os.environ.setdefault("TORCH_NCCL_ASYNC_ERROR_HANDLING", "1")
        backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() and settings.device != "cpu" else "gloo"
        dist.init_process_group(
            backend, init_method=_meeting(), rank=place.rank, world_size=place.size, timeout=PATIENCE
        )
    try:
        yield Group(place.rank, place.size)
    finally:
        if is_ours:
            dist.destroy_process_group()


def _meeting() -> str:
    """How the processes find each other: by a new file of the folder that `launch` names, else as their launcher said."""
    folder = os.environ.get(launch.MEETING)
    if folder is None:
        return "env://"
    _MEETINGS[folder] += 1
    return (Path(folder) / str(_MEETINGS[folder])).as_uri()
