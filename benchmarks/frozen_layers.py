"""How quickly a transformer learns with frozen layers, whose output is computed in each step, or once and kept.

    python benchmarks/frozen_layers.py ENCODER [--data train.pubtator] [--documents 60] [--layers 3] [--rounds 4]

Prints JSON: tokens a second of the processor, on one thread, in the steps of a training in float32 (sentence by sentence, else as
the settings are); beside it how quickly the output is computed once, and the bytes of it for a token. The best of several
rounds of the same batches, each round through all kinds, for other programs only ever make it slower.
"""

import argparse
import json
import os
import time
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch
from torch import nn

import bionym
from bionym import config as configuration
from bionym.data import Audit, Corpus
from bionym.models import transformer
from bionym.models.transformer.fitting import _Training
from bionym.training import optimizers, seeds

EXAMPLE = Path(__file__).parents[1] / "examples" / "bc5cdr" / "train.pubtator"
NUM_STEPS = 6


def learning(corpus: Corpus, encoder: str, layers: int, *, is_kept: bool) -> _Training:
    settings = [f"encoder={encoder}", "context=sentence", "training.precision=float32", "held_out=0"]
    settings += [f"network.frozen_layers={layers}", f"network.frozen_gigabytes={4 if is_kept else 0}"]
    return _Training({"": corpus}, configuration.load(transformer.Config, None, settings), Audit())


def steps(found: _Training, optimizer: torch.optim.Optimizer, batches: Sequence[Any]) -> float:
    """Tokens a second."""
    network, num_tokens = found.network.train(), 0
    start = time.process_time()
    for place in range(NUM_STEPS):
        batch = batches[place]
        num_tokens += batch.num_tokens
        optimizer.zero_grad(set_to_none=True)
        network.loss(batch).backward()
        nn.utils.clip_grad_norm_(optimizers.weights(optimizer), found.settings.clip)
        optimizer.step()
    return num_tokens / (time.process_time() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("encoder")
    parser.add_argument("--data", default=str(EXAMPLE))
    parser.add_argument("--documents", type=int, default=60)
    parser.add_argument("--layers", type=int, nargs="*", default=[3])
    parser.add_argument("--rounds", type=int, default=4)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    seeds.seed_everything(1)
    corpus = Corpus({"train": tuple(islice(bionym.read(asked.data), asked.documents))}, allow_leaks=True)
    kinds = [(0, False), *((number, is_kept) for number in asked.layers for is_kept in (False, True))]
    speeds: dict[str, list[float]] = {}
    once: dict[str, dict[str, float]] = {}
    with ExitStack() as stack:
        ready = []
        for number, is_kept in kinds:
            found = learning(corpus, asked.encoder, number, is_kept=is_kept)
            start = time.process_time()
            stack.enter_context(found.computed_below())
            name = f"{number} frozen{', kept' * is_kept}"
            if is_kept:
                num_tokens = sum(len(item.piece.firsts_N) for items in found.items.values() for item in items)
                num_bytes = sum(map(sum, found.lengths.values())) * found.encoder.hidden_size * 4
                speed = num_tokens / (time.process_time() - start)
                once[name] = {"tokens_a_second": round(speed), "bytes_a_token": round(num_bytes / num_tokens)}
            ready.append((name, found, optimizers.make(found.network, found.settings)))
        for name, found, optimizer in [*ready, *ready * asked.rounds]:
            speeds.setdefault(name, []).append(steps(found, optimizer, found.batches(1)))
    best = {name: round(max(found[1:])) for name, found in speeds.items()}  # the first round makes ready
    record = {"tokens_a_second": best, "computed_once": once}
    print(json.dumps(record, indent=2))


if __name__ == "__main__":
    main()
