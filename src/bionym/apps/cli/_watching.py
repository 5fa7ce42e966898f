"""The monitors of a training: log and page, terminal, TensorBoard."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bionym.apps.cli._console import console
from bionym.training.events import Silent

if TYPE_CHECKING:
    from bionym.training.events import Monitor, Result


def monitors_for(
    model: str, folder: Path, *, name: str, tensorboard: Path | None, live: bool, show_text: bool
) -> "list[Monitor]":
    """The monitors of a training of this kind of model: one that trains in epochs has a log and a page, others a progress bar."""
    from bionym.pipeline.training import learns_in_epochs

    if learns_in_epochs(model):
        return monitors(folder, name=name, tensorboard=tensorboard, live=live, show_text=show_text)
    return [Bar()] if live else []


class Bar(Silent):
    """One bar over all passes, on a terminal."""

    def __init__(self) -> None:
        self._open = contextlib.ExitStack()
        self._advance: Callable[..., Any] | None = None

    def preparing(self, what: str, done: int, total: int, /) -> None:
        """Show how many passes are done."""
        if self._advance is None:
            self._advance = self._open.enter_context(console.bar("training", total))
        self._advance(done)

    def finished(self, result: "Result", /) -> None:
        """Leave nothing on the terminal."""
        self._open.close()


def monitors(folder: Path, *, name: str, tensorboard: Path | None, live: bool, show_text: bool) -> "list[Monitor]":
    """The monitors of a run; the log before the page, which is drawn from it.

    Args:
        folder: for log and page, during the training.
        name: of the model, for the page.
        live: whether to show progress in the terminal.
        show_text: whether TensorBoard may show development texts and words of the training data.
    """
    from bionym.evaluation.training_monitor import TrainingPage
    from bionym.training.monitors.log import Log

    chosen: list[Monitor] = [Log(folder), TrainingPage(folder, name=name)]
    if live:
        from bionym.training.monitors.terminal import Terminal

        chosen.append(Terminal(console.rich()))
    if tensorboard:
        from bionym.training.monitors.tensorboard import TensorBoard

        chosen.append(TensorBoard(tensorboard, show_text=show_text))
    return chosen


def of_seed(folder: Path, *, name: str, tensorboard: Path | None, live: bool, show_text: bool) -> "list[Monitor]":
    """The same for one of several runs, whose folder is named after its seed."""
    events = tensorboard / folder.name if tensorboard else None
    title = f"{name}, {folder.name.replace('-', ' ')}"
    return monitors(folder, name=title, tensorboard=events, live=live, show_text=show_text)
