"""A folder with a network that classifies subwords, anybody's, as a model of ours.

Tokens, sentences and windows are ours; the first subword of a token gives its scores. A folder that was exported from Bionym says
how it was read there, and is read so again.

Axes: L tags, H values of the encoder.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch

from bionym import config as configuration
from bionym.data import Audit, Document
from bionym.data.tags import find_scheme
from bionym.encoders import classifiers
from bionym.encoders.folders import locate
from bionym.encoders.opening import mismatch
from bionym.errors import ConfigError, ModelError
from bionym.heads.development import Chosen
from bionym.heads.head import Head
from bionym.models.transformer import files
from bionym.models.transformer.foreign_tags import Read, read_tags
from bionym.models.transformer.network import Network
from bionym.models.transformer.reading import Reader, pieces_of
from bionym.models.transformer.saving import model_of
from bionym.models.transformer.settings import Config
from bionym.models.transformer.to_huggingface import facts_of

LONGEST = 512  # subwords of a window, unless the folder or the user says otherwise


class Imported(NamedTuple):
    """A model with what it predicts for the documents it was measured on, and the class of the network it was."""

    chosen: Chosen
    kind: str


def import_folder(
    name: str | Path,
    *,
    settings: Iterable[str] = (),
    tags: Sequence[str] = (),
    dev: Sequence[Document] = (),
    audit: Audit,
) -> Imported:
    """The model of a folder or hub id.

    Args:
        settings: of the transformer, laid over what the folder says and the defaults: `["scheme=BIO"]`.
        tags: what its scores are, in their order, if its labels do not tell.
        dev: documents to choose the kind of weights by.
        audit: counts scores that are left out.
    Raises: ModelError that names what is missing or cannot be read, ConfigError.
    """
    folder = locate(name)
    facts = {} if tags else facts_of(folder)
    classifier = classifiers.open_classifier(folder, tags)
    read = _as_it_was(facts, len(classifier.names), folder) if facts else read_tags(classifier.names)
    for part in read.left_out:
        audit.lose("", "label", f"{part} is no tag of a token: none gets it")
    if oddity := mismatch(classifier.encoder.subwords.tokenizer):
        audit.change("", "encoder", oddity)
    window = min(LONGEST, classifier.encoder.subwords.specials.max_subwords)
    defaults = {"context": "sentence", "window": window, "scheme": read.scheme, **_settings(facts)}
    config = configuration.merged({"encoder": str(name), "held_out": 0.0}, defaults)
    for part in settings:
        config = configuration.merged(config, configuration.parse(part))
    chosen = configuration.validated(Config, config)
    asked, needed = chosen.network.output, defaults.get("network", {}).get("output", "softmax")
    if asked != needed:
        raise ConfigError(
            f"The setting 'network.output' is {asked!r}, but the network of {folder} is a {needed}. Leave it."
        )
    head = Head("", read.tags)
    network = Network(chosen.network, classifier.encoder, [head], find_scheme(chosen.scheme))
    places = torch.tensor(read.places)
    tensors = {"0.weight": classifier.weight_LH[places], "0.bias": classifier.bias_L[places]}
    with torch.no_grad():
        if not files.take(network, 0, 0, tensors | _chain(facts)):
            raise ModelError(f"{folder} does not hold a whole chain, though it was exported with one. Export it again.")
    reader = Reader(classifier.encoder.subwords, chosen.context, window=chosen.window, overlap=chosen.overlap)
    windows = pieces_of(text for document in dev for text in reader.texts(reader.prepared(document)))
    chosen_weights = model_of(
        network, classifier.encoder.subwords, [head], chosen, {"": dev} if dev else {}, windows=windows
    )
    return Imported(chosen_weights, classifier.kind)


def _as_it_was(facts: Mapping[str, Any], num_scores: int, folder: Path) -> Read:
    """Tags as Bionym had them. Raises: ModelError if they do not belong to the network."""
    tags = facts.get("tags")
    if not isinstance(tags, list) or len(tags) != num_scores or not all(isinstance(tag, str) for tag in tags):
        raise ModelError(
            f"{folder / 'config.json'} has {num_scores} labels, but not as many tags under 'bionym': it was changed since it "
            "was exported. Take that key out, and its labels are read."
        )
    return Read(str(facts.get("scheme", "BIO")), tuple(tags), tuple(range(num_scores)), ())


def _chain(facts: Mapping[str, Any]) -> dict[str, torch.Tensor]:
    """The scores of the chain, as far as they are numbers."""
    try:
        return {f"0.{part}": torch.tensor(values, dtype=torch.float32) for part, values in facts["chain"].items()}
    except (KeyError, AttributeError, TypeError, ValueError):
        return {}


def _settings(facts: Mapping[str, Any]) -> dict[str, Any]:
    """How Bionym read the model."""
    given = {key: facts[key] for key in ("scheme", "context", "window", "overlap") if key in facts}
    network = {"pooling": facts["pooling"]} if "pooling" in facts else {}
    network |= {"output": "crf"} if facts.get("chain") else {}
    return given | ({"network": network} if network else {})
