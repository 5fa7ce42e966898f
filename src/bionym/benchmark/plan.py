"""A plan: corpora, systems, and which system learns from what and is tested on what.

    title = "Diseases, within and across corpora"
    seeds = [1, 2, 3]                          # of models with randomness in their training; others are trained once
    metrics = ["strict"]
    protocols = ["train", "train+devel"]

    [corpora.NCBI-disease]
    format = "conll"
    train = "conll/NCBI-disease/train.tsv"     # relative to --data, else to the plan
    devel = "conll/NCBI-disease/devel.tsv"
    test = "conll/NCBI-disease/test.tsv"

    [systems.crf]
    model = "crf"                              # or path = "models/mine", or predictions = { NCBI-disease = "theirs.tsv" }
    settings = ["training.c2=0.8"]

    [[runs]]                                   # without any, every system learns from each corpus and is tested on it
    train = "NCBI-disease"
    test = ["NCBI-disease", "BC5CDR"]
    only = "Disease"

A name that stands nowhere is refused with the nearest one.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field, field_validator, model_validator

from bionym import config as configuration
from bionym import formats, plugins
from bionym.config import Settings
from bionym.errors import ConfigError, UnknownNameError, UsageError

Protocol = Literal["train", "train+devel", "select"]
Names = Annotated[tuple[str, ...], BeforeValidator(lambda given: (given,) if isinstance(given, str) else given)]
LabelNames = dict[str, str]
Table = TypeVar("Table", bound=Settings)

LEARNED: dict[str, tuple[str, ...]] = {"train": ("train",), "train+devel": ("train", "devel"), "select": ("train",)}
SCORED = {"train": "test", "train+devel": "test", "select": "devel"}


class CorpusPlan(Settings):
    """A corpus: its files by split, how they are read, and what its labels are called wherever it is used."""

    format: str | None = Field(default=None, description="By default recognised from name and content.")
    train: Names = ()
    devel: Names = ()
    test: Names = ()
    annotations: Names = Field(default=(), description="Where the annotation files are, if not next to the texts.")
    options: dict[str, Any] = Field(default={}, description="Options of the format.")
    label_map: LabelNames = Field(default={}, description='New names by old; "" drops a label.')
    only: Names = Field(default=(), description="New names of the labels to keep; empty keeps all.")

    @field_validator("format")
    @classmethod
    def _known(cls, name: str | None) -> str | None:
        if name:
            formats.find(name)
        return name


class SystemPlan(Settings):
    """What is tested: a kind of model to train, a saved model, or the predictions of another program."""

    model: str | None = Field(default=None, description="Kind of model to train.")
    config: str | None = Field(default=None, description="Its configuration, a TOML file beside the plan.")
    settings: tuple[str, ...] = Field(
        default=(), description="Settings that replace those of the configuration: training.c2=0.8."
    )
    path: str | None = Field(default=None, description="A saved model, its folder beside the plan or its name.")
    predictions: dict[str, str] = Field(default={}, description="By corpus, a file or folder beside the plan.")
    format: str | None = Field(default=None, description="Format of the predictions.")
    options: dict[str, Any] = Field(default={}, description="Options of that format.")

    @model_validator(mode="after")
    def _is_one_thing(self) -> "SystemPlan":
        if sum(map(bool, (self.model, self.path, self.predictions))) != 1:
            raise ValueError("expected one of model, path and predictions")
        if not self.model and (self.config or self.settings):
            raise ValueError("config and settings belong to a model that is trained")
        if self.model:
            plugins.find("models", self.model)
        return self


class RunPlan(Settings):
    """Which systems learn from which corpora and are tested on which; what is left out means all, or each in turn."""

    system: Names = Field(default=(), description="Names of systems; empty: all.")
    train: Names = Field(default=(), description="Corpora to train on together; empty: each in turn.")
    test: Names = Field(default=(), description="Corpora to test on; empty: those trained on.")
    protocols: Annotated[
        tuple[Protocol, ...], BeforeValidator(lambda given: (given,) if isinstance(given, str) else given)
    ] = ()
    only: Names = Field(default=(), description="Labels to score; empty: all.")
    gold: dict[str, LabelNames] = Field(default={}, description="By test corpus: labels renamed when it is scored.")
    predicted: dict[str, LabelNames] = Field(default={}, description="By test corpus: labels of the system renamed.")


class Plan(Settings):
    """A benchmark, checked: every name stands for something, every path is resolved."""

    title: str = ""
    name: str = Field(default="benchmark", description="Name of the plan; by default that of the file, without suffix.")
    out: str | None = Field(default=None, description="The folder of the results, beside the plan.")
    seeds: tuple[int, ...] = Field(default=(1,), min_length=1)
    metrics: Names = Field(default=("strict",), min_length=1)
    protocols: tuple[Protocol, ...] = Field(default=("train",), min_length=1)
    exclude_shared: bool = Field(default=False, description="Drop training documents that are also in the test data.")
    corpora: dict[str, CorpusPlan] = Field(min_length=1)
    systems: dict[str, SystemPlan] = Field(min_length=1)
    runs: tuple[RunPlan, ...] = ()

    @field_validator("corpora", mode="before")
    @classmethod
    def _corpora(cls, tables: Any) -> Any:
        return _each(CorpusPlan, "corpora", tables)

    @field_validator("systems", mode="before")
    @classmethod
    def _systems(cls, tables: Any) -> Any:
        return _each(SystemPlan, "systems", tables)

    @field_validator("runs", mode="before")
    @classmethod
    def _runs(cls, tables: Any) -> Any:
        if not isinstance(tables, (list, tuple)):
            return tables
        return [_table(RunPlan, f"runs.{number}", table) for number, table in enumerate(tables, start=1)]

    @field_validator("metrics")
    @classmethod
    def _metrics(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            plugins.find("evaluation.metrics", name)
        return names

    @model_validator(mode="after")
    def _names_stand_for_something(self) -> "Plan":
        for run in self.runs:
            _all_known("system", run.system, self.systems)
            for corpora in (run.train, run.test, run.gold, run.predicted):
                _all_known("corpus", corpora, self.corpora)
        for system in self.systems.values():
            _all_known("corpus", system.predictions, self.corpora)
        return self


def load(
    path: str | os.PathLike[str], *, data: str | os.PathLike[str] | None = None, settings: Iterable[str] = ()
) -> Plan:
    """The plan of a file.

    Args:
        data: the folder that the corpora are relative to; None takes the plan's own. Other paths are relative to the plan.
        settings: single keys laid over the plan: `["seeds=[1, 2]"]`.
    Raises: ConfigError for the first thing that is wrong, in one line with the nearest valid name.
    """
    path = Path(path)
    tables = {"name": path.stem, **configuration.read(path)}
    for setting in settings:
        tables = configuration.merged(tables, configuration.parse(setting))
    try:
        plan = configuration.validated(Plan, tables)
    except UsageError as error:
        raise ConfigError(f"{path}: {error}") from error
    return _resolved(plan, path.parent, Path(data) if data is not None else path.parent)


def _each(schema: type[Table], key: str, tables: Any) -> Any:
    """Tables by name, each checked by itself, so that a wrong key is answered with its neighbours."""
    if not isinstance(tables, Mapping):
        return tables
    return {name: _table(schema, f"{key}.{name}", table) for name, table in tables.items()}


def _table(schema: type[Table], key: str, table: Any) -> Any:
    return configuration.validated(schema, table, prefix=key) if isinstance(table, Mapping) else table


def _all_known(kind: str, names: Iterable[str], known: Iterable[str]) -> None:
    for name in names:
        if name not in known:
            raise UnknownNameError(kind, name, known)


def _resolved(plan: Plan, folder: Path, data: Path) -> Plan:
    """The plan with paths that lead there from where the program runs."""
    corpora = {
        name: corpus.model_copy(
            update={key: _under(data, getattr(corpus, key)) for key in ("train", "devel", "test", "annotations")}
        )
        for name, corpus in plan.corpora.items()
    }
    systems = {name: _beside(folder, system) for name, system in plan.systems.items()}
    out = str(folder / plan.out) if plan.out else None
    return plan.model_copy(update={"corpora": corpora, "systems": systems, "out": out})


def _under(folder: Path, paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(str(folder / path) for path in paths)


def _beside(folder: Path, system: SystemPlan) -> SystemPlan:
    saved = folder / system.path if system.path else None
    return system.model_copy(
        update={
            "config": str(folder / system.config) if system.config else None,
            "path": str(saved) if saved and saved.is_dir() else system.path,
            "predictions": {corpus: str(folder / path) for corpus, path in system.predictions.items()},
        }
    )
