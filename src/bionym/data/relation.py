"""`Relation`: a labelled tie between entities or concepts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Argument(NamedTuple):
    """One end of a relation.

    Args:
        role: what the end is for: "Arg1", "Chemical".
        target: an entity's `id`, or a concept identifier where a format ties concepts.
    """

    role: str
    target: str


@dataclass(frozen=True, slots=True)
class Relation:
    """A labelled tie between entities or concepts: kept through every format that can hold it.

    Args:
        attributes: other named values ("novelty": "Novel").
    """

    label: str
    arguments: tuple[Argument, ...]
    id: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict, hash=False)
