"""Documents for review: gold and predicted entities side by side, for any format that holds overlapping entities.

    Disease             gold and predicted agree; it stands once
    MISSED-Disease      gold only
    SPURIOUS-Disease    predicted only

What is missed or spurious has the kind of its error as the attribute "error" (see `error_kinds`): a boundary error shows
as a MISSED and a SPURIOUS entity that overlap, both with "error" "left". Only documents with an error are made. Ids,
relations and what formats keep in `meta` are left out, since gold and predicted ones would mix; concepts, attributes and
scores stay. The labels are legal in brat, which allows letters, digits, "-" and "_".
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from bionym.data import Document, Entity
from bionym.evaluation.error_kinds import classify
from bionym.evaluation.matching import match
from bionym.evaluation.pairs import Pair

MISSED, SPURIOUS = "MISSED-", "SPURIOUS-"


class Review:
    """The documents with errors, collected; an observer of `evaluate`.

    Args:
        documents: each whole, in the order of the pairs; `formats.write` writes them.
        num_pairs: all that were seen, with errors or without.
    """

    def __init__(self) -> None:
        self.documents: list[Document] = []
        self.num_pairs = 0

    def add(self, both: Pair) -> None:
        """One more pair."""
        self.num_pairs += 1
        self.documents += review([both])


def review(pairs: Iterable[Pair]) -> Iterator[Document]:
    """A document for each pair with an error."""
    for both in pairs:
        matched = match(both)
        errors = classify(matched)
        if errors:
            right = [_shown(gold) for gold, _ in matched.right]
            missed = [_shown(entity, MISSED, error.kind) for error in errors for entity in error.gold]
            spurious = [_shown(entity, SPURIOUS, error.kind) for error in errors for entity in error.predicted]
            yield replace(both.gold.with_entities((*right, *missed, *spurious)), meta={})


def _shown(entity: Entity, prefix: str = "", kind: str = "") -> Entity:
    attributes: Mapping[str, str] = {**entity.attributes, **({"error": kind} if kind else {})}
    return replace(entity, label=prefix + entity.label, attributes=attributes, id="")
