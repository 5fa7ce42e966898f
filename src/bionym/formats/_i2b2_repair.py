"""Where the concepts of an i2b2 document stand, if lines and tokens are counted otherwise, or a text is somewhere else."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from bionym.formats._i2b2_layout import Layout
from bionym.formats._i2b2_lines import Concept, Place
from bionym.formats._mentions import MOVED
from bionym.formats._resemblance import resembles
from bionym.formats._slips import gain

Numbering = Callable[[Concept], Concept]


def _shifted(*, lines: int = 0, tokens: int = 0, last: int = 0) -> Numbering:
    def shifted(concept: Concept) -> Concept:
        first = Place(concept.first.line + lines, concept.first.token + tokens)
        return Concept(concept.text, first, Place(concept.last.line + lines, concept.last.token + tokens + last))

    return shifted


AS_WRITTEN = _shifted()
NUMBERINGS: Mapping[str, Numbering] = {
    "tokens count from 1: converted": _shifted(tokens=-1),
    "lines count from 0: converted": _shifted(lines=1),
    "lines count from 0, tokens from 1: converted": _shifted(lines=1, tokens=-1),
    "the end token is exclusive: converted": _shifted(last=-1),
    "lines count from 0, the end token is exclusive: converted": _shifted(lines=1, last=-1),
}


class Placing:
    """Concepts to their places in one document, under repair.

    Args:
        concepts: all that the document's files name; how they count is what most of them fit.
    """

    def __init__(self, layout: Layout, concepts: Iterable[Concept]) -> None:
        self.layout = layout
        self.note, self._numbering = _numbering(layout, list(concepts))

    def placed(self, concept: Concept) -> tuple[Concept | None, str]:
        """The concept at its place, and what was done; None if it has none."""
        here = self._numbering(concept)
        if _is_there(self.layout, here):
            ours = self.layout.text_of(here.first, here.last)
            if self.layout.says(here) or resembles(ours, concept.text.lower(), is_whole=True):
                return here, self.note
        there = min(_runs(self.layout, concept.text), key=lambda one: _distance(one, here), default=None)
        if there is not None:
            return there, MOVED
        return (here if _is_there(self.layout, here) else None), self.note


def _numbering(layout: Layout, concepts: list[Concept]) -> tuple[str, Numbering]:
    before = [_stands(layout, concept) for concept in concepts]
    note, best, most = "", AS_WRITTEN, 1  # one concept alone is sooner moved than a file counted otherwise
    for name, numbering in NUMBERINGS.items() if not all(before) else ():
        num_more = gain(before, [_stands(layout, numbering(concept)) for concept in concepts])
        if num_more > most:
            note, best, most = name, numbering, num_more
    return note, best


def _stands(layout: Layout, concept: Concept) -> bool:
    return _is_there(layout, concept) and layout.says(concept)


def _is_there(layout: Layout, concept: Concept) -> bool:
    """Whether the text has the tokens of a concept, and they are more than white space."""
    places = (concept.first, concept.last)
    is_there = concept.first <= concept.last and all(layout.has(place) for place in places)
    return is_there and bool(layout.text_of(*places).strip())


def _runs(layout: Layout, text: str) -> Iterator[Concept]:
    """The runs of tokens in one line that are a text."""
    wanted = text.lower().split()
    for line, row in enumerate(layout.rows, start=1) if wanted else ():
        ours = [layout.text[start:end].lower() for start, end in row]
        for first in range(len(ours) - len(wanted) + 1):
            if ours[first : first + len(wanted)] == wanted:
                yield Concept(text, Place(line, first), Place(line, first + len(wanted) - 1))


def _distance(one: Concept, other: Concept) -> tuple[int, int]:
    return abs(one.first.line - other.first.line), abs(one.first.token - other.first.token)
