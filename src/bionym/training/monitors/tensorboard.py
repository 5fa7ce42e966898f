"""TensorBoard: loss, development scores, learning rate, norms of gradient and weights; vectors in its projector.

    tensorboard --logdir FOLDER

The projector shows the vectors that a model offers, of tags and of pretrained words. With `show_text` alone it shows words
that only the training data gave, and there stand some development texts with what was found in them. Leaves out:
histograms of weights, which are slow and seldom read.
"""

import math
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from bionym.errors import MissingExtraError
from bionym.training.events import EpochEnd, Result, Shown, Started, StepGroup

if TYPE_CHECKING:
    from torch import nn
    from torch.utils.tensorboard import SummaryWriter

MOST = 10_000  # vectors of a kind


class TensorBoard:
    """Writes events into a folder.

    Args:
        show_text: whether words of the training data and development texts may be written there.
    Raises: MissingExtraError if tensorboard is not installed.
    """

    def __init__(self, folder: Path, *, show_text: bool = False) -> None:
        self._folder, self._show_text = folder, show_text
        self._writer: SummaryWriter | None = None
        self._model: nn.Module | None = None
        self._shown: Shown | None = None

    def started(self, info: Started) -> None:
        """Open the folder; events past the point where a run goes on are marked as void."""
        self._model, self._shown = info.model, info.shown
        self._writer = _writer(self._folder, info.reported_step + 1 if info.step else None)

    def step(self, info: StepGroup) -> None:
        """Loss, rate, gradient, speed."""
        self._add("training/loss", info.loss, info.step)
        self._add("training/learning_rate", info.learning_rate, info.step)
        self._add("training/gradient_norm", info.gradient_norm, info.step)
        self._add("training/tokens_per_second", info.tokens_per_second, info.step)

    def epoch(self, info: EpochEnd) -> None:
        """Scores of each corpus, loss of the epoch, norms of the weights of each part of the model."""
        self._add("epoch/loss", info.loss, info.step)
        if info.mean is not None:
            self._add("development/mean", info.mean, info.step)
        for corpus, scores in info.development.items():
            for metric, value in scores.items():
                self._add(f"development/{metric}/{corpus}", value, info.step)
        for part, norm in _norms(self._model).items() if self._model is not None else ():
            self._add(f"weights/{part}", norm, info.step)
        if self._writer is not None:
            for number, text in enumerate(self._shown.samples() if self._show_text and self._shown else ()):
                self._writer.add_text(f"development/{number}", text, info.step)
            self._writer.flush()

    def finished(self, result: Result) -> None:
        """Vectors, as they are now; then close."""
        if self._writer is None:
            return
        offered = self._shown.embeddings(show_text=self._show_text) if self._shown else {}
        for kind, (names, matrix) in offered.items():
            self._writer.add_embedding(matrix[:MOST], metadata=list(names[:MOST]), tag=kind)
        self._writer.close()

    def _add(self, tag: str, value: float, step: int) -> None:
        if self._writer is not None:
            self._writer.add_scalar(tag, value, step)


def _writer(folder: Path, purge_step: int | None) -> "SummaryWriter":
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise MissingExtraError("tensorboard", extra="train", purpose="Watching a training in TensorBoard") from error
    return SummaryWriter(folder, purge_step=purge_step)


def _norms(model: "nn.Module") -> dict[str, float]:
    """The length of the weights of each part of a model, as one vector."""
    squares: dict[str, float] = {}
    for name, weight in model.named_parameters():
        part = name.partition(".")[0]
        squares[part] = squares.get(part, 0.0) + float(weight.detach().float().square().sum())
    return {part: math.sqrt(total) for part, total in squares.items()}
