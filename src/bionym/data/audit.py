"""`Audit`: what a conversion, a tokenizer, a window or a model could not keep, counted and never quoted."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from bionym.data.entity import Entity
from bionym.errors import LossError

NUM_EXAMPLES = 1_000  # places kept for the user to look at; the counts go on


class Event(NamedTuple):
    """One thing that was not kept as it was: where, and why, without its text."""

    kind: Literal["lost", "changed"]
    what: str
    reason: str
    document_id: str
    place: str


@dataclass
class Audit:
    """Counts of what was read and written, and of everything lost or changed on the way.

    Args:
        strict: raise at the first loss or change instead of counting it.
    """

    strict: bool = False
    read: Counter[str] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)
    lost: Counter[tuple[str, str]] = field(default_factory=Counter)
    changed: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: list[Event] = field(default_factory=list)

    def lose(self, document_id: str, thing: Entity | str, reason: str, *, count: int = 1, place: str = "") -> None:
        """Record something that is not in the result. Raises: LossError under `strict`.

        Args:
            place: where a thing stands that is no entity, such as "T4, line 7".
        """
        self._record("lost", document_id, thing, reason, count, place)

    def change(self, document_id: str, thing: Entity | str, reason: str, *, count: int = 1, place: str = "") -> None:
        """Record something that is in the result in another form; `place` as for `lose`. Raises: LossError under `strict`."""
        self._record("changed", document_id, thing, reason, count, place)

    @property
    def num_lost(self) -> int:
        """Entities lost."""
        return sum(count for (what, _), count in self.lost.items() if what == "entity")

    @property
    def num_changed(self) -> int:
        """Entities changed."""
        return sum(count for (what, _), count in self.changed.items() if what == "entity")

    def as_dict(self) -> Mapping[str, object]:
        """The counts, as they stand in JSON reports."""
        return {
            "read": dict(self.read),
            "written": dict(self.written),
            "lost": [{"what": what, "reason": why, "count": num} for (what, why), num in self.lost.most_common()],
            "changed": [{"what": what, "reason": why, "count": num} for (what, why), num in self.changed.most_common()],
            "examples": [event._asdict() for event in self.examples],
        }

    def _record(
        self,
        kind: Literal["lost", "changed"],
        document_id: str,
        thing: Entity | str,
        reason: str,
        count: int,
        place: str,
    ) -> None:
        what, place = ("entity", _place(thing)) if isinstance(thing, Entity) else (thing, place)
        event = Event(kind, what, reason, document_id, place)
        if self.strict:
            where = f"Document {document_id!r}: " if document_id else ""
            raise LossError(
                f"{where}{f'{what} {place}'.rstrip()} would be {kind}: {reason}. "
                "Nothing was written; leave out --strict to accept and count it."
            )
        (self.lost if kind == "lost" else self.changed)[what, reason] += count
        if len(self.examples) < NUM_EXAMPLES:
            self.examples.append(event)


def _place(entity: Entity) -> str:
    offsets = ", ".join(f"[{span.start}, {span.end})" for span in entity.spans)
    return f"{entity.id or entity.label} {offsets}"
