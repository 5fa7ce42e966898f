"""Settings searched for: many trainings, each with settings drawn where earlier ones scored well.

A search lives in a folder: `trials.log` holds every trial, and a search that is started again with the same folder goes
on; `best.toml` is a configuration file with the best settings so far. What is scored is the caller's affair, and must
be development data. Source of the sampler: Bergstra et al. 2011 (tree of Parzen estimators), by optuna.

A space is a TOML file, nested as the configuration is:

    [training]
    c1 = {low = 1e-3, high = 1.0, log = true}      a number; whole if both ends are, in steps if step is given
    max_iterations = {choices = [50, 100, 200]}    one of several
    c2 = 0.1                                       fixed
"""

import json
import re
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import Field, model_validator

from bionym.config import Settings, dump, merged, read, refuse_changes, validated
from bionym.errors import BionymError, ConfigError, MissingExtraError, ModelError, UsageError
from bionym.files import write_whole

if TYPE_CHECKING:
    import optuna

LOG, BEST = "trials.log", "best.toml"
UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}
Values = dict[str, Any]  # a setting's name, dotted -> its value


class Range(Settings):
    """Numbers between two ends, both included."""

    low: int | float
    high: int | float
    log: bool = Field(default=False, description="Whether ratios count, rather than differences.")
    step: int | float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _check(self) -> "Range":
        if self.low >= self.high:
            raise ValueError(f"low is {self.low}, expected less than high, {self.high}")
        if self.log and (self.low <= 0 or self.step is not None):
            raise ValueError("with log, low must be above 0, and there is no step")
        return self


class Choices(Settings):
    """One of several values."""

    choices: list[bool | int | float | str] = Field(min_length=1)


Space = Mapping[str, Range | Choices | Any]  # a setting's name, dotted; anything else is a fixed value


class Budget(NamedTuple):
    """When a search ends, whichever comes first; trials are those of the whole search, seconds those of this call."""

    trials: int | None = None
    seconds: float | None = None


class Trial(NamedTuple):
    """A trial that is done: its number from 0, its settings and its score; None if it failed."""

    number: int
    settings: Values
    score: float | None


class Search(NamedTuple):
    """What came of a search: its trials in order, and the best one."""

    trials: tuple[Trial, ...]
    best: Trial


def load_space(path: Path) -> Space:
    """The space of a TOML file. Raises: ConfigError naming the key."""
    space = dict(_leaves(read(path), "", str(path)))
    if not any(isinstance(entry, (Range, Choices)) for entry in space.values()):
        raise ConfigError(f"{path} searches nothing: give a setting {{low, high}} or {{choices}}.")
    return space


def parse_budget(text: str) -> Budget:
    """`"30m"`, `"2h"`, `"trials=20"`, or both with a comma between. Raises: UsageError."""
    budget = Budget()
    for part in text.replace(" ", "").split(","):
        if found := re.fullmatch(r"trials=([1-9]\d*)", part):
            budget = budget._replace(trials=int(found[1]))
        elif found := re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", part):
            budget = budget._replace(seconds=float(found[1]) * UNITS[found[2]])
        else:
            raise UsageError(f"--budget {text!r}: expected a time such as 30m or 2h, or trials=20, or 2h,trials=20.")
    return budget


