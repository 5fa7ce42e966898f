"""A member of an ensemble: a tagger that is a chain, or several, and for which sources its heads speak."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bionym.data import Document
from bionym.errors import ModelError
from bionym.heads.potentials import Combinable, Potentials
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
    tagger: Combinable
    folder: Path

    def potentials(self, documents: Sequence[Document]) -> Potentials:
        """What its heads say of tokenised documents, under the names of the sources it speaks for.

        Raises: ModelError if they are no chains.
        """
        names = dict(zip(self.tagger.sources, self.sources, strict=True))
        try:
            ranges, heads = self.tagger.potentials(documents)
        except ModelError as error:
            raise ModelError(f"{self.name}: {error}") from error
        return Potentials(ranges, tuple(replace(one, source=names[one.source]) for one in heads))

    def of_source(self, name: str) -> "Member":
        """The same member, speaking for one source alone."""
        if len(self.sources) == 1:
            return self
        own = self.tagger.sources[self.sources.index(name)]
        return replace(self, sources=(name,), tagger=self.tagger.of_source(own))


def chain_tagger(tagger: Tagger, kind: str, folder: Path) -> Combinable:
    """A tagger that may be a member. Raises: ModelError for others."""
    if kind == "ensemble":
        raise ModelError(
            f"{folder} is an ensemble itself. Name its members in its place: {folder / 'members' / '1'} ..."
        )
    if not isinstance(tagger, Combinable):
        raise ModelError(
            f"{folder} is a {kind}, which does not say how likely it finds each tag. Combine models of kinds that do: crf, "
            "bilstm_crf, transformer."
        )
    return tagger
