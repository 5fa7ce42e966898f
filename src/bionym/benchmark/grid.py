"""A plan as cells, each of which is trained once and tested on one corpus or several."""

from collections.abc import Iterator
from dataclasses import dataclass

from bionym.benchmark.plan import LEARNED, SCORED, Plan, RunPlan
from bionym.benchmark.systems import is_seeded
from bionym.data.labels import LabelMap
from bionym.errors import ConfigError
from bionym.evaluation import Labels

Row = tuple[str, tuple[str, ...], str]  # system, corpora learned from, protocol


@dataclass(frozen=True)
class Target:
    """A corpus to test on, the split of it, and the labels on either side."""

    corpus: str
    split: str
    labels: Labels


@dataclass(frozen=True)
class Cell:
    """One system as it came out of one training.

    Args:
        train: corpora learned from; empty for a saved model and for predictions.
        protocol: "train", "train+devel" or "select"; "" where nothing is learned.
        seed: None if the training has no randomness, or nothing is trained.
    """

    system: str
    train: tuple[str, ...]
    protocol: str
    seed: int | None
    tests: tuple[Target, ...]

    @property
    def row(self) -> Row:
        """What it has in common with the other seeds."""
        return self.system, self.train, self.protocol

    @property
    def title(self) -> str:
        """In a line: "crf, NCBI-disease, train+devel, seed 1"."""
        seed = f"seed {self.seed}" if self.seed is not None else ""
        return ", ".join(filter(None, (self.system, " + ".join(self.train), self.protocol, seed)))

    @property
    def training_splits(self) -> tuple[tuple[str, str], ...]:
        """Corpus and split of all training data."""
        return tuple((corpus, split) for corpus in self.train for split in LEARNED[self.protocol])


def cells(plan: Plan) -> tuple[Cell, ...]:
    """Every cell of a plan, in its order; runs that would train the same thing become one cell.

    Raises: ConfigError where two runs ask for one figure in two ways, or where a split is not there.
    """
    targets: dict[tuple[Row, int | None], dict[str, Target]] = {}
    for run in plan.runs or (RunPlan(),):
        for row, tests in _rows(plan, run):
            for seed in _seeds(plan, row[0]):
                held = targets.setdefault((row, seed), {})
                for test in tests:
                    if held.setdefault(test.corpus, test) != test:
                        raise ConfigError(f"Two runs test {row[0]!r} on {test.corpus!r} with different labels.")
    grid = tuple(Cell(*row, seed, tuple(tests.values())) for (row, seed), tests in targets.items())
    _check_splits(plan, grid)
    return grid


def _rows(plan: Plan, run: RunPlan) -> Iterator[tuple[Row, list[Target]]]:
    for name in run.system or plan.systems:
        system = plan.systems[name]
        if system.model is None:
            known = system.predictions or plan.corpora
            yield (name, (), ""), [_target(run, corpus, "test") for corpus in run.test or known if corpus in known]
            continue
        for train in [run.train] if run.train else [(corpus,) for corpus in _learnable(plan)]:
            for protocol in run.protocols or plan.protocols:
                yield (name, train, protocol), [_target(run, corpus, SCORED[protocol]) for corpus in run.test or train]


def _learnable(plan: Plan) -> list[str]:
    return [name for name, corpus in plan.corpora.items() if corpus.train]


def _target(run: RunPlan, corpus: str, split: str) -> Target:
    gold, predicted = (LabelMap(names.get(corpus, {}), run.only) for names in (run.gold, run.predicted))
    return Target(corpus, split, Labels(gold, predicted))


def _seeds(plan: Plan, name: str) -> tuple[int | None, ...]:
    return plan.seeds if is_seeded(plan.systems[name]) else (None,)


def _check_splits(plan: Plan, grid: tuple[Cell, ...]) -> None:
    for cell in grid:
        for corpus, split in (*cell.training_splits, *((test.corpus, test.split) for test in cell.tests)):
            if not getattr(plan.corpora[corpus], split):
                raise ConfigError(f"The setting 'corpora.{corpus}.{split}' is missing; it is needed for: {cell.title}.")
