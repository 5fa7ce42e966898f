"""The state of a run: everything in a checkpoint apart from tensors."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from bionym.errors import ModelError
from bionym.training.events import Best, EpochEnd, Scores
from bionym.training.settings import TrainingSettings


@dataclass(slots=True)
class Progress:
    """A place in a run. `epoch` (from 1) is the one under way, `batch` counts those of it that are done.

    The losses since the last report are kept one by one, so a run that goes on reports the same numbers.
    """

    epoch: int = 1
    batch: int = 0
    step: int = 0
    seconds: float = 0.0
    ending: str = ""
    rate: float = 0.0
    reported_step: int = 0
    losses: list[float] = field(default_factory=list)
    loss_sum: float = 0.0
    num_losses: int = 0
    num_tokens: int = 0
    seconds_before_epoch: float = 0.0
    best: Best | None = None
    best_of: dict[str, Best] = field(default_factory=dict)
    history: list[EpochEnd] = field(default_factory=list)

    @property
    def scores(self) -> tuple[float, ...]:
        """The mean development score of each epoch that has one."""
        return tuple(end.mean for end in self.history if end.mean is not None)

    @property
    def epochs_to_keep(self) -> set[int]:
        """Epochs that were the best for something."""
        return {best.epoch for best in (self.best, *self.best_of.values()) if best is not None}

    def flush_losses(self) -> float:
        """Add the losses since the last report to those of the epoch. Returns: their mean."""
        mean = math.fsum(self.losses) / len(self.losses)
        self.loss_sum += math.fsum(self.losses)
        self.num_losses += len(self.losses)
        self.losses, self.reported_step = [], self.step
        return mean

    def update_best(self, development: Scores, metric: str) -> tuple[float | None, bool]:
        """Update the best scores with those of the epoch. Returns: their mean, and whether it is the best.

        Raises: ModelError for scores without the deciding metric.
        """
        values = {corpus: _deciding(corpus, scores, metric) for corpus, scores in development.items()}
        for corpus, value in values.items():
            if corpus not in self.best_of or value > self.best_of[corpus].score:
                self.best_of[corpus] = Best(self.epoch, value)
        if not values:
            return None, False
        mean = math.fsum(values.values()) / len(values)
        is_best = self.best is None or mean > self.best.score
        if is_best:
            self.best = Best(self.epoch, mean)
        return mean, is_best

    def reason_to_end(self, settings: TrainingSettings) -> str:
        """Why training ends after the epoch that was scored last, or nothing."""
        if self.epoch >= settings.epochs:
            return "all epochs"
        waited = self.epoch - self.best.epoch if self.best else 0
        if settings.patience and waited >= settings.patience and self.epoch >= settings.min_epochs:
            return f"no better for {waited} epochs"
        return ""

    def next_epoch(self) -> None:
        """Go to the beginning of the next epoch."""
        self.epoch += 1
        self.batch = 0
        self.loss_sum, self.num_losses, self.num_tokens = 0.0, 0, 0
        self.seconds_before_epoch = self.seconds

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def from_dict(values: Mapping[str, Any]) -> Progress:
    """The state that `as_dict` wrote."""
    return Progress(
        **{
            **values,
            "best": Best(**values["best"]) if values["best"] else None,
            "best_of": {corpus: Best(**best) for corpus, best in values["best_of"].items()},
            "history": [EpochEnd(**end) for end in values["history"]],
        }
    )


def _deciding(corpus: str, scores: Mapping[str, float], metric: str) -> float:
    if metric not in scores:
        known = ", ".join(sorted(scores)) or "none"
        raise ModelError(f"The setting 'metric' is {metric!r}, but {corpus} was scored by: {known}.")
    return float(scores[metric])
