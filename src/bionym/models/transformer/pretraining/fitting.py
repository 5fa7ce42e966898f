"""The masked language model as something to learn from raw text: rows of subwords, of which some are hidden."""

import json
import math
import shutil
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Unpack

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from bionym.encoders.networks import Encoder, save_encoder
from bionym.encoders.subwords import Subwords
from bionym.errors import UsageError
from bionym.files import STREAM
from bionym.layers.dropout import replace_dropout
from bionym.models.transformer.pretraining.beginning import Beginning, begin, set_dropout
from bionym.models.transformer.pretraining.masked import MaskedNetwork, can_keep_apart
from bionym.models.transformer.pretraining.masking import MaskedRows, Masking
from bionym.models.transformer.pretraining.packing import HELD_OUT, TRAINING, Counted, Rows, fingerprint, pack
from bionym.models.transformer.pretraining.settings import PretrainingConfig
from bionym.pretraining import flow
from bionym.pretraining.keeping import Kept, asked_of
from bionym.pretraining.objective import How, Measured, NewHead
from bionym.pretraining.passes import Passes
from bionym.pretraining.record import WITH_HEAD, Pretrained, too_little
from bionym.pretraining.text import Text
from bionym.training.batches import Lazy
from bionym.training.events import Result

PACKAGES = ("torch", "transformers", "tokenizers", "numpy")


def pretrain(text: Text, config: PretrainingConfig, **how: Unpack[How]) -> Pretrained:
    """A masked language model of a text; its monitors do not watch the warming up of a new head.

    Raises: ConfigError if the folder holds a run that was asked otherwise; ModelError if there is too little text.
    """
    if config.encoder is None and _is_stream(text):
        raise UsageError("A new encoder reads the text twice, standard input only once. Put the text into a file.")
    say = how.get("say", lambda message: None)
    prepare = partial(_prepared, text, config, how["folder"], say)
    return flow.pretrain(prepare, asked=_asked(text, config), training=config.training, packages=PACKAGES, **how)


def _prepared(
    text: Text, config: PretrainingConfig, folder: Path, say: Callable[[str], None], facts: Kept
) -> "MaskedLanguageModel":
    """Network and text, packed."""
    read = {"files": text.counted, "text": config.text.model_dump(), "vocabulary": config.vocabulary.model_dump()}
    beginning = begin(config, text.training(), folder, asked=_fingerprint(read))
    counted = facts.once("counted", lambda: _packed(text, beginning.encoder.subwords, folder, config, say))
    return MaskedLanguageModel(beginning, Counted(**counted), folder, config)


class _Planned(NamedTuple):
    """A batch before it is built: its rows, and what its masks are drawn from."""

    rows: NDArray[np.int64]
    seed: tuple[int, ...]


