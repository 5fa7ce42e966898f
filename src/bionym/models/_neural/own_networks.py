"""A model whose heads have networks of their own: for each corpus the weights that were best for it.

    MODEL/own.json     for each head that has one, the number of its network; the others use the model's
    MODEL/own/0/       what differs: graphs, heads, words and groups, as in MODEL

Reading with several networks takes as many times as long; tokens and term lists are looked up for each, words and their vectors
are shared where training left them alone.
"""

import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from bionym.data import Document, Entity
from bionym.errors import ModelError
from bionym.models._batches import batches
from bionym.models._neural.merging import Find, merged
from bionym.models.bilstm_crf import BiLstmCrf
from bionym.text.prepare import tokenized

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

    def predict(self, documents: Iterable[Document]) -> Iterator[Document]:
        """As `BiLstmCrf.predict`."""
        speakers = {name: self.of_source(name) for name in self.sources}
        for batch in batches(documents):
            prepared = list(map(tokenized, batch))
            found = [one.predict(prepared) for one in speakers.values()]
            for document, *by_head in zip(prepared, *found, strict=True):
                finds: dict[Find, tuple[str, Entity]] = {}
                for name, one in zip(speakers, by_head, strict=True):
                    finds |= {_find(entity, name, document): (name, entity) for entity in one.entities}
                stay = (finds[find] for find in merged(finds))
                yield document.with_entities(replace(entity, attributes={"source": name}) for name, entity in stay)


def _find(entity: Entity, source: str, document: Document) -> Find:
    """An entity as one of several heads found it; its edges are edges of tokens."""
    start = bisect_left(document.tokens, entity.start, key=lambda token: token.start)
    end = bisect_left(document.tokens, entity.end, key=lambda token: token.start)
    return Find(-(entity.score or 0.0), start - end, start, source, entity.label)


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
