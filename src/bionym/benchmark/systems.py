"""What a plan tests: models trained for it, saved models, and files of other programs."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from bionym import config as configuration
from bionym import formats, pipeline, plugins
from bionym.benchmark.plan import SystemPlan
from bionym.data import Corpus, Document
from bionym.errors import InputError
from bionym.heads.development import predict_as
from bionym.pipeline import Pipeline
from bionym.pipeline.training import learns_in_epochs
from bionym.pipeline.training import train as train_tagger
from bionym.resources import resource_path
from bionym.trained import store


def is_seeded(system: SystemPlan) -> bool:
    """Whether another seed gives another model; the feature CRF has a `seed` of its own, for the record only."""
    return system.model is not None and learns_in_epochs(system.model)


def configure(system: SystemPlan, seed: int | None) -> dict[str, Any]:
    """The whole configuration that a model is trained with. Raises: ConfigError, UnknownNameError."""
    schema = plugins.find("models", system.model or "").Config
    config: BaseModel = configuration.load(schema, _file(system), _settings(system, seed))
    return config.model_dump(mode="json")


def is_neural(system: SystemPlan) -> bool:
    """Whether the model learns from corpora by their names, and looks at held-out documents to stop in time."""
    return learns_in_epochs(system.model or "")


def train(
    system: SystemPlan,
    documents: Iterable[Document],
    *,
    corpora: Mapping[str, Corpus] | None,
    seed: int | None,
    sources: Iterable[str],
) -> Pipeline:
    """A model, trained on documents, or a neural one on corpora."""
    kind, settings = system.model or "", _settings(system, seed)
    given = () if corpora else documents
    return train_tagger(given, corpora=corpora, model=kind, config=_file(system), settings=settings, sources=sources)


def load_saved(folder: Path) -> Pipeline:
    """A model that was kept, with the record of its training."""
    return pipeline.load(folder)


def predict(system: SystemPlan, tagger: Pipeline | None, corpus: str, gold: Iterable[Document]) -> Iterator[Document]:
    """Documents with the system's entities: predicted now, or read from the files of another program."""
    if tagger is not None:
        return predict_as(tagger.tagger, corpus, gold)
    return formats.read(system.predictions[corpus], system.format, **system.options)


def files_of(system: SystemPlan, seed: int | None) -> list[str]:
    """Every file that decides what the system does, beside the data: term lists and the like, or the saved model.

    Raises: InputError or UsageError for one that is not there.
    """
    if system.path:
        return [str(store.locate(system.path))]
    if system.predictions:
        absent = [path for path in system.predictions.values() if not Path(path).exists()]
        if absent:
            raise InputError("no such file or folder", path=absent[0], fix="Check the predictions in the plan.")
        return list(system.predictions.values())
    return sorted({str(path) for text in _strings(configure(system, seed)) if (path := _resource(text))})


def _file(system: SystemPlan) -> Path | None:
    return Path(system.config) if system.config else None


def _settings(system: SystemPlan, seed: int | None) -> list[str]:
    return [*system.settings, *([f"training.seed={seed}"] if seed is not None else [])]


def _strings(value: Any) -> Iterator[str]:
    """Every text in a configuration: some are names of files."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list, tuple)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)


def _resource(name: str) -> Path | None:
    try:
        return resource_path(name) if name and not Path(name).is_dir() else Path(name) if name else None
    except (InputError, OSError):
        return None
