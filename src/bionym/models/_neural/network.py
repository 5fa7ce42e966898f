"""The network of the BiLSTM-CRF: words and characters in, a score for each tag of each head out.

Axes: B sentences, T tokens of the longest, U distinct words, C characters of the longest, K values from term lists, D values
of a token, L tags, S scores of a token.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from bionym.data.tags import TagScheme
from bionym.layers.char_encoder import CharCnn, CharLstm, at_tokens
from bionym.layers.highway import Highway
from bionym.layers.linear_chain import LinearChain
from bionym.layers.output import Output, rules
from bionym.layers.recurrent import Recurrent
from bionym.layers.softmax import Softmax
from bionym.layers.word_vectors import WordVectors
from bionym.models._neural.heads import Head
from bionym.models._neural.settings import Characters, NetworkSettings
from bionym.models._neural.words import FIRST, Lexicon

OUTPUTS: Mapping[str, type[LinearChain] | type[Softmax]] = {
    "crf": LinearChain,
    "softmax": Softmax,
}

SHARES = (0.4, 0.7, 0.9, 1.0)  # of the distinct words of a batch, by length, that are spelled together


@dataclass(frozen=True)
class Batch:
    """Sentences that are learned from together.

    Args:
        head: the name of the head that learns.
        words_BT: row of each token's word.
        index_BT: place of each token's word among the distinct words.
        letters_UC, num_letters_U: the characters of the distinct words.
        lists_BTK: places in term lists.
        lengths_B: tokens of each sentence.
        tags_BT: gold tags, by their place in the head; None where `possible_BTL` says which a token may have.
        num_tokens: without padding.
    """

    head: str
    words_BT: Tensor
    index_BT: Tensor
    letters_UC: Tensor
    num_letters_U: Tensor
    lists_BTK: Tensor
    lengths_B: Tensor
    tags_BT: Tensor | None = None
    possible_BTL: Tensor | None = None
    num_tokens: int = 0


class Network(nn.Module):
    """Word vectors, character vectors and places in term lists; a BiLSTM over them; a chain for each head.

    Source: Lample et al. 2016; Ma and Hovy 2016; for a head per corpus, Wang et al. 2019.
    """

    def __init__(
        self,
        settings: NetworkSettings,
        lexicon: Lexicon,
        heads: Sequence[Head],
        scheme: TagScheme,
        *,
        num_columns: int = 0,
        singletons: Sequence[int] = (),
    ) -> None:
        super().__init__()
        words, pretrained = settings.words, lexicon.pretrained
        dim = words.dim if pretrained is None else pretrained.matrix_VD.shape[1]
        self.words = WordVectors(
            dim,
            num_new=len(lexicon.new),
            pretrained_VD=None if pretrained is None else pretrained.matrix_VD,
            frozen=words.frozen,
            word_dropout=words.dropout,
            singletons=singletons,
            singleton_dropout=words.singleton_dropout,
        )
        self.characters = _characters(settings.characters, FIRST + len(lexicon.characters))
        char_dim = self.characters.output_dim if self.characters else 0
        self.highway = Highway(char_dim, num_layers=settings.characters.highway) if char_dim else None
        self.dropout = nn.Dropout(settings.dropout)
        recurrent = settings.recurrent
        self.recurrent = Recurrent(
            dim + char_dim + num_columns,
            recurrent.size,
            num_layers=recurrent.layers,
            cell=recurrent.cell,
            dropout=recurrent.dropout,
            locked_dropout=recurrent.locked_dropout,
        )
        allowed = {head.name: rules(head.tags, scheme) for head in heads}
        outputs = {name: OUTPUTS[settings.output](own) for name, own in allowed.items()}
        self.outputs = nn.ModuleDict({_key(name): output for name, output in outputs.items()})
        width = self.recurrent.output_dim
        self.scores = nn.ModuleDict({_key(name): nn.Linear(width, one.num_scores) for name, one in outputs.items()})

    def output(self, head: str) -> Output:
        """The output layer of a head."""
        return cast(Output, self.outputs[_key(head)])

    def loss(self, batch: Batch) -> Tensor:
        """Mean negative log-likelihood (nats) of a sentence's annotation, a scalar."""
        output = self.output(batch.head)
        scores_BTS = self.scores_of(batch)
        if batch.possible_BTL is not None:
            return output.loss_partial(scores_BTS, batch.possible_BTL, batch.lengths_B)
        assert batch.tags_BT is not None
        return output.loss(scores_BTS, batch.tags_BT, batch.lengths_B)

    def scores_of(self, batch: Batch) -> Tensor:
        """Scores of one head, B x T x S."""
        scores_BTS: Tensor = self.scores[_key(batch.head)](self.states(batch))
        return scores_BTS

    def states(self, batch: Batch) -> Tensor:
        """States of the BiLSTM, B x T x 2H."""
        states_BTH: Tensor = self.recurrent(self.inputs(batch), batch.lengths_B)
        return self.dropout(states_BTH)  # type: ignore[no-any-return]

    def inputs(self, batch: Batch) -> Tensor:
        """What the BiLSTM reads, B x T x D: word vector, character vector, places in term lists."""
        parts = [self.words(batch.words_BT)]
        if self.characters is not None:
            parts.append(at_tokens(self._spelled(batch.letters_UC, batch.num_letters_U), batch.index_BT))
        return torch.cat((self.dropout(torch.cat(parts, 2)), batch.lists_BTK), 2)

    def _spelled(self, letters_UC: Tensor, num_letters_U: Tensor) -> Tensor:
        """As `spelling`, words of like length together: they come short ones first, and most are short."""
        ends = sorted({math.ceil(share * len(letters_UC)) for share in SHARES})
        longest = num_letters_U[[end - 1 for end in ends]].tolist()
        parts, start = [], 0
        for end, length in zip(ends, longest, strict=True):
            parts.append(self.spelling(letters_UC[start:end, :length], num_letters_U[start:end]))
            start = end
        return torch.cat(parts)

    def spelling(self, letters_UC: Tensor, num_letters_U: Tensor) -> Tensor:
        """Vectors of distinct words from their characters, U x E."""
        assert self.characters is not None and self.highway is not None
        vectors_UE: Tensor = self.highway(self.characters(letters_UC, num_letters_U))
        return vectors_UE


def _characters(settings: Characters, num_characters: int) -> CharCnn | CharLstm | None:
    if settings.kind == "cnn":
        return CharCnn(
            num_characters,
            char_dim=settings.dim,
            num_filters=settings.size // len(settings.widths),
            widths=settings.widths,
            dropout=settings.dropout,
        )
    if settings.kind == "lstm":
        return CharLstm(num_characters, char_dim=settings.dim, hidden_dim=settings.size // 2, dropout=settings.dropout)
    return None


def _key(name: str) -> str:
    """A head's name as torch may keep it: not empty, without dots."""
    return f"head {name}".replace(".", "\u2024")
