"""`Group`: what errors have in common that are counted together."""

from typing import NamedTuple

from bionym.data import Document
from bionym.data.mentions import mention_key
from bionym.evaluation.error_kinds import Error


class Group(NamedTuple):
    """Errors of one kind, with the same labels and mentions.

    Args:
        gold_label, predicted_label: None where a side has no entity.
        gold_mention, predicted_mention: as `mention_key` has it; "" where a side has no entity, or several.
        is_apart: whether no gold entity overlaps what was predicted.
    """

    kind: str
    gold_label: str | None
    predicted_label: str | None
    gold_mention: str
    predicted_mention: str
    is_apart: bool

    @property
    def label(self) -> str:
        """The gold label, or the predicted one where there is no gold."""
        return self.gold_label or self.predicted_label or ""

    @property
    def mention(self) -> str:
        """The gold mention, or the predicted one where there is no gold."""
        return self.gold_mention or self.predicted_mention


def group_of(gold: Document, error: Error) -> Group:
    """The group of an error in a document."""
    sides = (error.gold, error.predicted)
    mentions = [mention_key(gold.text, entities[0]) if len(entities) == 1 else "" for entities in sides]
    is_apart = not any(entity.overlaps(other) for other in error.predicted for entity in gold.entities)
    return Group(error.kind, error.gold_label, error.predicted_label, mentions[0], mentions[1], is_apart)
