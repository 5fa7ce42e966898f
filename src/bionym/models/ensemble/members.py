"""A member of an ensemble: a tagger of one or several chains, and the sources of its heads."""

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
    """One of several taggers that are averaged.

    Args:
        name: of its folder, for messages and the card.
        kind: "crf", "bilstm_crf", "transformer".
        share: weight in the mean.
        sources: for each of its heads' sources, in order, the source it has in the ensemble.
        folder: where its files lie.
    """

    name: str
    kind: str
    share: float
    sources: tuple[str, ...]
    tagger: Combinable
    folder: Path

    def potentials(self, documents: Sequence[Document]) -> Potentials:
        """Its heads' scores of tokenised documents, under the sources that they have in the ensemble.

        Raises: ModelError if they are not chains.
        """
        names = dict(zip(self.tagger.sources, self.sources, strict=True))
        try:
            ranges, heads = self.tagger.potentials(documents)
        except ModelError as error:
            raise ModelError(f"{self.name}: {error}") from error
        return Potentials(ranges, tuple(replace(head, source=names[head.source]) for head in heads))

    def of_source(self, name: str) -> "Member":
        """The same member, restricted to one source."""
        if len(self.sources) == 1:
            return self
        source = self.tagger.sources[self.sources.index(name)]
        return replace(self, sources=(name,), tagger=self.tagger.of_source(source))


def chain_tagger(tagger: Tagger, kind: str, folder: Path) -> Combinable:
    """A tagger that may be a member. Raises: ModelError for others."""
    if kind == "ensemble":
        raise ModelError(f"{folder} is itself an ensemble. Name its members instead: {folder / 'members' / '1'} ...")
    if not isinstance(tagger, Combinable):
        raise ModelError(
            f"{folder} is a {kind}, which gives no scores of tag sequences. Combine models of kinds that do: crf, "
            "bilstm_crf, transformer."
        )
    return tagger
