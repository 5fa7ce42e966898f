"""Prediction as programs use it: documents read, tagged, relabelled, enriched, summarised and written, in one stream."""

import collections
import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from bionym import formats
from bionym import summary as summaries
from bionym.data import Audit, Document
from bionym.data.labels import LabelMap
from bionym.engines import local
from bionym.errors import InputError
from bionym.protocols import Step, Tagger
from bionym.summary import Summary

RAW = "text"  # the input format by default
Passing = Callable[[Iterable[Document]], Iterable[Document]]


@dataclass(frozen=True)
class Destination:
    """Where predictions are written.

    Args:
        out: a file, or a folder for formats of one file a document; "-" is standard output; None writes no documents.
        to: the format; by default recognised from `out`.
        summary: tables of the entities of each document, .csv, .json or .html.
        force: overwrite existing output.
    """

    out: str | None = "-"
    to: str | None = None
    summary: Sequence[str] = ()
    force: bool = False


@dataclass(frozen=True)
class Outcome:
    """The result of a prediction.

    Args:
        seconds: from the first document asked for to the last one written.
        audit: what was read and written, what was lost and changed; its `read` also counts "tokens" and "found" entities.
        unreadable: files that could not be read; all others were processed.
        summary: what stands in the tables, if there are any.
    """

    seconds: float
    audit: Audit
    unreadable: tuple[InputError, ...]
    summary: Summary | None

    @property
    def num_documents(self) -> int:
        """Documents that were predicted."""
        return self.audit.read["documents"]

    @property
    def num_tokens(self) -> int:
        """Their tokens."""
        return self.audit.read["tokens"]

    @property
    def num_entities(self) -> int:
        """The entities that were found, under the labels that are kept."""
        return self.audit.read["found"]


def predict_files(
    tagger: Tagger,
    sources: Sequence[str],
    destination: Destination,
    *,
    format: str | None = None,
    options: Mapping[str, Any] | None = None,
    labels: LabelMap | None = None,
    steps: Sequence[Step] = (),
    progress: Passing = iter,
    watch: Passing = iter,
) -> Outcome:
    """Predict the documents of files, and write them; a stream, so memory does not grow with the number of documents.

    Args:
        sources: files, folders and globs; "-" is standard input.
        format: of the sources; raw text if none. Entities that they hold are set aside.
        options: of that format.
        labels: new names for labels, and those to keep.
        steps: enrich the documents behind the tagger, in this order.
        progress: passes the documents that were read on to the tagger.
        watch: passes the finished documents on to be written.
    Raises: UsageError, UnknownNameError; InputError if there is no source; OutputError; ModelError.
    """
    start, audit, unreadable = time.monotonic(), Audit(), list[InputError]()
    reading = {**(options or {}), "require_annotations": False}
    documents = formats.read(sources, format or RAW, audit=audit, on_error=unreadable.append, **reading)
    predicted: Iterable[Document] = local.run(tagger, progress(documents))
    if labels is not None:
        predicted = map(labels.apply, predicted)
    for step in steps:
        predicted = step(predicted)
    with _open_summary(destination) as summary:
        finished = watch(_summarise(_count(predicted, audit), summary))
        _write(finished, destination, format, audit)
    return Outcome(max(time.monotonic() - start, 1e-9), audit, tuple(unreadable), summary)


def _open_summary(destination: Destination) -> AbstractContextManager[Summary | None]:
    if not destination.summary:
        return contextlib.nullcontext()
    return summaries.writing(destination.summary, force=destination.force)


def _summarise(documents: Iterable[Document], summary: Summary | None) -> Iterable[Document]:
    return documents if summary is None else summary.passing(documents)


def _count(documents: Iterable[Document], audit: Audit) -> Iterator[Document]:
    for document in documents:
        audit.read.update(tokens=len(document.tokens), found=len(document.entities))
        yield document


def _write(documents: Iterable[Document], destination: Destination, source: str | None, audit: Audit) -> None:
    if destination.out is None:
        collections.deque(documents, maxlen=0)
        return
    to = destination.to or ("jsonl" if destination.out == "-" else None)
    appending = {"append": True} if source == "conll" and to == "conll" else {}  # as a further column
    formats.write(documents, destination.out, to, force=destination.force, audit=audit, **appending)
