"""`run`: every cell of a plan, those that are done already aside, and the tables of all."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from bionym.benchmark import cells, grid, results, tables
from bionym.benchmark.corpora import Corpora
from bionym.benchmark.grid import Cell
from bionym.benchmark.keys import keys
from bionym.benchmark.notes import notes
from bionym.benchmark.plan import Plan, load
from bionym.benchmark.progress import Event, Progress
from bionym.benchmark.store import Store, write_json
from bionym.errors import InputError
from bionym.files import write_whole

Record = dict[str, Any]
Found = tuple[Cell, Path, Record]

DEFAULT_OUT = Path("results")  # with a folder for each plan


class Outcome(NamedTuple):
    """What a benchmark came to.

    Args:
        out: the folder of everything.
        results: as in `results.json`, see `bionym.benchmark.results`.
        num_done, num_known, num_failed: cells done now, done before, and failed.
    """

    out: Path
    results: dict[str, Any]
    num_done: int
    num_known: int
    num_failed: int

    @property
    def table(self) -> str:
        """As plain text."""
        return tables.plain(self.results)


class Options(NamedTuple):
    """How a benchmark is run; see `run`."""

    force: bool = False
    keep_models: bool = False
    keep_predictions: bool = False
    stop_at_error: bool = False


def run(
    plan: str | os.PathLike[str] | Plan,
    *,
    data: str | os.PathLike[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    skip_missing: bool = False,
    force: bool = False,
    keep_models: bool = False,
    keep_predictions: bool = False,
    stop_at_error: bool = False,
    on_event: Callable[[Event], None] = lambda event: None,
) -> Outcome:
    """Do a plan: train, test, score, and write `results.md`, `results.csv` and `results.json`.

    A cell that stands in `out` with the same data, settings and version is not done again, and an interrupted run goes on.
    A cell that fails is recorded with its error, the others go on; it is tried again the next time.

    Args:
        plan: a file, or what `load` made of it.
        data: the folder of the corpora, if not the plan's own; a plan that is loaded knows it.
        out: where the results go; None takes the plan's `out`, else `results/NAME`.
        skip_missing: leave out corpora whose files are not there, and say so, instead of an error.
        force: do again what is done.
        keep_models, keep_predictions: put them beside the scores; a kept model is not trained again for other tests.
        stop_at_error: raise the error of the first cell that fails.
        on_event: told of each cell before and after.
    Raises: ConfigError for a plan that is wrong; InputError for a corpus that is not there.
    """
    plan = plan if isinstance(plan, Plan) else load(plan, data=data)
    folder = place_of(plan, out)
    jobs, skipped = plan_jobs(plan, skip_missing=skip_missing)
    store = Store(folder)
    known = [None if force else store.record(store.folder(job.cell, job.keys)) for job in jobs]
    progress = Progress(jobs, [record is not None for record in known], on_event)
    work = _Work(store, Options(force, keep_models, keep_predictions, stop_at_error), progress)
    outcomes = [work.do(number, job, record) for number, (job, record) in enumerate(zip(jobs, known, strict=True), 1)]
    num_known = len(known) - known.count(None)
    done = [outcome for outcome in outcomes if not outcome[2].get("error")]
    failures = [record for _, _, record in outcomes if record.get("error")]
    written = _write_results(plan, folder, done, failures, skipped)
    return Outcome(folder, written, len(done) - num_known, num_known, len(failures))


def place_of(plan: Plan, out: str | os.PathLike[str] | None = None) -> Path:
    """The folder of a plan's results."""
    if out is not None:
        return Path(out)
    return Path(plan.out) if plan.out else DEFAULT_OUT / plan.name


def plan_jobs(plan: Plan, *, skip_missing: bool = False) -> tuple[list[cells.Job], dict[str, str]]:
    """Every cell with its hashes, and the corpora that are left out, by name the file that is not there.

    Raises: InputError if a corpus is not there, unless they are to be left out; UsageError for what else is wrong.
    """
    corpora = Corpora(plan)
    cells_of_plan = grid.cells(plan)
    used = {name for cell in cells_of_plan for name in (*cell.train, *(target.corpus for target in cell.tests))}
    missing = {name: path for name, path in corpora.missing().items() if name in used}
    if missing and not skip_missing:
        name, path = next(iter(missing.items()))
        others = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        fix = "Name the folder of the corpora with --data, or leave out what is not there with --skip-missing."
        raise InputError(f"no such file or folder, for the corpus {name}{others}", path=path, fix=fix)
    there = [cell for cell in (_without(cell, missing) for cell in cells_of_plan) if cell is not None]
    return [cells.Job(plan, cell, keys(plan, cell, corpora), corpora) for cell in there], missing


def is_known(out: Path, job: cells.Job) -> bool:
    """Whether the result of a cell stands in the folder."""
    store = Store(out)
    return store.record(store.folder(job.cell, job.keys)) is not None


def _without(cell: Cell, missing: Mapping[str, str]) -> Cell | None:
    """The cell without the tests that cannot be made; None if nothing is left, or it cannot be trained."""
    tests = tuple(target for target in cell.tests if target.corpus not in missing)
    return replace(cell, tests=tests) if tests and not set(cell.train) & set(missing) else None


def _in_short(cell: Cell, place: Path, record: Record) -> str:
    """The scores of a cell in a line, the first metric of each corpus."""
    first: dict[str, str] = {}
    for row in results.rows([(cell, place, record)]):
        first.setdefault(row["tested_on"], f"{row['tested_on']} {tables.headline(row['micro'])}")
    return ", ".join(first.values())


def _write_results(
    plan: Plan,
    folder: Path,
    done: Sequence[Found],
    failures: Sequence[Record],
    skipped: Mapping[str, str],
) -> dict[str, Any]:
    content = results.collect(plan.title, plan.name, results.rows(done), results.list_failures(failures), skipped)
    content["notes"] = notes(content, plan.seeds)
    write_json(folder / "results.json", content)
    write_whole(folder / "results.md", tables.markdown(content))
    write_whole(folder / "results.csv", tables.csv(content))
    return content


class _Work:
    """Does cells."""

    def __init__(self, store: Store, options: Options, progress: Progress) -> None:
        self._store, self._options, self._progress = store, options, progress

    def do(self, number: int, job: cells.Job, known: Record | None) -> Found:
        """A cell with its folder and its record, which may be known."""
        place = self._store.folder(job.cell, job.keys)
        if known is None:
            return job.cell, place, self._done(number, self._equipped(job), place)
        self._progress.known(number)
        return job.cell, place, known

    def _equipped(self, job: cells.Job) -> cells.Job:
        model = None if self._options.force else self._store.model(job.keys)
        keep_model, keep_predictions = self._options.keep_models, self._options.keep_predictions
        return replace(job, kept=model, keep_model=keep_model, keep_predictions=keep_predictions)

    def _done(self, number: int, job: cells.Job, place: Path) -> Record:
        self._progress.started(number)
        try:
            with self._store.writing(place) as unfinished:
                cells.do(job, unfinished)
        except Exception as error:
            if self._options.stop_at_error:
                raise
            with self._store.writing(place) as unfinished:
                record = cells.fail(job, error, unfinished)
            self._progress.ended(number, "failed", record["error"])
            return record
        record = self._store.record(place) or {}
        self._progress.ended(number, "done", _in_short(job.cell, place, record))
        return record
