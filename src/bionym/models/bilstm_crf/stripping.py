"""A model without the vocabulary of its training data, to be shared where the data may not be.

What goes: words that have a row only because the training data hold them, with their vectors; paths in the configuration; the
log of the training; every file that is no part of a model. What stays is told, string by string. Weights stay, too: what a
network has learned by heart cannot be seen in it, nor ruled out.

Source: Lee, Dernoncourt and Szolovits 2018, and NeuroNER's `prepare_pretrained_model_for_restoring`, for the aim.
"""

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from bionym import config as configuration
from bionym.files import read_lines
from bionym.heads.files import read_entries
from bionym.heads.settings import Teacher
from bionym.models.bilstm_crf import own_networks
from bionym.models.bilstm_crf.inputs.files import copy_files
from bionym.models.bilstm_crf.inputs.protocol import Names
from bionym.models.bilstm_crf.runtime import INT8, NETWORK, TAGGER
from bionym.models.bilstm_crf.settings import SENTENCE_INPUTS, WORD_INPUTS, Config
from bionym.models.bilstm_crf.words import FIRST, WORDS, Lexicon
from bionym.trained.sharing import Stripped

HEADS, HEAD_WEIGHTS = "heads.json", "heads.safetensors"
AS_THEY_ARE = (TAGGER, INT8, HEADS, "weights.json", own_networks.NAMES)
RESOURCES = "resources"
ROWS_OF_WORDS = {HEAD_WEIGHTS: "words", NETWORK: "words.new.weight"}  # tensors with a row for each word


def strip(source: Path, target: Path) -> Stripped:
    """Write the model in one folder into another, without words of its training data. Raises: ModelError, ConfigError."""
    config = configuration.of_model(Config, source / "config.toml")
    lexicon = Lexicon.load(source)
    numbers = sorted(set(own_networks.read_names(source).values()))
    folders = [(source, target)] + [
        (own_networks.folder_of(number, source), own_networks.folder_of(number, target)) for number in numbers
    ]
    of_inputs, *_ = [_strip_folder(*pair) for pair in folders]
    if (source / RESOURCES).is_dir():
        shutil.copytree(source / RESOURCES, target / RESOURCES)
    _save_settings(config, target)
    return Stripped(
        len(lexicon.new), _remaining(lexicon, of_inputs, target), _lines(target), _cautions(config, lexicon)
    )


def _strip_folder(source: Path, target: Path) -> dict[str, Sequence[str]]:
    """One network. Returns: the strings of its inputs that remain, by what they are."""
    target.mkdir(parents=True, exist_ok=True)
    copy_files(AS_THEY_ARE, source, target)
    for name, tensor in ROWS_OF_WORDS.items():
        if (source / name).is_file():
            _without_words(source / name, target / name, tensor)
    if (source / WORDS).is_file():
        replace(Lexicon.load(source), new=()).save(target)
    kinds = *WORD_INPUTS, *SENTENCE_INPUTS
    return {what: strings for kind in kinds for what, strings in kind.strip(source, target).items()}


def _without_words(source: Path, target: Path, tensor: str) -> None:
    """The tensors of a file, but of one only the rows of padding and of the unknown word."""
    from safetensors.numpy import load_file, save_file

    tensors = load_file(source)
    save_file(tensors | {tensor: tensors[tensor][:FIRST].copy()}, target)


def _save_settings(config: Config, folder: Path) -> None:
    """The configuration without the paths of data."""
    words = config.network.words.model_copy(update={"vectors": None})
    network = config.network.model_copy(update={"words": words})
    stripped = config.model_copy(
        update={"network": network, "corpora": {}, "init": None, "init_with": (), "freeze": (), "teacher": Teacher()}
    )
    settings = {"model": "bilstm_crf", **stripped.model_dump(mode="json")}
    (folder / "config.toml").write_text(configuration.dump(settings), encoding="utf-8")


def _remaining(lexicon: Lexicon, of_inputs: Names, folder: Path) -> dict[str, tuple[str, ...]]:
    heads = read_entries(folder)
    remaining = {
        "pretrained words": lexicon.pretrained.words if lexicon.pretrained else (),
        "characters": tuple(lexicon.characters),
        "names of corpora": tuple(head.source for head in heads if head.source),
        "tags": tuple(dict.fromkeys(tag for head in heads for tag in head.tags)),
        **{what: tuple(strings) for what, strings in of_inputs.items()},
    }
    return {what: strings for what, strings in remaining.items() if strings}


def _lines(folder: Path) -> dict[str, int]:
    """How many lines each file that came with the model has, unpacked."""
    paths: Iterable[Path] = sorted((folder / RESOURCES).glob("*"))
    return {f"{RESOURCES}/{path.name}": sum(1 for _ in read_lines(path)) for path in paths}


def _cautions(config: Config, lexicon: Lexicon) -> tuple[str, ...]:
    cautions = []
    if lexicon.pretrained is None:
        cautions.append("No word is pretrained: every word is now unknown, and told by its characters alone.")
    elif config.network.words.only_found:
        cautions.append("The pretrained words are those that the training data hold (only_found): they tell which.")
    if lexicon.pretrained is not None and not config.network.words.frozen:
        cautions.append("Pretrained vectors were fine-tuned: those that moved tell which words the training data hold.")
    return tuple(cautions)
