"""A model whose heads have networks of their own: for each corpus the weights that were best for it.

    MODEL/own.json     for each head that has one, the number of its network; the others use the model's
    MODEL/own/0/       what differs: graphs, heads, words and groups, as in MODEL

Reading with several networks takes as many times as long; tokens and term lists are looked up for each, words and their vectors
are shared where training left them alone.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from bionym.data import Document
from bionym.errors import ModelError
from bionym.models._potentials import HeadPotentials, Potentials
from bionym.models.bilstm_crf import BiLstmCrf

NAMES, FOLDER = "own.json", "own"


class WithOwnNetworks(BiLstmCrf):
    """A trained BiLSTM-CRF of several heads, some of which read with networks of their own.

    Args:
        whole: the model with the network that is best over all corpora.
        own: by the name of its head, one that speaks by that head alone.
    """

    def __init__(self, whole: BiLstmCrf, own: Mapping[str, BiLstmCrf]) -> None:
        vars(self).update(vars(whole))
        self._whole, self._own = whole, dict(own)

    def of_source(self, name: str) -> BiLstmCrf:
        """The model that speaks by one head alone, with its own network if it has one."""
        return self._own[name] if name in self._own else self._whole.of_source(name)

    def potentials(self, documents: Sequence[Document]) -> Potentials:
        """What its heads say of tokenised documents, each by its own network if it has one."""
        heads: dict[str, HeadPotentials] = {}
        if set(self.sources) - set(self._own):
            heads |= {one.source: one for one in self._whole.potentials(documents).heads}
        heads |= {one.source: one for own in self._own.values() for one in own.potentials(documents).heads}
        return Potentials(list(map(self._sentences.ranges, documents)), tuple(heads[name] for name in self.sources))


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
