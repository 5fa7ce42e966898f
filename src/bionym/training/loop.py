"""The loop: epochs of steps, scored after each, until nothing gets better. It knows nothing of entities in text.

A model is a `torch.nn.Module` with `loss(batch)`: a scalar tensor, the mean over items or tokens. Everything else
(scoring, batches, logs) is passed in. On a CPU, a run that was interrupted, or killed, and is started again with the same
folder ends with the same weights, bit for bit, as one that ran through.

Several processes may run it together, each over its share (`parallel`). Leaves out: workers that build batches ahead.
"""

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar, cast

import torch
from torch import Tensor, nn

from bionym.errors import ModelError, StoppedError
from bionym.training import best, checkpoint, devices, optimizers, parallel, schedules, seeds, tensors
from bionym.training.checkpoint import Checkpoint, Learning
from bionym.training.events import Monitor, Result, Scores, Shown, Tables
from bionym.training.interruption import Interruption
from bionym.training.losses import Losses
from bionym.training.moving_average import MovingAverage
from bionym.training.precision import Precision
from bionym.training.progress import Progress
from bionym.training.reports import Reporter
from bionym.training.settings import TrainingSettings

Batch = TypeVar("Batch")
Batches = Callable[[int], Sequence[Batch]]
Evaluated = Mapping[str, Mapping[str, Any]]
TIME_LIMIT = "time limit"


def not_scored(model: nn.Module) -> Scores:
    """No development scores: all epochs are trained, and the last weights stay."""
    return {}


def num_tokens_of(batch: object) -> int:
    """The `num_tokens` of a batch; 0 if it has none."""
    return int(getattr(batch, "num_tokens", 0))


def fit(
    model: nn.Module,
    batches: Batches[Batch],
    *,
    settings: TrainingSettings,
    evaluate: Callable[[nn.Module], Evaluated] = not_scored,
    monitors: Iterable[Monitor] = (),
    folder: Path | None = None,
    about: Mapping[str, Any] | None = None,
    shown: Shown | None = None,
    num_tokens: Callable[[Batch], int] = num_tokens_of,
    allow_changes: bool = False,
) -> Result:
    """Train a model; afterwards it has the weights that scored best, and is on the device of the settings.

    Args:
        model: has `loss(batch) -> Tensor`, a scalar.
        batches: the batches of an epoch (from 1), a sequence that may build them when asked (`batches.Lazy`). It must
            depend on the epoch alone; what is drawn at random while a batch is built is repeated in the same way.
        evaluate: development scores, `{corpus: {"f1": 0.81, ...}}`; the mean over corpora of `settings.metric` decides.
            What stands there and is no number (a table of counts) is told to the monitors as it is. Called in evaluation
            mode, without gradients.
        folder: where checkpoints are kept. A run there with the same configuration is resumed.
        about: what the run is (name, model, configuration, fingerprint of the data), as JSON can hold it; told to the
            monitors, and compared when a run is resumed.
        shown: what else monitors may ask for.
        num_tokens: tokens of a batch, for the speed that is reported.
        allow_changes: resume in spite of a changed configuration.
    Returns: the result; `result.weights_best_for(corpus)` are the weights of a corpus's own best epoch.
    Raises: ModelError if a loss is not a number; ConfigError if the configuration changed; KeyboardInterrupt after
        Ctrl-C or SIGTERM, and StoppedError after `interruption.Stop`, when the step is finished and the run saved.
    """
    with devices.prepare_device(settings), parallel.join_group(settings) as group:
        settings = settings.model_copy(update={"processes": group.size})
        loop = _Loop(model, batches, settings, evaluate, folder, about or {}, num_tokens, group)
        if folder is not None and checkpoint.exists(folder):
            loop.restore(Checkpoint(folder), allow_changes=allow_changes)
        return loop.run(monitors if group.is_first else (), shown)


