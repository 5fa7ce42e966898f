"""A trained network as the files of a model folder.

save_network     graphs, inputs and heads
save_words       words, characters and their vectors
save_settings    the configuration, with the files it names beside it
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bionym import config as configuration
from bionym.heads.files import HeadEntry, HeadWeights, write_entries
from bionym.heads.head import Head
from bionym.layers.linear_chain import LinearChain
from bionym.models.bilstm_crf.export import export
from bionym.models.bilstm_crf.network import Network
from bionym.models.bilstm_crf.settings import Config, NetworkSettings, with_files
from bionym.models.bilstm_crf.words import Lexicon
from bionym.resources import resource_path
from bionym.trained.resources import copied_to
from bionym.vectors import WordVectors


def save_network(network: Network, heads: Sequence[Head], folder: Path) -> None:
    """All that predicts but for words and configuration, of a network on the CPU."""
    export(network, folder)
    for of_words in network.inputs.of_words:
        of_words.save(network.word_layers[of_words.NAME], folder)
    for of_sentences in network.inputs.of_sentences:
        of_sentences.save(network.sentence_layers[of_sentences.NAME], folder)
    _save_heads(network, heads, folder)


def save_words(network: Network, lexicon: Lexicon, folder: Path) -> None:
    """The words, with their pretrained vectors as training has left them."""
    if lexicon.pretrained is not None:
        matrix_VD = network.words.pretrained_VD.detach().numpy()
        lexicon = replace(lexicon, pretrained=WordVectors(lexicon.pretrained.words, matrix_VD))
    lexicon.save(folder)


def save_settings(config: Config, folder: Path) -> None:
    """The configuration, with the files of the network's inputs beside it."""
    network = config.network

    def copied(path: Path) -> Path:
        return copied_to(folder, resource_path(path))

    # Term lists before clusters: of two files of one name the second gets a number.
    names = [name for name in reversed(NetworkSettings.model_fields) if name != "words"]
    copies = {name: with_files(getattr(network, name), copied) for name in names}
    write_settings(config.model_copy(update={"network": network.model_copy(update=copies)}), folder)


def write_settings(config: Config, folder: Path) -> None:
    """The configuration of a model as it stands in its folder."""
    (folder / "config.toml").write_text(
        configuration.dump({"model": "bilstm_crf", **config.model_dump(mode="json")}), encoding="utf-8"
    )


def weights_of(network: Network, head: Head) -> HeadWeights:
    """What a head has learned besides the scores of tokens."""
    output = network.output(head.name)
    if isinstance(output, LinearChain):
        parts = [part.detach().double().cpu().numpy() for part in output.chain_scores(valid_only=False)]
        return HeadWeights(head, *parts)
    size = len(head.tags)
    return HeadWeights(head, np.zeros(size), np.zeros((size, size)), np.zeros(size))


def _save_heads(network: Network, heads: Sequence[Head], folder: Path) -> None:
    from safetensors.numpy import save_file

    tensors = {"words": network.words.new.weight.detach().numpy().copy()}
    for number, head in enumerate(heads):
        weights = weights_of(network, head)
        for part, values in (
            ("starts", weights.starts_L),
            ("transitions", weights.transitions_LL),
            ("ends", weights.ends_L),
        ):
            tensors[f"{number}.{part}"] = values.astype(np.float32)
    save_file(tensors, folder / "heads.safetensors")
    write_entries((HeadEntry(head.name, head.tags) for head in heads), folder)
