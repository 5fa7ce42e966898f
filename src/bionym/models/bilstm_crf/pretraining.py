"""What the BiLSTM-CRF's network learns from raw text: the next word and the previous one.

What comes of it is a folder for `init`: words with their vectors, characters, and the weights of characters and LSTM. No
word of the text is in it, unless it has a pretrained vector.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bionym.data.tags import find_scheme
from bionym.errors import ConfigError
from bionym.features import gazetteer
from bionym.heads.head import Head
from bionym.models.bilstm_crf import raw_text, transfer, vocabulary, words
from bionym.models.bilstm_crf.encoding import Encoded, Encoder
from bionym.models.bilstm_crf.inputs.characters import CharacterInput
from bionym.models.bilstm_crf.inputs.lists import ListInput
from bionym.models.bilstm_crf.language_model import LanguageModel
from bionym.models.bilstm_crf.network import Batch, Network
from bionym.models.bilstm_crf.saving import save_settings, save_words
from bionym.models.bilstm_crf.sentences import Sentence
from bionym.models.bilstm_crf.settings import SENTENCE_INPUTS, WORD_INPUTS, Config, PretrainingConfig
from bionym.pretraining import flow
from bionym.pretraining.keeping import Kept, asked_of
from bionym.pretraining.objective import How, Measured
from bionym.pretraining.passes import Passes
from bionym.pretraining.record import Pretrained, too_little
from bionym.pretraining.text import Text
from bionym.training import batches as batching
from bionym.training import seeds
from bionym.training.events import Result

PACKAGES = ("torch", "numpy")
CORPUS = "text"
TEACHABLE = (CharacterInput, ListInput)  # inputs that a network may have; of lists nothing is read


def pretrain(text: Text, config: PretrainingConfig, **how: Unpack[How]) -> Pretrained:
    """A BiLSTM that has learned to predict the words of a text from both sides.

    Raises: ConfigError if settings do not go together, or the folder holds a run that was asked otherwise; ModelError if
        there is too little text.
    """
    _check(config)
    prepare, asked = partial(_prepared, text, config, how["folder"]), asked_of(text, config, seed=config.seed)
    return flow.pretrain(prepare, asked=asked, training=config.training, packages=PACKAGES, **how)


def _prepared(text: Text, config: PretrainingConfig, folder: Path, facts: Kept) -> "NeighbouringWords":
    """Network and text, as numbers."""
    counted = facts.once("counted", lambda: _counted(text, folder))
    return NeighbouringWords(config, raw_text.Counted(**counted), folder)


class NeighbouringWords:
    """An `Objective`: each word is predicted from those before it, and from those behind it."""

    unit, new_head = "tokens", None

    def __init__(self, config: PretrainingConfig, counted: raw_text.Counted, folder: Path) -> None:
        self.config, self.counted = config, counted
        seeds.seed_everything(config.seed)
        distinct, self.counts_V = raw_text.read_words(folder)
        self.lexicon = _lexicon(distinct, self.counts_V, config)
        self.rows_V = np.array([self.lexicon.row(word) for word in distinct], dtype=np.int64)
        inputs = vocabulary.collect_inputs(config.network, Counter(), self.lexicon)
        self.encoder = Encoder(self.lexicon, inputs)
        self.encoder.learn([Sentence(tuple(distinct), _no_lists(0, 0))])
        self.num_columns = len(gazetteer.columns(config.network.lists))
        network = Network(config.network, self.lexicon, [_NO_HEAD], find_scheme("IO"), inputs=inputs)
        counts_R = _counts_of_rows(self.lexicon, self.rows_V, self.counts_V)
        self.model = LanguageModel(network, counts_R, num_drawn=config.drawn_words, dropout=config.dropout)
        for name, weight in network.named_parameters():
            weight.requires_grad_(network.part_of(name) in ("characters", "recurrent"))
        self.tokens = raw_text.Tokens(folder)
        self.passes = Passes(
            self.tokens.num_blocks,
            num_steps=counted.tokens / config.training.batch_tokens / config.training.accumulate,
            score_steps=config.score_steps,
            seed=config.seed,
        )
        self.held_out = self._batches(_first(raw_text.Tokens(folder, "held-out."), config.text.held_out_tokens), 1)

    @property
    def data(self) -> Mapping[str, Any]:
        """How much text there is."""
        return self.counted._asdict()

    @property
    def data_in_short(self) -> str:
        """The same in one line."""
        counted = self.counted
        return (
            f"{counted.documents:,} documents to learn from, with {counted.tokens:,} tokens; "
            f"{counted.held_out_documents:,} held out"
        )

    def batches(self, units: NDArray[np.int64], epoch: int) -> batching.Lazy[Batch]:
        """The sentences of some blocks, those of like length together."""
        return self._batches([sentence for block in units for sentence in self.tokens.block(block)], epoch)

    def measure(self, batch: Batch) -> Measured:
        """How well the words that have a vector are predicted, in both directions."""
        surprise_N, is_right_N = self.model.measured(batch)
        return Measured(float(surprise_N.double().sum()), int(is_right_N.sum()), len(surprise_N))

    def save(self, folder: Path) -> None:
        """What a tagger begins with."""
        network = self.model.network.cpu().eval()
        transfer.save(network, folder, ("characters", "recurrent"))
        save_words(network, self.lexicon, folder)
        save_settings(Config(network=self.config.network), folder)

    def describe(self, result: Result, scores: Mapping[str, Any]) -> dict[str, Any]:
        """What is written down."""
        unknown = int(self.counts_V[self.rows_V == words.UNKNOWN].sum())
        return {
            "what": f"A BiLSTM of {self.config.network.recurrent.size} states in each direction",
            "begun_with": str(self.config.network.words.vectors),
            "learned": round(result.epochs / self.passes.num_parts * self.counted.tokens),
            "notes": [
                "Perplexity is that of the next and the previous word, among all that have a vector; "
                f"{100 * unknown / max(self.counted.tokens, 1):.1f} % of the tokens have none."
            ],
            "privacy": [
                "",
                "It holds no word of the text but those that have a pretrained vector, and its characters.",
            ],
        }

    def _batches(self, sentences: Sequence[NDArray[np.int64]], epoch: int) -> batching.Lazy[Batch]:
        lengths = {CORPUS: [len(words_T) for words_T in sentences]}
        planned = batching.plan(lengths, self.config.training, epoch)

        def build(batch: batching.Batch) -> Batch:
            chosen = [sentences[item.place] for item in batch.items]
            places = [_no_lists(len(words_T), self.num_columns) for words_T in chosen]
            pairs = zip(chosen, places, strict=True)
            return self.encoder.batch([Encoded(words_T, Sentence((), lists_TK)) for words_T, lists_TK in pairs])

        return batching.Lazy(planned, build)


_NO_HEAD = Head("", ("O",))


def _check(config: PretrainingConfig) -> None:
    network = config.network
    if network.words.vectors is None:
        raise ConfigError(
            "The setting 'network.words.vectors' has no value, but words are told by their vectors. Train some with "
            "'bionym vectors train', or name a file."
        )
    if network.recurrent.layers != 1:
        raise ConfigError(
            f"The setting 'network.recurrent.layers' is {network.recurrent.layers}, but of several layers the upper ones "
            "have read the words that they should tell. Set it to 1."
        )
    for kind in (*SENTENCE_INPUTS, *WORD_INPUTS):
        setting = kind.requested_by(network)
        if setting and kind not in TEACHABLE:
            raise ConfigError(
                f"The setting 'network.{setting}' asks for an input that raw text does not teach. Leave it out here."
            )


def _counted(text: Text, folder: Path) -> dict[str, Any]:
    counted = raw_text.write(((piece.text, piece.is_held_out) for piece in text), folder)
    if not counted.sentences or not counted.held_out_sentences:
        raise too_little(counted.documents, counted.held_out_documents)
    return counted._asdict()


def _lexicon(distinct: Sequence[str], counts_V: NDArray[np.int64], config: PretrainingConfig) -> words.Lexicon:
    """Words with pretrained vectors, and characters that the text often has; nothing else of the text."""
    settings = config.network.words
    pretrained = words.collect_words(
        Counter(), vectors=settings.vectors, most_vectors=settings.most_vectors, only_found=False, min_count=1
    )
    seen: Counter[str] = Counter()
    for word, number in zip(distinct, counts_V.tolist(), strict=True):
        for character in set(word):
            seen[character] += number
    often = sorted(character for character, number in seen.items() if number >= config.min_character_count)
    return words.Lexicon((), pretrained.pretrained, "".join(often))


def _counts_of_rows(lexicon: words.Lexicon, rows_V: NDArray[np.int64], counts_V: NDArray[np.int64]) -> Tensor:
    """How often the word of each row of vectors occurs, once at least: it may stand in text held out."""
    assert lexicon.pretrained is not None
    counts_R = np.bincount(rows_V, weights=counts_V, minlength=words.FIRST + len(lexicon.pretrained.words)).clip(min=1)
    counts_R[: words.FIRST] = 0
    return torch.from_numpy(counts_R)


def _first(tokens: raw_text.Tokens, number: int) -> list[NDArray[np.int64]]:
    """Sentences from the first on, until so many tokens are reached."""
    first: list[NDArray[np.int64]] = []
    num_tokens = 0
    for block in range(tokens.num_blocks):
        for sentence in tokens.block(block):
            if num_tokens >= number:
                return first
            first.append(sentence)
            num_tokens += len(sentence)
    return first


def _no_lists(num_tokens: int, num_columns: int) -> NDArray[np.float32]:
    return np.zeros((num_tokens, num_columns), dtype=np.float32)
