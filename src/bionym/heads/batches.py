"""Documents and sentences some at a time, for taggers that compute with many at once."""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from contextlib import contextmanager
from threading import Lock

from bionym.data import Document
from bionym.text.prepare import tokenized

BATCH_CHARS = 200_000  # tagged at once; has no influence on the result
MOST_OVERLAPPING = 64  # batches of several threads without a search for cycles


def tag_in_batches(
    documents: Iterable[Document], tag: Callable[[list[Document]], Iterable[Document]]
) -> Iterator[Document]:
    """Documents as `tag` gives them back, which gets some at a time, with tokens."""
    for batch in batches(documents):
        with no_search_for_cycles():
            tagged = list(tag(list(map(tokenized, batch))))
        yield from tagged


def batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Documents, enough of them together for numpy to be quick."""
    batch: list[Document] = []
    num_chars = 0
    for document in documents:
        batch.append(document)
        num_chars += len(document.text)
        if num_chars >= BATCH_CHARS:
            yield batch
            batch, num_chars = [], 0
    if batch:
        yield batch


class _Pause:
    """A pause of Python's cycle collector, which is one for the whole process, so threads share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._num_inside = self._num_overlapping = 0
        self._was_on = False

    def enter(self) -> None:
        """Begin a pause, or join the one that there is."""
        with self._lock:
            if not self._num_inside:
                self._was_on, self._num_overlapping = gc.isenabled(), 0
                gc.disable()
            self._num_inside += 1

    def leave(self) -> None:
        """The last one ends it. One that never ends, for threads keep joining, is made up for now and then."""
        with self._lock:
            self._num_inside -= 1
            self._num_overlapping += 1
            is_due = self._was_on and self._num_overlapping % MOST_OVERLAPPING == 0
            if not self._num_inside and self._was_on:
                gc.enable()
        if is_due:
            gc.collect()


_PAUSE = _Pause()


@contextmanager
def no_search_for_cycles() -> Iterator[None]:
    """Python's collector at rest: tokens come by the ten thousand and hold no cycles, but it would visit them each time."""
    _PAUSE.enter()
    try:
        yield
    finally:
        _PAUSE.leave()


def by_length(sentences: Sequence[Sized], most_tokens: int) -> Iterator[list[int]]:
    """Places of sentences of like length together, of no more tokens, padding counted, unless one alone has more.

    Empty ones are left out.
    """
    order = sorted(
        (place for place, sentence in enumerate(sentences) if len(sentence)), key=lambda place: len(sentences[place])
    )
    batch: list[int] = []
    for place in order:
        if batch and (len(batch) + 1) * len(sentences[place]) > most_tokens:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
