"""How far a benchmark is: told cell by cell, with a guess of the time left."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from bionym.benchmark.cells import Job

Kind = Literal["started", "done", "failed", "known"]


@dataclass(frozen=True)
class Event:
    """How far a benchmark is.

    Args:
        kind: "started", "done", "failed", or "known" where a result stood there already.
        number, total: of the cell, from 1.
        cell: in words.
        result: the scores, or the error.
        seconds: that the cell took; 0 before its end.
        seconds_left: a guess from what is done, by the size of the training data; None before anything is.
    """

    kind: Kind
    number: int
    total: int
    cell: str
    result: str = ""
    seconds: float = 0.0
    seconds_left: float | None = None


class Progress:
    """Tells of cells, and guesses the time left from the bytes of training data that are done.

    Args:
        are_known: which cells need no time, since their results stand there already.
    """

    def __init__(self, jobs: Sequence[Job], are_known: Sequence[bool], on_event: Callable[[Event], None]) -> None:
        self._titles, self._on_event = [job.cell.title for job in jobs], on_event
        self._sizes = [0 if known else _size(job) for job, known in zip(jobs, are_known, strict=True)]
        self._size_done, self._seconds_done, self._start = 0, 0.0, time.monotonic()

    def known(self, number: int) -> None:
        """The result of a cell, counted from 1, stood there."""
        self._say("known", number)

    def started(self, number: int) -> None:
        """A cell begins."""
        self._start = time.monotonic()
        self._say("started", number)

    def ended(self, number: int, kind: Literal["done", "failed"], result: str) -> None:
        """A cell is done, or has failed."""
        seconds = time.monotonic() - self._start
        self._seconds_done += seconds
        self._size_done += self._sizes[number - 1]
        self._sizes[number - 1] = 0
        self._say(kind, number, result, seconds)

    def _say(self, kind: Kind, number: int, result: str = "", seconds: float = 0.0) -> None:
        left = self._seconds_done / self._size_done * sum(self._sizes) if self._size_done else None
        self._on_event(Event(kind, number, len(self._titles), self._titles[number - 1], result, seconds, left))


def _size(job: Job) -> int:
    places = job.cell.training_splits or [(target.corpus, target.split) for target in job.cell.tests]
    return sum(job.corpora.size(*place) for place in places)
