"""`evaluate`: one or several metrics over two streams of documents."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any, Literal

from bionym import plugins
from bionym.data import Document
from bionym.data.counts import Counts
from bionym.data.labels import LabelMap
from bionym.evaluation.pairs import Pair, pair, sentences
from bionym.evaluation.protocol import GoldHash, Protocol
from bionym.evaluation.tally import Tally

FEW_DOCUMENTS = 20  # fewer are too few to resample: sentences are taken instead

Unit = Literal["auto", "document", "sentence"]


@dataclass(frozen=True)
class Labels:
    """What labels are called on each side, and which of the new names are scored; all if `only` is empty."""

    gold: LabelMap = field(default_factory=LabelMap)
    predicted: LabelMap = field(default_factory=LabelMap)


@dataclass(frozen=True)
class Scores:
    """Counts under each metric, and what they rest on.

    Args:
        tables: counts unit by unit; by name of the metric, or "metric:table" where a metric has several.
        protocols: what stands behind the numbers, by name of the metric.
        num_documents: of both sides together, a pair counting once.
        only_gold, only_predicted: ids of documents that stood on one side only.
    """

    tables: dict[str, Tally]
    protocols: dict[str, Protocol]
    num_documents: int = 0
    only_gold: tuple[str, ...] = ()
    only_predicted: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, Counts]:
        """Counts of all documents, by table."""
        return {name: tally.total for name, tally in self.tables.items()}

    @property
    def f1(self) -> float:
        """Micro-F1 of the first table, 0 to 1."""
        return next(iter(self.tables.values())).total.micro.f1

    def tables_of(self, metric: str) -> dict[str, Tally]:
        """The tables of one metric."""
        return {name: tally for name, tally in self.tables.items() if name.partition(":")[0] == metric}


def evaluate(
    gold: Iterable[Document],
    predicted: Iterable[Document],
    metrics: Sequence[str] = ("strict",),
    *,
    labels: Labels | None = None,
    unit: Unit = "auto",
    split: str = "",
    observers: Sequence[Callable[[Pair], None]] = (),
) -> Scores:
    """Scores of predicted documents, paired with the gold ones by id; both streams are read once, in step.

    Args:
        metrics: names of files in `evaluation/metrics/`.
        labels: new names of labels on either side.
        unit: what intervals resample; "auto" takes documents, or sentences where there are fewer than 20 documents.
        split: a name for the data, which becomes part of the protocol.
        observers: are shown every pair, under the new labels: collectors of errors, slices, calibration.
    Raises: UnknownNameError for a metric that does not exist; InputError if two paired texts differ.
    """
    labels = labels or Labels()
    counting = _Counting({name.replace("_", "-"): plugins.find("evaluation.metrics", name) for name in metrics})
    pairs = pair(map(labels.gold.apply, gold), map(labels.predicted.apply, predicted))
    first, pairs, by_sentence = _unit(unit, pairs)
    for both in chain(first, pairs):
        counting.add(both, by_sentence=by_sentence)
        for observer in observers:
            observer(both)
    return counting.scores(labels, split)


class _Counting:
    """The sums while the pairs pass."""

    def __init__(self, parts: dict[str, Any]) -> None:
        self.parts = parts
        self.tables = {name: [Tally() for _ in part.TABLES] for name, part in parts.items()}
        self.hashes: dict[frozenset[str], GoldHash] = {}
        for part in parts.values():
            self.hashes.setdefault(_reads(part), GoldHash(_reads(part)))
        self.missing: dict[str, list[str]] = {"gold": [], "predicted": []}
        self.num_documents = 0
        self._seen: Counter[str] = Counter()

    def add(self, both: Pair, *, by_sentence: bool) -> None:
        self.num_documents += 1
        if both.missing:
            self.missing[both.missing].append(both.gold.id)
        if both.missing != "gold":
            for summed in self.hashes.values():
                summed.add(both.gold)
        name = self._unit_name(both)
        units = list(sentences(both)) if by_sentence else [both]
        for metric, part in self.parts.items():
            if by_sentence and part.IS_LOCAL:
                for number, unit in enumerate(units):
                    self._count(metric, f"{name}:{number}", unit, "sentence")
            else:
                self._count(metric, name, both, "document")

    def _count(self, metric: str, name: str, unit: Pair, kind: str) -> None:
        for tally, counts in zip(self.tables[metric], self.parts[metric].count(unit), strict=True):
            tally.kind = kind
            tally.add(name, counts)

    def _unit_name(self, both: Pair) -> str:
        """The document's id; the second of an id is "id (2)"."""
        self._seen[both.gold.id] += 1
        number = self._seen[both.gold.id]
        return both.gold.id if number == 1 else f"{both.gold.id} ({number})"

    def scores(self, labels: Labels, split: str) -> Scores:
        tables = {
            f"{name}:{table}" if table else name: tally
            for name, tallies in self.tables.items()
            for table, tally in zip(self.parts[name].TABLES, tallies, strict=True)
        }
        return Scores(
            tables,
            {name: self._protocol(name, labels, split) for name in self.parts},
            self.num_documents,
            tuple(sorted(self.missing["predicted"])),
            tuple(sorted(self.missing["gold"])),
        )

    def _protocol(self, name: str, labels: Labels, split: str) -> Protocol:
        part = self.parts[name]
        gold = self.hashes[_reads(part)]
        maps = {"gold": dict(labels.gold.names), "predicted": dict(labels.predicted.names)}
        only = tuple(labels.gold.only)
        return Protocol(name, part.VERSION, gold.value, gold.num_documents, gold.num_entities, maps, only, split)


def _unit(unit: Unit, pairs: Iterator[Pair]) -> tuple[list[Pair], Iterator[Pair], bool]:
    """The first pairs, the others, and whether to count by sentence."""
    if unit != "auto":
        return [], pairs, unit == "sentence"
    first = list(islice(pairs, FEW_DOCUMENTS))
    return first, pairs, len(first) < FEW_DOCUMENTS


def _reads(part: Any) -> frozenset[str]:
    return frozenset(getattr(part, "READS", ()))
