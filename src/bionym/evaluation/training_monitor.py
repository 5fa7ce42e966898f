"""Keeps the page of a training up to date while it runs."""

import time
from collections.abc import Callable
from pathlib import Path

from bionym.evaluation import training_page
from bionym.files import write_whole
from bionym.training import runs
from bionym.training.events import EpochEnd, Result, Started, StepGroup

NAME = "training.html"
MOST_TIME = 0.02  # of the training, that drawing may take


class TrainingPage:
    """Writes `training.html` again after each epoch, from the log beside it, whose monitor must come first; see `monitors.log`.

    Where epochs are so short that drawing would slow them, some are passed over; the end is always drawn.
    """

    def __init__(self, folder: Path, *, name: str = "", clock: Callable[[], float] = time.perf_counter) -> None:
        self.path, self._log, self._name, self._clock = folder / NAME, folder / runs.NAME, name, clock
        self._drawn_at, self._cost = -float("inf"), 0.0

    def started(self, info: Started) -> None:
        """A page from the start on, so that there is one to open."""
        self._draw()

    def step(self, info: StepGroup) -> None:
        """Nothing: a page by steps would cost too much."""

    def epoch(self, info: EpochEnd) -> None:
        """Draw, if there is time."""
        if self._cost <= MOST_TIME * (self._clock() - self._drawn_at):
            self._draw()

    def finished(self, result: Result) -> None:
        """Draw what stays."""
        self._draw()

    def _draw(self) -> None:
        start = self._clock()
        if self._log.is_file():
            write_whole(self.path, training_page.page(runs.lines(self._log), name=self._name))
        self._drawn_at = self._clock()
        self._cost = self._drawn_at - start
