"""What the network asks of the torch layers of its inputs.

They are called with the arrays that `numbers` of their input gives, as tensors. Their modules become the network's, by their
names: so a tensor has one name in the network, in files and in checkpoints, `groups.shape.weight`.

Axes: U distinct words, V all words that are met, G tables, B sentences, T tokens of the longest, E values.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from bionym.layers.embedding import table


class WordLayers(ABC):
    """Values of words from their numbers.

    Args:
        dim: E.
        modules: what learns, by names that no other input uses.
    """

    def __init__(self, dim: int, modules: Mapping[str, nn.Module]) -> None:
        self.dim, self.modules = dim, dict(modules)

    @abstractmethod
    def values(self, *numbers: Tensor) -> Tensor:
        """Values of the words, U x E."""

    def precompute(self, *numbers: Tensor) -> None:
        """Called where nothing more is learned of it, with the numbers of all V words, for what may be computed once."""
        del numbers  # nothing, unless an input can


class WordTables(WordLayers):
    """Small tables of vectors, one beside the other, for what a word has a row of in each.

    Args:
        name: of the input; a tensor's name is `NAME.TABLE.weight`.
        sizes: rows, with those of padding and of the unknown, and values of each table, by name.
    """

    def __init__(self, name: str, sizes: Mapping[str, tuple[int, int]]) -> None:
        self._tables = nn.ModuleDict({key: table(*size) for key, size in sizes.items()})
        super().__init__(sum(dim for _, dim in sizes.values()), {name: self._tables})

    def values(self, *numbers: Tensor) -> Tensor:
        """The vectors of rows, U x G, one row for each table."""
        (rows_UG,) = numbers
        return torch.cat([layer(rows_UG[:, column]) for column, layer in enumerate(self._tables.values())], 1)


class SentenceLayers:
    """Values of the tokens of sentences from their numbers, in two steps; if not overridden, the numbers are the values.

    Args:
        dim: E.
        modules: what learns, by names that no other input uses.
    """

    def __init__(self, dim: int, modules: Mapping[str, nn.Module]) -> None:
        self.dim, self.modules = dim, dict(modules)

    def read(self, *numbers: Tensor) -> Tensor:
        """What is read of the sentences, before any input of words is computed; the first axes are B x T."""
        return numbers[0]

    def values(self, states: Tensor) -> Tensor:
        """Values from what was read, B x T x E."""
        return states

    def side_loss(self, states: Tensor, *numbers: Tensor) -> Tensor | None:
        """What it learns besides the tags, with its weight in the loss; a scalar, or None for nothing."""
        return None
