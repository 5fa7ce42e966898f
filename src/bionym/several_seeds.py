"""The same training with several seeds: how much chance moves the scores, and the best of the models.

    made = several_seeds.train(documents, seeds=(1, 2, 3), model="bilstm_crf", folder="models/.mine")
    made.save("models/mine")

How many seeds there are is no setting of a model, for a model comes from one of them: each run is a training as any other,
and its model and log are what that seed alone would have given. All are scored on the same development documents; where none
are given, those held out are the same for all, those of the lowest seed. Runs follow each other, or take place in processes of their own. One that was
interrupted goes on with the seed it was at.

    FOLDER/seeds.json            what all have in common, compared when they go on
    FOLDER/seed-1/...            checkpoints and log of a run
    FOLDER/seed-1/model/         its model, once it is trained
"""

import copy
import json
import multiprocessing
import os
import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing import connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from bionym import config as configuration
from bionym.data import Audit, Corpus, Document
from bionym.errors import ModelError, UsageError
from bionym.files import write_whole
from bionym.heads.corpora import with_held_out
from bionym.pipeline import Pipeline, training
from bionym.trained import store
from bionym.trained.record import Record, SeedFacts, fingerprint, read
from bionym.training import launch
from bionym.training.events import Monitor
from bionym.training.settings import WITHOUT_INFLUENCE

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

MODEL, COMMON = "model", "seeds.json"


class Task(NamedTuple):
    """What one run learns, such that it may be sent to another process."""

    model: str
    corpora: Mapping[str, Corpus]
    config: Any
    sources: tuple[str, ...]
    audit: Audit
    folder: Path


Watching = Callable[[Path], Iterable[Monitor]]


def unwatched(folder: Path) -> Iterable[Monitor]:
    """Nobody watches."""
    return ()


def train(
    documents: Iterable[Document] = (),
    *,
    seeds: Sequence[int],
    folder: str | os.PathLike[str],
    model: str = "bilstm_crf",
    dev: Iterable[Document] = (),
    config: str | os.PathLike[str] | None = None,
    settings: Iterable[str] = (),
    sources: Iterable[str] = (),
    audit: Audit | None = None,
    corpora: Mapping[str, Corpus] | None = None,
    allow_leaks: bool = False,
    jobs: int = 1,
    watching: Watching = unwatched,
    on_seed: Callable[[int, Record], None] = lambda seed, record: None,
) -> Pipeline:
    """The model of the seed that scored best on development data; its `run["seeds"]` tells of all of them.

    Args:
        seeds: of the runs; each stands for `training.seed`.
        folder: where runs and their models are kept; what was interrupted there goes on.
        jobs: runs that take place at a time; with more than one, each in a process of its own.
        watching: the monitors of a run, by its folder; a function of a module if there are several jobs.
        on_seed: told of each run that is done, with the record of its training.
    The other arguments are those of `bionym.train`.
    Raises: UsageError for a model that draws nothing by chance, and without development data; ModelError, ConfigError.
    """
    _check(seeds, jobs, model)
    chosen = configuration.load(training.trainable(model).Config, Path(config) if config else None, settings)
    audit = audit if audit is not None else Audit()
    given = corpora or training.corpora_of(chosen, documents, dev, audit, allow_leaks=allow_leaks)
    split = with_held_out(given, fraction=chosen.held_out, seed=min(seeds))
    if not any(corpus.splits.get("dev") for corpus in split.values()):
        raise UsageError("Several seeds are compared on development data: give --dev, or set held_out above 0.")
    _check_same(Path(folder), model, chosen, split)
    tasks = {}
    for seed in seeds:
        config_of = chosen.model_copy(update={"training": chosen.training.model_copy(update={"seed": seed})})
        own = Path(folder) / f"seed-{seed}"
        tasks[seed] = Task(model, split, config_of, tuple(sources), copy.deepcopy(audit), own)
    records = dict(sorted(_done(tasks, jobs, watching, on_seed), key=lambda pair: list(seeds).index(pair[0])))
    facts = summary(records)
    held_out = [name for name, corpus in given.items() if not corpus.splits.get("dev")]
    record = records[facts.chosen].with_facts(seeds=facts, held_out=held_out)
    return Pipeline(store.load(tasks[facts.chosen].folder / MODEL), record)


def summary(records: Mapping[int, Record]) -> SeedFacts:
    """F1 of every seed on each corpus' development data and their mean; of both mean and standard deviation over seeds.

    "chosen" is the seed with the highest mean, the first of equals; "seeds" holds a row each, in the order given.
    """
    rows = {seed: _scores(record) for seed, record in records.items()}
    names = list(next(iter(rows.values())))
    return SeedFacts(
        chosen=max(rows, key=lambda seed: rows[seed]["mean"]),
        seeds=tuple({"seed": seed, **row} for seed, row in rows.items()),
        mean={name: statistics.fmean(row[name] for row in rows.values()) for name in names},
        deviation={
            name: statistics.stdev(row[name] for row in rows.values()) if len(rows) > 1 else None for name in names
        },
    )


