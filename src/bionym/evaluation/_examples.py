"""The mistakes a page shows: grouped by kind, and the sentence cut where an entity begins or ends."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

MAX_EXAMPLES = 600  # on a page
MAX_CHARS = 240  # of text on either side of the entities

Example = Mapping[str, Any]


@dataclass(frozen=True)
class Piece:
    """A stretch of text with the same entities over it, and the names of those that end with it.

    Args:
        sides: "gold" and "predicted", those of them that have an entity here.
        ending: (side, label, score) of each entity whose last piece this is.
    """

    text: str
    sides: tuple[str, ...]
    ending: tuple[tuple[str, str, float | None], ...]


@dataclass(frozen=True)
class Group:
    """The examples of one kind that are shown; `number` counts all mistakes of the kind."""

    kind: str
    number: int
    shown: Sequence[Example]


def groups(examples: Sequence[Example], numbers: Mapping[str, int], order: Sequence[str]) -> list[Group]:
    """Examples by kind, kinds in this order; where there are too many each kind keeps its first, about equally many.

    Args:
        numbers: of mistakes of each kind, shown or not.
    """
    by_kind: dict[str, list[Example]] = {kind: [] for kind in order}
    for example in examples:
        by_kind.setdefault(example["kind"], []).append(example)
    filled = {kind: of_kind for kind, of_kind in by_kind.items() if of_kind}
    share = _share([len(of_kind) for of_kind in filled.values()])
    return [Group(kind, max(numbers.get(kind, 0), len(of_kind)), of_kind[:share]) for kind, of_kind in filled.items()]


def labels(example: Example) -> list[str]:
    """Every label on either side, once."""
    return list(dict.fromkeys(entity["label"] for side in ("gold", "predicted") for entity in example.get(side) or ()))


def pieces(example: Example) -> Iterator[Piece]:
    """The sentence of an example, piece by piece; long text far from the entities is left out, with "…" in its place."""
    text, start = example["context"]["text"], example["context"]["start"]
    marks = list(_marks(example, start, len(text)))
    edges = sorted({edge for _, spans, _ in marks for span in spans for edge in span})
    low = max(0, edges[0] - MAX_CHARS) if edges else 0
    high = min(len(text), edges[-1] + MAX_CHARS) if edges else min(len(text), 2 * MAX_CHARS)
    if low:
        yield Piece("… ", (), ())
    for begin, end in pairwise(sorted({low, *edges, high})):
        over = tuple(dict.fromkeys(side for side, spans, _ in marks if any(s <= begin and end <= e for s, e in spans)))
        ending = tuple((side, *named) for side, spans, named in marks if max(spans)[1] == end)
        yield Piece(text[begin:end], over, ending)
    if high < len(text):
        yield Piece(" …", (), ())


def _marks(example: Example, start: int, size: int) -> Iterator[tuple[str, list[tuple[int, int]], tuple[str, Any]]]:
    """Side, spans in the context's own offsets, and label and score, of every entity that lies in it."""
    for side in ("gold", "predicted"):
        for entity in example.get(side) or ():
            spans = [(max(0, begin - start), min(size, end - start)) for begin, end in entity["spans"]]
            inside = [(begin, end) for begin, end in spans if begin < end]
            if inside:
                yield side, inside, (entity["label"], entity.get("score"))


def _share(numbers: Sequence[int]) -> int:
    """The most each kind may show, so that together they keep within `MAX_EXAMPLES`."""
    share = max(numbers, default=0)
    left, kinds = MAX_EXAMPLES, len(numbers)
    if sum(numbers) > left:
        for number in sorted(numbers):
            share = left // kinds
            if number > share:
                break
            left, kinds = left - number, kinds - 1
    return share
