"""Files of inputs in a model's folder."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bionym.errors import ModelError


def copy_files(names: Sequence[str], source: Path, target: Path) -> None:
    """Copy those of these files that are in a folder into another."""
    for name in names:
        if (source / name).is_file():
            shutil.copyfile(source / name, target / name)


def read_tensors(path: Path) -> dict[str, NDArray[np.float32]]:
    """The tensors of a file. Raises: ModelError if it is missing or damaged."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise damaged(path.parent, error, path.name) from error


def damaged(folder: Path, error: Exception, files: str) -> ModelError:
    """The error for a model some of whose files are missing or damaged."""
    return ModelError(
        f"{folder} does not hold a whole model ({type(error).__name__} at {files}). Copy it again, or train anew."
    )