def _scores(record: Record) -> dict[str, float]:
    """Strict micro-F1 by corpus, and the mean of all."""
    by_corpus = record.f1_by_corpus()
    return {"mean": record.mean_f1()} | (
        {name or "dev": f1 for name, f1 in by_corpus.items()} if len(by_corpus) > 1 else {}
    )


def _check(seeds: Sequence[int], jobs: int, model: str) -> None:
    if not seeds or len(set(seeds)) < len(seeds):
        raise UsageError(f"The seeds are {', '.join(map(str, seeds)) or 'none'}: give one or more, each once.")
    if jobs < 1:
        raise UsageError(f"There are {jobs} jobs: expected 1 or more.")
    if not training.learns_in_epochs(model):
        raise UsageError(f"A {model} draws nothing by chance: every seed gives the same model. Leave out the seeds.")


def _check_same(folder: Path, model: str, chosen: Any, corpora: Mapping[str, Corpus]) -> None:
    """Refuse to go on with runs of another kind. Raises: ConfigError that names what changed."""
    seen = fingerprint(
        document for corpus in corpora.values() for documents in corpus.splits.values() for document in documents
    )
    settings = chosen.model_dump(mode="json")
    for name in ("seed", *WITHOUT_INFLUENCE):
        settings["training"].pop(name, None)
    now = {"model": model, "data": str(seen), "configuration": settings}
    path = folder / COMMON
    if path.is_file():
        configuration.refuse_changes(folder, json.loads(path.read_text(encoding="utf-8")), now, what="runs")
    write_whole(path, json.dumps(now, indent=1) + "\n")


def _done(
    tasks: Mapping[int, Task], jobs: int, watching: Watching, on_seed: Callable[[int, Record], None]
) -> Iterator[tuple[int, Record]]:
    """The seeds that are done before, then those as they are done now, each with the record of its training."""
    known = {seed: _record(task) for seed, task in tasks.items()}
    yield from ((seed, record) for seed, record in known.items() if record is not None)
    left = {seed: tasks[seed] for seed, record in known.items() if record is None}
    for seed in _in_processes(left, jobs, watching) if jobs > 1 else _one_by_one(left, watching):
        record = _record(tasks[seed])
        assert record is not None
        on_seed(seed, record)
        yield seed, record


def _record(task: Task) -> Record | None:
    return read(task.folder / MODEL)


def _one_by_one(tasks: Mapping[int, Task], watching: Watching) -> Iterator[int]:
    for seed, task in tasks.items():
        _learn(task, watching)
        yield seed


def _learn(task: Task, watching: Watching) -> None:
    """One run, its model saved."""
    made = training.train_on_corpora(
        task.corpora,
        task.config,
        model=task.model,
        sources=task.sources,
        audit=task.audit,
        monitors=watching(task.folder),
        folder=task.folder,
    )
    made.save(task.folder / MODEL, force=True)


def _in_processes(tasks: Mapping[int, Task], jobs: int, watching: Watching) -> Iterator[int]:
    """Runs side by side. When this process is stopped, each of them saves where it stands and stops too."""
    waiting = dict(tasks)
    running: dict[int, tuple[BaseProcess, connection.Connection]] = {}
    context = multiprocessing.get_context("spawn")
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                seed = next(iter(waiting))
                running[seed] = _started(context, waiting.pop(seed), watching, jobs)
            connection.wait([process.sentinel for process, _ in running.values()])
            for seed in [one for one, (process, _) in running.items() if not process.is_alive()]:
                _check_ended(seed, *running.pop(seed))
                yield seed
    finally:
        for process, _ in running.values():
            process.terminate()
        for process, _ in running.values():
            process.join()


def _started(context: Any, task: Task, watching: Watching, jobs: int) -> "tuple[BaseProcess, connection.Connection]":
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_learn_there, args=(task, watching, theirs))
    with _threads(jobs):
        process.start()
    theirs.close()
    return process, ours


def _check_ended(seed: int, process: "BaseProcess", said: connection.Connection) -> None:
    """Raises: ModelError if the run failed."""
    process.join()
    if process.exitcode:
        try:
            words = str(said.recv())
        except EOFError:
            words = f"its process ended with {process.exitcode}."
        raise ModelError(f"Seed {seed}: {words} The same command goes on from there.")


def _learn_there(task: Task, watching: Watching, said: connection.Connection) -> None:
    """A run in a process of its own, which says what went wrong."""
    launch.leave_terminal()
    launch.end_with_parent()
    try:
        _learn(task, watching)
    except KeyboardInterrupt:
        os._exit(1)
    except BaseException as error:
        said.send(str(error) if hasattr(error, "exit_code") else f"{type(error).__name__}.")
        said.close()
        os._exit(1)


@contextmanager
def _threads(jobs: int) -> Iterator[None]:
    """What a process that starts now finds in its environment: its share of the cores, unless that is set."""
    name, before = "OMP_NUM_THREADS", os.environ.get("OMP_NUM_THREADS")
    if before is None:
        os.environ[name] = str(max(1, (os.cpu_count() or 1) // jobs))
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
