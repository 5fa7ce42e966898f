"""How anything is learned from raw text: the text packed, a new output layer warmed up, then the loop; measured in between.

What is learned is an `Objective`: the masked language model of transformers, the next and previous word of the BiLSTM.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import torch

from bionym.pretraining.keeping import Kept
from bionym.pretraining.objective import NewHead, Objective
from bionym.pretraining.record import AFTER, BEFORE, SCORED, WITH_HEAD, Pretrained, course, said
from bionym.training import checkpoint, devices
from bionym.training.events import Monitor, Result
from bionym.training.loop import fit
from bionym.training.settings import TrainingSettings

HEAD = {"epochs": 1, "schedule": "linear", "warmup": 0.1, "learning_rate": 2e-3, "learning_rates": {}, "accumulate": 1}
HEAD |= {"time_limit_minutes": 0.0, "moving_average": 0.0}


def pretrain(
    prepare: Callable[[Kept], Objective],
    *,
    asked: Mapping[str, Any],
    training: TrainingSettings,
    packages: tuple[str, ...],
    folder: Path,
    monitors: Iterable[Monitor] = (),
    about: Mapping[str, Any] | None = None,
    say: Callable[[str], None] = lambda message: None,
) -> Pretrained:
    """Learn from a text; see `How` for the last four arguments.

    Args:
        prepare: packs the text, builds the network; a run that goes on has the facts of its beginning.
        asked: what must be the same for a run to go on, besides the settings of the training.
        packages: whose versions are recorded.
    Raises: ConfigError if the folder holds a run that was asked otherwise; ModelError if there is too little text.
    """
    facts = Kept(folder, asked)
    with devices.prepared(training):
        objective = prepare(facts)
        objective.model.to(devices.choose(training))
        settings = training.model_copy(update={"epochs": training.epochs * objective.passes.num_parts})
        say(objective.data_in_short)
        scores = {BEFORE: facts.once("before", partial(score, objective))}
        say(said(BEFORE, scores[BEFORE]))
        if objective.new_head is not None:
            _warm_up(objective, objective.new_head, settings, folder)
            scores[WITH_HEAD] = facts.once("with_head", partial(score, objective))
            say(said(WITH_HEAD, scores[WITH_HEAD]))
        result = fit(
            objective.model,
            partial(_batches, objective),
            settings=settings,
            evaluate=lambda model: {SCORED: score(objective)},
            monitors=monitors,
            folder=folder,
            about={**(about or {}), "data": objective.data["fingerprint"]},
        )
        scores[AFTER] = score(objective)
    return Pretrained(objective.save, _record(objective, result, scores), packages)


@torch.no_grad()
def score(objective: Objective) -> dict[str, float]:
    """Perplexity of what is predicted in the text held out, its inverse, and the share that is right."""
    objective.model.eval()
    device = next(objective.model.parameters()).device
    surprise, num_right, number = 0.0, 0, 0
    for batch in objective.held_out:
        measured = objective.measure(devices.moved(batch, device))
        surprise += measured.surprise
        num_right += measured.num_right
        number += measured.number
    mean, accuracy = surprise / max(number, 1), num_right / max(number, 1)
    return {"perplexity": math.exp(min(mean, 700)), "probability": math.exp(-mean), "accuracy": accuracy}


def _batches(objective: Objective, epoch: int) -> Any:
    return objective.batches(objective.passes.part(epoch), epoch)


def _warm_up(objective: Objective, head: NewHead, settings: TrainingSettings, folder: Path) -> None:
    """Let a new output layer learn alone, unless the training proper has begun."""
    if checkpoint.exists(folder):
        return
    first = _batches(objective, 1)[: head.steps]
    head.learn_only(True)
    fit(objective.model, lambda epoch: first, settings=settings.model_copy(update=HEAD), folder=folder / "head")
    head.learn_only(False)


def _record(objective: Objective, result: Result, scores: Mapping[str, Any]) -> dict[str, Any]:
    found = {"unit": objective.unit, "data": dict(objective.data), "scores": scores, **course(result)}
    return {**found, **objective.describe(result, scores)}
