"""The network of the BiLSTM-CRF: words and characters in, a score for each tag of each head out.

Whatever depends on a word alone is worked out once for each distinct word of a batch.

Axes: B sentences, T tokens of the longest, U distinct words, C characters of the longest, G groupings of words, K values from
term lists, D values of a token, L tags, S scores of a token.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from bionym.data.tags import TagScheme
from bionym.heads.head import Head
from bionym.layers.char_encoder import CharCnn, CharLstm, at_tokens
from bionym.layers.char_language_model import CharLanguageModel
from bionym.layers.dropout import Dropout
from bionym.layers.embedding import table
from bionym.layers.highway import Highway
from bionym.layers.linear_chain import LinearChain, PairwiseLinearChain
from bionym.layers.output import Output, rules
from bionym.layers.recurrent import Recurrent
from bionym.layers.softmax import Softmax
from bionym.layers.word_vectors import WordVectors
from bionym.models.bilstm_crf.settings import Characters, NetworkSettings, SentenceCharacters
from bionym.models.bilstm_crf.words import FIRST, Lexicon

OUTPUTS: Mapping[str, type[LinearChain] | type[Softmax]] = {
    "crf": LinearChain,
    "pairwise": PairwiseLinearChain,
    "softmax": Softmax,
}

AT_ONCE = 512  # words that are spelled together where all are
SHARES = (0.4, 0.7, 0.9, 1.0)  # of the distinct words of a batch, by length, that are spelled together


class Streams(NamedTuple):
    """Sentences as characters: the streams, their lengths, and where words begin and end; as `streams` makes them."""

    characters_BS: Tensor
    lengths_B: Tensor
    boundaries_BN: Tensor


@dataclass(frozen=True)
class Gold:
    """What one head learns from sentences.

    Args:
        head: its name.
        tags_BT: gold tags, by their place in the head; None where `possible_BTL` says which a token may have.
    """

    head: str
    tags_BT: Tensor | None = None
    possible_BTL: Tensor | None = None


@dataclass(frozen=True)
class Batch:
    """Sentences that are read together.

    Args:
        words_BT: row of each token's word.
        index_BT: place of each token's word among the distinct words.
        distinct_U: places of the distinct words among those that the encoder of sentences knows.
        letters_UC, num_letters_U: their characters.
        groups_UG: rows of the groups of the distinct words.
        lists_BTK: places in term lists.
        lengths_B: tokens of each sentence.
        golds: the heads that learn from them, and what.
        streams: the sentences as characters, if the network reads them so.
        ranks_BT: each word as its rank among those to predict, if the network learns to.
        num_tokens: without padding.
    """

    words_BT: Tensor
    index_BT: Tensor
    distinct_U: Tensor
    letters_UC: Tensor
    num_letters_U: Tensor
    groups_UG: Tensor
    lists_BTK: Tensor
    lengths_B: Tensor
    golds: tuple[Gold, ...] = ()
    streams: Streams | None = None
    ranks_BT: Tensor | None = None
    num_tokens: int = 0


class Network(nn.Module):
    """What is known of each token; a BiLSTM over it; a chain for each head.

    Args:
        groups: rows and values of the table of each grouping of words, by name.
        num_columns: K, places in term lists.
        num_ranks: words that the language model learns to predict; 0 leaves it out.
        singletons: rows of words that occur once in the training data.
    Source: Lample et al. 2016; Ma and Hovy 2016; Liu et al. 2018; for a head per corpus, Wang et al. 2019.
    """

    spelled_VE: Tensor | None  # vectors of all words that are met, where nothing more is learned of characters

    def __init__(
        self,
        settings: NetworkSettings,
        lexicon: Lexicon,
        heads: Sequence[Head],
        scheme: TagScheme,
        *,
        groups: Mapping[str, tuple[int, int]] = MappingProxyType({}),
        num_columns: int = 0,
        num_ranks: int = 0,
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
        self.register_buffer("spelled_VE", None, persistent=False)
        self.highway = Highway(char_dim, num_layers=settings.characters.highway) if char_dim else None
        self.groups = nn.ModuleDict({name: table(*size) for name, size in groups.items()})
        group_dim = sum(group_dim for _, group_dim in groups.values())
        self.language_model = settings.sentence_characters.language_model
        self.stream = _stream(settings.sentence_characters, FIRST + len(lexicon.characters), num_ranks)
        stream_dim = self.stream.output_dim if self.stream else 0
        self.dropout = Dropout(settings.dropout)
        recurrent = settings.recurrent
        self.recurrent = Recurrent(
            dim + char_dim + group_dim + num_columns + stream_dim,
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
        """Mean negative log-likelihood (nats) of a sentence's annotation, and of words by the language model; a scalar.

        Where several heads learn, the sum over these, as if each had read the sentences by itself.
        """
        stream_BTE = self._read(batch)
        states_BTH = self.dropout(self.states(batch, stream_BTE))
        losses = [self._tagging_loss(states_BTH, gold, batch.lengths_B) for gold in batch.golds]
        loss = torch.stack(losses).sum()
        if self.stream is None or stream_BTE is None or batch.ranks_BT is None:
            return loss
        return loss + self.language_model * self.stream.loss(stream_BTE, batch.ranks_BT, batch.lengths_B)

    def scores_of(self, batch: Batch, head: str) -> Tensor:
        """Scores of one head, B x T x S."""
        return self._scores(self.dropout(self.states(batch, self._read(batch))), head)

    def states(self, batch: Batch, stream_BTE: Tensor | None = None) -> Tensor:
        """States of the BiLSTM, B x T x 2H: forward, backward. `stream_BTE` are those of characters, if it reads them."""
        states_BTH: Tensor = self.recurrent(self._inputs(batch, stream_BTE), batch.lengths_B)
        return states_BTH

    @torch.no_grad()
    def spell_once(self, places_V: Tensor, letters_VC: Tensor, num_letters_V: Tensor) -> None:
        """Spell all words that will be met, short ones first, for good: of characters nothing more is learned."""
        was_training = self.training
        self.eval()
        parts = zip(torch.split(letters_VC, AT_ONCE), torch.split(num_letters_V, AT_ONCE), strict=True)
        in_order_VE = torch.cat([self.spelling(letters[:, : lengths[-1]], lengths) for letters, lengths in parts])
        self.spelled_VE = torch.empty_like(in_order_VE).index_copy_(0, places_V, in_order_VE)
        self.train(was_training)

    def word_vectors(self, batch: Batch) -> Tensor:
        """What is known of distinct words besides their own vectors, U x E: from characters, and of groups."""
        groups_UG = batch.groups_UG
        parts = [] if self.characters is None else [self._spelled(batch)]
        parts += [one(groups_UG[:, column]) for column, one in enumerate(self.groups.values())]
        return torch.cat(parts, 1) if parts else groups_UG.new_zeros((len(groups_UG), 0), dtype=torch.float32)

    def _tagging_loss(self, states_BTH: Tensor, gold: Gold, lengths_B: Tensor) -> Tensor:
        scores_BTS, output = self._scores(states_BTH, gold.head), self.output(gold.head)
        if gold.possible_BTL is not None:
            return output.loss_partial(scores_BTS, gold.possible_BTL, lengths_B)
        assert gold.tags_BT is not None
        return output.loss(scores_BTS, gold.tags_BT, lengths_B)

    def _scores(self, states_BTH: Tensor, head: str) -> Tensor:
        scores_BTS: Tensor = self.scores[_key(head)](states_BTH)
        return scores_BTS

    def _inputs(self, batch: Batch, stream_BTE: Tensor | None) -> Tensor:
        """What the BiLSTM reads, B x T x D: of words; places in term lists; of characters of the whole sentence."""
        words_BTD = self.words(batch.words_BT)
        own_UE = self.word_vectors(batch)
        own_BTE = at_tokens(own_UE, batch.index_BT)
        parts = [self.dropout(torch.cat((words_BTD, own_BTE), 2)), batch.lists_BTK]
        if self.stream is not None and stream_BTE is not None:
            parts.append(self.stream(stream_BTE))
        return torch.cat(parts, 2)

    def _read(self, batch: Batch) -> Tensor | None:
        """The states of the LSTMs over characters at the words' boundaries."""
        if self.stream is None:
            return None
        assert batch.streams is not None
        return self.stream.states(*batch.streams)

    def _spelled(self, batch: Batch) -> Tensor:
        """As `spelling`, words of like length together: they come short ones first, and most are short."""
        if self.spelled_VE is not None:
            return self.spelled_VE[batch.distinct_U]
        letters_UC, num_letters_U = batch.letters_UC, batch.num_letters_U
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


def _stream(settings: SentenceCharacters, num_characters: int, num_ranks: int) -> CharLanguageModel | None:
    if not settings.size:
        return None
    return CharLanguageModel(
        num_characters,
        num_words=num_ranks,
        char_dim=settings.dim,
        hidden_dim=settings.size,
        num_highway=settings.highway,
        dropout=settings.dropout,
    )


def _key(name: str) -> str:
    """A head's name as torch may keep it: not empty, without dots."""
    return f"head {name}".replace(".", "\u2024")
