"""Hypothesis strategies for documents: any text, with nested, overlapping and discontinuous entities."""

from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from bionym.data import Argument, Document, Entity, Passage, Relation, Span

LABELS = ("Disease", "Chemical", "cell_line", "B-cell", "Sign_symptom", "Gene/Protein", "2nd label")
CONCEPTS = ("D003920", "D006973", "MESH:D009270", "9606", "C0011849")
ATTRIBUTES = ("assertion", "negated")
WORDS = ("fever", "IL-2", "naïve", "5 mg", "e\u0301", "\U0001d4d0", "𠮷")
PIECES = (*WORDS, " ", "  ", "\n", "\r\n", "\r", "\t", "<&>", "'\"", "\u2028", "\ufeff", "")


def texts(*, characters: st.SearchStrategy[str] | None = None, max_size: int = 12) -> st.SearchStrategy[str]:
    """Text of any characters but lone surrogates: words, CRLF, tabs, combining marks, astral characters, markup."""
    any_character = characters if characters is not None else st.characters(exclude_categories=("Cs",))
    return st.lists(st.sampled_from(PIECES) | any_character, max_size=max_size).map("".join)


def labels() -> st.SearchStrategy[str]:
    """Entity types, with dashes, underscores, slashes, spaces and digits."""
    return st.sampled_from(LABELS)


@st.composite
def spans(draw: st.DrawFn, num_chars: int, *, discontinuous: bool) -> tuple[Span, ...]:
    """The spans of one entity in a text of `num_chars` characters, 1 or more."""
    sizes = [size for size in ((2, 4, 6) if discontinuous else (2,)) if size <= num_chars + 1]
    size = draw(st.sampled_from(sizes))
    edges = sorted(draw(st.lists(st.integers(0, num_chars), min_size=size, max_size=size, unique=True)))
    return tuple(Span(start, end) for start, end in list(pairwise(edges))[::2])


@st.composite
def documents(
    draw: st.DrawFn,
    *,
    text: st.SearchStrategy[str] | None = None,
    discontinuous: bool = True,
    overlapping: bool = True,
    relations: bool = True,
    details: bool = True,
    passages: bool = True,
) -> Document:
    """A document.

    Args:
        text: its text; any characters if None.
        discontinuous: some entities have several spans.
        overlapping: entities may nest, cross and be equal; otherwise their extents are apart.
        relations: ties between entities by id, and between concepts.
        details: ids, concepts, attributes and scores of entities.
        passages: title and abstract, or other sections, covering the whole text without gaps.
    """
    content = draw(text if text is not None else texts())
    entities = draw(_entities(len(content), discontinuous=discontinuous, overlapping=overlapping, details=details))
    return Document(
        id=draw(st.from_regex(r"[A-Za-z0-9_.-]{1,12}", fullmatch=True)),
        text=content,
        passages=draw(_passages(len(content))) if passages else (),
        entities=entities,
        relations=draw(_relations(entities)) if relations and details else (),
    )


def essence(document: Document) -> Any:
    """What every format should keep: text, spans and labels."""
    return document.text, [(entity.spans, entity.label) for entity in document.entities]


@st.composite
def _entities(
    draw: st.DrawFn, num_chars: int, *, discontinuous: bool, overlapping: bool, details: bool
) -> tuple[Entity, ...]:
    found: list[Entity] = []
    for number in range(draw(st.integers(0, 5)) if num_chars else 0):
        where = draw(spans(num_chars, discontinuous=discontinuous))
        is_free = all(where[-1].end <= other.start or other.end <= where[0].start for other in found)
        if overlapping or is_free:
            found.append(Entity(where, draw(labels()), **(draw(_details(number)) if details else {})))
    return tuple(found)


@st.composite
def _details(draw: st.DrawFn, number: int) -> dict[str, Any]:
    return {
        "concepts": tuple(draw(st.lists(st.sampled_from(CONCEPTS), max_size=2, unique=True))),
        "attributes": draw(st.dictionaries(st.sampled_from(ATTRIBUTES), st.sampled_from(("yes", "no")), max_size=2)),
        "score": draw(st.none() | st.floats(0, 1)),
        "id": f"T{number + 1}",
    }


@st.composite
def _relations(draw: st.DrawFn, entities: tuple[Entity, ...]) -> tuple[Relation, ...]:
    targets = [entity.id for entity in entities] + list(CONCEPTS)
    target = st.sampled_from(targets)
    found = []
    for number in range(draw(st.integers(0, 2))):
        left, right = draw(target), draw(target)
        found.append(Relation("CID", (Argument("Chemical", left), Argument("Disease", right)), id=f"R{number + 1}"))
    return tuple(found)


@st.composite
def _passages(draw: st.DrawFn, num_chars: int) -> tuple[Passage, ...]:
    if draw(st.booleans()):
        return ()
    edges = sorted({0, num_chars, *draw(st.lists(st.integers(0, num_chars), max_size=2))})
    names = st.sampled_from(("title", "abstract", "Methods and results"))
    return tuple(Passage(start, end, draw(names)) for start, end in pairwise(edges))