class _Loop:
    """A run: the model, and the state of its training."""

    def __init__(
        self,
        model: nn.Module,
        batches: Batches[Any],
        settings: TrainingSettings,
        evaluate: Callable[[nn.Module], Evaluated],
        folder: Path | None,
        about: Mapping[str, Any],
        num_tokens: Callable[[Any], int],
        group: parallel.Group,
    ) -> None:
        self.device = devices.choose(settings)
        self.model = model.to(self.device)
        self.loss = cast("Callable[[Any], Tensor]", model.loss)
        self.batches, self.settings, self.evaluate, self.folder = batches, settings, evaluate, folder
        self.about, self.num_tokens, self.group = about, num_tokens, group
        self.optimizer = optimizers.make(model, settings)
        self.average = MovingAverage(model, settings.moving_average)
        self.precision = Precision(settings, self.device)
        self.learning = Learning(model, self.optimizer, self.average, self.precision)
        self.config = checkpoint.configuration(settings, about)
        self.states = best.InFolder(folder) if folder is not None else best.InMemory()
        self.progress = Progress()
        self.losses = Losses(folder, must_be_finite=not self.precision.is_scaled)
        self.interruption = Interruption()

    def restore(self, saved: Checkpoint, *, allow_changes: bool) -> None:
        """Continue from a checkpoint."""
        if not allow_changes:
            saved.check(self.config)
        saved.restore(self.learning, self.config)
        self.progress = saved.progress()

    def run(self, monitors: Iterable[Monitor], shown: Shown | None) -> Result:
        """Every epoch that is left. Whatever happens, the monitors are told how it ended."""
        self.reporter = Reporter(monitors, self.progress)
        self.saved_at = self.progress.seconds
        self.reporter.started(self.model, self.settings, about=self.about, device=str(self.device), shown=shown)
        self.group.make_alike(self.model)
        try:
            with self.interruption if self.folder is not None else contextlib.nullcontext():
                while not self._is_over():
                    self._epoch()
        except BaseException as error:
            self.reporter.broken(error)
            raise
        self._take_best_weights()
        return self.reporter.finished(self.states)

    def _epoch(self) -> None:
        """The steps of an epoch that are left, then its scores."""
        progress = self.progress
        seeds.seed_everything(self.settings.seed, progress.epoch)
        batches = self.batches(progress.epoch)
        if not len(batches):
            raise ModelError("There is no batch to train on. Check that the training data was read.")
        self.model.train()
        while progress.batch < len(batches) and not self._is_late():
            self._step(batches)
            if progress.step % self.settings.report_steps == 0 or progress.batch == len(batches):
                self._report(len(batches))
            self._stop_or_save()
        self._end_of_epoch(len(batches))

    def _step(self, batches: Sequence[Any]) -> None:
        """One change of the weights, from one batch or several."""
        progress = self.progress
        share = schedules.share(progress.epoch - 1 + progress.batch / len(batches), progress.scores, self.settings)
        progress.rate = optimizers.set_rates(self.optimizer, share)
        self.optimizer.zero_grad(set_to_none=True)
        num_batches = self.settings.accumulate * self.group.size
        numbers = range(progress.batch, min(progress.batch + num_batches, len(batches)))
        loss, num_tokens = torch.zeros((), device=self.device), 0
        for number in self.group.share(numbers):
            seeds.seed_everything(self.settings.seed, progress.epoch, number)
            batch = batches[number]
            loss += self._backward(batch, len(numbers))
            num_tokens += self.num_tokens(batch)
        loss, num_tokens = self.group.add_up(optimizers.weights(self.optimizer), loss, num_tokens)
        self.losses.add(loss, self.precision.step(self.optimizer))
        self.average.update()
        self.reporter.tick(num_tokens)
        progress.batch, progress.step = numbers.stop, progress.step + 1

    def _backward(self, batch: Any, num_batches: int) -> Tensor:
        """The share that a batch has in the loss of the step, its gradients added to those of the step."""
        with self.precision.computing():
            loss = self.loss(devices.move_to_device(batch, self.device))
        assert loss.ndim == 0, f"loss(batch) has the shape {tuple(loss.shape)}, expected a scalar"
        self.precision.backward(loss / num_batches)
        return loss.detach().float() / num_batches

    def _end_of_epoch(self, num_batches: int) -> None:
        """Score, remember what was best, report, save; and decide whether this was the last epoch.

        An epoch that the time limit cut short is saved first, so that it can be resumed with more time.
        """
        progress = self.progress
        is_cut = progress.batch < num_batches
        if is_cut:
            self._save()
        self._report(num_batches)
        development, tables = _split_tables(self.group.broadcast(self._evaluated() if self.group.is_first else None))
        mean, is_best = progress.update_best(development, self.settings.metric)
        if progress.epoch in progress.epochs_to_keep and self.group.is_first:
            with self.average.swapped_in():
                self.states.put(progress.epoch, tensors.weights_of(self.model))
        self.reporter.epoch(development, tables, mean, is_best=is_best)
        if is_cut:
            progress.ending = TIME_LIMIT
            return
        progress.ending = progress.reason_to_end(self.settings)
        if not progress.ending:
            progress.next_epoch()
        self._save()
        if self.group.is_first:
            self.states.keep_only(progress.epochs_to_keep)

    def _evaluated(self) -> Evaluated:
        """The result of `evaluate`. If it is interrupted the run is saved, and resumed there."""
        self.model.eval()
        try:
            with self.average.swapped_in(), self.interruption.at_once(), torch.no_grad():
                return self.evaluate(self.model)
        except KeyboardInterrupt:
            self._stop()

    def _is_late(self) -> bool:
        limit = 60 * self.settings.time_limit_minutes
        return bool(limit) and self.group.any(self.progress.step > 0 and self.progress.seconds >= limit)

    def _is_over(self) -> bool:
        if not self.progress.ending and self.progress.batch == 0 and self._is_late():
            self.progress.ending = TIME_LIMIT
        return bool(self.progress.ending)

    def _report(self, num_batches: int) -> None:
        norm = self.losses.read_into(self.progress)
        if self.progress.losses:
            self.reporter.steps(num_batches=num_batches, norm=norm)

    def _stop_or_save(self) -> None:
        """After each step: stop if a signal asked for it, save if it is time."""
        settings, progress = self.settings, self.progress
        if self.group.any(self.interruption.is_requested or self.reporter.is_stop_requested()):
            self._stop()
        minutes = (progress.seconds - self.saved_at) / 60
        is_due = 0 < settings.checkpoint_minutes <= minutes
        if is_due or (settings.checkpoint_steps and progress.step % settings.checkpoint_steps == 0):
            self._save()

    def _stop(self) -> NoReturn:
        """Save, and raise the message that says how to resume."""
        self._save()
        saved = f" It is saved in {self.folder}: run the same command again to resume." if self.folder else ""
        message = f"Stopped in epoch {self.progress.epoch}, after step {self.progress.step}.{saved}"
        raise KeyboardInterrupt(message) if self.interruption.is_requested else StoppedError(message)

    def _save(self) -> None:
        if self.folder is not None:
            self.losses.read_into(self.progress)
            self.saved_at = self.progress.seconds
            if self.group.is_first:
                checkpoint.save(self.folder, self.learning, self.progress, self.config)

    def _take_best_weights(self) -> None:
        """Leave the model with the weights of the best epoch; if none was scored with the last, averaged."""
        if self.progress.best is None:
            self.average.put_in()
        elif self.group.is_first:
            self.model.load_state_dict(self.states.weights(self.progress.best.epoch))
        self.group.make_alike(self.model)
        self.model.eval()


def _split_tables(evaluated: Evaluated) -> tuple[Scores, Tables]:
    """The numbers of an evaluation, and its tables."""
    scores, tables = {}, {}
    for corpus, values in evaluated.items():
        scores[corpus] = {name: float(value) for name, value in values.items() if isinstance(value, (int, float))}
        tables[corpus] = {name: value for name, value in values.items() if not isinstance(value, (int, float))}
    return scores, {corpus: of_corpus for corpus, of_corpus in tables.items() if of_corpus}
