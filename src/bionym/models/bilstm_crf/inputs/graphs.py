"""A part of a network as ONNX, for prediction without torch."""

import warnings
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from bionym.models.bilstm_crf.graph import OPSET


def export_module(module: nn.Module, example: Mapping[str, Tensor], output: str, path: Path) -> None:
    """A module as a graph; inputs of any size, their axes named by the letters behind the underscore.

    Args:
        example: for each input of the graph, in the order of the module's arguments, a value.
        output: the name of what it gives, whose last axis is what the weights make it.
    """
    names = [*example, output]
    axes = {name: dict(enumerate(name.rpartition("_")[2])) for name in names}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module.eval(),
            tuple(example.values()),
            str(path),
            input_names=list(example),
            output_names=[output],
            dynamic_axes={name: axes[name] if name in example else _open(axes[name]) for name in names},
            opset_version=OPSET,
            dynamo=False,
        )


def _open(axes: Mapping[int, str]) -> dict[int, str]:
    """All axes of an output but the last."""
    return {place: name for place, name in axes.items() if place < len(axes) - 1}
