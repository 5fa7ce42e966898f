"""What monitors and checkpoints cost beside the training itself, and what the loop costs beside a bare one.

    python benchmarks/training_overhead.py

Prints JSON: milliseconds a step for a BiLSTM of the size of a small tagger, over random numbers; of the processor, and by
the clock, on which the disk counts too. The least of several rounds, for other programs only ever make it slower. Beside
it the share of the training that is spent in the monitors, the page that is drawn after each epoch among them; and what it
takes to count confusions where scores are counted, on the documents of the example.
"""

import io
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch
from rich.console import Console
from torch import Tensor, nn

import bionym
from bionym.evaluation import evaluate
from bionym.evaluation.training_monitor import TrainingPage
from bionym.heads import development
from bionym.training import optimizers, seeds
from bionym.training.events import Monitor
from bionym.training.loop import fit
from bionym.training.monitors.log import Log
from bionym.training.monitors.tensorboard import TensorBoard
from bionym.training.monitors.terminal import Terminal
from bionym.training.settings import TrainingSettings

EXAMPLE = Path(__file__).parents[1] / "examples" / "bc5cdr" / "test.pubtator"
NUM_STEPS, NUM_ROUNDS = 60, 5
SETTINGS = TrainingSettings(epochs=2, threads=1, device="cpu", checkpoint_minutes=0)


class Tagger(nn.Module):
    """Embeddings of 20,000 words, a BiLSTM of 100 units a direction, nine tags: 2.2 million weights."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(20_000, 100)
        self.lstm = nn.LSTM(100, 100, bidirectional=True, batch_first=True)
        self.tags = nn.Linear(200, 9)

    def loss(self, batch: tuple[Tensor, Tensor]) -> Tensor:
        words_BT, gold_BT = batch
        scores_BTL = self.tags(self.lstm(self.words(words_BT))[0])
        return nn.functional.cross_entropy(scores_BTL.flatten(0, 1), gold_BT.flatten())


def batches(epoch: int) -> list[tuple[Tensor, Tensor]]:
    """32 sentences of 30 words, the same in every epoch."""
    chance = torch.Generator().manual_seed(1)
    words = torch.randint(20_000, (NUM_STEPS // 2, 32, 30), generator=chance)
    return [(one, one % 9) for one in words]


def scored(model: nn.Module) -> dict[str, dict[str, Any]]:
    """Scores and counts of two corpora, of four labels each."""
    names = ["a", "b", "c", "d", "none"]
    tables = {
        "labels": {name: [9, 4, 3] for name in names[:4]},
        "confusion": {"labels": names, "counts": [[5] * 5] * 5},
    }
    return {name: {"precision": 0.5, "recall": 0.5, "f1": 0.5, **tables} for name in ("first", "second")}


class Timed:
    """A monitor, with the processor time spent in it."""

    seconds = 0.0

    def __init__(self, monitor: Monitor) -> None:
        for name in ("started", "step", "epoch", "finished"):
            setattr(self, name, self._timed(getattr(monitor, name)))

    def _timed(self, method: Callable[[Any], None]) -> Callable[[Any], None]:
        def called(info: Any) -> None:
            start = time.process_time()
            method(info)
            Timed.seconds += time.process_time() - start

        return called


def bare(folder: Path) -> None:
    model = Tagger()
    optimizer = optimizers.make(model, SETTINGS)
    for epoch in (1, 2):
        for batch in batches(epoch):
            optimizer.zero_grad(set_to_none=True)
            loss = model.loss(batch)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), SETTINGS.clip)
            optimizer.step()


def run(folder: Path, *, watched: bool = False, saved: bool = False) -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    watching = (Log(folder), TrainingPage(folder), TensorBoard(folder), Terminal(console))
    monitors = [Timed(one) for one in watching] if watched else []
    fit(Tagger(), batches, settings=SETTINGS, evaluate=scored, monitors=monitors, folder=folder if saved else None)


def milliseconds(work: Callable[..., None], **options: Any) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        start = time.process_time(), time.perf_counter()
        work(Path(folder), **options)
        processor, clock = time.process_time() - start[0], time.perf_counter() - start[1]
    return 1000 * processor / NUM_STEPS, 1000 * clock / NUM_STEPS


def scoring() -> dict[str, float]:
    """Milliseconds of the processor to score documents, without and with what the log and the page show of it."""
    gold = list(bionym.read(EXAMPLE))
    found = [one.with_entities(one.entities[::2]) for one in gold]
    ways: dict[str, Callable[[], Any]] = {
        "scores": lambda: evaluate(gold, found),
        "scores_and_confusion": lambda: development.score_development(gold, found),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(NUM_ROUNDS):
        for name, way in ways.items():
            start = time.process_time()
            way()
            times[name].append(1000 * (time.process_time() - start))
    return {"documents": len(gold), **{name: round(min(found), 1) for name, found in times.items()}}


def main() -> None:
    torch.set_num_threads(1)
    seeds.seed_everything(1)
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder), watched=True)  # what is imported once
    Timed.seconds = 0.0
    kinds: dict[str, tuple[Callable[..., None], dict[str, bool]]] = {
        "bare_loop": (bare, {}),
        "loop": (run, {}),
        "loop_with_four_monitors": (run, {"watched": True}),
        "loop_with_checkpoint_each_30_steps": (run, {"saved": True}),
    }
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in kinds}
    for _ in range(NUM_ROUNDS):
        for name, (work, options) in kinds.items():
            found[name].append(milliseconds(work, **options))
    least = {name: [round(min(kind), 2) for kind in zip(*times, strict=True)] for name, times in found.items()}
    shown = {name: {"processor": processor, "clock": clock} for name, (processor, clock) in least.items()}
    inside = 1000 * Timed.seconds / NUM_STEPS / NUM_ROUNDS
    record = {
        "milliseconds_a_step": shown,
        "inside_the_monitors": round(inside, 2),
        "share_of_the_training": round(inside / shown["loop"]["processor"], 4),
        "milliseconds_to_score": scoring(),
    }
    print(json.dumps(record, indent=2))


if __name__ == "__main__":
    main()
