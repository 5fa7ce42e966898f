"""Time of the CRF layer over that of pytorch-crf, on one thread.

    python benchmarks/crf_layer.py [--sentences 32] [--tokens 40] [--tags 7 25 93]

Both see the same scores and lengths (all from a quarter of the longest to the longest). `train` is the loss with its
gradient, `loss` the loss alone, `viterbi` the best tags. The two take turns, and each figure is the median of its times.
One JSON object a number of tags: milliseconds of processor time of both, and ours over theirs.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch
from torch import Tensor
from torchcrf import CRF

from bionym.layers.linear_chain import LinearChain
from bionym.layers.output import no_rules

Task = Callable[[], object]


def seconds(task: Task) -> float:
    start = time.process_time()
    task()
    return time.process_time() - start


def compared(ours: Task, theirs: Task, repetitions: int) -> dict[str, float]:
    """Both in milliseconds, and their ratio."""
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(repetitions + 3)][3:]  # the first ones warm up
    ours_ms, theirs_ms = (1000 * statistics.median(times) for times in zip(*pairs, strict=True))
    return {"ours_ms": round(ours_ms, 2), "pytorch_crf_ms": round(theirs_ms, 2), "ratio": round(ours_ms / theirs_ms, 2)}


def tasks(num_sentences: int, num_tokens: int, num_tags: int) -> dict[str, tuple[Task, Task]]:
    """What is timed: ours and theirs."""
    layer, other = LinearChain(no_rules(num_tags)), CRF(num_tags, batch_first=True)
    emissions_BTL: Tensor = torch.randn(num_sentences, num_tokens, num_tags, requires_grad=True)
    gold_BT = torch.randint(0, num_tags, (num_sentences, num_tokens))
    lengths_B = torch.linspace(num_tokens / 4, num_tokens, num_sentences).long()
    mask_BT = torch.arange(num_tokens) < lengths_B[:, None]
    return {
        "train": (
            lambda: layer.loss(emissions_BTL, gold_BT, lengths_B).backward(),
            lambda: other(emissions_BTL, gold_BT, mask_BT).neg().backward(),
        ),
        "loss": (
            lambda: layer.loss(emissions_BTL, gold_BT, lengths_B),
            lambda: other(emissions_BTL, gold_BT, mask_BT),
        ),
        "viterbi": (
            lambda: layer.viterbi(emissions_BTL, lengths_B),
            lambda: other.decode(emissions_BTL, mask_BT),
        ),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=32)
    parser.add_argument("--tokens", type=int, default=40)
    parser.add_argument("--tags", type=int, nargs="+", default=[7, 25, 93])
    parser.add_argument("--repetitions", type=int, default=20)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    for num_tags in arguments.tags:
        pairs = tasks(arguments.sentences, arguments.tokens, num_tags)
        figures = {name: compared(*pair, arguments.repetitions) for name, pair in pairs.items()}
        print(json.dumps({"tags": num_tags, **figures}))


if __name__ == "__main__":
    main()
