"""How the BiLSTM-CRF's network is pretrained: raw text as numbers, then the loop; measured before and after.

What comes of it is a folder for `init`: words with their vectors, characters, and the weights of characters and LSTM. No
word of the text is in it, unless it has a pretrained vector.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bionym import config as configuration
from bionym.data.tags import find_scheme
from bionym.errors import ConfigError
from bionym.features import gazetteer
from bionym.heads.head import Head
from bionym.models.bilstm_crf import groups, raw_text, transfer, words
from bionym.models.bilstm_crf.encoding import Encoded, Encoder
from bionym.models.bilstm_crf.language_model import LanguageModel
from bionym.models.bilstm_crf.network import Batch, Network
from bionym.models.bilstm_crf.saving import save_words
from bionym.models.bilstm_crf.sentences import Sentence
from bionym.models.bilstm_crf.settings import Config, PretrainingConfig
from bionym.pretraining.keeping import Kept
from bionym.pretraining.record import AFTER, BEFORE, SCORED, Pretrained, course, said, too_little
from bionym.pretraining.text import Text
from bionym.training import batches as batching
from bionym.training import devices, seeds
from bionym.training.events import Monitor, Result
from bionym.training.loop import fit

PACKAGES = ("torch", "numpy")
CORPUS = "text"


def pretrain(
    text: Text,
    config: PretrainingConfig,
    *,
    folder: Path,
    monitors: Iterable[Monitor] = (),
    about: Mapping[str, Any] | None = None,
    say: Callable[[str], None] = lambda message: None,
) -> Pretrained:
    """A BiLSTM that has learned to predict the words of a text from both sides.

    Args:
        folder: for the text as numbers, and checkpoints; a run that was interrupted there goes on.
        monitors: watch the training.
        about: facts of the run, for the log.
        say: told in a line what was done before the training.
    Raises: ConfigError if settings do not go together, or the folder holds a run that was asked otherwise; ModelError if
        there is too little text.
    """
    _check(config)
    asked = {"files": text.counted._asdict(), **config.model_dump(mode="json", exclude={"training"})}
    kept = Kept(folder, {**asked, "seed": config.seed})
    counted = raw_text.Counted(**kept.once("counted", lambda: _counted(text, folder)))
    with devices.prepare_device(config.training):
        learning = _Learning(config, counted, folder)
        say(
            f"{counted.documents:,} documents to learn from, with {counted.tokens:,} tokens; {counted.held_out_documents:,} held out"
        )
        scores = {BEFORE: kept.once("before", learning.scores)}
        say(said(BEFORE, scores[BEFORE]))
        result = fit(
            learning.model,
            learning.batches,
            settings=learning.settings,
            evaluate=lambda model: {SCORED: learning.scores()},
            monitors=monitors,
            folder=folder,
            about={**(about or {}), "data": counted.fingerprint},
        )
        scores[AFTER] = learning.scores()
    return Pretrained(learning.save, learning.record(result, scores), PACKAGES)


class _Learning:
    """Network, text and what ties them."""

    def __init__(self, config: PretrainingConfig, counted: raw_text.Counted, folder: Path) -> None:
        self.config, self.counted = config, counted
        seeds.seed_everything(config.seed)
        distinct, self.counts_V = raw_text.read_words(folder)
        self.lexicon = _lexicon(distinct, self.counts_V, config)
        self.rows_V = np.array([self.lexicon.row(word) for word in distinct], dtype=np.int64)
        self.encoder = Encoder(self.lexicon, groups.Groups((), {}))
        self.encoder.learn([Sentence(tuple(distinct), _no_lists(0, 0))])
        self.num_columns = len(gazetteer.columns(config.network.lists))
        network = Network(config.network, self.lexicon, [_NO_HEAD], find_scheme("IO"), num_columns=self.num_columns)
        counts_R = _counts_of_rows(self.lexicon, self.rows_V, self.counts_V)
        self.model = LanguageModel(network, counts_R, num_drawn=config.drawn_words, dropout=config.dropout)
        for name, weight in network.named_parameters():
            weight.requires_grad_(transfer.part_of(name) in ("characters", "recurrent"))
        self.model.to(devices.choose(config.training))
        self.tokens = raw_text.Tokens(folder)
        self.held_out = self._batches(_first(raw_text.Tokens(folder, "held-out."), config.text.held_out_tokens), 1)
        steps = counted.tokens / config.training.batch_tokens / config.training.accumulate
        self.num_parts = max(1, min(self.tokens.num_blocks, round(steps / config.score_steps)))
        self.settings = config.training.model_copy(update={"epochs": config.training.epochs * self.num_parts})

    def batches(self, epoch: int) -> batching.Lazy[Batch]:
        """The batches of a part of a pass: of the loop's epoch. Each pass goes through the text in an order of its own."""
        number, part = divmod(epoch - 1, self.num_parts)
        order = np.random.default_rng((self.config.seed, number)).permutation(self.tokens.num_blocks)
        first, end = (round(one * len(order) / self.num_parts) for one in (part, part + 1))
        sentences = [sentence for block in order[first:end] for sentence in self.tokens.block(block)]
        return self._batches(sentences, epoch)

    @torch.no_grad()
    def scores(self) -> dict[str, float]:
        """Perplexity of the words held out that have a vector, its inverse, and the share that is told; both directions."""
        self.model.eval()
        device = next(self.model.parameters()).device
        total, num_told, number = 0.0, 0, 0
        for batch in self.held_out:
            surprise_N, is_told_N = self.model.measured(devices.move_to_device(batch, device))
            total, num_told = total + float(surprise_N.double().sum()), num_told + int(is_told_N.sum())
            number += len(surprise_N)
        mean, share = total / max(number, 1), num_told / max(number, 1)
        return {"perplexity": math.exp(min(mean, 700)), "probability": math.exp(-mean), "accuracy": share}

    def save(self, folder: Path) -> None:
        """What a tagger begins with."""
        network = self.model.network.cpu().eval()
        transfer.save(network, folder, ("characters", "recurrent"))
        save_words(network, self.lexicon, folder)
        settings = {"model": "bilstm_crf", **Config(network=self.config.network).model_dump(mode="json")}
        (folder / "config.toml").write_text(configuration.dump(settings), encoding="utf-8")

    def record(self, result: Result, scores: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
        """What is written down."""
        unknown = int(self.counts_V[self.rows_V == words.UNKNOWN].sum())
        return {
            "what": f"A BiLSTM of {self.config.network.recurrent.size} states in each direction",
            "begun_with": str(self.config.network.words.vectors),
            "unit": "tokens",
            "data": self.counted._asdict(),
            "scores": scores,
            **course(result),
            "learned": round(result.epochs / self.num_parts * self.counted.tokens),
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
        lengths = {CORPUS: [len(one) for one in sentences]}
        planned = batching.plan(lengths, self.config.training, epoch)

        def build(batch: batching.Batch) -> Batch:
            chosen = [sentences[item.place] for item in batch.items]
            none = [Sentence((), _no_lists(len(one), self.num_columns)) for one in chosen]
            return self.encoder.batch([Encoded(*one) for one in zip(chosen, none, strict=True)])

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
    extra = {"sentence_characters.size": network.sentence_characters.size, "shapes.dim": network.shapes.dim}
    extra["clusters.file"] = network.clusters.file is not None
    if asked := [name for name, value in extra.items() if value]:
        raise ConfigError(
            f"The setting 'network.{asked[0]}' asks for an input that raw text does not teach. Leave it out here."
        )


def _counted(text: Text, folder: Path) -> dict[str, Any]:
    counted = raw_text.write(((piece.text, piece.is_held_out) for piece in text), folder)
    if not counted.sentences or not counted.held_out_sentences:
        raise too_little(counted.documents, counted.held_out_documents)
    return counted._asdict()


def _lexicon(distinct: Sequence[str], counts_V: NDArray[np.int64], config: PretrainingConfig) -> words.Lexicon:
    """Words with pretrained vectors, and characters that the text often has; nothing else of the text."""
    settings = config.network.words
    found = words.learned(
        Counter(), vectors=settings.vectors, most_vectors=settings.most_vectors, only_found=False, min_count=1
    )
    seen: Counter[str] = Counter()
    for word, number in zip(distinct, counts_V.tolist(), strict=True):
        for character in set(word):
            seen[character] += number
    often = sorted(character for character, number in seen.items() if number >= config.min_character_count)
    return words.Lexicon((), found.pretrained, "".join(often))


def _counts_of_rows(lexicon: words.Lexicon, rows_V: NDArray[np.int64], counts_V: NDArray[np.int64]) -> Tensor:
    """How often the word of each row of vectors occurs, once at least: it may stand in text held out."""
    assert lexicon.pretrained is not None
    counts_R = np.bincount(rows_V, weights=counts_V, minlength=words.FIRST + len(lexicon.pretrained.words)).clip(min=1)
    counts_R[: words.FIRST] = 0
    return torch.from_numpy(counts_R)


def _first(tokens: raw_text.Tokens, number: int) -> list[NDArray[np.int64]]:
    """Sentences from the first on, until so many tokens are reached."""
    found: list[NDArray[np.int64]] = []
    num_tokens = 0
    for block in range(tokens.num_blocks):
        for sentence in tokens.block(block):
            if num_tokens >= number:
                return found
            found.append(sentence)
            num_tokens += len(sentence)
    return found


def _no_lists(num_tokens: int, num_columns: int) -> NDArray[np.float32]:
    return np.zeros((num_tokens, num_columns), dtype=np.float32)
