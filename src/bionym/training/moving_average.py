"""An average over the weights of recent steps, which often scores better than the last weights.

`average = decay * average + (1 - decay) * weights`, from 0 on, divided by `1 - decay ** steps` when it is read, so that
the first steps are not drawn towards 0. Source: Kingma and Ba 2015, section 3, for the correction.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class MovingAverage:
    """An exponential moving average of the parameters that learn.

    Args:
        decay: 0 to 1; about 1 / (1 - decay) steps count. 0 turns it off: nothing is kept and nothing is swapped.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self._decay, self._num_steps = decay, 0
        learning = {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}
        self._weights: dict[str, nn.Parameter] = learning if decay else {}
        self._sums = {name: torch.zeros_like(weight) for name, weight in self._weights.items()}

    @torch.no_grad()
    def update(self) -> None:
        """Take in the weights as they are after a step."""
        if self._weights:
            self._num_steps += 1
            torch._foreach_lerp_(list(self._sums.values()), list(self._weights.values()), 1 - self._decay)

    @contextmanager
    def swapped_in(self) -> Iterator[None]:
        """The model with the average for its weights, to evaluate or to save it; afterwards it has its own again."""
        if not self._num_steps:
            yield
            return
        originals = {name: weight.detach().clone() for name, weight in self._weights.items()}
        self.put_in()
        try:
            yield
        finally:
            self._put(originals)

    def put_in(self) -> None:
        """The model with the average for its weights, for good."""
        if self._num_steps:
            self._put({name: total / (1 - self._decay**self._num_steps) for name, total in self._sums.items()})

    def state(self) -> tuple[dict[str, Tensor], int]:
        """What a checkpoint keeps: sums by parameter, and the number of steps in them."""
        return dict(self._sums), self._num_steps

    def restore(self, sums: Mapping[str, Tensor], num_steps: int) -> None:
        """Go on from a state."""
        for name, total in self._sums.items():
            total.copy_(sums[name])
        self._num_steps = num_steps

    @torch.no_grad()
    def _put(self, values: Mapping[str, Tensor]) -> None:
        for name, weight in self._weights.items():
            weight.copy_(values[name])
