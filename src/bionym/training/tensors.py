"""Tensors in a file, whole or not at all: safetensors, then moved into place."""

import os
from collections.abc import Mapping
from pathlib import Path

import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor, nn

from bionym.errors import InputError


def weights_of(model: nn.Module) -> dict[str, Tensor]:
    """A copy of a model's weights and buffers, by name, on the CPU."""
    return {name: tensor.detach().cpu().clone() for name, tensor in model.state_dict().items()}


def write(tensors: Mapping[str, Tensor], path: Path) -> None:
    """Tensors to a file. The file is on the disk, and whole, when this returns."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    safetensors.torch.save_file({name: _plain(tensor) for name, tensor in tensors.items()}, unfinished)
    into_place(unfinished, path)


def write_text(text: str, path: Path) -> None:
    """A text to a file, in the same way."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.write_text(text, encoding="utf-8")
    into_place(unfinished, path)


def read(path: Path) -> dict[str, Tensor]:
    """The tensors of a file. Raises: InputError if it is missing or damaged."""
    try:
        return safetensors.torch.load_file(path)
    except (OSError, SafetensorError) as error:
        raise InputError(
            "expected a complete file of tensors", path=path, fix="Remove its folder to start again."
        ) from error


def into_place(unfinished: Path, path: Path) -> None:
    """Rename a file once its bytes are on the disk, and see that the new name is there too."""
    with unfinished.open("rb+") as stream:
        os.fsync(stream.fileno())
    os.replace(unfinished, path)
    if hasattr(os, "O_DIRECTORY"):
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _plain(tensor: Tensor) -> Tensor:
    """A tensor as safetensors takes it: on the CPU, in one piece, sharing memory with no other."""
    return tensor.detach().cpu().contiguous().clone()
