"""The losses of steps, fetched from the device some at a time, and checked."""

import math
from pathlib import Path

import torch
from torch import Tensor

from bionym.errors import ModelError
from bionym.training import checkpoint
from bionym.training.progress import Progress


class Losses:
    """Losses that are still on the device: to fetch each by itself would make it wait at every step.

    Args:
        folder: where checkpoints are, for the message when a loss is no number.
        must_be_finite: whether the gradient must be, too; under a scaled loss an infinite one is nothing unusual.
    """

    def __init__(self, folder: Path | None, *, must_be_finite: bool) -> None:
        self._folder, self._must_be_finite = folder, must_be_finite
        self._unread: list[Tensor] = []
        self._norm = torch.zeros(())

    def add(self, loss: Tensor, norm: Tensor) -> None:
        """The loss of one step, and the norm of its gradient."""
        self._unread.append(loss)
        self._norm = norm

    def read_into(self, progress: Progress) -> float:
        """Hand the losses over. Returns: the last norm. Raises: ModelError for the first loss that is no number."""
        losses: list[float] = torch.stack(self._unread).tolist() if self._unread else []
        self._unread.clear()
        for step, loss in enumerate(losses, start=progress.step - len(losses) + 1):
            if not math.isfinite(loss):
                raise ModelError(f"The loss was {loss} in epoch {progress.epoch}, step {step}. {self._way_out()}")
        norm = float(self._norm)
        if self._must_be_finite and not math.isfinite(norm):
            place = f"epoch {progress.epoch}, step {progress.step} or shortly before"
            raise ModelError(f"The gradient was {norm} in {place}. {self._way_out()}")
        progress.losses += losses
        return norm

    def _way_out(self) -> str:
        is_saved = self._folder is not None and checkpoint.exists(self._folder)
        place = f"The last good checkpoint is in {self._folder}." if is_saved else "No checkpoint was made yet."
        return f"{place} Try a lower learning_rate, a smaller clip, or precision = float32."
