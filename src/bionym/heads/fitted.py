"""What a training gives, and what a family of models offers that can be trained."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypedDict, runtime_checkable

from bionym.data import Audit, Corpus, Document
from bionym.protocols import Tagger
from bionym.training.events import Monitor, Result


class Fitted(NamedTuple):
    """A trained model and how its training went.

    Args:
        tagger: the model.
        result: of the loop; None for a model that does not learn in epochs.
        predicted: by corpus, its development documents (the gold side) and what the model predicts for them, each by the head
            of that corpus.
    """

    tagger: Tagger
    result: Result | None
    predicted: "Mapping[str, Predicted]"


class Predicted(NamedTuple):
    """Development documents of a corpus and the same with predicted entities, in the same order."""

    gold: Sequence[Document]
    predicted: Sequence[Document]


class FitOptions(TypedDict, total=False):
    """The arguments of `Trainable.fit` that may be left out."""

    audit: Audit | None
    monitors: Iterable[Monitor]
    folder: Path | None
    about: Mapping[str, Any] | None


@runtime_checkable
class Trainable(Protocol):
    """A family of models that learn from corpora; there is one way to fit."""

    Config: type[Any]

    def fit(
        self,
        corpora: Mapping[str, Corpus],
        config: Any,
        *,
        audit: Audit | None = None,
        monitors: Iterable[Monitor] = (),
        folder: Path | None = None,
        about: Mapping[str, Any] | None = None,
    ) -> Fitted:
        """Train on the split "train" of corpora, by their names; one corpus alone may have the name "".

        Args:
            audit: counts the entities that the model cannot learn.
            monitors: watch the training; what one of them raises ends it.
            folder: for checkpoints; a training that was interrupted there goes on.
            about: facts of the run, for the log, compared when a training goes on.
        Raises: ModelError if a corpus has no entity to learn from; ConfigError; MissingExtraError.
        """