class MaskedLanguageModel:
    """An `Objective`: what stands at hidden places is predicted from both sides."""

    unit = "subwords"

    def __init__(self, beginning: Beginning, counted: Counted, folder: Path, config: PretrainingConfig) -> None:
        self.encoder, self.counted, self.config = beginning.encoder, counted, config
        subwords, settings = beginning.encoder.subwords, config.training
        self.rows = Rows(folder / TRAINING, subwords, config.length)
        self.masking = Masking(subwords, share=config.masked, whole_words=config.whole_words)
        self.model = MaskedNetwork(beginning.encoder.network, keeps_apart=can_keep_apart(beginning.encoder.network))
        replace_dropout(self.model)
        set_dropout(self.model, config.dropout)
        has_new_head = beginning.has_new_head and config.head_steps
        self.new_head = NewHead(config.head_steps, self.model.learn_only_head) if has_new_head else None
        self.rows_in_batch = max(1, settings.batch_tokens // config.length)
        self.num_batches = math.ceil(len(self.rows) / self.rows_in_batch)
        self.passes = Passes(
            len(self.rows),
            units_together=self.rows_in_batch,
            num_steps=self.num_batches / settings.accumulate,
            score_steps=config.score_steps,
            seed=config.seed,
        )
        held_out = Rows(folder / HELD_OUT, subwords, config.length)
        self.held_out = self._batches(held_out, _spread(held_out, config), (0,))

    @property
    def data(self) -> Mapping[str, Any]:
        """How much text there is."""
        return self.counted._asdict()

    @property
    def data_in_short(self) -> str:
        """The same in one line."""
        counted = self.counted
        return (
            f"{counted.documents:,} documents of {counted.subwords:,} subwords in {counted.rows:,} rows; "
            f"{counted.held_out_documents:,} documents held out"
        )

    def batches(self, units: NDArray[np.int64], epoch: int) -> Lazy[MaskedRows]:
        """Some rows, masked by chance."""
        return self._batches(self.rows, units, (self.config.seed, epoch))

    def measure(self, batch: MaskedRows) -> Measured:
        """How well hidden subwords are predicted; they are always the same ones."""
        scores_MV = self.model(batch).float()
        surprise = float(nn.functional.cross_entropy(scores_MV, batch.gold_M, reduction="sum"))
        return Measured(surprise, int((scores_MV.argmax(-1) == batch.gold_M).sum()), len(batch.gold_M))

    def save(self, folder: Path) -> None:
        """The encoder, with its head and its tokenizer."""
        network = self.encoder.network.to("cpu", torch.float16 if self.config.weights == "float16" else torch.float32)
        save_encoder(Encoder(network, self.encoder.subwords), folder)
        shutil.copymode(folder / "config.json", folder / "model.safetensors")  # which is else kept from everyone else

    def describe(self, result: Result, scores: Mapping[str, Any]) -> dict[str, Any]:
        """What is written down."""
        num_passes = result.steps * self.config.training.accumulate / self.num_batches
        return {
            "what": self.encoder.about,
            "begun_with": self.config.encoder,
            "learned": round(num_passes * self.counted.subwords),
            "padding": round(1 - self._filled() / (self.counted.rows * self.config.length), 4),
            "notes": self._notes(scores),
            "privacy": self._privacy(),
        }

    def _batches(self, rows: Rows, numbers: NDArray[np.int64], seed: tuple[int, ...]) -> Lazy[MaskedRows]:
        size = self.rows_in_batch
        firsts = range(0, len(numbers), size)
        planned = [_Planned(numbers[first : first + size], (*seed, place)) for place, first in enumerate(firsts)]
        return Lazy(planned, partial(self._build, rows))

    def _build(self, rows: Rows, planned: _Planned) -> MaskedRows:
        return self.masking.hide(*rows.take(planned.rows), np.random.default_rng(planned.seed))

    def _filled(self) -> int:
        """Subwords in the rows with start and end of each piece, as the rows hold them."""
        padding, step = self.encoder.subwords.specials.padding, 10_000
        numbers = (np.arange(first, min(first + step, len(self.rows))) for first in range(0, len(self.rows), step))
        return sum(int((self.rows.take(some)[0] != padding).sum()) for some in numbers)

    def _notes(self, scores: Mapping[str, Any]) -> list[str]:
        of_words = "all subwords of a word" if self.config.whole_words else "each subword by itself"
        notes = [
            f"Hidden: {100 * self.config.masked:g} % of subwords, {of_words}; always the same of the text held out."
        ]
        if WITH_HEAD in scores:
            notes.append("The encoder had no output layer; what text taught it shows from the second line on.")
        if not self.model.keeps_apart:
            notes.append("This kind of encoder cannot keep documents in a row apart: they saw each other.")
        return notes

    def _privacy(self) -> list[str]:
        if self.config.encoder is not None:
            return ["", "The vocabulary is that of the encoder it began with: nothing was added to it."]
        least = self.config.vocabulary.min_count
        return ["", f"Words that fewer than {least} documents hold gave nothing to the vocabulary."]


def _asked(text: Text, config: PretrainingConfig) -> dict[str, Any]:
    return asked_of(text, config, seed=config.seed, without=("weights",))


def _is_stream(text: Text) -> bool:
    return any(Path(source) == STREAM for source in text.sources)


def _packed(
    text: Text, subwords: Subwords, folder: Path, config: PretrainingConfig, say: Callable[[str], None]
) -> dict[str, Any]:
    """The text, packed. Standard input is read only once, so a packing of it is not taken up."""
    asked = "" if _is_stream(text) else _fingerprint([_asked(text, config), subwords.tokenizer.to_str()])
    counted = pack(text, subwords, folder, config.length, asked=asked, say=say)
    if not counted.rows or not counted.held_out_rows:
        raise too_little(counted.documents, counted.held_out_documents)
    return counted._asdict()


def _fingerprint(asked: Any) -> str:
    return fingerprint(json.dumps(asked))


def _spread(rows: Rows, config: PretrainingConfig) -> NDArray[np.int64]:
    """Rows from the first to the last, as many as are measured on."""
    number = min(len(rows), math.ceil(config.text.held_out_tokens / config.length))
    return np.linspace(0, len(rows) - 1, number).round().astype(np.int64)
