"""The files of a trained transformer, as torch writes and reads them.

encoder/             config.json, model.safetensors, tokenizer.json: an encoder like any other
heads.json           the heads; heads.safetensors, their weights
tagger.onnx          and tagger.int8.onnx: all of it, for prediction without torch
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from bionym.data.tags import TagScheme
from bionym.encoders import networks
from bionym.errors import ModelError
from bionym.heads.files import TENSORS, HeadEntry, HeadWeights, chain_with_rules, read_entries
from bionym.heads.head import Head
from bionym.layers.linear_chain import LinearChain
from bionym.layers.span_scores import SpanScores
from bionym.models.transformer import heads as heading
from bionym.models.transformer.export import WindowScorer, torch_reader
from bionym.models.transformer.network import Network
from bionym.models.transformer.runtime import Read

ENCODER = "encoder"
CHAIN = ("starts", "transitions", "ends")


def save(network: Network, encoder: networks.Encoder, heads: Sequence[Head], scheme: TagScheme, folder: Path) -> None:
    """Encoder and heads into a folder."""
    (folder / ENCODER).mkdir()
    networks.save_encoder(encoder, folder / ENCODER)
    encoder.subwords.save(folder / ENCODER)
    tensors: dict[str, NDArray[np.float32]] = {}
    for place, head in enumerate(heads):
        layer, output = cast(nn.Linear, network.scores[place]), network.outputs[place]
        parts = {"weight": layer.weight, "bias": layer.bias}
        if isinstance(output, SpanScores):
            parts |= {"lengths": output.lengths_WL}
        else:
            parts |= dict(zip(CHAIN, _chain_scores(output, len(head.tags)), strict=True))
        tensors |= {f"{place}.{part}": value.detach().float().cpu().numpy().copy() for part, value in parts.items()}
    heading.write(finders_of(network, heads, scheme), tensors, folder)


def finders_of(network: Network, heads: Sequence[Head], scheme: TagScheme) -> list[heading.Finder]:
    """What finds entities by the network's scores, as it stands."""
    finders: list[heading.Finder] = []
    for place, head in enumerate(heads):
        output = network.outputs[place]
        if isinstance(output, SpanScores):
            lengths_WL = output.lengths_WL.detach().double().cpu().numpy()
            finders.append(heading.SpanFinder(head.name, head.labels, lengths_WL, output.size))
        else:
            learned = [part.detach().double().cpu().numpy() for part in _chain_scores(output, len(head.tags))]
            chain = chain_with_rules(HeadWeights(head, *learned), scheme)
            finders.append(heading.TagFinder(head.name, head.labels, chain))
    return finders


def take_over(network: Network, heads: Sequence[Head], folder: Path) -> int:
    """Put the heads of a model that have the same source and tags into a network. Returns: how many there were.

    Its encoder is opened like any other.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        entries, tensors = read_entries(folder), load_file(folder / TENSORS)
    except (ModelError, OSError, SafetensorError) as error:
        raise ModelError(f"{folder} holds no transformer to go on from. Name a model of the same kind.") from error
    taken = 0
    with torch.no_grad():
        for place, head in enumerate(heads):
            for number, old in enumerate(entries):
                if _is_same(head, old) and take(network, place, number, tensors):
                    taken += 1
    return taken


def reader_of(folder: Path) -> Read:
    """The model of a folder as it was trained, with torch and transformers. Raises: ModelError."""
    from safetensors.torch import load_file

    encoder = networks.open_encoder(folder / ENCODER)
    tensors = load_file(folder / "heads.safetensors")
    layers = []
    for place in range(sum(name.endswith(".weight") for name in tensors)):
        weight = tensors[f"{place}.weight"]
        layer = nn.Linear(weight.shape[1], weight.shape[0])
        layer.load_state_dict({"weight": weight, "bias": tensors[f"{place}.bias"]})
        layers.append(layer)
    return torch_reader(WindowScorer(encoder.network, nn.ModuleList(layers)))


def _chain_scores(output: nn.Module, size: int) -> tuple[Tensor, ...]:
    """Log-scores of starting, of transitions and of ending."""
    if isinstance(output, LinearChain):
        return output.chain_scores(valid_only=False)
    return torch.zeros(size), torch.zeros(size, size), torch.zeros(size)


def _is_same(head: Head, old: HeadEntry) -> bool:
    return head.name == old.source and (head.tags == old.tags or head.labels == old.labels)


def take(network: Network, place: int, number: int, tensors: Mapping[str, Tensor]) -> bool:
    """Put the weights of one head into a network, which needs no gradients meanwhile; whether they fit."""
    layer, output = cast(nn.Linear, network.scores[place]), network.outputs[place]
    parts = {"weight": layer.weight, "bias": layer.bias}
    if isinstance(output, SpanScores):
        parts |= {"lengths": output.lengths_WL}
    elif isinstance(output, LinearChain):
        parts |= dict(zip(CHAIN, output.chain_scores(valid_only=False), strict=True))
    old = {part: tensors.get(f"{number}.{part}") for part in parts}
    if any(value is None or value.shape != parts[part].shape for part, value in old.items()):
        return False
    for part, value in old.items():
        assert value is not None
        parts[part].copy_(value)
    return True
