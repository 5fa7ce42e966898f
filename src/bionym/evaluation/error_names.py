"""What an error has to do with names: abbreviations and synonyms of its entity, here and in training.

    repeated             the same name with this label is right in another place of the document
    short-of-found       an abbreviation whose long form is right in the document
    short-of-missed      an abbreviation whose long form stands there, and is not right either
    short-alone          an abbreviation whose long form is no entity of the document, or is not known
    long-of-found        a long form whose abbreviation is right in the document
    synonym-of-found     another name of its concept is right in the document, and is not its short or long form
    synonym-of-trained   the name was no entity of this label in training, but its concept was, under other names
    untrained            neither the name nor its concept was an entity of this label in training

Asked of the gold entities of an error; of the predicted ones where it has none. An error may have several of these, or
none. Which form is short for which, the document says where it defines it, "long form (SF)"; an entity that ends where the
long form does counts as it, since annotators and the definition may begin at different words. Concepts compare to the
letter, and an entity without one has no synonyms; the last two need the training documents.
"""

from collections.abc import Iterator

from bionym.data import Entity
from bionym.evaluation.error_kinds import Error
from bionym.evaluation.matching import Matched
from bionym.evaluation.seen import Seen
from bionym.evaluation.slicers import Side, Surroundings, is_abbreviation

NAMES = (
    "repeated",
    "short-of-found",
    "short-of-missed",
    "short-alone",
    "long-of-found",
    "synonym-of-found",
    "synonym-of-trained",
    "untrained",
)

_Name = tuple[str, str]  # a label, and a mention as mentions compare


class Names:
    """The names in one pair of documents.

    Args:
        around: the text, with its definitions.
        matched: what is right in it, and what was missed.
        seen: what training held; None if that is not known.
    """

    def __init__(self, around: Surroundings, matched: Matched, seen: Seen | None) -> None:
        self._around, self._seen = around, seen
        self._side = Side((), around)
        right = [gold for gold, _ in matched.right]
        self._right = {self._name(entity) for entity in right}
        self._missed = {self._name(entity) for entity in matched.missed}
        self._of_concept: dict[_Name, set[_Name]] = {}
        for entity in right:
            for concept in entity.concepts:
                self._of_concept.setdefault((entity.label, concept), set()).add(self._name(entity))
        self._long_of = self._long_forms([*right, *matched.missed])

    def of(self, error: Error) -> tuple[str, ...]:
        """What holds of an error, in the order of `NAMES`."""
        ties = {name for entity in error.gold or error.predicted for name in self._told(entity)}
        return tuple(name for name in NAMES if name in ties)

    def _told(self, entity: Entity) -> Iterator[str]:
        name = self._name(entity)
        long = self._long_of.get(name, set())
        short = {one for one, forms in self._long_of.items() if name in forms}
        if name in self._right:
            yield "repeated"
        if is_abbreviation(entity, self._around):
            known = ("short-of-missed" if long & self._missed else "short-alone", "short-of-found")
            yield known[bool(long & self._right)]
        if short & self._right:
            yield "long-of-found"
        others = {one for concept in entity.concepts for one in self._of_concept.get((entity.label, concept), ())}
        if others - long - short - {name}:
            yield "synonym-of-found"
        if self._seen and not self._seen.has_name(name[1], entity.label):
            is_known = self._seen.has_concept(entity.concepts, entity.label)
            yield "synonym-of-trained" if is_known else "untrained"

    def _long_forms(self, gold: list[Entity]) -> dict[_Name, set[_Name]]:
        """The long forms of each short form, under each label of gold."""
        text, found = self._around.document.text, dict[_Name, set[_Name]]()
        ending: dict[int, list[Entity]] = {}
        for entity in gold:
            ending.setdefault(entity.end, []).append(entity)
        for short, long in self._around.definitions:
            key = " ".join(short.of(text).split()).casefold()
            for entity in ending.get(long.end, ()):
                found.setdefault((entity.label, key), set()).add(self._name(entity))
        return found

    def _name(self, entity: Entity) -> _Name:
        return entity.label, self._side.mention(entity)
