"""How a transformer is pretrained: text packed, a new head warmed up, then the loop; measured before, between and after."""

import json
import math
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np
import torch
from torch import nn

from bionym.encoders.networks import Encoder, save_encoder
from bionym.encoders.subwords import Subwords
from bionym.errors import UsageError
from bionym.files import STREAM
from bionym.layers.dropout import replace_dropout
from bionym.pretraining.beginning import Beginning, begin, set_dropout
from bionym.pretraining.keeping import Kept
from bionym.pretraining.masked import MaskedNetwork, can_keep_apart
from bionym.pretraining.masking import MaskedRows, Masking
from bionym.pretraining.packing import HELD_OUT, TRAINING, Counted, Rows, fingerprint, pack
from bionym.pretraining.record import AFTER, BEFORE, SCORED, Pretrained, course, said, too_little
from bionym.pretraining.settings import PretrainingConfig
from bionym.pretraining.text import Text
from bionym.training import checkpoint, devices
from bionym.training.events import Monitor, Result, Scores
from bionym.training.loop import fit

PACKAGES = ("torch", "transformers", "tokenizers", "numpy")
HEAD = {"epochs": 1, "schedule": "linear", "warmup": 0.1, "learning_rate": 2e-3, "learning_rates": {}, "accumulate": 1}
HEAD |= {"time_limit_minutes": 0.0, "moving_average": 0.0}
WITH_HEAD = "its new output layer learned"  # what is measured between before and after


def pretrain(
    text: Text,
    config: PretrainingConfig,
    *,
    folder: Path,
    monitors: Iterable[Monitor] = (),
    about: Mapping[str, Any] | None = None,
    say: Callable[[str], None] = lambda message: None,
) -> Pretrained:
    """A masked language model of a text.

    Args:
        folder: for the packed text and checkpoints; a run that was interrupted there goes on.
        monitors: watch the training proper, not the warming up of a new head.
        about: facts of the run, for the log.
        say: told in a line what was done before the training proper.
    Raises: ConfigError if the folder holds a run that was asked otherwise; ModelError if there is too little text.
    """
    if config.encoder is None and any(Path(source) == STREAM for source in text.sources):
        raise UsageError("A new encoder reads the text twice, standard input only once. Put the text into a file.")
    kept = Kept(folder, _asked(text, config))
    with devices.prepare_device(config.training):
        read = {"files": text.counted, "text": config.text.model_dump(), "vocabulary": config.vocabulary.model_dump()}
        made = begin(config, text.training(), folder, asked=_fingerprint(read))
        counted = Counted(**kept.once("counted", lambda: _packed(text, made.encoder.subwords, folder, config, say)))
        learning = _Learning(made, counted, folder, config)
        say(_packed_as(counted))
        scores = {BEFORE: kept.once("before", learning.scores)}
        say(said(BEFORE, scores[BEFORE]))
        if made.has_new_head and config.head_steps:
            scores[WITH_HEAD] = learning.with_head_warmed_up(kept)
            say(said(WITH_HEAD, scores[WITH_HEAD]))
        result = learning.run(monitors, {**(about or {}), "data": counted.fingerprint})
        scores[AFTER] = learning.scores()
    return Pretrained(learning.save, learning.record(result, scores), PACKAGES)


