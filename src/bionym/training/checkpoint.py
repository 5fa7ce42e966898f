"""Checkpoints: a run on the disk, from which it goes on as if nothing had happened.

    FOLDER/checkpoint.json               where the run stands, its configuration, names of the rest
    FOLDER/state-000120.safetensors      weights, optimizer, moving average
    FOLDER/best-00003.safetensors        weights of the epochs that were best for something

Files with tensors are written first, under names of their own; `checkpoint.json` is then replaced in one move, and only
after that the files it no longer names are removed. Whenever the power fails, what it names is there.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from bionym.config import refuse_changes
from bionym.errors import ConfigError, InputError
from bionym.files import write_whole
from bionym.training import progress as progress_
from bionym.training import tensors
from bionym.training.moving_average import MovingAverage
from bionym.training.precision import Precision
from bionym.training.progress import Progress
from bionym.training.settings import WITHOUT_INFLUENCE, TrainingSettings

VERSION = 2
NAME = "checkpoint.json"


@dataclass(frozen=True, slots=True)
class Learning:
    """What changes while a model learns, apart from its progress."""

    model: nn.Module
    optimizer: torch.optim.Optimizer
    average: MovingAverage
    precision: Precision


def configuration(settings: TrainingSettings, about: Mapping[str, Any]) -> dict[str, Any]:
    """What must be the same for a run to go on, as JSON would give it back."""
    kept = {key: value for key, value in settings.model_dump(mode="json").items() if key not in WITHOUT_INFLUENCE}
    values: dict[str, Any] = json.loads(json.dumps({"training": kept, "about": dict(about)}))
    return values


def exists(folder: Path) -> bool:
    """Whether there is a run to go on with."""
    return (folder / NAME).is_file()


def save(folder: Path, learning: Learning, progress: Progress, config: Mapping[str, Any]) -> None:
    """Write a checkpoint, in place of the one before."""
    folder.mkdir(parents=True, exist_ok=True)
    optimizer_tensors, optimizer_values = _optimizer_state(learning)
    sums, num_averaged = learning.average.state()
    name = f"state-{progress.step:06d}-{progress.epoch:05d}.safetensors"
    parts = {"model": learning.model.state_dict(), "optimizer": optimizer_tensors, "average": sums}
    tensors.write(
        {f"{part}.{key}": value for part, held in parts.items() for key, value in held.items()}, folder / name
    )
    record = {
        "version": VERSION,
        "tensors": name,
        "configuration": config,
        "progress": progress.as_dict(),
        "optimizer": optimizer_values,
        "averaged": num_averaged,
        "scaler": learning.precision.state(),
    }
    write_whole(folder / NAME, json.dumps(record, ensure_ascii=False) + "\n", is_durable=True)
    _remove_others(folder, name)


class Checkpoint:
    """A checkpoint that was read. Raises: InputError if it is damaged."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            self._record = json.loads((folder / NAME).read_text(encoding="utf-8"))
            is_known = self._record["version"] == VERSION
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise _damaged(folder) from error
        if not is_known:
            raise InputError(
                f"a checkpoint of version {self._record['version']}, expected {VERSION}",
                path=folder / NAME,
                fix="Remove its folder to start anew.",
            )

    def check(self, config: Mapping[str, Any]) -> None:
        """Refuse another configuration. Raises: ConfigError that names what changed."""
        refuse_changes(self._folder, self._record["configuration"], config)

    def progress(self) -> Progress:
        """Where the run stood. Raises: InputError."""
        try:
            return progress_.from_dict(self._record["progress"])
        except (KeyError, TypeError) as error:
            raise _damaged(self._folder) from error

    def restore(self, learning: Learning, config: Mapping[str, Any]) -> None:
        """Weights, optimizer, average and scale as they were.

        Under another configuration that was allowed, another optimizer or average begins anew.
        Raises: ConfigError if the model has other parameters; InputError.
        """
        held = tensors.read(self._folder / str(self._record["tensors"]))
        try:
            learning.model.load_state_dict(_part(held, "model"))
        except RuntimeError as error:
            raise ConfigError(
                f"{self._folder} holds a run of a model with other parameters. Take another folder."
            ) from error
        if self._is_still("optimizer", config):
            _restore_optimizer(learning, {**_part(held, "optimizer"), **self._record["optimizer"]})
        if self._is_still("moving_average", config):
            learning.average.restore(_part(held, "average"), self._record["averaged"])
        learning.precision.restore(self._record["scaler"])

    def _is_still(self, setting: str, config: Mapping[str, Any]) -> bool:
        before = self._record["configuration"]["training"]
        return bool(before.get(setting) == config["training"][setting])


def _optimizer_state(learning: Learning) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The state of each parameter by its name: tensors, and other values."""
    names, states = _names(learning), learning.optimizer.state_dict()["state"]
    values = {f"{names[number]}.{key}": value for number, held in states.items() for key, value in held.items()}
    found = {key: value for key, value in values.items() if isinstance(value, Tensor)}
    return found, {key: value for key, value in values.items() if key not in found}


def _restore_optimizer(learning: Learning, values: Mapping[str, Any]) -> None:
    numbers = {name: number for number, name in enumerate(_names(learning))}
    state: dict[int, dict[str, Any]] = {}
    for name, value in values.items():
        parameter, _, key = name.rpartition(".")
        state.setdefault(numbers[parameter], {})[key] = value
    groups = learning.optimizer.state_dict()["param_groups"]
    learning.optimizer.load_state_dict({"state": state, "param_groups": groups})


def _names(learning: Learning) -> list[str]:
    """The names of parameters in the order in which the optimizer numbers them."""
    names = {id(parameter): name for name, parameter in learning.model.named_parameters()}
    return [names[id(parameter)] for group in learning.optimizer.param_groups for parameter in group["params"]]


def _part(held: Mapping[str, Tensor], part: str) -> dict[str, Tensor]:
    return {name.removeprefix(f"{part}."): tensor for name, tensor in held.items() if name.startswith(f"{part}.")}


def _remove_others(folder: Path, name: str) -> None:
    for path in (*folder.glob("state-*.safetensors"), *folder.glob(".*.unfinished")):
        if path.name != name:
            path.unlink(missing_ok=True)


def _damaged(folder: Path) -> InputError:
    return InputError("this is no whole checkpoint", path=folder / NAME, fix="Remove its folder to start anew.")
