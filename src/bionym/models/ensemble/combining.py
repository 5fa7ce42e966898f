"""Models in their folders become an ensemble in a folder of its own."""

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
    """A model to combine, and the source it is said to speak for; "" if that was not said."""

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
        models: folders or names; `NAME=FOLDER` says that a model with one head speaks for the head NAME of the others.
        shares: the weight of each in the mean, beside those of the others; equal ones if none are given.
    Returns: the ensemble.
    Raises: UsageError for fewer than two, for shares or names that do not fit; ModelError for models that cannot speak together;
        OutputError if something stands at `out`.
    """
    from bionym.models.ensemble.tagger import Ensemble

    texts, place = [os.fspath(one) for one in models], Path(out)
    if len(texts) < 2:
        raise UsageError(f"An ensemble needs two models or more, found {len(texts)}. Name another one.")
    weights = _checked(shares, len(texts))
    store.check_free(place, force=force)
    given = [_given(text, place) for text in texts]
    members = [
        Member(one.folder.resolve().name, store.kind_of(one.folder), share, sources, one.tagger, one.folder)
        for one, share, sources in zip(given, weights, _spoken_for(given), strict=True)
    ]
    made = Ensemble(members)
    store.save(made, place, _record(made), force=force)
    return made


def _checked(shares: Iterable[float] | None, number: int) -> tuple[float, ...]:
    """A share for each model. Raises: UsageError."""
    found = tuple(shares) if shares is not None else (1 / number,) * number
    if len(found) != number:
        raise UsageError(f"There are {len(found)} shares for {number} models. Give one for each, in their order.")
    for one in found:
        if not (one > 0 and math.isfinite(one)):
            raise UsageError(
                f"A share is {one:g}: expected a number above 0. Leave out a model that is to say nothing."
            )
    return found


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


def _spoken_for(given: Sequence[Given]) -> list[tuple[str, ...]]:
    """For each model the sources it speaks for, one a head. Raises: UsageError.

    Models with one head each, none said to speak for a source, speak for one together, whatever each calls it.
    """
    own = [one.tagger.sources for one in given]
    if all(len(one) == 1 for one in own) and not any(one.source for one in given):
        name = next((one[0] for one in own if one[0]), NAMELESS)
        return [(name,)] * len(given)
    for one, found in zip(given, own, strict=True):
        if one.source and len(found) > 1:
            raise UsageError(
                f"{one}: this model has heads for {_listed(found)}, so it does not speak for {one.source} alone. Give it "
                "without a name."
            )
    sources = [(one.source,) if one.source else found for one, found in zip(given, own, strict=True)]
    _check_partners(given, sources)
    return sources


def _check_partners(given: Sequence[Given], sources: Sequence[tuple[str, ...]]) -> None:
    """Every model has a source in common with another; of several that have none, the likeliest slip is told."""
    for place in sorted(range(len(given)), key=lambda place: (not given[place].source, len(sources[place]))):
        others = {name for other, names in enumerate(sources) if other != place for name in names}
        if not others & set(sources[place]):
            raise UsageError(_no_partner(given[place], sources[place], others))


def _no_partner(one: Given, sources: Sequence[str], others: Iterable[str]) -> str:
    known = sorted(filter(None, others))
    if one.source:
        return (
            f"{one}: no other model has a head named {one.source!r}.{did_you_mean(one.source, known)} Known: "
            f"{_listed(known)}. Models with one head each are combined without names."
        )
    has = f"has heads for {_listed(sources)}" if any(sources) else "has one head without a name"
    return (
        f"{one} {has}, and no other model has such; they have {_listed(known)}. Say for which of these it speaks: "
        f"NAME={one.folder}."
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
