"""The layers that read the characters of whole sentences, and their graph.

Axes: B sentences, S characters of the longest stream, N boundaries of words in it, T words of the longest sentence, E values.
"""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from bionym.layers.char_language_model import CharLanguageModel
from bionym.models.bilstm_crf.inputs.graphs import export_module
from bionym.models.bilstm_crf.inputs.layers import SentenceLayers
from bionym.models.bilstm_crf.words import FIRST


class SentenceSpelling(SentenceLayers):
    """Vectors of words from the LSTMs over their sentence's characters.

    Args:
        settings: the table `network.sentence_characters`.
        num_characters: those with a row, without padding and the unknown.
        num_words: words that it learns to predict; 0 leaves that out.
    Source: Liu et al. 2018.
    """

    def __init__(self, settings: Any, num_characters: int, *, num_words: int) -> None:
        self._weight = settings.language_model
        self.stream = CharLanguageModel(
            FIRST + num_characters,
            num_words=num_words,
            char_dim=settings.dim,
            hidden_dim=settings.size,
            num_highway=settings.highway,
            dropout=settings.dropout,
        )
        super().__init__(self.stream.output_dim, {"stream": self.stream})

    def read(self, *numbers: Tensor) -> Tensor:
        """The states of the LSTMs at the words' boundaries."""
        return self.stream.states(*numbers[:3])

    def values(self, states: Tensor) -> Tensor:
        """The words' vectors, B x T x E."""
        vectors_BTE: Tensor = self.stream(states)
        return vectors_BTE

    def side_loss(self, states: Tensor, *numbers: Tensor) -> Tensor | None:
        """Of predicting the next and the previous word, if it learns to."""
        targets = numbers[3:]
        return self._weight * self.stream.loss(states, *targets) if targets else None


def export(layers: SentenceSpelling, path: Path) -> None:
    """The graph of `read` and `values`."""
    streams = {
        "characters_BS": torch.tensor([[2, 3, 2, 3, 2], [3, 2, 2, 0, 0]]),
        "lengths_B": torch.tensor([5, 3]),
        "boundaries_BN": torch.tensor([[0, 2, 4], [0, 2, 0]]),
    }
    export_module(_ReadAndValues(layers.stream), streams, "vectors_BTE", path)


class _ReadAndValues(nn.Module):
    def __init__(self, layer: CharLanguageModel) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, characters_BS: Tensor, lengths_B: Tensor, boundaries_BN: Tensor) -> Tensor:
        vectors_BTE: Tensor = self.layer(self.layer.states(characters_BS, lengths_B, boundaries_BN))
        return vectors_BTE
