"""How a family that learns in epochs is fitted: documents held out, the loop, and the model as it will be loaded anywhere."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from torch import nn

from bionym.data import Audit, Corpus, Document
from bionym.heads.batches import by_length
from bionym.heads.corpora import hold_out_development
from bionym.heads.development import Chosen
from bionym.heads.fitted import Fitted
from bionym.text.prepare import tokenized
from bionym.training import seeds
from bionym.training.events import Monitor, Result, Shown
from bionym.training.loop import fit as run_loop
from bionym.training.settings import TrainingSettings


class Learner(Protocol):
    """A network, its data and what ties them."""

    @property
    def network(self) -> nn.Module:
        """What learns; it has `loss(batch)`."""

    @property
    def settings(self) -> TrainingSettings:
        """Of the loop."""

    @property
    def about(self) -> Mapping[str, Any]:
        """Facts of the run besides those of the caller, for the log; compared when it goes on."""

    @property
    def shown(self) -> Shown | None:
        """What monitors may ask for."""

    def computing(self) -> AbstractContextManager[None]:
        """What must be there while it learns."""

    def batches(self, epoch: int) -> Sequence[Any]:
        """The batches of an epoch."""

    def evaluate(self, network: nn.Module) -> Mapping[str, Mapping[str, Any]]:
        """Development scores by corpus."""

    def saved(self, result: Result) -> Chosen:
        """The model as it will be loaded anywhere."""


class FamilyConfig(Protocol):
    """What the configuration of such a family has at least."""

    @property
    def held_out(self) -> float:
        """Share of documents held out where no development data is given."""

    @property
    def seed(self) -> int:
        """Random seed."""


Config = TypeVar("Config", bound=FamilyConfig)


def fit(
    prepare: Callable[[Mapping[str, Corpus], Config, Audit, Sequence[Monitor]], Learner],
    corpora: Mapping[str, Corpus],
    config: Config,
    *,
    audit: Audit | None = None,
    monitors: Iterable[Monitor] = (),
    folder: Path | None = None,
    about: Mapping[str, Any] | None = None,
) -> Fitted:
    """A model that has learned from corpora; the arguments are those of `bionym.heads.fitted.Trainable`.

    Args:
        prepare: makes the learner, of corpora with development documents.
    """
    audit = audit if audit is not None else Audit()
    seeds.seed_everything(config.seed)
    corpora = hold_out_development(corpora, fraction=config.held_out, seed=config.seed)
    monitors = tuple(monitors)
    learner = prepare(corpora, config, audit, monitors)
    with learner.computing():
        result = run_loop(
            learner.network,
            learner.batches,
            settings=learner.settings,
            evaluate=learner.evaluate,
            monitors=monitors,
            folder=folder,
            about={**(about or {}), **learner.about},
            shown=learner.shown,
        )
    chosen = learner.saved(result)
    return Fitted(chosen.tagger, result, chosen.predicted)


def development_documents(corpora: Mapping[str, Corpus]) -> dict[str, list[Document]]:
    """Those of each corpus that has some, with tokens."""
    dev = {name: corpus.splits.get("dev", ()) for name, corpus in corpora.items()}
    return {name: list(map(tokenized, documents)) for name, documents in dev.items() if documents}


def scores_of_tokens(
    items: Sequence[Sized],
    num_tokens: Sequence[int],
    num_scores: int,
    score: Callable[[Sequence[int]], NDArray[np.float64]],
    *,
    most: int,
) -> NDArray[np.float64]:
    """Scores of the tokens of all items, one item behind the other, N x S; items of like length are computed together.

    Args:
        items: sentences, windows.
        num_tokens: of each item, that are scored.
        num_scores: S.
        score: the scores of the items at some places, B x T x S, with padding behind.
        most: length of items that are computed together, padding counted.
    """
    ends = np.cumsum(num_tokens)
    scores_NS = np.zeros((int(ends[-1]) if len(ends) else 0, num_scores))
    for places in by_length(items, most):
        scores_BTS = score(places)
        for row, place in enumerate(places):
            length = num_tokens[place]
            scores_NS[ends[place] - length : ends[place]] = scores_BTS[row, :length]
    return scores_NS
