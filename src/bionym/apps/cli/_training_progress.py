"""What a person sees while word vectors are trained: megabytes read, then epochs, each with rate and time left."""

import contextlib
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any

from bionym.apps.cli._console import console, number_of

if TYPE_CHECKING:
    from bionym.vectors.training import Corpus

MEGABYTE = 1_000_000


class TrainingProgress:
    """Two bars, one after the other; none is left on the terminal, whatever happens.

    Args:
        num_bytes: of the text, packed as it is.
    """

    def __init__(self, num_bytes: int, num_epochs: int) -> None:
        self.num_tokens, self._num_bytes, self._num_epochs, self._num_read = 0, num_bytes, num_epochs, 0
        self._bars = contextlib.ExitStack()

    def __enter__(self) -> "TrainingProgress":
        self._begin("MB read", -(-self._num_bytes // MEGABYTE))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._bars.close()

    def on_bytes(self, number: int) -> None:
        """So many more bytes were read."""
        self._num_read += number
        self._advance(self._num_read // MEGABYTE, f"{self._num_read / MEGABYTE / self._seconds():,.1f} MB/s")

    def on_corpus(self, corpus: "Corpus") -> None:
        """The text is tokenized."""
        self.num_tokens = corpus.num_tokens
        self._bars.close()
        console.say(f"{number_of(corpus.num_tokens, 'token')} in {number_of(corpus.num_lines, 'line')}")
        self._begin("epochs", self._num_epochs)

    def on_epoch(self, number: int) -> None:
        """So many epochs are done; said in a line each where no bar is seen, as in a log."""
        rate = f"{number * self.num_tokens / self._seconds():,.0f} tokens/s"
        self._advance(number, rate)
        if not sys.stderr.isatty():
            console.say(f"  epoch {number} of {self._num_epochs}, {rate}")

    def _begin(self, what: str, total: int) -> None:
        self._start = time.monotonic()
        self._advance: Callable[..., Any] = self._bars.enter_context(console.bar(what, total))

    def _seconds(self) -> float:
        return max(time.monotonic() - self._start, 1e-9)
