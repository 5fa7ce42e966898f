"""What a kind of model learns from raw text: the seam between the one flow and each objective. Importing it loads no torch."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Required, TypedDict

import numpy as np
from numpy.typing import NDArray

from bionym.pretraining.passes import Passes
from bionym.training.events import Monitor, Result

if TYPE_CHECKING:
    from torch import nn


class How(TypedDict, total=False):
    """How a pretraining is run, whatever is learned.

    Args:
        folder: for the text as numbers, and checkpoints; a run that was interrupted there goes on.
        monitors: watch the training proper.
        about: facts of the run, for the log.
        say: told in a line what was done before the training proper.
    """

    folder: Required[Path]
    monitors: Iterable[Monitor]
    about: Mapping[str, Any] | None
    say: Callable[[str], None]


class Measured(NamedTuple):
    """How a batch of text held out is predicted: the sum of -log p (nats), how many were the likeliest, of how many."""

    surprise: float
    num_right: int
    number: int


class NewHead(NamedTuple):
    """An output layer that begins with chance, and so learns alone first.

    Args:
        steps: in which it does, at most.
        learn_only: holds everything else as it is (True), or nothing (False).
    """

    steps: int
    learn_only: Callable[[bool], None]


class Objective(Protocol):
    """What is learned from a text that is packed."""

    @property
    def model(self) -> "nn.Module":
        """What learns; it has `loss(batch)`, as the loop takes it."""

    @property
    def unit(self) -> str:
        """What text is counted in: "subwords", "tokens"."""

    @property
    def data(self) -> Mapping[str, Any]:
        """How much text there is: `documents`, `held_out_documents`, as many of the unit, `fingerprint`."""

    @property
    def data_in_short(self) -> str:
        """The same in one line."""

    @property
    def passes(self) -> Passes:
        """How the text is gone through."""

    @property
    def new_head(self) -> NewHead | None:
        """An output layer to warm up, if there is one."""

    def batches(self, units: NDArray[np.int64], epoch: int) -> Sequence[Any]:
        """The batches of some units of the text (see `Passes`), in this order; chance depends on the epoch alone."""

    @property
    def held_out(self) -> Sequence[Any]:
        """The batches of the text held out, always the same."""

    def measure(self, batch: Any) -> Measured:
        """How well a batch held out, on the device of the model, is predicted."""

    def save(self, folder: Path) -> None:
        """Write what is kept of the model."""

    def describe(self, result: Result, scores: Mapping[str, Any]) -> dict[str, Any]:
        """What the record says besides: `what`, `begun_with`, `learned` (of the unit), `notes`, `privacy`."""
