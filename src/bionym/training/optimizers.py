"""Optimizers by name, over parameters grouped by learning rate and decay."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

import torch
from torch import nn

from bionym.errors import ConfigError
from bionym.training.settings import TrainingSettings

Groups = list[dict[str, Any]]


def make(model: nn.Module, settings: TrainingSettings) -> torch.optim.Optimizer:
    """The optimizer of the settings. Raises: ConfigError if a rate is for parameters the model has not."""
    return OPTIMIZERS[settings.optimizer](groups(model, settings), settings)


def set_rates(optimizer: torch.optim.Optimizer, share: float) -> float:
    """Every group at this share of its highest rate. Returns: the first group's rate."""
    for group in optimizer.param_groups:
        group["lr"] = group["highest"] * share
    return float(optimizer.param_groups[0]["lr"])


def weights(optimizer: torch.optim.Optimizer) -> list[nn.Parameter]:
    """All it changes, in its order."""
    return [weight for group in optimizer.param_groups for weight in group["params"]]


def groups(model: nn.Module, settings: TrainingSettings) -> Groups:
    """Parameters that learn, by learning rate and decay; biases and norms (fewer than two dimensions) do not decay."""
    parameters_of: dict[tuple[float, float], list[nn.Parameter]] = {}
    learning = {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}
    _check(settings.learning_rates, learning)
    for name, parameter in learning.items():
        decay = settings.weight_decay if parameter.ndim > 1 else 0.0
        parameters_of.setdefault((_rate(name, settings), decay), []).append(parameter)
    return [
        {"params": parameters, "lr": rate, "highest": rate, "weight_decay": decay}
        for (rate, decay), parameters in parameters_of.items()
    ]


def _check(prefixes: Mapping[str, float], names: Iterable[str]) -> None:
    unused = [prefix for prefix in prefixes if not any(name.startswith(prefix) for name in names)]
    if unused:
        first = ", ".join(sorted({name.partition(".")[0] for name in names}))
        raise ConfigError(
            f"The setting 'learning_rates' names {unused[0]!r}, but no parameter begins so. They begin: {first}."
        )


def _rate(name: str, settings: TrainingSettings) -> float:
    prefixes = [prefix for prefix in settings.learning_rates if name.startswith(prefix)]
    return settings.learning_rates[max(prefixes, key=len)] if prefixes else settings.learning_rate


def _adam(groups: Groups, settings: TrainingSettings) -> torch.optim.Optimizer:
    return torch.optim.Adam(groups, betas=settings.betas, fused=True)


def _adamw(groups: Groups, settings: TrainingSettings) -> torch.optim.Optimizer:
    return torch.optim.AdamW(groups, betas=settings.betas, fused=True)


def _sgd(groups: Groups, settings: TrainingSettings) -> torch.optim.Optimizer:
    return torch.optim.SGD(groups, momentum=settings.momentum, fused=True)


OPTIMIZERS: Mapping[str, Callable[[Groups, TrainingSettings], torch.optim.Optimizer]] = MappingProxyType(
    {"adam": _adam, "adamw": _adamw, "sgd": _sgd}
)
