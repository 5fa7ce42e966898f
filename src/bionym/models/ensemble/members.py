"""A member of an ensemble: a tagger that is a chain, or several, and for which sources its heads speak."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bionym.data import Document
from bionym.errors import ModelError
from bionym.heads.potentials import ChainTagger, Potentials
from bionym.protocols import Tagger

NAMELESS = ""  # the source of a model with one head that has no name


@dataclass(frozen=True)
class Member:
    """One of several taggers that speak together.

    Args:
        name: of its folder, for messages and the card.
        kind: "crf", "bilstm_crf", "transformer".
        share: its weight in the mean.
        sources: for each of its heads' sources, in order, the source it speaks for.
        folder: where its files lie.
    """

    name: str
    kind: str
    share: float
    sources: tuple[str, ...]
    tagger: ChainTagger
    folder: Path

    def potentials(self, documents: Sequence[Document]) -> Potentials:
        """What its heads say of tokenised documents, under the names of the sources it speaks for.

        Raises: ModelError if they are no chains.
        """
        names = dict(zip(sources_of(self.tagger), self.sources, strict=True))
        try:
            ranges, heads = self.tagger.potentials(documents)
        except ModelError as error:
            raise ModelError(f"{self.name}: {error}") from error
        return Potentials(ranges, tuple(replace(one, source=names[one.source]) for one in heads))

    def of_source(self, name: str) -> "Member":
        """The same member, speaking for one source alone."""
        if len(self.sources) == 1:
            return self
        own = sources_of(self.tagger)[self.sources.index(name)]
        return replace(self, sources=(name,), tagger=self.tagger.of_source(own))  # type: ignore[attr-defined]


def sources_of(tagger: Tagger) -> tuple[str, ...]:
    """The names of a tagger's heads; of a tagger without names for them, one that is empty."""
    found: tuple[str, ...] = getattr(tagger, "sources", (NAMELESS,))
    return found


def chain_tagger(tagger: Tagger, kind: str, folder: Path) -> ChainTagger:
    """A tagger that may be a member. Raises: ModelError for others."""
    if kind == "ensemble":
        raise ModelError(
            f"{folder} is an ensemble itself. Name its members in its place: {folder / 'members' / '1'} ..."
        )
    if not isinstance(tagger, ChainTagger):
        raise ModelError(
            f"{folder} is a {kind}, which does not say how likely it finds each tag. Combine models of kinds that do: crf, "
            "bilstm_crf, transformer."
        )
    return tagger
