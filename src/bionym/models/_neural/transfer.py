"""Transfer: a network begins with what another one has learned, wherever both have the same part.

Words and characters are matched by what they are, not by their rows; all else by its name and shape. A head is taken over if
the other model has one of its name with the same tags; heads for labels that it never saw begin anew.

Source: Giorgi and Bader 2018; Lee, Dernoncourt and Szolovits 2018 (NeuroNER's `reload_...`).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor

from bionym.errors import ModelError
from bionym.models._neural.network import Network
from bionym.models._neural.words import FIRST, Lexicon

NETWORK = "network.safetensors"
PRETRAINED = "words.pretrained_VD"  # stands in the lexicon
PARTS = ("words", "characters", "recurrent", "outputs")
_PART_OF = {"highway": "characters", "scores": "outputs"}


def save(network: Network, folder: Path) -> None:
    """The weights, but for pretrained word vectors."""
    from safetensors.torch import save_file

    tensors = {name: value.contiguous() for name, value in network.state_dict().items() if name != PRETRAINED}
    save_file(tensors, folder / NETWORK)


def take_over(network: Network, lexicon: Lexicon, folder: Path, parts: Sequence[str]) -> int:
    """Put the weights of the model in `folder` into a network.

    Args:
        lexicon: of the network.
        parts: which parts to take, of PARTS.
    Returns: how many tensors were taken over, wholly or in part.
    Raises: ModelError if the model holds none, or nothing fits.
    """
    old, tensors = Lexicon.load(folder), _read(folder)
    taken = 0
    with torch.no_grad():
        for name, weight in network.named_parameters():
            part = name.partition(".")[0]
            if name in tensors and _PART_OF.get(part, part) in parts:
                taken += _take(name, weight, tensors[name], lexicon, old)
    if not taken:
        raise ModelError(f"Nothing of {folder} fits this network. Give both the same settings under [network].")
    return taken


def _take(name: str, weight: Tensor, old_weight: Tensor, lexicon: Lexicon, old: Lexicon) -> bool:
    """One tensor, or those of its rows that mean the same; whether anything was taken."""
    if name == "words.new.weight":
        return _take_rows(weight, old_weight, _rows(lexicon.new), _rows(old.new))
    if name == "characters.characters.weight":
        return _take_rows(weight, old_weight, _rows(lexicon.characters), _rows(old.characters))
    if weight.shape != old_weight.shape:
        return False
    weight.copy_(old_weight)
    return True


def _take_rows(weight: Tensor, old_weight: Tensor, rows: Mapping[str, int], old_rows: Mapping[str, int]) -> bool:
    if weight.shape[1] != old_weight.shape[1]:
        return False
    weight[:FIRST] = old_weight[:FIRST]
    shared = [name for name in rows if name in old_rows]
    weight[[rows[name] for name in shared]] = old_weight[[old_rows[name] for name in shared]]
    return True


def _rows(names: Sequence[str]) -> dict[str, int]:
    return {name: row for row, name in enumerate(names, FIRST)}


def _read(folder: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(folder / NETWORK)
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{folder} holds no {NETWORK} to go on from. Name a model of the same kind.") from error
