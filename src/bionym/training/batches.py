"""Which items make a batch, and in which order: items of like length together, batches shuffled.

An item is whatever a model learns from at once (a sentence, a window); here it is a place in a corpus, and a length.
Items are sorted by length so that little is padding, and the batches are then shuffled: a network that always sees short
sentences first and long ones last, as in LM-LSTM-CRF, ends every epoch on one kind of text.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar, overload
from zlib import crc32

import numpy as np

from bionym.training.settings import TrainingSettings

Planned = TypeVar("Planned")
Built = TypeVar("Built", covariant=True)


class Item(NamedTuple):
    """The item at a place (from 0) of a corpus."""

    corpus: str
    place: int


class Batch(NamedTuple):
    """Items that are learned from together; `num_tokens` counts theirs, without padding."""

    items: tuple[Item, ...]
    num_tokens: int

    @property
    def corpora(self) -> tuple[str, ...]:
        """The corpora its items are from, sorted; one only, unless `mix_corpora` is set."""
        return tuple(sorted({item.corpus for item in self.items}))


class Lazy(Sequence[Built], Generic[Built]):
    """Batches built when they are needed: `Lazy(plan(lengths, settings, epoch), collate)` is what the loop takes.

    Args:
        planned: the batches of an epoch, as `plan` gives them or otherwise.
        build: what makes a model's input of one.
    """

    def __init__(self, planned: Sequence[Planned], build: Callable[[Planned], Built]) -> None:
        self._planned: Sequence[Any] = planned
        self._build: Callable[[Any], Built] = build

    def __len__(self) -> int:
        return len(self._planned)

    @overload
    def __getitem__(self, index: int) -> Built: ...
    @overload
    def __getitem__(self, index: slice) -> "Lazy[Built]": ...
    def __getitem__(self, index: int | slice) -> "Built | Lazy[Built]":
        if isinstance(index, slice):
            return Lazy(self._planned[index], self._build)
        return self._build(self._planned[index])


def plan(lengths: Mapping[str, Sequence[int]], settings: TrainingSettings, epoch: int) -> tuple[Batch, ...]:
    """The batches of an epoch; the same for the same seed and epoch, whatever was planned before.

    Args:
        lengths: for each corpus the length of each item, in tokens of the model.
        settings: seed, batch_tokens, batch_items, sampling, temperature, mix_corpora.
        epoch: from 1.
    Returns: batches in the order of learning. Longest item times number of items is at most `batch_tokens`; an item that
        is longer by itself is a batch of its own, never cut. Under `size` every item comes once; else a small corpus
        comes round more often, a large one is spread over several epochs, and the epoch is as long as before.
    """
    chance = np.random.default_rng([settings.seed, epoch])
    drawn = {name: _drawn(name, lengths[name], number, settings, epoch) for name, number in shares(lengths, settings)}
    found: list[Batch] = []
    for group in _groups(drawn, settings):
        order = sorted((group[place] for place in chance.permutation(len(group))), key=lambda pair: pair[0])
        found += _cut(order, settings)
    return tuple(found[place] for place in chance.permutation(len(found)))


def shares(lengths: Mapping[str, Sequence[int]], settings: TrainingSettings) -> tuple[tuple[str, int], ...]:
    """How many items each corpus gives to an epoch, by name; together as many as there are, rounded."""
    sizes = {name: len(lengths[name]) for name in sorted(lengths) if len(lengths[name])}
    if settings.sampling == "size":
        return tuple(sizes.items())
    power = 0.0 if settings.sampling == "uniform" else 1 / settings.temperature
    weights = {name: size**power for name, size in sizes.items()}
    scale = sum(sizes.values()) / sum(weights.values()) if sizes else 0.0
    return tuple((name, max(1, round(scale * weight))) for name, weight in weights.items())


def padding(batches: Sequence[Batch], lengths: Mapping[str, Sequence[int]]) -> float:
    """The share of padding in batches, 0 to 1."""
    padded = sum(len(batch.items) * max(lengths[name][place] for name, place in batch.items) for batch in batches)
    return 1 - sum(batch.num_tokens for batch in batches) / padded if padded else 0.0


Sized = tuple[int, Item]


def _drawn(name: str, lengths: Sequence[int], number: int, settings: TrainingSettings, epoch: int) -> list[Sized]:
    """The items of a corpus that an epoch gets: the next ones of an endless row of shuffled rounds through it."""
    first, size = (epoch - 1) * number, len(lengths)
    items: list[Sized] = []
    for turn in range(first // size, math.ceil((first + number) / size)):
        order = np.random.default_rng([settings.seed, crc32(name.encode()), turn]).permutation(size)
        chosen = order[max(first - turn * size, 0) : first + number - turn * size]
        items += ((int(lengths[place]), Item(name, int(place))) for place in chosen)
    return items


def _groups(drawn: Mapping[str, list[Sized]], settings: TrainingSettings) -> Iterator[list[Sized]]:
    """What may share a batch."""
    if settings.mix_corpora:
        yield [item for items in drawn.values() for item in items]
    else:
        yield from drawn.values()


def _cut(items: Sequence[Sized], settings: TrainingSettings) -> Iterator[Batch]:
    """Items in order of length as batches that keep to the budget."""
    batch: list[Sized] = []
    for item in items:
        is_full = item[0] * (len(batch) + 1) > settings.batch_tokens or len(batch) == (settings.batch_items or math.inf)
        if batch and is_full:
            yield _batch(batch)
            batch = []
        batch.append(item)
    if batch:
        yield _batch(batch)


def _batch(items: Sequence[Sized]) -> Batch:
    return Batch(tuple(item for _, item in items), sum(length for length, _ in items))