class _Learning:
    """The network, the text, and what ties them."""

    def __init__(self, made: Beginning, counted: Counted, folder: Path, config: PretrainingConfig) -> None:
        settings = config.training
        self.encoder, self.counted, self.folder, self.config = made.encoder, counted, folder, config
        subwords = made.encoder.subwords
        self.rows = Rows(folder / TRAINING, subwords, config.length)
        held_out = Rows(folder / HELD_OUT, subwords, config.length)
        self.masking = Masking(subwords, share=config.masked, whole_words=config.whole_words)
        self.model = MaskedNetwork(made.encoder.network, keeps_apart=can_keep_apart(made.encoder.network))
        self.model.to(devices.choose(settings))
        replace_dropout(self.model)
        set_dropout(self.model, config.dropout)
        self.rows_in_batch = max(1, settings.batch_tokens // config.length)
        self.num_batches = math.ceil(len(self.rows) / self.rows_in_batch)
        steps = self.num_batches / settings.accumulate
        self.num_parts = max(1, min(self.num_batches, round(steps / config.score_steps)))
        self.settings = settings.model_copy(update={"epochs": settings.epochs * self.num_parts})
        self.held_out = _Batches(held_out, _spread(held_out, config), self.rows_in_batch, self.masking, (0,))
        self._order: tuple[int, np.ndarray[Any, Any]] = (0, np.empty(0))

    def batches(self, epoch: int) -> "_Batches":
        """The batches of a part of a pass: of the loop's epoch. Each pass goes through the rows in an order of its own."""
        number, part = divmod(epoch - 1, self.num_parts)
        if self._order[0] != number + 1:
            shuffled = np.random.default_rng((self.config.seed, number)).permutation(len(self.rows))
            self._order = (number + 1, shuffled)
        first, end = (round(one * self.num_batches / self.num_parts) * self.rows_in_batch for one in (part, part + 1))
        return _Batches(
            self.rows, self._order[1][first:end], self.rows_in_batch, self.masking, (self.config.seed, epoch)
        )

    def with_head_warmed_up(self, kept: Kept) -> dict[str, float]:
        """Let the head learn alone, unless the training proper has begun. Returns: the scores after it."""
        if not checkpoint.exists(self.folder):
            self.model.learn_only_head(True)
            first = self.batches(1)[: self.config.head_steps]
            fit(
                self.model,
                lambda epoch: first,
                settings=self.settings.model_copy(update=HEAD),
                folder=self.folder / "head",
            )
            self.model.learn_only_head(False)
        scores: dict[str, float] = kept.once("with_head", self.scores)
        return scores

    def run(self, monitors: Iterable[Monitor], about: Mapping[str, Any]) -> Result:
        """The training proper."""
        return fit(
            self.model,
            self.batches,
            settings=self.settings,
            evaluate=self.evaluate,
            monitors=monitors,
            folder=self.folder,
            about=about,
        )

    def evaluate(self, model: nn.Module) -> Scores:
        """Scores on the text held out, as the loop takes them."""
        return {SCORED: self.scores()}

    @torch.no_grad()
    def scores(self) -> dict[str, float]:
        """Perplexity of hidden subwords, its inverse, and the share that is told; always of the same ones."""
        self.model.eval()
        device = next(self.model.parameters()).device
        loss, num_right, number = 0.0, 0, 0
        for batch in self.held_out:
            moved = devices.move_to_device(batch, device)
            scores_MV = self.model(moved).float()
            loss += float(nn.functional.cross_entropy(scores_MV, moved.gold_M, reduction="sum"))
            num_right += int((scores_MV.argmax(-1) == moved.gold_M).sum())
            number += len(batch.gold_M)
        mean = loss / number
        return {"perplexity": math.exp(min(mean, 700)), "probability": math.exp(-mean), "accuracy": num_right / number}

    def save(self, folder: Path) -> None:
        """The encoder, with its head and its tokenizer."""
        network = self.encoder.network.to("cpu", torch.float16 if self.config.weights == "float16" else torch.float32)
        save_encoder(Encoder(network, self.encoder.subwords), folder)
        shutil.copymode(folder / "config.json", folder / "model.safetensors")  # which is else kept from everyone else

    def record(self, result: Result, scores: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
        """What is written down."""
        done = result.steps * self.settings.accumulate / self.num_batches
        return {
            "what": self.encoder.about,
            "begun_with": self.config.encoder,
            "data": self.counted._asdict(),
            "scores": scores,
            **course(result),
            "unit": "subwords",
            "learned": round(done * self.counted.subwords),
            "padding": round(1 - self._filled() / (self.counted.rows * self.config.length), 4),
            "notes": self._notes(scores),
            "privacy": self._privacy(),
        }

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


class _Batches(Sequence[MaskedRows]):
    """Batches of masked rows, built when they are asked for.

    Args:
        numbers: the rows, in their order.
        chance: what the masks are drawn from, with the number of the batch.
    """

    def __init__(
        self, rows: Rows, numbers: Any, size: int, masking: Masking, chance: tuple[int, ...], most: int = 0
    ) -> None:
        self._rows, self._numbers, self._size, self._masking, self._chance = rows, numbers, size, masking, chance
        self._length = most or math.ceil(len(numbers) / size)

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> MaskedRows: ...
    @overload
    def __getitem__(self, index: slice) -> "_Batches": ...
    def __getitem__(self, index: int | slice) -> "MaskedRows | _Batches":
        if isinstance(index, slice):
            first, end, step = index.indices(self._length)
            assert (first, step) == (0, 1), "only the first batches can be taken"
            return _Batches(self._rows, self._numbers, self._size, self._masking, self._chance, most=end)
        if not 0 <= index < self._length:
            raise IndexError(index)
        numbers = self._numbers[index * self._size : (index + 1) * self._size]
        return self._masking.hide(*self._rows.take(numbers), np.random.default_rng((*self._chance, index)))


def _asked(text: Text, config: PretrainingConfig) -> dict[str, Any]:
    shown = {"files": text.counted._asdict(), **config.model_dump(mode="json", exclude={"training", "weights"})}
    return {**shown, "seed": config.seed}


def _packed(
    text: Text, subwords: Subwords, folder: Path, config: PretrainingConfig, say: Callable[[str], None]
) -> dict[str, Any]:
    """The text, packed. Standard input is read only once, so a packing of it is not taken up."""
    is_stream = any(Path(source) == STREAM for source in text.sources)
    asked = "" if is_stream else _fingerprint([_asked(text, config), subwords.tokenizer.to_str()])
    counted = pack(text, subwords, folder, config.length, asked=asked, say=say)
    if not counted.rows or not counted.held_out_rows:
        raise too_little(counted.documents, counted.held_out_documents)
    return counted._asdict()


def _fingerprint(asked: Any) -> str:
    return fingerprint(json.dumps(asked))


def _packed_as(counted: Counted) -> str:
    return (
        f"{counted.documents:,} documents of {counted.subwords:,} subwords in {counted.rows:,} rows; "
        f"{counted.held_out_documents:,} documents held out"
    )


def _spread(rows: Rows, config: PretrainingConfig) -> "np.ndarray[Any, Any]":
    """Rows from the first to the last, as many as are measured on."""
    number = min(len(rows), math.ceil(config.text.held_out_tokens / config.length))
    return np.linspace(0, len(rows) - 1, number).round().astype(np.int64)
