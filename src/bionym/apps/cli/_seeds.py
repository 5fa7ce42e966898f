"""`bionym train` with several seeds: one run a seed; the best becomes the model, the logs of all go into its folder."""

import functools
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bionym.apps.cli._console import console, number_of, table
from bionym.apps.cli._watching import of_seed

if TYPE_CHECKING:
    from bionym.pipeline import Pipeline
    from bionym.trained.record import Record, SeedFacts

KEPT = ("run.jsonl", "training.html")  # of a run, beside its model
SEEDS = "seeds"


def train(number: int, jobs: int, out: Path, folder: Path, watched: Mapping[str, Any], **task: Any) -> "Pipeline":
    """Train with several seeds, from that of the configuration on.

    Args:
        out: the folder of the model.
        folder: of the runs, until they are done.
        watched: further arguments of `monitors` of a run.
        task: further arguments of `several_seeds.train`.
    """
    from bionym import config as configuration
    from bionym import several_seeds
    from bionym.pipeline.training import trainable

    chosen = configuration.load(trainable(task["model"]).Config, task["config"], task["settings"])
    first = getattr(chosen.training, "seed", 1)
    return several_seeds.train(
        **task,
        seeds=range(first, first + number),
        jobs=jobs,
        folder=folder,
        watching=functools.partial(of_seed, name=out.name, **{**watched, "live": watched["live"] and jobs == 1}),
        on_seed=_say,
    )


def keep(runs: Path, out: Path, facts: "SeedFacts") -> None:
    """The logs into the model's folder: the chosen run's as of any model, the others' each in one of its own."""
    for row in facts.seeds:
        seed = row["seed"]
        place = out if seed == facts.chosen else out / SEEDS / f"seed-{seed}"
        place.mkdir(parents=True, exist_ok=True)
        for name in KEPT:
            log = runs / f"seed-{seed}" / name
            if log.is_file():
                os.replace(log, place / name)


def say(facts: "SeedFacts") -> None:
    """Every seed, mean and deviation, as a table."""
    names = list(facts.mean)
    header = ("seed", "mean F1" if len(names) > 1 else "F1", *names[1:])
    rows: list[Iterable[object]] = [
        (f"{row['seed']}{' *' if row['seed'] == facts.chosen else ''}", *(_percent(row[name]) for name in names))
        for row in facts.seeds
    ]
    rows.append(("mean", *(_percent(facts.mean[name]) for name in names)))
    if len(facts.seeds) > 1:
        rows.append(("deviation", *(_percent(facts.deviation[name]) for name in names)))
    for line in table(header, [tuple(row) for row in rows]).splitlines():
        console.say(f"  {line}")
    console.say(f"  * kept: the best of {number_of(len(rows) - 2, 'seed')} on the development data")


def _say(seed: int, record: "Record") -> None:
    console.say(f"  seed {seed}: F1 {_percent(record.mean_f1())}, {record.seconds:.0f} s")


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f}"
