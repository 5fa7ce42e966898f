"""Where a model learns: device, threads, and what moves a batch there. Model files know nothing of it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from typing import Any

import torch
from torch import Tensor

from bionym.errors import ConfigError
from bionym.training import launch
from bionym.training.settings import TrainingSettings

FEW_CORES = 2


def choose(settings: TrainingSettings) -> torch.device:
    """The device of the settings; auto takes a GPU where there is one, and of several processes each takes its own.

    Raises: ConfigError if it is not there.
    """
    is_there, place = torch.cuda.is_available(), launch.place()
    if place is not None and (settings.device.startswith("cuda") or (settings.device == "auto" and is_there)):
        return _own(settings, place)
    if settings.device == "auto":
        return torch.device("cuda" if is_there else "cpu")
    try:
        device = torch.device(settings.device)
    except RuntimeError as error:
        raise ConfigError(
            f"The setting 'device' is {settings.device!r}: expected auto, cpu, cuda or cuda:1."
        ) from error
    if device.type == "cuda" and (not is_there or (device.index or 0) >= torch.cuda.device_count()):
        available = f"{torch.cuda.device_count()} such" if is_there else "no GPU that this torch can use"
        raise ConfigError(f"The setting 'device' is {settings.device!r}, but there is {available}. Take auto or cpu.")
    return device


def _own(settings: TrainingSettings, place: launch.Place) -> torch.device:
    """The GPU of one process of several. Raises: ConfigError if there are not so many, or one is named for all."""
    number = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if settings.device not in ("auto", "cuda"):
        raise ConfigError(
            f"The setting 'device' is {settings.device!r}, but {place.size} processes need one each. Take cuda."
        )
    if place.local >= number:
        available = f"{number} GPU{'s' * (number != 1)}" if number else "no GPU"
        raise ConfigError(
            f"{place.size} processes need a GPU each, but there is {available} that this torch can use. "
            "Set training.processes lower, or training.device=cpu."
        )
    torch.cuda.set_device(place.local)
    return torch.device("cuda", place.local)


def num_threads(wanted: int, num_cores: int | None = None) -> int | None:
    """Threads for torch, None to leave its choice.

    Two threads on two cores are several times slower than one: the threads of OpenMP wait for each other in a spin.
    """
    cores = num_cores if num_cores is not None else _num_cores()
    return wanted or (1 if cores <= FEW_CORES else None)


@contextmanager
def prepare_device(settings: TrainingSettings) -> Iterator[None]:
    """Torch with the threads and the algorithms of the settings; afterwards as it was."""
    threads, was_deterministic = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    torch.set_num_threads(num_threads(settings.threads) or threads)
    if settings.deterministic:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(True)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        if settings.deterministic:
            torch.use_deterministic_algorithms(was_deterministic)


def move_to_device(batch: Any, device: torch.device) -> Any:
    """A batch with every tensor in it on the device: in mappings, lists, tuples and dataclasses, however deep."""
    if isinstance(batch, Tensor):
        return batch.to(device, non_blocking=True)
    if device.type == "cpu":
        return batch
    if isinstance(batch, Mapping):
        return {key: move_to_device(value, device) for key, value in batch.items()}
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*(move_to_device(value, device) for value in batch))
    if isinstance(batch, (list, tuple)):
        return type(batch)(move_to_device(value, device) for value in batch)
    if is_dataclass(batch) and not isinstance(batch, type):
        return replace(
            batch,
            **{field.name: move_to_device(getattr(batch, field.name), device) for field in fields(batch) if field.init},
        )
    return batch


def _num_cores() -> int:
    """The cores this program may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