def search(
    objective: Callable[[Values], float],
    space: Space,
    *,
    folder: Path,
    budget: Budget,
    seed: int = 1,
    base: Mapping[str, Any] | None = None,
    about: Mapping[str, Any] | None = None,
    on_trial: Callable[[Trial], None] = lambda trial: None,
) -> Search:
    """Train and score until the budget is spent.

    Args:
        objective: the score of some settings, higher is better. A BionymError makes the trial a failed one; a UsageError
            ends the search, for it would come again.
        folder: where the search lives. One that is there goes on, with what it learned from its earlier trials.
        base: a configuration that `best.toml` lays the best settings over.
        about: what the search is (model, data), compared when it goes on.
        on_trial: told of each trial of this call.
    Raises: MissingExtraError without optuna; ConfigError if the folder holds another search; ModelError if every trial
        failed.
    """
    study = _study(folder, seed)
    _check_same(study, folder, {"space": {name: _plain(entry) for name, entry in space.items()}, **(about or {})})

    def scored(trial: "optuna.Trial") -> float:
        return objective({name: _drawn(trial, name, entry) for name, entry in space.items()})

    def told(study: "optuna.Study", trial: "optuna.trial.FrozenTrial") -> None:
        done = _trial(trial, space)
        if done.score is not None and study.best_trial.number == trial.number:
            _write_best(folder / BEST, done, base or {})
        on_trial(done)

    left = None if budget.trials is None else budget.trials - sum(trial.state.is_finished() for trial in study.trials)
    if left is None or left > 0:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # optuna's own about samplers
            study.optimize(
                _but_usage(scored), n_trials=left, timeout=budget.seconds, catch=(_Failed,), callbacks=[told]
            )
    trials = tuple(_trial(trial, space) for trial in study.trials if trial.state.is_finished())
    successes = [trial for trial in trials if trial.score is not None]
    if not successes:
        raise ModelError(f"None of {len(trials)} trials could be trained. Try one of them by hand with bionym train.")
    return Search(trials, max(successes, key=lambda trial: (trial.score or 0.0, -trial.number)))


def nested(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted names as tables within tables."""
    tables: dict[str, Any] = {}
    for name, value in settings.items():
        inner: Any = value
        for part in reversed(name.split(".")):
            inner = {part: inner}
        tables = merged(tables, inner)
    return tables


class _Failed(Exception):
    """A trial that could not be trained."""


def _but_usage(scored: Callable[["optuna.Trial"], float]) -> Callable[["optuna.Trial"], float]:
    def judged(trial: "optuna.Trial") -> float:
        try:
            return scored(trial)
        except UsageError:
            raise
        except BionymError as error:
            raise _Failed(str(error)) from error

    return judged


def _study(folder: Path, seed: int) -> "optuna.Study":
    try:
        import optuna
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend
    except ImportError as error:
        raise MissingExtraError("optuna", extra="tune", purpose="Searching for settings") from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    folder.mkdir(parents=True, exist_ok=True)
    storage = JournalStorage(JournalFileBackend(str(folder / LOG)))
    study = optuna.create_study(storage=storage, study_name="search", direction="maximize", load_if_exists=True)
    study.sampler = optuna.samplers.TPESampler(seed=seed + len(study.trials))  # else it would draw the same again
    return study


def _check_same(study: "optuna.Study", folder: Path, about: Mapping[str, Any]) -> None:
    before = study.user_attrs.get("about")
    if before is None:
        study.set_user_attr("about", json.loads(json.dumps(dict(about))))
    else:
        refuse_changes(folder, before, about, what="a search")


def _drawn(trial: "optuna.Trial", name: str, entry: Any) -> Any:
    if isinstance(entry, Choices):
        return trial.suggest_categorical(name, entry.choices)
    if not isinstance(entry, Range):
        return entry
    if isinstance(entry.low, int) and isinstance(entry.high, int) and isinstance(entry.step, (int, type(None))):
        return trial.suggest_int(name, entry.low, entry.high, log=entry.log, step=entry.step or 1)
    return trial.suggest_float(name, entry.low, entry.high, log=entry.log, step=entry.step)


def _trial(trial: "optuna.trial.FrozenTrial", space: Space) -> Trial:
    score = trial.value if trial.state.name == "COMPLETE" else None
    return Trial(trial.number, {name: trial.params.get(name, entry) for name, entry in space.items()}, score)


def _write_best(path: Path, trial: Trial, base: Mapping[str, Any]) -> None:
    text = dump(merged(base, nested(trial.settings)))
    write_whole(path, f"# Trial {trial.number}, development score {trial.score:.4f}\n{text}")


def _leaves(tables: Mapping[str, Any], prefix: str, origin: str) -> Any:
    for key, value in tables.items():
        name = f"{prefix}{key}"
        if not isinstance(value, Mapping):
            yield name, value
        elif "choices" in value:
            yield name, validated(Choices, value, prefix=name, origin=origin)
        elif "low" in value or "high" in value:
            yield name, validated(Range, value, prefix=name, origin=origin)
        else:
            yield from _leaves(value, f"{name}.", origin)


def _plain(entry: Any) -> Any:
    return entry.model_dump(mode="json") if isinstance(entry, Settings) else entry
