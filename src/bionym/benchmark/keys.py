"""Hashes of all that decides a result: what was done under the same hash need not be done again.

The training is decided by the system's whole configuration, the files that names, the bytes of the training data and how
they are read, the seed and the protocol; the scores by that and by the test data, the labels and the metrics. The version of
Bionym belongs to both: numbers that stand in one table come from one program, so after an update a plan is run again.
"""

import json
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any, NamedTuple

from bionym.benchmark import systems
from bionym.benchmark.corpora import Corpora
from bionym.benchmark.grid import Cell, Target
from bionym.benchmark.plan import Plan
from bionym.version import __version__

NUM_BYTES = 5


class Keys(NamedTuple):
    """Hashes of a cell, in hexadecimal digits."""

    training: str
    scoring: str


def keys(plan: Plan, cell: Cell, corpora: Corpora) -> Keys:
    """The hashes of a cell. Raises: UsageError, InputError where the system names what is not there."""
    system = plan.systems[cell.system]
    training: dict[str, Any] = {
        "bionym": __version__,
        "system": system.model_dump(mode="json", include={"model", "format", "options"}),
        "files": corpora.hashes(systems.files_of(system, cell.seed)),
        "learned": [corpora.key(*place) for place in cell.training_splits],
    }
    if system.model:
        training["configuration"] = systems.configure(system, cell.seed)
        if systems.is_neural(system) and cell.protocol != "train+devel":
            training["stopped by"] = [corpora.key(name, "devel") for name in cell.train if plan.corpora[name].devel]
        if plan.exclude_shared:
            training["without"] = _tested(cell.tests, corpora)
    scoring = {"training": _hash(training), "metrics": plan.metrics, "tests": _tested(cell.tests, corpora)}
    scoring["labels"] = [_labels(target) for target in cell.tests]
    return Keys(_hash(training), _hash(scoring))


def _tested(targets: Iterable[Target], corpora: Corpora) -> list[Any]:
    return [(target.corpus, corpora.key(target.corpus, target.split)) for target in targets]


def _labels(target: Target) -> list[Any]:
    return [(dict(side.names), sorted(side.only)) for side in (target.labels.gold, target.labels.predicted)]


def _hash(facts: Any) -> str:
    text = json.dumps(facts, sort_keys=True, default=str)
    return blake2b(text.encode(), digest_size=NUM_BYTES).hexdigest()
