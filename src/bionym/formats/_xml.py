"""XML read element by element without ever expanding an entity, and built so that every character comes back."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from lxml import etree

from bionym.data import Audit
from bionym.errors import FormatError
from bionym.files import open_bytes
from bionym.formats._characters import NOT_IN_XML, REPLACEMENT, replace_each

_SAFE: dict[str, Any] = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
_TEXT_ALONE: dict[str, Any] = {"remove_comments": True, "remove_pis": True}  # they would cut an element's text in two
_EXPORT_AGAIN = "Check that the file is whole, or export it again."


def elements(path: Path, *, root: str | None, wanted: tuple[str, ...]) -> Iterator[etree._Element]:
    """The children of the root that are wanted, whole, one at a time; each is forgotten when the next is asked for.

    Args:
        root: the element that must be outermost; None takes any.
    Raises: FormatError with file and line for broken XML, another root, entity declarations and references.
    """
    with open_bytes(path) as stream:
        try:
            yield from _children(stream, path, root, wanted)
        except etree.XMLSyntaxError as error:
            raise _broken(error, path) from None  # libxml2's message may quote the text


def line_of(element: Any) -> int:
    """The 1-based line on which an element begins."""
    return element.sourceline if isinstance(element.sourceline, int) else 1


def text_of(element: Any, path: Path) -> str:
    """The text of an element that holds nothing else. Raises: FormatError if there are elements in it."""
    if len(element):
        found = f"the element {element.tag!r} holds elements, expected text alone"
        raise FormatError(found, path=path, line=line_of(element), fix=_EXPORT_AGAIN)
    return element.text or ""


def unwrapped(text: str) -> str:
    """The text without the white space that printing XML prettily puts around it: that with a line break in it.

    >>> unwrapped("\\n    Gene\\n  "), unwrapped(" Gene ")
    ('Gene', ' Gene ')
    """
    before, behind = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return text.strip() if "\n" in before or "\n" in behind else text


def _children(stream: IO[bytes], path: Path, root: str | None, wanted: tuple[str, ...]) -> Iterator[etree._Element]:
    depth = 0
    top: etree._Element | None = None
    for event, element in etree.iterparse(stream, events=("start", "end"), **_SAFE, **_TEXT_ALONE):
        depth += 1 if event == "start" else -1
        if top is None:
            top = _checked_root(element, path, root)
        elif event == "end" and depth == 1:
            _refuse_entities(element, path)
            if element.tag in wanted:
                yield element
            _forget(element)


def _checked_root(element: etree._Element, path: Path, root: str | None) -> etree._Element:
    declared: Any = element.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise FormatError("the file declares entities, which are never expanded", path=path, line=1, fix=_EXPORT_AGAIN)
    if root is not None and element.tag != root:
        found = f"expected the element {root!r}, found another"
        raise FormatError(found, path=path, line=line_of(element), fix="Name the right format with --format.")
    return element


def _refuse_entities(element: etree._Element, path: Path) -> None:
    for reference in element.iter(etree.Entity):
        found = "an entity reference, which is never expanded"
        raise FormatError(found, path=path, line=line_of(reference), fix=_EXPORT_AGAIN)


def _forget(element: etree._Element) -> None:
    parent = element.getparent()
    element.clear()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _broken(error: etree.XMLSyntaxError, path: Path) -> FormatError:
    """The error without libxml2's message, which may quote the text."""
    log: Any = error.error_log
    last = log.last_error
    kind = last.type_name.removeprefix("ERR_").replace("_", " ").lower() if last is not None else "no element found"
    return FormatError(f"not well-formed XML ({kind})", path=path, line=error.lineno or 1, fix=_EXPORT_AGAIN)


class Builder:
    """Elements for one document; characters that XML cannot hold become U+FFFD, and are counted."""

    def __init__(self, document_id: str, audit: Audit) -> None:
        self._document_id, self._audit = document_id, audit

    def element(
        self, name: str, children: Iterable[etree._Element] = (), *, text: str | None = None, **attributes: str | None
    ) -> etree._Element:
        """An element with attributes (those that are not None), and text or children."""
        built = etree.Element(name, {key: self.held(value) for key, value in attributes.items() if value is not None})
        built.text = None if text is None else self.held(text)
        built.extend(list(children))
        return built

    def tag(self, name: str, attributes: Mapping[str, str]) -> etree._Element:
        """An element without content, whatever the names of its attributes."""
        return etree.Element(name, {key: self.held(value) for key, value in attributes.items()})

    def printed(self, element: etree._Element) -> str:
        """The element with a line for each part; a carriage return is written as a reference."""
        return etree.tostring(element, encoding="unicode", pretty_print=True)

    def unwrapped(self, value: str) -> str:
        """The text without white space around it that readers take for the printer's (counted)."""
        return self._counted(value, unwrapped(value), "infon")

    def trimmed(self, value: str) -> str:
        """A document's id without white space around it (counted)."""
        return self._counted(value, value.strip(), "document id")

    def _counted(self, value: str, trimmed: str, what: str) -> str:
        if trimmed != value:
            self._audit.change(self._document_id, what, "white space around it, which XML does not keep: trimmed")
        return trimmed

    def held(self, value: str) -> str:
        """The text with what XML cannot hold replaced, and counted."""
        clean, count = replace_each(value, NOT_IN_XML, REPLACEMENT)
        if count:
            self._audit.change(self._document_id, "character", "became U+FFFD, since XML cannot hold it", count=count)
        return clean
