"""BioC XML: collections of documents, passages, annotations and relations.

    <document><id>227508</id>
      <passage><infon key="type">title</infon><offset>0</offset><text>Naloxone reverses ...</text>
        <annotation id="0"><infon key="type">Chemical</infon><infon key="MESH">D009270</infon>
          <location offset="0" length="8"/><text>Naloxone</text></annotation></passage>
      <relation id="R0"><infon key="relation">CID</infon><infon key="Chemical">D003000</infon> ...</relation></document>

The text is the passages at their offsets; the character between two of them is a line break. Offsets are code points;
bytes, UTF-16 units and characters of CRLF lines are recognised by the annotations' texts and converted. The infon
`type` is the label (another, with the option `label`), the first infon that names a concept (MESH, identifier, NCBI Gene ...) the concepts, all others
attributes. Line breaks and blanks around an infon or an id, as in XML that was printed prettily, are taken off. Individual mentions of a composite one are no entities of their own: they ride along and are written back.

Cannot hold, and what then happens: characters that XML has no place for (U+FFFD, counted), passages that overlap (the
later is lost), tokens; sentences are written where they were read. Relations of passages and sentences are written as
relations of the document. Entities declared in the file are never expanded: such a file is refused.

Source: Comeau et al. 2013, BioC: a minimalist approach to interoperability for biomedical text processing; BioC.dtd.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from lxml import etree

from bionym.data import Audit, Document
from bionym.errors import FormatError
from bionym.files import open_output
from bionym.formats._bioc import META_SHAPE as META_SHAPE
from bionym.formats._bioc import checked_document
from bionym.formats._bioc import extras as extras
from bionym.formats._bioc_write import collection_of, to_tree
from bionym.formats._json import Record
from bionym.formats._offsets import Repair
from bionym.formats._skipping import OnError, documents_of
from bionym.formats._xml import Builder, elements, line_of, text_of, unwrapped

SUFFIXES = (".xml", ".bioc")
ONE_PER_FILE = False
HOLDS = ("sentences", "relation attributes")
DECLARATION = "<?xml version='1.0' encoding='UTF-8'?>\n<!DOCTYPE collection SYSTEM 'BioC.dtd'>\n"


def read(
    path: Path,
    *,
    audit: Audit | None = None,
    repair: Repair | None = None,
    label: str = "type",
    on_error: OnError | None = None,
) -> Iterator[Document]:
    """Documents of one file, one at a time.

    Args:
        audit: counts converted and repaired offsets, and annotations without a label.
        repair: "nearest" keeps an annotation that resembles the text at its offsets, moves any other to its nearest
            occurrence, and leaves out one that occurs nowhere. Passages that overlap are laid one after the other.
        label: the infon that holds the label of an annotation, such as "class".
        on_error: told of a document that cannot be read, and the next one is taken; None raises.
    Raises: FormatError with file and line, for broken XML, entity declarations, overlapping passages and annotations
        that differ from the text.
    """
    count = audit if audit is not None else Audit()
    collection: dict[str, Any] = {}

    def document(element: Any) -> Document:
        record = Record(_tree(element, path), path, line_of(element))
        return checked_document(record, collection, count, repair, label=label)

    return documents_of(_elements(path, collection), document, on_error)


def _elements(path: Path, collection: dict[str, Any]) -> Iterator[Any]:
    """The element of each document; what is said of the collection before it goes to `collection`."""
    for element in elements(path, root="collection", wanted=("source", "date", "key", "infon", "document")):
        if element.tag == "document":
            yield element
        else:
            _add_to_collection(collection, element, path)


def write(documents: Iterable[Document], path: Path, *, audit: Audit | None = None) -> None:
    """Documents to one collection."""
    count = audit if audit is not None else Audit()
    is_open = False
    with open_output(path) as stream:
        stream.write(DECLARATION)
        for document in documents:
            builder = Builder(document.id, count)
            tree = to_tree(replace(document, text=builder.held(document.text)), count)
            if not is_open:
                header = _header(collection_of(document), builder)
                stream.write("<collection>\n" + "".join(map(builder.printed, header)))
                is_open = True
            stream.write(builder.printed(_document(tree, builder)))
        stream.write("</collection>\n" if is_open else "<collection/>\n")


def sniff(head: str) -> bool:
    """Whether a file's beginning is BioC XML's."""
    return "<collection" in head


def _add_to_collection(collection: dict[str, Any], element: Any, path: Path) -> None:
    if element.tag == "infon":
        infon = unwrapped(text_of(element, path))
        collection["infons"] = {**collection.get("infons", {}), element.get("key", ""): infon}
    else:
        collection[element.tag] = unwrapped(text_of(element, path))


def _tree(element: Any, path: Path) -> dict[str, Any]:
    """A document, passage, sentence, annotation or relation as BioC JSON has it, with its line."""
    tree: dict[str, Any] = {Record.LINE: line_of(element), "infons": {}}
    if element.get("id") is not None:
        tree["id"] = element.get("id")
    for child in element:
        if child.tag == "infon":
            tree["infons"][child.get("key", "")] = unwrapped(text_of(child, path))
        elif child.tag in ("id", "offset"):
            tree[child.tag] = text_of(child, path).strip()
        elif child.tag == "text":
            tree["text"] = text_of(child, path)
        elif child.tag in ("location", "node"):
            tree.setdefault(f"{child.tag}s", []).append({Record.LINE: line_of(child), **child.attrib})
        elif child.tag in ("passage", "sentence", "annotation", "relation"):
            tree.setdefault(f"{child.tag}s", []).append(_tree(child, path))
        elif isinstance(child.tag, str):
            found = "BioC has no such element here"
            raise FormatError(found, path=path, line=line_of(child), fix="Check that the file is BioC XML.")
    return tree


def _header(collection: dict[str, Any], builder: Builder) -> Iterator[etree._Element]:
    for name in ("source", "date", "key"):
        yield builder.element(name, text=str(collection[name]))
    yield from _infons(collection["infons"], builder)


def _document(tree: dict[str, Any], builder: Builder) -> etree._Element:
    children = [builder.element("id", text=builder.trimmed(tree["id"])), *_infons(tree["infons"], builder)]
    children += [_passage("passage", one, builder) for one in tree["passages"]]
    return builder.element("document", children + [_relation(one, builder) for one in tree["relations"]])


def _passage(name: str, tree: dict[str, Any], builder: Builder) -> etree._Element:
    children = [*_infons(tree["infons"], builder), builder.element("offset", text=str(tree["offset"]))]
    if "text" in tree:
        children.append(builder.element("text", text=tree["text"]))
    children += [_passage("sentence", one, builder) for one in tree.get("sentences", [])]
    return builder.element(name, children + [_annotation(one, builder) for one in tree["annotations"]])


def _annotation(tree: dict[str, Any], builder: Builder) -> etree._Element:
    places = [(str(place["offset"]), str(place["length"])) for place in tree.get("locations", [])]
    children = [
        *_infons(tree["infons"], builder),
        *(builder.element("location", offset=offset, length=length) for offset, length in places),
    ]
    return builder.element("annotation", [*children, builder.element("text", text=tree.get("text", ""))], id=_id(tree))


def _relation(tree: dict[str, Any], builder: Builder) -> etree._Element:
    nodes = [builder.element("node", refid=one["refid"], role=one["role"]) for one in tree["nodes"]]
    return builder.element("relation", [*_infons(tree["infons"], builder), *nodes], id=_id(tree))


def _infons(infons: dict[str, Any], builder: Builder) -> list[etree._Element]:
    return [builder.element("infon", text=builder.unwrapped(str(value)), key=key) for key, value in infons.items()]


def _id(tree: dict[str, Any]) -> str | None:
    return tree.get("id") or None
