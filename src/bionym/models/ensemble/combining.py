"""Combine models in their folders into an ensemble in a new folder."""

import math
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bionym.errors import OutputError, UsageError, did_you_mean
from bionym.heads.potentials import Combinable
from bionym.models.ensemble.members import NAMELESS, Member, chain_tagger
from bionym.trained import store
from bionym.trained.record import Record, versions

if TYPE_CHECKING:
    from bionym.models.ensemble.tagger import Ensemble


class Given(NamedTuple):
    """A model to combine, and the source that was named for it; "" if none was."""

    source: str
    folder: Path
    tagger: Combinable

    def __str__(self) -> str:
        return f"{self.source}={self.folder}" if self.source else str(self.folder)


def combine(
    models: Iterable[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    *,
    shares: Iterable[float] | None = None,
    force: bool = False,
) -> "Ensemble":
    """Write an ensemble of trained models, each copied whole, to a new folder.

    Args:
        models: folders or names; `NAME=FOLDER` averages a model with one head with the head NAME of the others.
        shares: the weight of each in the mean, relative to the others; equal by default.
    Returns: the ensemble.
    Raises: UsageError for fewer than two, for shares or names that do not fit; ModelError for models that cannot be averaged;
        OutputError if something stands at `out`.
    """
    from bionym.models.ensemble.tagger import Ensemble

    texts, place = [os.fspath(model) for model in models], Path(out)
    if len(texts) < 2:
        raise UsageError(f"An ensemble needs two models or more, found {len(texts)}. Name another.")
    weights = _checked(shares, len(texts))
    store.check_free(place, force=force)
    given = [_given(text, place) for text in texts]
    members = [
        Member(model.folder.resolve().name, store.kind_of(model.folder), share, sources, model.tagger, model.folder)
        for model, share, sources in zip(given, weights, _sources_of(given), strict=True)
    ]
    ensemble = Ensemble(members)
    store.save(ensemble, place, _record(ensemble), force=force)
    return ensemble


def _checked(shares: Iterable[float] | None, number: int) -> tuple[float, ...]:
    """A share for each model. Raises: UsageError."""
    weights = tuple(shares) if shares is not None else (1 / number,) * number
    if len(weights) != number:
        raise UsageError(f"There are {len(weights)} shares for {number} models. Give one for each, in their order.")
    for share in weights:
        if not (share > 0 and math.isfinite(share)):
            raise UsageError(
                f"A share is {share:g}: expected a number above 0. Leave out a model that is not to count."
            )
    return weights


def _given(text: str, out: Path) -> Given:
    """A model as it was named. Raises: UnknownNameError, ModelError; OutputError if `out` would lie in its folder."""
    source, equals, name = text.partition("=")
    if not equals or Path(text).exists():
        source, name = NAMELESS, text
    folder = store.locate(name)
    if folder.resolve() in out.resolve().parents:
        raise OutputError(f"{out} lies in {folder}, which is to be copied there. Choose another folder.")
    kind = store.kind_of(folder)
    return Given(source, folder, chain_tagger(store.load(folder), kind, folder))


def _sources_of(given: Sequence[Given]) -> list[tuple[str, ...]]:
    """For each model the source of each of its heads. Raises: UsageError.

    Models with one head each, and no source named for any, are averaged, whatever each calls its head.
    """
    sources_of = [model.tagger.sources for model in given]
    if all(len(sources) == 1 for sources in sources_of) and not any(model.source for model in given):
        name = next((sources[0] for sources in sources_of if sources[0]), NAMELESS)
        return [(name,)] * len(given)
    for model, heads in zip(given, sources_of, strict=True):
        if model.source and len(heads) > 1:
            raise UsageError(
                f"{model}: this model has heads for {_listed(heads)}, so it cannot stand for {model.source} alone. Give it "
                "without a name."
            )
    sources = [(model.source,) if model.source else heads for model, heads in zip(given, sources_of, strict=True)]
    _check_partners(given, sources)
    return sources


def _check_partners(given: Sequence[Given], sources: Sequence[tuple[str, ...]]) -> None:
    """Every model has a source in common with another; of several that have none, the likeliest mistake is reported."""
    for place in sorted(range(len(given)), key=lambda place: (not given[place].source, len(sources[place]))):
        others = {name for other, names in enumerate(sources) if other != place for name in names}
        if not others & set(sources[place]):
            raise UsageError(_no_partner(given[place], sources[place], others))


def _no_partner(model: Given, sources: Sequence[str], others: Iterable[str]) -> str:
    known = sorted(filter(None, others))
    if model.source:
        return (
            f"{model}: no other model has a head named {model.source!r}.{did_you_mean(model.source, known)} Known: "
            f"{_listed(known)}. Models with one head each are combined without names."
        )
    has = f"has heads for {_listed(sources)}" if any(sources) else "has one head without a name"
    return (
        f"{model} {has}, and no other model has the same; they have {_listed(known)}. Name one of these for it: "
        f"NAME={model.folder}."
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


def _record(ensemble: "Ensemble") -> Record:
    """What was combined, for programs and for the card."""
    return Record.model_validate(
        {
            "model": "ensemble",
            "labels": ensemble.labels,
            **ensemble.config.model_dump(mode="json"),
            "versions": versions(()),
        }
    )
