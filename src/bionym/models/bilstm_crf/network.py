"""The network of the BiLSTM-CRF: words and its inputs in, a score for each tag of each head out.

Whatever depends on a word alone is computed once for each distinct word of a batch.

Axes: B sentences, T tokens of the longest, U distinct words, V all words that are met, D values of a word's own vector, E values
of an input, H states of one direction, L tags, S scores of a token.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import torch
from torch import Tensor, nn

from bionym.data.tags import TagScheme
from bionym.heads.head import Head
from bionym.layers.char_encoder import at_tokens
from bionym.layers.dropout import Dropout
from bionym.layers.linear_chain import LinearChain, PairwiseLinearChain
from bionym.layers.output import Output, rules
from bionym.layers.recurrent import Recurrent
from bionym.layers.softmax import Softmax
from bionym.layers.word_vectors import WordVectors
from bionym.models.bilstm_crf.inputs.layers import SentenceLayers, WordLayers
from bionym.models.bilstm_crf.inputs.protocol import Inputs
from bionym.models.bilstm_crf.settings import NetworkSettings
from bionym.models.bilstm_crf.words import Lexicon

OUTPUTS: Mapping[str, type[LinearChain] | type[Softmax]] = {
    "crf": LinearChain,
    "pairwise": PairwiseLinearChain,
    "softmax": Softmax,
}

Numbers = Mapping[str, tuple[Tensor, ...]]  # by the name of an input, as its `numbers` gives them


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
        lengths_B: tokens of each sentence.
        numbers: of every input; of words, those of the distinct words.
        golds: the heads that learn from them, and what.
        num_tokens: without padding.
    """

    words_BT: Tensor
    index_BT: Tensor
    lengths_B: Tensor
    numbers: Numbers = field(default_factory=dict)
    golds: tuple[Gold, ...] = ()
    num_tokens: int = 0


class Network(nn.Module):
    """What is known of each token; a BiLSTM over it; a chain for each head.

    Args:
        inputs: what is known besides the vectors of words.
        singletons: rows of words that occur once in the training data.
    Source: Lample et al. 2016; Ma and Hovy 2016; Liu et al. 2018; for a head per corpus, Wang et al. 2019.
    """

    def __init__(
        self,
        settings: NetworkSettings,
        lexicon: Lexicon,
        heads: Sequence[Head],
        scheme: TagScheme,
        *,
        inputs: Inputs,
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
        self.inputs = inputs
        self.word_layers: dict[str, WordLayers] = {part.NAME: part.layers() for part in inputs.of_words}
        self.sentence_layers: dict[str, SentenceLayers] = {part.NAME: part.layers() for part in inputs.of_sentences}
        layers: dict[str, WordLayers | SentenceLayers] = {**self.word_layers, **self.sentence_layers}
        for part in inputs:
            for name, module in layers[part.NAME].modules.items():
                self.add_module(name, module)
        self._part_of = {name: part.PART for part in inputs for name in layers[part.NAME].modules}
        self.dropout = Dropout(settings.dropout)
        recurrent = settings.recurrent
        self.recurrent = Recurrent(
            dim + sum(each.dim for each in layers.values()),
            recurrent.size,
            num_layers=recurrent.layers,
            cell=recurrent.cell,
            dropout=recurrent.dropout,
            locked_dropout=recurrent.locked_dropout,
        )
        allowed = {head.name: rules(head.tags, scheme) for head in heads}
        outputs = {name: OUTPUTS[settings.output](valid) for name, valid in allowed.items()}
        self.outputs = nn.ModuleDict({_key(name): output for name, output in outputs.items()})
        width = self.recurrent.output_dim
        self.scores = nn.ModuleDict({_key(name): nn.Linear(width, layer.num_scores) for name, layer in outputs.items()})

    def output(self, head: str) -> Output:
        """The output layer of a head."""
        return cast(Output, self.outputs[_key(head)])

    def loss(self, batch: Batch) -> Tensor:
        """Mean negative log-likelihood (nats) of a sentence's annotation, and what inputs learn besides; a scalar.

        Where several heads learn, the sum over these, as if each had read the sentences by itself.
        """
        read = self._read(batch)
        states_BTH = self.dropout(self._states(batch, read))
        losses = [self._tagging_loss(states_BTH, gold, batch.lengths_B) for gold in batch.golds]
        loss = torch.stack(losses).sum()
        for name, layers in self.sentence_layers.items():
            side_loss = layers.side_loss(read[name], *batch.numbers[name])
            loss = loss if side_loss is None else loss + side_loss
        return loss

    def scores_of(self, batch: Batch, head: str) -> Tensor:
        """Scores of one head, B x T x S."""
        return self._scores(self.dropout(self.states(batch)), head)

    def states(self, batch: Batch) -> Tensor:
        """States of the BiLSTM, B x T x 2H: forward, backward."""
        return self._states(batch, self._read(batch))

    def precompute(self, parts: Collection[str], numbers: Numbers) -> None:
        """Compute once what depends on words alone, in inputs of parts that learn nothing more.

        Args:
            numbers: of each input of words, those of all V words that are met, in the encoder's order.
        """
        for part in self.inputs.of_words:
            if part.PART in parts:
                self.word_layers[part.NAME].precompute(*numbers[part.NAME])

    def part_of(self, tensor: str) -> str:
        """The part that a tensor belongs to, as a configuration names it: words, characters, recurrent or outputs."""
        first, _, _ = tensor.partition(".")
        return "outputs" if first == "scores" else self._part_of.get(first, first)

    def word_vectors(self, batch: Batch) -> Tensor:
        """What is known of distinct words besides their own vectors, U x E."""
        return torch.cat([layers.values(*batch.numbers[name]) for name, layers in self.word_layers.items()], 1)

    def _tagging_loss(self, states_BTH: Tensor, gold: Gold, lengths_B: Tensor) -> Tensor:
        scores_BTS, output = self._scores(states_BTH, gold.head), self.output(gold.head)
        if gold.possible_BTL is not None:
            return output.loss_partial(scores_BTS, gold.possible_BTL, lengths_B)
        assert gold.tags_BT is not None
        return output.loss(scores_BTS, gold.tags_BT, lengths_B)

    def _scores(self, states_BTH: Tensor, head: str) -> Tensor:
        scores_BTS: Tensor = self.scores[_key(head)](states_BTH)
        return scores_BTS

    def _states(self, batch: Batch, read: Mapping[str, Tensor]) -> Tensor:
        states_BTH: Tensor = self.recurrent(self._token_vectors(batch, read), batch.lengths_B)
        return states_BTH

    def _token_vectors(self, batch: Batch, read: Mapping[str, Tensor]) -> Tensor:
        """What the BiLSTM reads: of words, B x T x D; of each input, B x T x E."""
        vectors_BTD = self.words(batch.words_BT)
        if self.inputs.of_words:
            vectors_BTD = torch.cat((vectors_BTD, at_tokens(self.word_vectors(batch), batch.index_BT)), 2)
        parts = [self.dropout(vectors_BTD)]  # first: random numbers are drawn in this order
        parts += [layers.values(read[name]) for name, layers in self.sentence_layers.items()]
        return torch.cat(parts, 2)

    def _read(self, batch: Batch) -> dict[str, Tensor]:
        """What each input of sentences reads of them."""
        return {name: layers.read(*batch.numbers[name]) for name, layers in self.sentence_layers.items()}


def _key(name: str) -> str:
    """A head's name as torch may keep it: not empty, without dots."""
    return f"head {name}".replace(".", "\u2024")
