"""What goes into an audit while documents pass, in reading and in writing."""

import functools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from bionym.data import Audit, Document
from bionym.formats import _shapes
from bionym.formats._registry import find, names
from bionym.formats._unheld import count_unheld, with_usable_scores
from bionym.protocols import Format

_COUNTED = {"entity": "entities", "relation": "relations"}  # what is lost, by its name among what is read and written


def counted_in(documents: Iterable[Document], audit: Audit) -> Iterator[Document]:
    """The documents, what their reader lost of them being counted as read."""
    before = _lost(audit)
    for document in documents:
        audit.read.update(_held(document))
        audit.read.update(_lost(audit) - before)
        yield document
        before = _lost(audit)


def counted_out(documents: Iterable[Document], part: Format, audit: Audit) -> Iterator[Document]:
    """The documents, what their writer lost of them not being counted as written."""
    for document in documents:
        document = with_usable_scores(document, audit)
        if document.meta and not getattr(part, "KEEPS_META", False):
            document = _shapes.without_misshapen(document, meta_shapes(), audit)
            _lose_meta(document, part, audit)
        if not getattr(part, "KEEPS_META", False):
            count_unheld(document, getattr(part, "HOLDS", ()), audit)
        before = _lost(audit)
        yield document
        audit.written.update(_held(document))
        audit.written.subtract(_lost(audit) - before)


def _lose_meta(document: Document, part: Format, audit: Audit) -> None:
    """Count what only the format that the document was read from can write, unless that is the one to write."""
    own = getattr(part, "extras", None)
    for extras, name in _extras_by_format().items():
        for what, number in extras(document).items() if extras is not own else ():
            if number:
                audit.lose(document.id, what, f"only {name} has a place for it", count=number)


@functools.cache
def _extras_by_format() -> dict[Callable[[Document], Mapping[str, int]], str]:
    """The function of each format that has one, and the format's name; a family of formats shares one."""
    return {found: name for name in names() if (found := getattr(find(name), "extras", None))}


@functools.cache
def meta_shapes() -> Mapping[str, _shapes.Shape]:
    """The shape of what each format keeps in `meta`, by its name there."""
    return {name: shape for one in names() for name, shape in getattr(find(one), "META_SHAPE", {}).items()}


def _held(document: Document) -> Counter[str]:
    return Counter(documents=1, entities=len(document.entities), relations=len(document.relations))


def _lost(audit: Audit) -> Counter[str]:
    """Entities and relations lost so far."""
    lost: Counter[str] = Counter()
    for (what, _), number in audit.lost.items():
        lost[_COUNTED.get(what, what)] += number
    return Counter({name: lost[name] for name in _COUNTED.values()})
