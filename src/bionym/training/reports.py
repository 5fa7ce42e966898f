"""What the monitors are told, made of where the run stands and of the clock."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from torch import nn

from bionym.errors import BionymError, StoppedError
from bionym.training.events import EpochEnd, Monitor, Result, Scores, Shown, Started, State, States, StepGroup, Tables
from bionym.training.interruption import Stop
from bionym.training.progress import Progress
from bionym.training.settings import TrainingSettings


class Reporter:
    """Tells monitors how a run goes, and keeps its time.

    Args:
        progress: where the run stands; its `seconds` are kept up to date.
    """

    def __init__(self, monitors: Iterable[Monitor], progress: Progress) -> None:
        self.monitors, self.progress = tuple(monitors), progress
        self._began = time.monotonic() - progress.seconds
        self._reported_at, self._num_tokens = progress.seconds, 0

    def tick(self, num_tokens: int = 0) -> None:
        """Time has passed, and tokens were learned from."""
        self.progress.seconds = time.monotonic() - self._began
        self.progress.num_tokens += num_tokens
        self._num_tokens += num_tokens

    def started(
        self,
        model: nn.Module,
        settings: TrainingSettings,
        *,
        about: Mapping[str, Any],
        device: str,
        shown: Shown | None = None,
    ) -> None:
        """A run begins or goes on."""
        info = Started(
            model=model,
            settings=settings.model_dump(mode="json"),
            about=about,
            device=device,
            num_parameters=sum(weight.numel() for weight in model.parameters() if weight.requires_grad),
            epochs=settings.epochs,
            num_epochs_done=len(self.progress.history),
            step=self.progress.step,
            reported_step=self.progress.reported_step,
            shown=shown,
        )
        self._notify(lambda monitor: monitor.started(info))

    def steps(self, *, num_batches: int, norm: float) -> None:
        """Some steps were taken."""
        progress = self.progress
        self.tick()
        passed = progress.seconds - self._reported_at
        info = StepGroup(
            epoch=progress.epoch,
            step=progress.step,
            batch=progress.batch,
            num_batches=num_batches,
            loss=progress.flush_losses(),
            learning_rate=progress.rate,
            gradient_norm=norm,
            tokens_per_second=_speed(self._num_tokens, passed),
            seconds=progress.seconds,
        )
        self._reported_at, self._num_tokens = progress.seconds, 0
        self._notify(lambda monitor: monitor.step(info))

    def epoch(self, development: Scores, tables: Tables, mean: float | None, *, is_best: bool) -> None:
        """An epoch was learned and scored."""
        progress = self.progress
        learned = self._reported_at - progress.seconds_before_epoch
        self.tick()
        info = EpochEnd(
            epoch=progress.epoch,
            step=progress.step,
            loss=progress.loss_sum / progress.num_losses,
            learning_rate=progress.rate,
            tokens_per_second=_speed(progress.num_tokens, learned),
            development={corpus: dict(scores) for corpus, scores in development.items()},
            mean=mean,
            is_best=is_best,
            seconds=progress.seconds - progress.seconds_before_epoch,
            tables=tables,
        )
        self._reported_at = progress.seconds
        progress.history.append(info)
        self._notify(lambda monitor: monitor.epoch(info))

    def is_stop_requested(self) -> bool:
        """Whether another thread asked to stop."""
        return any(isinstance(monitor, Stop) and monitor.is_requested for monitor in self.monitors)

    def finished(self, states: States | None = None) -> Result:
        """The run came to its end."""
        return self._ended("finished", self.progress.ending, states)

    def broken(self, error: BaseException) -> None:
        """The run was interrupted or failed."""
        if isinstance(error, KeyboardInterrupt | StoppedError):
            self._ended("interrupted", f"stopped in epoch {self.progress.epoch}")
        else:
            # The words of an error from elsewhere may hold text of a document; its kind does not.
            self._ended("failed", str(error) if isinstance(error, BionymError) else type(error).__name__)

    def _ended(self, state: State, reason: str, states: States | None = None) -> Result:
        progress = self.progress
        result = Result(
            state=state,
            reason=reason,
            epochs=len(progress.history),
            steps=progress.step,
            seconds=progress.seconds,
            best=progress.best,
            best_of=dict(progress.best_of),
            history=tuple(progress.history),
            states=states,
        )
        self._notify(lambda monitor: monitor.finished(result))
        return result

    def _notify(self, say: Callable[[Monitor], None]) -> None:
        for monitor in self.monitors:
            say(monitor)


def _speed(num_tokens: int, seconds: float) -> float:
    return num_tokens / seconds if seconds > 0 else 0.0
