"""Networks that classify subwords, as transformers keeps them: an encoder, perhaps a layer of the family's own, a linear one.

Most families have a linear layer right above the encoder. ModernBERT has another layer between; it stays with the encoder
when such a network is opened, and lets everything pass when one is made of an encoder that never had it.

Axes: T subwords, H values of the encoder, L tags.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from torch import Tensor, nn

from bionym.encoders.folders import CONFIG, locate, read_json
from bionym.encoders.networks import (
    LAST_LAYERS,
    WITH_INNER_HEAD,
    Encoder,
    Opened,
    load_network,
    open_config,
    states_of,
    take_last_layer,
)
from bionym.errors import ModelError

TASK = "ForTokenClassification"
MOST_APART = 1e-4  # of scores (nats) that should be the same
_OWN_CHAIN = ("crf", "transitions")


@dataclass(frozen=True)
class Classifier:
    """A network that classifies subwords, taken apart.

    Args:
        encoder: all but the last layer.
        weight_LH, bias_L: the last layer.
        names: what its config.json calls each score, as it is written there.
        kind: its class in transformers.
        unused: names of tensors in its folder that it does not take.
    """

    encoder: Encoder
    weight_LH: Tensor
    bias_L: Tensor
    names: tuple[str, ...]
    kind: str
    unused: tuple[str, ...]


def open_classifier(name: str | Path, names: Sequence[str] = ()) -> Classifier:
    """A network by its folder or hub id, taken apart.

    Args:
        names: what the scores are, in their order, if not what config.json calls them.
    Raises: ModelError that names what is missing, or why this is no classifier of subwords.
    """
    folder = locate(name)
    config = open_config(folder)
    kind = _kind_of(config, folder)
    _check_task(folder)
    if names:
        config.id2label = dict(enumerate(names))
    elif not read_json(folder / CONFIG).get("id2label"):
        raise ModelError(f"{folder / CONFIG} does not name the labels (id2label). Name them all: --tags O,B-LABEL,...")
    elif set(config.id2label) != set(range(config.num_labels)):
        raise ModelError(
            f"{folder / CONFIG}: the numbers of id2label have gaps. Expected 0 to {config.num_labels - 1}."
        )
    loaded = load_network(
        folder,
        transformers.AutoModelForTokenClassification,
        config=config,
        is_missing_fine=True,
        not_needed=("pooler.",),
    )
    _check_weights(loaded, folder)
    names = tuple(str(config.id2label[number]) for number in range(config.num_labels))
    whole, ids_1T = loaded.encoder.network, _some_ids(loaded.encoder)
    with torch.inference_mode():
        expected_TL = whole(input_ids=ids_1T).logits[0]
    layer = take_last_layer(whole)
    if layer is None:
        raise ModelError(
            f"{folder} is a {kind.__name__}, whose last layer is not linear. Bionym reads it no other way."
        )
    assert isinstance(layer, nn.Linear)
    encoder = _without_head(loaded.encoder, layer, ids_1T, expected_TL)
    bias_L = layer.bias if layer.bias is not None else torch.zeros(layer.out_features)
    return Classifier(encoder, layer.weight.detach(), bias_L.detach(), names, kind.__name__, loaded.unused)


def classifier_of(encoder: Encoder, weight_LH: Tensor, bias_L: Tensor, facts: dict[str, Any]) -> Any:
    """A network of transformers that gives these scores, with facts for its configuration.

    Raises: ModelError if this family of encoders has no such network, or none that can give the same.
    """
    config = copy.deepcopy(encoder.network.config)
    kind = _kind_of(config, None)
    is_whole = getattr(config, WITH_INNER_HEAD, False)
    if is_whole:
        delattr(config, WITH_INNER_HEAD)
    elif isinstance(getattr(config, "classifier_activation", None), str):
        config.classifier_activation = "linear"
    for key, value in facts.items():
        setattr(config, key, value)
    network = kind(config).eval()
    inside = network if is_whole else network.base_model
    absent, _ = inside.load_state_dict(encoder.network.state_dict(), strict=False)
    if not is_whole and absent:
        raise _cannot_hold(kind, f"it also has a {absent[0]}")
    if not is_whole and hasattr(network, "head"):
        _let_pass(network)
    _put_last(network, weight_LH, bias_L)
    ids_1T = _some_ids(encoder)
    with torch.inference_mode():
        expected_TL = nn.functional.linear(states_of(encoder.network.eval(), input_ids=ids_1T)[0], weight_LH, bias_L)
        found_TL = network(input_ids=ids_1T).logits[0]
    if not torch.allclose(found_TL, expected_TL, atol=MOST_APART):
        raise _cannot_hold(kind, "it has layers of its own above the encoder")
    return network


def _kind_of(config: Any, folder: Path | None) -> Any:
    kinds = transformers.MODEL_FOR_TOKEN_CLASSIFICATION_MAPPING
    if type(config) not in kinds:
        place = f"{folder} is" if folder else "The encoder is"
        raise ModelError(
            f"{place} of the kind {config.model_type!r}, which transformers does not let classify subwords."
        )
    return kinds[type(config)]


def _check_task(folder: Path) -> None:
    """By what the folder says of itself: other classifiers have tensors of the same names."""
    architectures = [str(architecture) for architecture in read_json(folder / CONFIG).get("architectures") or ()]
    if architectures and not any(architecture.endswith(TASK) for architecture in architectures):
        raise ModelError(
            f"{folder} holds a {architectures[0]}, not a network that classifies subwords (...{TASK}). To train a tagger on its encoder: "
            f"bionym train DATA --model transformer --set encoder={folder}"
        )


def _check_weights(loaded: Opened, folder: Path) -> None:
    if loaded.missing:
        raise ModelError(
            f"{folder} holds an encoder, but no {loaded.missing[0]}, which classifies what it says. Copy the folder again; or "
            f"train a tagger on the encoder: bionym train DATA --model transformer --set encoder={folder}"
        )
    chain_weights = [name for name in loaded.unused if any(part in name.lower() for part in _OWN_CHAIN)]
    if chain_weights:
        raise ModelError(
            f"{folder} has a chain (CRF) of its own, {chain_weights[0]}, which transformers does not know either. Without it the "
            "scores are not the model's. Take a model without such a layer."
        )


def _some_ids(encoder: Encoder) -> Tensor:
    """A few subwords, none of them twice in a row."""
    size = min(int(encoder.network.get_input_embeddings().num_embeddings), encoder.subwords.size)
    length = max(min(12, encoder.subwords.specials.max_subwords), 1)
    return (torch.arange(length)[None] * 7 + 5) % size


def _without_head(whole: Encoder, last: nn.Linear, ids_1T: Tensor, expected_TL: Tensor) -> Encoder:
    """The encoder proper, if the last layer reads it; else all that is below that layer."""
    base = whole.network.base_model
    with torch.inference_mode():
        states_TH = states_of(base, input_ids=ids_1T)[0]
        is_right = states_TH.shape[-1] == last.in_features
        is_plain = is_right and torch.allclose(last(states_TH), expected_TL, atol=MOST_APART)
    if is_plain:
        delattr(base.config, WITH_INNER_HEAD)
        return Encoder(base, whole.subwords)
    return whole


def _let_pass(network: Any) -> None:
    """Let ModernBERT's layer between encoder and classifier pass what it is given.

    Its dense part becomes the identity, its activation is linear by the configuration. Behind it stands a norm, as at the
    end of the encoder: that one's weights move up, so that what is normed twice is normed as before.
    """
    head, final = network.head, getattr(network.base_model, "final_norm", None)
    if not all(isinstance(getattr(head, part, None), nn.Module) for part in ("dense", "norm")) or final is None:
        return
    with torch.no_grad():
        nn.init.eye_(head.dense.weight)
        head.norm.load_state_dict(final.state_dict())
        for bias in (head.dense.bias, final.bias):
            if bias is not None:
                bias.zero_()
        nn.init.ones_(final.weight)


def _put_last(network: Any, weight_LH: Tensor, bias_L: Tensor) -> None:
    layer = next((getattr(network, name) for name in LAST_LAYERS if hasattr(network, name)), None)
    if not isinstance(layer, nn.Linear) or layer.weight.shape != weight_LH.shape:
        raise _cannot_hold(type(network), "its last layer is another")
    with torch.no_grad():
        layer.weight.copy_(weight_LH)
        if layer.bias is not None:
            layer.bias.copy_(bias_L)


def _cannot_hold(kind: Any, reason: str) -> ModelError:
    return ModelError(
        f"A {kind.__name__} of transformers cannot give what this model gives: {reason}. Share the model's own folder."
    )
