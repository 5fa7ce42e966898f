"""Transfer: a network begins with what another one has learned, wherever both have the same part.

Words and characters are matched by what they are, not by their rows; all else by its name and shape. A head is taken over if
the other model has one of its name with the same tags; heads for labels that it never saw begin anew. What predicts words on
the side is not kept. Parts that were taken over can be frozen: they learn nothing more.

Source: Giorgi and Bader 2018; Lee, Dernoncourt and Szolovits 2018 (NeuroNER's `reload_...`).
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor

from bionym.errors import ConfigError, ModelError
from bionym.models.bilstm_crf.inputs.protocol import Names
from bionym.models.bilstm_crf.network import Network
from bionym.models.bilstm_crf.runtime import NETWORK
from bionym.models.bilstm_crf.words import FIRST, Lexicon

PRETRAINED = "words.pretrained_VD"  # stands in the lexicon
PARTS = ("words", "characters", "recurrent", "outputs")


def save(network: Network, folder: Path, parts: Collection[str] = PARTS) -> None:
    """The weights of these parts, but for pretrained word vectors and what only training needs."""
    from safetensors.torch import save_file

    tensors = {
        name: value.contiguous()
        for name, value in network.state_dict().items()
        if not _is_left_out(name, network) and network.part_of(name) in parts
    }
    save_file(tensors, folder / NETWORK)


def take_over(network: Network, lexicon: Lexicon, folder: Path, parts: Sequence[str]) -> set[str]:
    """Put the weights of the model in `folder` into a network.

    Args:
        lexicon: of the network.
        parts: which parts to take, of PARTS.
    Returns: the names of the tensors that were taken over, wholly or in part.
    Raises: ModelError if the model holds none, or nothing fits.
    """
    old, tensors = Lexicon.load(folder), _read(folder)
    new_rows = _rows(lexicon, [part.rows() for part in network.inputs])
    rows = new_rows, _rows(old, [part.saved_rows(folder, old) for part in network.inputs])
    with torch.no_grad():
        taken = {
            name
            for name, weight in network.named_parameters()
            if name in tensors and network.part_of(name) in parts and _take(name, weight, tensors[name], rows)
        }
    if not taken:
        raise ModelError(f"Nothing of {folder} fits this network. Give both the same settings under [network].")
    return taken


def take_mean(network: Network, lexicon: Lexicon, folders: Sequence[Path], parts: Sequence[str]) -> set[str]:
    """Put the mean of the weights of several models, stages of one training, into a network; else as `take_over`.

    Raises: ModelError if not all have the same parts that fit.
    Source: Izmailov et al. 2018 (stochastic weight averaging).
    """
    taken = take_over(network, lexicon, folders[0], parts)
    weights = {name: weight for name, weight in network.named_parameters() if name in taken}
    sums = {name: weight.detach().double() for name, weight in weights.items()}
    for folder in folders[1:]:
        if take_over(network, lexicon, folder, parts) != taken:
            raise ModelError(
                f"{folder} has not the parts of {folders[0]}, so their weights have no mean. Name models of one training."
            )
        for name, weight in weights.items():
            sums[name] += weight.detach()
    with torch.no_grad():
        for name, weight in weights.items():
            weight.copy_(sums[name] / len(folders))
    return taken


def freeze(network: Network, parts: Sequence[str], taken: Collection[str]) -> None:
    """Let parts learn nothing more. Raises: ConfigError if one of them was not taken over whole."""
    for name, weight in network.named_parameters():
        if network.part_of(name) in parts:
            if name not in taken and not _is_left_out(name, network):
                raise ConfigError(
                    f"The setting 'freeze' names {network.part_of(name)!r}, but {name} does not fit the model of 'init'. "
                    "Give both the same settings under [network], or do not freeze it."
                )
            weight.requires_grad_(False)


def _is_left_out(tensor: str, network: Network) -> bool:
    """Whether a tensor stands elsewhere, or only training needs it."""
    unsaved = tuple(prefix for part in network.inputs for prefix in part.UNSAVED)
    return tensor == PRETRAINED or tensor.startswith(unsaved)


Rows = Mapping[str, Mapping[str, int]]


def _rows(lexicon: Lexicon, of_inputs: Sequence[Names]) -> Rows:
    """What the rows of tensors stand for, by their names."""
    named = {tensor: names for rows in of_inputs for tensor, names in rows.items()}
    return {tensor: _numbered(names) for tensor, names in {"words.new.weight": lexicon.new, **named}.items()}


def _take(name: str, weight: Tensor, old_weight: Tensor, rows: tuple[Rows, Rows]) -> bool:
    """One tensor, or those of its rows that mean the same; whether anything was taken."""
    new, old = rows
    if name in new:
        return _take_rows(weight, old_weight, new[name], old[name])
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


def _numbered(names: Sequence[str]) -> dict[str, int]:
    return {name: row for row, name in enumerate(names, FIRST)}


def _read(folder: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(folder / NETWORK)
    except (OSError, SafetensorError) as error:
        raise ModelError(
            f"{folder} holds no {NETWORK} to go on from. Name a model of the same kind, and not one that was exported for "
            "prediction."
        ) from error
