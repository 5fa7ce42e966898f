"""Which heads of a model have networks of their own, as files: for each corpus the weights that were best for it.

    MODEL/own.json     for each head that has one, the number of its network; the others use the model's
    MODEL/own/0/       what differs: graphs, heads, words and groups, as in MODEL

Reading with several networks takes as many times as long; tokens and term lists are looked up for each, words and their vectors
are shared where training left them alone.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from bionym.errors import ModelError

NAMES, FOLDER = "own.json", "own"


def save_names(epochs: Mapping[str, int], folder: Path) -> dict[int, str]:
    """Write which head has which network, given the epoch of each.

    Returns: the number of each network to save, and the name of one of its heads.
    """
    numbers = {epoch: number for number, epoch in enumerate(sorted(set(epochs.values())))}
    named = {name: numbers[epoch] for name, epoch in epochs.items()}
    if named:
        (folder / NAMES).write_text(json.dumps(named, ensure_ascii=False, indent=1), encoding="utf-8")
    return {number: name for name, number in named.items()}


def read_names(folder: Path) -> dict[str, int]:
    """The number of the own network of each head that has one. Raises: ModelError if the file is damaged."""
    path = folder / NAMES
    if not path.is_file():
        return {}
    try:
        return {str(name): int(number) for name, number in json.loads(path.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise ModelError(f"{path} is damaged ({type(error).__name__}). Copy the model again, or train anew.") from error


def folder_of(number: int, folder: Path) -> Path:
    """Where a network of this number lies."""
    return folder / FOLDER / str(number)
