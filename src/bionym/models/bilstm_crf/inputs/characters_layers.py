"""The layers that make vectors of words from their characters, and their graph.

Axes: U distinct words, V all words that are met, C characters of the longest, E values.
"""

import math
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from bionym.layers.char_encoder import CharCnn, CharLstm
from bionym.layers.highway import Highway
from bionym.models.bilstm_crf.inputs.graphs import export_module
from bionym.models.bilstm_crf.inputs.layers import WordLayers
from bionym.models.bilstm_crf.words import FIRST

AT_ONCE = 512  # words that are read together where all are
SHARES = (0.4, 0.7, 0.9, 1.0)  # of the distinct words of a batch, by length, that are read together


class Spelling(WordLayers):
    """Vectors of distinct words from their characters.

    Args:
        settings: the table `network.characters`.
        num_characters: those with a row, without padding and the unknown.
    Source: Lample et al. 2016; Ma and Hovy 2016.
    """

    def __init__(self, settings: Any, num_characters: int) -> None:
        self.characters = _layer(settings, FIRST + num_characters)
        self.highway = Highway(self.characters.output_dim, num_layers=settings.highway)
        self._spelled = _Spelled()
        modules = {"characters": self.characters, "highway": self.highway, "spelled": self._spelled}
        super().__init__(self.characters.output_dim, modules)

    def values(self, *numbers: Tensor) -> Tensor:
        """As `spell`, words of like length together: they come short ones first, and most are short."""
        letters_UC, num_letters_U, places_U = numbers
        if self._spelled.vectors_VE is not None:
            return self._spelled.vectors_VE[places_U]
        ends = sorted({math.ceil(share * len(letters_UC)) for share in SHARES})
        longest = num_letters_U[[end - 1 for end in ends]].tolist()
        parts, start = [], 0
        for end, length in zip(ends, longest, strict=True):
            parts.append(self.spell(letters_UC[start:end, :length], num_letters_U[start:end]))
            start = end
        return torch.cat(parts)

    def spell(self, letters_UC: Tensor, num_letters_U: Tensor) -> Tensor:
        """Vectors of words, U x E, from their characters, of which each has so many."""
        vectors_UE: Tensor = self.highway(self.characters(letters_UC, num_letters_U))
        return vectors_UE

    @torch.no_grad()
    def precompute(self, *numbers: Tensor) -> None:
        """The vectors of all words that will be met, short ones first, for good."""
        letters_VC, num_letters_V, _ = numbers
        was_training = self.characters.training
        self.characters.eval()
        order_V = torch.argsort(num_letters_V, stable=True)
        in_order = letters_VC[order_V], num_letters_V[order_V]
        batches = zip(torch.split(in_order[0], AT_ONCE), torch.split(in_order[1], AT_ONCE), strict=True)
        in_order_VE = torch.cat([self.spell(letters[:, : lengths[-1]], lengths) for letters, lengths in batches])
        self._spelled.vectors_VE = torch.empty_like(in_order_VE).index_copy_(0, order_V, in_order_VE)
        self.characters.train(was_training)


class _Spelled(nn.Module):
    """The vectors of all words that are met, where nothing more is learned of characters; where the network is, they are."""

    vectors_VE: Tensor | None

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("vectors_VE", None, persistent=False)


def export(layers: Spelling, path: Path) -> None:
    """The graph of `Spelling.spell`."""
    letters = {"letters_UC": torch.tensor([[2, 3, 2, 0], [3, 2, 2, 2]]), "num_letters_U": torch.tensor([3, 4])}
    export_module(_Spell(layers), letters, "vectors_UE", path)


class _Spell(nn.Module):
    def __init__(self, layers: Spelling) -> None:
        super().__init__()
        self.network = nn.ModuleDict(layers.modules)
        self._layers = layers

    def forward(self, letters_UC: Tensor, num_letters_U: Tensor) -> Tensor:
        return self._layers.spell(letters_UC, num_letters_U)


def _layer(settings: Any, num_rows: int) -> CharCnn | CharLstm:
    if settings.kind == "lstm":
        return CharLstm(num_rows, char_dim=settings.dim, hidden_dim=settings.size // 2, dropout=settings.dropout)
    return CharCnn(
        num_rows,
        char_dim=settings.dim,
        num_filters=settings.size // len(settings.widths),
        widths=settings.widths,
        dropout=settings.dropout,
    )
