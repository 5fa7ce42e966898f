"""In which slice an entity lies, by each of these:

    label           its label
    length          its tokens: those of the document if it has them, else ours
    frequency       how often its mention is an entity in gold, whatever the label
    seen            whether its mention is an entity of the training documents, with this label or with others
    concept         whether its mention, or else one of its concepts, has this label in the training documents
    nested          whether it lies inside a longer entity of its own side, else whether a shorter one lies in it
    abbreviation    a short form that the document defines, "long form (SF)"; or one word of 2 to 6 characters with two
                    capitals or more, and no more small letters than capitals
    section         the part of the document where it begins, see `sections`
    discontinuous   whether it has gaps

Only the frequency is not known until all gold has been seen.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from bionym.data import Document, Entity, Span
from bionym.data.align import align
from bionym.data.mentions import mention_key
from bionym.evaluation import sections
from bionym.evaluation.matching import overlapping
from bionym.evaluation.seen import Seen
from bionym.lexicon.abbreviations import places_of_definitions
from bionym.text.tokenize import tokenize

NAMES = ("label", "length", "frequency", "seen", "concept", "nested", "abbreviation", "section", "discontinuous")
NEED_TRAINING = ("seen", "concept")
ORDER: Mapping[str, Sequence[str]] = {
    "length": ("1 token", "2 tokens", "3 tokens", "4-5 tokens", "6+ tokens"),
    "frequency": ("0", "1", "2-4", "5-19", "20+"),
    "seen": ("seen with this label", "seen with another label", "unseen"),
    "concept": ("known name", "new name of a known concept", "new concept", "new name, no concept"),
    "nested": ("alone", "inside another", "holds another"),
    "abbreviation": ("abbreviation", "full form"),
    "section": sections.NAMES,
    "discontinuous": ("one piece", "with gaps"),
}
MAX_CHARS = 6  # of a word that its capitals make a short form; longer ones are shouted


class Surroundings:
    """The text of a pair, and what it says of any entity in it; found when first asked."""

    def __init__(self, document: Document) -> None:
        self.document = document

    @cached_property
    def tokens(self) -> tuple[Span, ...]:
        """The document's tokens, else ours."""
        return self.document.tokens or tokenize(self.document.text)

    @cached_property
    def sections(self) -> sections.Sections:
        """The document's sections."""
        return sections.Sections(self.document)

    @cached_property
    def short_forms(self) -> frozenset[str]:
        """The short forms that the document defines, in small letters."""
        return frozenset(short.of(self.document.text).casefold() for short, _ in self.definitions)

    @cached_property
    def definitions(self) -> list[tuple[Span, Span]]:
        """Where the document defines a short form, and where its long form stands."""
        return places_of_definitions(self.document.text, self.tokens)


class Side:
    """The entities of one side of a pair, and what they are judged by.

    Args:
        entities: all of the side, in text order.
        around: the text, which both sides share.
        seen: what the training documents hold, for the slices that need it.
    """

    def __init__(self, entities: Sequence[Entity], around: Surroundings, seen: Seen | None = None) -> None:
        self.entities, self.around, self.seen = entities, around, seen

    def mention(self, entity: Entity) -> str:
        """The mention as `mention_key` has it."""
        return mention_key(self.around.document.text, entity)

    @cached_property
    def nesting(self) -> tuple[set[tuple[Span, ...]], set[tuple[Span, ...]]]:
        """Spans of the entities inside a longer one, and of those that hold a shorter one."""
        inside, holding = set(), set()
        for i, j in overlapping(self.entities, self.entities):
            outer, inner = self.entities[i], self.entities[j]
            if outer.extent != inner.extent and outer.extent.contains(inner.extent):
                inside.add(inner.spans)
                holding.add(outer.spans)
        return inside, holding


def is_abbreviation(entity: Entity, around: Surroundings) -> bool:
    """Whether the mention is a short form that the document defines, or looks like one."""
    mention = entity.text_in(around.document.text)
    return _is_capitals(mention) or mention.casefold() in around.short_forms


def _label(entity: Entity, side: Side) -> str:
    return entity.label


def _length(entity: Entity, side: Side) -> str:
    touched = (align(side.around.tokens, span) for span in entity.spans)
    places = {place for span in touched if span for place in range(span.start, span.end)}
    return ORDER["length"][max(0, bisect_right((1, 2, 3, 4, 6), len(places)) - 1)]


def _seen(entity: Entity, side: Side) -> str:
    labels = side.seen.labels.get(side.mention(entity)) if side.seen else None
    if labels is None:
        return "unseen"
    return "seen with this label" if entity.label in labels else "seen with another label"


def _concept(entity: Entity, side: Side) -> str:
    if side.seen and side.seen.has_name(side.mention(entity), entity.label):
        return "known name"
    if side.seen and side.seen.has_concept(entity.concepts, entity.label):
        return "new name of a known concept"
    return "new concept" if entity.concepts else "new name, no concept"


def _nested(entity: Entity, side: Side) -> str:
    inside, holding = side.nesting
    if entity.spans in inside:
        return "inside another"
    return "holds another" if entity.spans in holding else "alone"


def _abbreviation(entity: Entity, side: Side) -> str:
    return "abbreviation" if is_abbreviation(entity, side.around) else "full form"


def _is_capitals(mention: str) -> bool:
    num_capitals, num_small = sum(map(str.isupper, mention)), sum(map(str.islower, mention))
    return len(mention) <= MAX_CHARS and len(mention.split()) == 1 and num_capitals >= max(2, num_small)


def _section(entity: Entity, side: Side) -> str:
    return side.around.sections.at(entity.start)


def _discontinuous(entity: Entity, side: Side) -> str:
    return "with gaps" if entity.is_discontinuous else "one piece"


SLICERS: Mapping[str, Callable[[Entity, Side], str]] = {
    "label": _label,
    "length": _length,
    "seen": _seen,
    "concept": _concept,
    "nested": _nested,
    "abbreviation": _abbreviation,
    "section": _section,
    "discontinuous": _discontinuous,
}


def frequency(number: int) -> str:
    """The slice of a mention that is an entity in gold so many times."""
    return ORDER["frequency"][bisect_right((0, 1, 2, 5, 20), number) - 1]
