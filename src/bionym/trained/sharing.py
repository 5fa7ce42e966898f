"""Models to share: the same model in a new folder, without the words and paths of its training data."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bionym.errors import ModelError
from bionym.protocols import Strippable
from bionym.trained import store
from bionym.trained.record import RUN, Record, read

KEPT_SCORES = ("documents", "metrics", "corpora")


@dataclass(frozen=True)
class Stripped:
    """What became of the strings of a model.

    Args:
        removed: words that went.
        remaining: the strings that stayed, by what they are.
        lines: of the files that stayed, by their place in the folder.
        cautions: what the strings that stayed may tell of the training data.
    """

    removed: int
    remaining: Mapping[str, tuple[str, ...]]
    lines: Mapping[str, int]
    cautions: tuple[str, ...]


class _ToShare:
    """A model that is saved without what it knows of its data by name."""

    def __init__(self, part: Any, folder: Path) -> None:
        self._part, self._folder = part, folder
        self.stripped: Stripped | None = None

    def save(self, folder: Path) -> None:
        self.stripped = self._part.strip(self._folder, folder)
        self._part.load(folder)  # what cannot be used must not be shared


def strip(name: str, out: Path, *, force: bool = False) -> Stripped:
    """Write a model to a new folder, without the vocabulary of its training data.

    Returns: what went, and what stayed.
    Raises: ModelError if it is of a kind that knows its training data by their words; OutputError if something stands at `out`.
    """
    folder = store.locate(name)
    kind = store.kind_of(folder)
    if kind == "ensemble":
        raise ModelError(
            f"{folder} is an ensemble. Strip its members, {folder / 'members' / '1'} and so on, and combine them again."
        )
    part: Any = store.family(kind)
    if not isinstance(part, Strippable):
        raise ModelError(
            f"{folder} is a {kind}, whose weights have the words of its training data for names: without them nothing is "
            "left. Train a bilstm_crf with pretrained vectors to share it."
        )
    to_share: Any = _ToShare(part, folder)
    store.save(to_share, out, without_sources(folder), force=force)
    stripped: Stripped = to_share.stripped
    return stripped


def without_sources(folder: Path) -> Record:
    """The record of a training, without paths, without ids of documents, without the fingerprint of their text.

    Raises: ModelError if it is missing or damaged.
    """
    record = read(folder)
    if record is None:
        raise ModelError(f"{folder / RUN} is missing. Copy the model again.")
    data = record.data.model_copy(update={"sources": (), "fingerprint": "removed"})
    try:
        return record.with_facts(data=data, development_scores=_without_ids(record.development_scores))
    except (KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{folder / RUN} is damaged ({type(error).__name__}). Copy the model again.") from error


def _without_ids(scores: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Scores without ids of documents, and without the hash of gold that a protocol has in its fingerprint."""
    if not scores:
        return None
    stripped = {key: scores[key] for key in KEPT_SCORES if key in scores}
    stripped["protocols"] = {
        metric: {"version": protocol["version"], "fingerprint": "removed"}
        for metric, protocol in scores["protocols"].items()
    }
    by_corpus = {name: _without_ids(of_corpus) for name, of_corpus in stripped.get("corpora", {}).items()}
    return {**stripped, **({"corpora": by_corpus} if by_corpus else {})}
