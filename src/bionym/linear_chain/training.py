"""Training: CRFsuite finds the weights.

Attributes go to CRFsuite as numbers written out, so that no character of a word can break its model files, and come
back by name. Source: Okazaki 2007, CRFsuite; Lafferty, McCallum and Pereira 2001.
"""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from pydantic import Field

from bionym.config import Settings
from bionym.errors import ModelError
from bionym.linear_chain.columns import EDGE, Cell, Column, Sequences, full_name
from bionym.linear_chain.weights import Weights, from_entries


class Optimizer(Settings):
    """How the weights are found: L-BFGS, or OWL-QN where `c1` is above zero."""

    c1: float = Field(default=0.0, ge=0, description="L1 regularisation: above 0 most weights become exactly 0.")
    c2: float = Field(default=0.1, ge=0, description="L2 regularisation.")
    min_frequency: float = Field(default=1, ge=0, description="Attributes seen less often with a tag are left out.")
    max_iterations: int = Field(default=100, ge=1, description="Passes over the data, at most.")
    epsilon: float = Field(default=1e-5, gt=0, description="Stop when the gradient is this small beside the weights.")
    period: int = Field(default=10, ge=1, description="Iterations over which the improvement is judged.")
    delta: float = Field(
        default=1e-5, gt=0, description="Stop when the loss improves less than this share in a period."
    )


class Iteration(NamedTuple):
    """How training stands: `number` from 1, `loss` in nats over all sentences."""

    number: int
    loss: float


def train(
    columns: Sequence[Column],
    batches: Iterable[tuple[Sequences, Sequence[Sequence[str]]]],
    optimizer: Optimizer,
    *,
    is_chained: bool = True,
    on_iteration: Callable[[Iteration], None] = lambda iteration: None,
) -> Weights:
    """Weights from sentences and their tags.

    Args:
        batches: sentences, with one list of tags for each of them.
        is_chained: False learns each token by itself, its window still known: a classifier without transitions.
        on_iteration: called after each pass over the data.
    Raises: ModelError if there is nothing to learn from.
    """
    from bionym.linear_chain import crfsuite  # training alone needs the library

    trainer = crfsuite.Trainer(lambda number, loss: on_iteration(Iteration(number, loss)))
    numbers: dict[str, int] = {}
    tags: dict[str, None] = {}
    for sequences, sentence_tags in batches:
        for attributes, wanted in zip(_numbered(columns, sequences, numbers), sentence_tags, strict=True):
            tags.update(dict.fromkeys(wanted))
            if is_chained:
                trainer.append(attributes, list(wanted))
            else:
                for token, tag in zip(attributes, wanted, strict=True):
                    trainer.append([token], [tag])
    if not tags:
        raise ModelError("There is no token to learn from. Check the training files and their format.")
    trainer.set_params(crfsuite_names(optimizer))
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model")
        trainer.train(path)
        state, transitions = crfsuite.dump(path)
    names = list(numbers)
    named = {(names[int(number)], tag): weight for (number, tag), weight in state.items()}
    return from_entries(sorted(tags), named, transitions)


def _numbered(columns: Sequence[Column], sequences: Sequences, numbers: dict[str, int]) -> Iterator[list[list[str]]]:
    """For each sentence, for each token, the numbers of its attributes, written out."""
    seen: dict[str, dict[Cell, list[list[str]]]] = {column.name: {} for column in columns}

    def written(column: Column, cell: Cell) -> list[list[str]]:
        known = seen[column.name].get(cell)
        if known is None:
            known = seen[column.name][cell] = [_numbers(column, cell, offset, numbers) for offset in column.offsets]
        return known

    for start, end in sequences.ranges:
        tokens: list[list[str]] = [[] for _ in range(start, end)]
        for column in columns:
            edges = [written(column, EDGE)] * column.radius
            inside = [written(column, cell) for cell in sequences.cells[column.name][start:end]]
            padded = [*edges, *inside, *edges]
            for position, token in enumerate(tokens):
                for place in range(len(column.offsets)):
                    token += padded[position + place][place]
        yield tokens


def _numbers(column: Column, cell: Cell, offset: int, numbers: dict[str, int]) -> list[str]:
    names = (full_name(column.name, offset, name) for name, radius in column.attributes(cell) if radius >= abs(offset))
    return [str(numbers.setdefault(name, len(numbers))) for name in names]


def crfsuite_names(optimizer: Optimizer) -> dict[str, float | int | bool]:
    """The settings as CRFsuite names them."""
    return {
        "c1": optimizer.c1,
        "c2": optimizer.c2,
        "feature.minfreq": optimizer.min_frequency,
        "feature.possible_transitions": True,
        "max_iterations": optimizer.max_iterations,
        "epsilon": optimizer.epsilon,
        "period": optimizer.period,
        "delta": optimizer.delta,
    }
