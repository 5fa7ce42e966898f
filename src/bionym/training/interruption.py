"""Ctrl-C, SIGTERM, or another thread, while a model learns: the step is finished and saved first."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

from bionym.errors import StoppedError
from bionym.training.events import Silent

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop(Silent):
    """A monitor by which another thread stops a training, after the step it is at; its checkpoint is saved first.

    >>> stop = Stop()
    >>> bionym.train(documents, monitors=[stop])      # raises StoppedError once   # doctest: +SKIP
    >>> stop.request()                                # was called elsewhere       # doctest: +SKIP
    """

    def __init__(self) -> None:
        self._event = threading.Event()

    def request(self) -> None:
        """Stop as soon as the step is finished."""
        self._event.set()

    @property
    def is_requested(self) -> bool:
        """Whether a thread asked for it."""
        return self._event.is_set()

    def preparing(self, what: str, done: int, total: int, /) -> None:
        """Between two parts of what comes before the first step. Raises: StoppedError."""
        if self.is_requested:
            raise StoppedError(f"Stopped with {done:,} of {total:,} {what}.")


class Interruption:
    """Takes note of the first signal, as `is_requested`; a second one raises KeyboardInterrupt where it falls.

    Only the main thread of a program receives signals; elsewhere this does nothing.
    """

    def __init__(self) -> None:
        self.is_requested = False
        self._is_at_once = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> "Interruption":
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._on_signal) for number in SIGNALS}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Within, the first signal raises KeyboardInterrupt: for work that is done over, as an evaluation."""
        self._is_at_once = True
        try:
            yield
        finally:
            self._is_at_once = False

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.is_requested or self._is_at_once:
            self.is_requested = True
            raise KeyboardInterrupt
        self.is_requested = True
