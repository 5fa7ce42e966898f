"""What a training tells those who watch it, and the seam by which they listen.

Nothing here holds text of a document. Seconds are those of learning: what lay between an interruption and going on is
not counted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    from torch import Tensor, nn

Scores = Mapping[str, Mapping[str, float]]  # corpus -> metric -> value, higher is better
Tables = Mapping[str, Mapping[str, Any]]  # corpus -> name -> counts behind the scores, as JSON can hold them
State = Literal["finished", "interrupted", "failed"]


@dataclass(frozen=True, slots=True)
class Best:
    """The epoch (from 1) in which a score was highest, and the score."""

    epoch: int
    score: float


@dataclass(frozen=True, slots=True)
class Started:
    """A run that begins, or goes on: then `step` steps, of which `reported_step` were reported, and `num_epochs_done`
    epochs lie behind it.

    `about` is what the caller said of the run: a name, the kind of model, the whole configuration, fingerprints of data.
    `shown` offers what cannot stand in a log.
    """

    model: "nn.Module"
    settings: Mapping[str, Any]
    about: Mapping[str, Any]
    device: str
    num_parameters: int
    epochs: int
    num_epochs_done: int = 0
    step: int = 0
    reported_step: int = 0
    shown: "Shown | None" = None


@dataclass(frozen=True, slots=True)
class StepGroup:
    """Some steps that were taken: `loss` is their mean, the other values are the last step's.

    `batch` of `num_batches` are done in this epoch.
    """

    epoch: int
    step: int
    batch: int
    num_batches: int
    loss: float
    learning_rate: float
    gradient_norm: float
    tokens_per_second: float
    seconds: float


@dataclass(frozen=True, slots=True)
class EpochEnd:
    """An epoch that was learned and scored.

    `mean` is the mean of the deciding metric over corpora, None without scores; `tables` are what was counted beside them.
    """

    epoch: int
    step: int
    loss: float
    learning_rate: float
    tokens_per_second: float
    development: Scores
    mean: float | None
    is_best: bool
    seconds: float
    tables: Tables = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a run.

    Args:
        reason: why it ended: "all epochs", "no better for 10 epochs", "time limit", or what went wrong.
        best: the epoch whose weights the model has now; None without development scores, then they are the last.
        best_of: the best epoch of each corpus; `states.weights(epoch)` are its weights.
    """

    state: State
    reason: str
    epochs: int
    steps: int
    seconds: float
    best: Best | None = None
    best_of: Mapping[str, Best] = field(default_factory=dict)
    history: tuple[EpochEnd, ...] = ()
    states: "States | None" = None

    def weights_best_for(self, corpus: str) -> "dict[str, Tensor]":
        """The weights that scored best on a corpus, by name, on the CPU."""
        assert self.states is not None, "an unfinished run has no weights to give"
        return self.states.weights(self.best_of[corpus].epoch)


class States(Protocol):
    """Where the weights of good epochs are kept."""

    def weights(self, epoch: int) -> "dict[str, Tensor]":
        """The weights after an epoch, by name, on the CPU."""


class Shown(Protocol):
    """What a model can show apart from numbers, to a monitor that asks for it; only here may there be text of documents."""

    def embeddings(self, *, show_text: bool) -> "Mapping[str, tuple[Sequence[str], Tensor]]":
        """Vectors with their names, by kind; words that only the training data gave stand there with `show_text` alone."""

    def samples(self) -> Sequence[str]:
        """Some development texts, in Markdown, as they were marked in the last evaluation: text of documents."""


class Monitor(Protocol):
    """Whoever watches a training. Must not change the model; what it raises ends the run."""

    def started(self, info: Started, /) -> None:
        """Before the first step, and again when a run goes on: forget what was reported past it."""

    def step(self, info: StepGroup, /) -> None:
        """After every `report_steps` steps, and at the end of an epoch."""

    def epoch(self, info: EpochEnd, /) -> None:
        """After each epoch, scored."""

    def finished(self, result: Result, /) -> None:
        """At the end, also when the run was interrupted or failed."""


class Silent:
    """A monitor that does nothing; another one overrides what it needs."""

    def started(self, info: Started, /) -> None:
        """Nothing."""

    def step(self, info: StepGroup, /) -> None:
        """Nothing."""

    def epoch(self, info: EpochEnd, /) -> None:
        """Nothing."""

    def finished(self, result: Result, /) -> None:
        """Nothing."""


@runtime_checkable
class PreparationMonitor(Protocol):
    """A monitor that is also told of long work before the first step; others need not be."""

    def preparing(self, what: str, done: int, total: int, /) -> None:
        """So much of it is done: "texts labelled", 512 of 9,000."""


def report_preparation(monitors: Iterable[Monitor], what: str, done: int, total: int) -> None:
    """Report the progress of preparations to the monitors that take it."""
    for monitor in monitors:
        if isinstance(monitor, PreparationMonitor):
            monitor.preparing(what, done, total)
