"""Models as folders: saved whole or not at all, found by name, loaded without running anything they hold.

A model folder holds `config.toml` (which model, and its whole configuration), the weights (safetensors) and their names
(JSON), the files its features need (`resources/`), `run.json` (data, versions, losses) and `model_card.md`.
A name is looked for as a path, in `./models`, in the folders of `BIONYM_MODELS`, and among the models that ship.
"""

import json
import os
import platform
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

from bionym import plugins
from bionym.data import Audit, Document
from bionym.errors import ModelError, OutputError, UnknownNameError
from bionym.files import finishing
from bionym.models._card import card
from bionym.protocols import Tagger
from bionym.resources import SHIPPED
from bionym.training import config as configuration
from bionym.version import versions_of

RUN = "run.json"


class Found(NamedTuple):
    """A model that can be loaded by its name."""

    name: str
    folder: Path


class Fingerprint:
    """A hash of documents as they stream by: their ids, texts and entities, in order; and how many there were."""

    def __init__(self) -> None:
        self._hash = blake2b(digest_size=16)
        self.num_documents = self.num_entities = self.num_tokens = 0

    def of(self, documents: Iterable[Document]) -> Iterator[Document]:
        """The same documents, taken into the fingerprint."""
        for document in documents:
            spans = [(entity.label, *entity.spans) for entity in document.entities]
            self._hash.update(repr((document.id, document.text, spans)).encode("utf-8", "surrogatepass"))
            self.num_documents += 1
            self.num_entities += len(document.entities)
            yield document

    def __str__(self) -> str:
        return self._hash.hexdigest()


def save(tagger: Tagger, folder: Path, run: Mapping[str, Any], *, force: bool = False) -> None:
    """A trained model into a new folder, with the record of its training, if there is one, and a card.

    Raises: OutputError if something stands there that is not a model, or if `force` is not given.
    """
    with replacing(folder, force=force) as unfinished:
        unfinished.mkdir()
        tagger.save(unfinished)
        open_to_readers(unfinished)
        if run:
            write_record(unfinished, run)


def write_record(folder: Path, run: Mapping[str, Any]) -> None:
    """The record of a training, and the card that tells of it, into a model's folder."""
    (folder / RUN).write_text(json.dumps(run, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "model_card.md").write_text(card(folder.name, run), encoding="utf-8")


def replacing(folder: Path, *, force: bool) -> AbstractContextManager[Path]:
    """A path to write a model's folder to, as `finishing` gives it. Raises: OutputError."""
    return finishing(folder, force=force, may_replace=_may_replace, otherwise="not a model folder")


def run_of(name: str | os.PathLike[str]) -> dict[str, Any]:
    """The record of a saved model's training; empty where none was kept. Raises: UnknownNameError, ModelError."""
    path = locate(name) / RUN
    try:
        run: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except ValueError as error:
        raise ModelError(f"{path} is damaged ({error}). Copy the model again.") from error
    return run


def _may_replace(folder: Path) -> bool:
    """Whether a folder holds a model, or nothing."""
    return (folder / "config.toml").is_file() or not any(folder.iterdir())


def check_free(folder: Path, *, force: bool = False) -> None:
    """Raises: OutputError, before any work, if something stands where a model is to be written."""
    if folder.exists() and not force:
        raise OutputError(f"{folder} exists. Choose another name, or replace it with --force.")


def open_to_readers(folder: Path) -> None:
    """Files with the rights that the user gives new files; some writers keep theirs to the user alone."""
    mask = os.umask(0)
    os.umask(mask)
    for path in (folder, *folder.rglob("*")):
        path.chmod((0o777 if path.is_dir() else 0o666) & ~mask)


def load(name: str | os.PathLike[str]) -> Tagger:
    """The model of this name or in this folder. Raises: UnknownNameError, ModelError."""
    folder = locate(name)
    tagger: Tagger = plugins.find("models", kind_of(folder)).load(folder)
    return tagger


def kind_of(folder: Path) -> str:
    """Which kind of model lies in a folder. Raises: ModelError if it does not say."""
    kind = configuration.read(folder / "config.toml").get("model")
    if not isinstance(kind, str):
        raise ModelError(f'{folder / "config.toml"} does not say which model this is (model = "crf").')
    return kind


def spare_files(folder: Path) -> tuple[Path, ...]:
    """The files of a model, or of its members, that it predicts without. Raises: ModelError if it does not say what it is."""
    part = plugins.find("models", kind_of(folder))
    return tuple(part.spare_files(folder)) if hasattr(part, "spare_files") else ()


def learns_from_corpora(part: Any) -> bool:
    """Whether a kind of model learns from corpora by their names, scored while it learns; the others from one stream."""
    return hasattr(part, "fit_corpora")


def locate(name: str | os.PathLike[str]) -> Path:
    """The folder of a model. Raises: UnknownNameError with the nearest name; ModelError if a folder holds none."""
    path = Path(name)
    if (path / "config.toml").is_file():
        return path
    known = {found.name: found.folder for found in available()}
    if str(name) not in known and path.is_dir():
        raise ModelError(f"{path} holds no model: config.toml is missing. Name a folder that 'bionym train' wrote.")
    if str(name) not in known:
        raise UnknownNameError("model", str(name), known)
    return known[str(name)]


def available() -> tuple[Found, ...]:
    """Every model that can be loaded by name, sorted; of equal names the first place wins."""
    places = [Path("models"), *map(Path, os.environ.get("BIONYM_MODELS", "").split(os.pathsep)), SHIPPED / "models"]
    found: dict[str, Found] = {}
    for place in places:
        if place != Path() and place.is_dir():
            for config in sorted(place.glob("*/config.toml")):
                found.setdefault(config.parent.name, Found(config.parent.name, config.parent))
    return tuple(found[name] for name in sorted(found))


def describe_run(
    tagger: Any,
    model: str,
    fingerprint: Fingerprint,
    audit: Audit,
    *,
    seconds: float,
    sources: Iterable[str],
    scores: object = None,
) -> dict[str, Any]:
    """The record of a training: what it saw, what it could not hold, with which versions."""
    packages = ("bionym", *tagger.PACKAGES)
    return {
        "model": model,
        "labels": list(tagger.labels),
        "data": {
            "sources": list(sources),
            "fingerprint": str(fingerprint),
            "documents": fingerprint.num_documents,
            "entities": fingerprint.num_entities,
        },
        "not_learned": audit.as_dict()["lost"],
        "changed": audit.as_dict()["changed"],
        "development_scores": scores,
        "seconds": round(seconds, 1),
        "seed": tagger.config.seed,
        **{name: getattr(tagger, name) for name in ("encoder", "overlaps") if hasattr(tagger, name)},
        "versions": {"python": platform.python_version(), **versions_of(packages)},
    }
