"""Tensors in a file, whole or not at all: safetensors, then moved into place."""

from collections.abc import Mapping
from pathlib import Path

import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor, nn

from bionym.errors import InputError
from bionym.files import writing_whole


def weights_of(model: nn.Module) -> dict[str, Tensor]:
    """A copy of a model's weights and buffers, by name, on the CPU."""
    return {name: tensor.detach().cpu().clone() for name, tensor in model.state_dict().items()}


def write(tensors: Mapping[str, Tensor], path: Path) -> None:
    """Tensors to a file. The file is on the disk, and whole, when this returns."""
    with writing_whole(path, is_durable=True) as unfinished:
        safetensors.torch.save_file({name: _plain(tensor) for name, tensor in tensors.items()}, unfinished)


def read(path: Path) -> dict[str, Tensor]:
    """The tensors of a file. Raises: InputError if it is missing or damaged."""
    try:
        return safetensors.torch.load_file(path)
    except (OSError, SafetensorError) as error:
        raise InputError(
            "this is no whole file of tensors", path=path, fix="Remove its folder to start anew."
        ) from error


def _plain(tensor: Tensor) -> Tensor:
    """A tensor as safetensors takes it: on the CPU, in one piece, sharing memory with no other."""
    return tensor.detach().cpu().contiguous().clone()
