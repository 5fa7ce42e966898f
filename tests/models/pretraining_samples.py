"""Real text, and an encoder so small that it is pretrained at once; also a program, to be killed in the middle.

python -m tests.models.pretraining_samples TEXT OUT STEP     kills itself when that many steps are done
"""

import os
import signal
import sys
from itertools import islice
from pathlib import Path
from typing import Any

import bionym

EXAMPLES = Path(__file__).parents[2] / "examples" / "bc5cdr"
TINY = [
    "network.layers=1",
    "network.size=32",
    "network.attention_heads=2",
    "network.feed_forward=64",
    "network.positions=64",
    "vocabulary.size=600",
    "vocabulary.min_count=3",
    "length=32",
    "score_steps=12",
    "text.held_out=0.1",
    "text.held_out_tokens=640",
    "training.batch_tokens=512",
    "training.learning_rate=0.01",
]


def real_lines(number: int = 60) -> list[str]:
    """Titles and abstracts of BC5CDR, a line each."""
    documents = islice(bionym.read(EXAMPLES / "train.pubtator"), number)
    return [line for document in documents for line in document.text.splitlines()]


def real_text(folder: Path, number: int = 60) -> Path:
    """The same as a file."""
    path = folder / "text.txt"
    path.write_text("\n".join(real_lines(number)) + "\n", encoding="utf-8")
    return path


def pretrain(text: Path, out: Path, *settings: str, **more: Any) -> dict[str, Any]:
    """A tiny encoder from nothing."""
    from bionym.pretraining.running import pretrain as library_call

    return library_call([str(text)], out, settings=[*TINY, *settings], **more)


class Killer:
    """Kills its own program once a step was reported."""

    def __init__(self, step: int, number: int = signal.SIGKILL) -> None:
        self._step, self._number = step, number

    def step(self, info: Any) -> None:
        if info.step >= self._step:
            os.kill(os.getpid(), self._number)

    def started(self, info: Any) -> None:
        pass

    epoch = finished = started


if __name__ == "__main__":
    import torch

    torch.set_num_threads(1)
    pretrain(
        Path(sys.argv[1]),
        Path(sys.argv[2]),
        "training.report_steps=1",
        "training.checkpoint_steps=5",
        monitors=[Killer(int(sys.argv[3]))],
    )
