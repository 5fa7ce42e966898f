"""UIMA CAS XMI: a CAS as XML beside its type system, as INCEpTION, WebAnno, cTAKES and DKPro write it; a document a file.

    <cas:Sofa xmi:id="1" sofaNum="1" sofaID="_InitialView" mimeType="text/plain" sofaString="Naloxone reverses ..."/>
    <type:NamedEntity xmi:id="2" sofa="1" begin="0" end="8" value="Chemical" identifier="MESH:D009270"/>

The types are in `TypeSystem.xml` in the same folder, or where the option says. Read: annotations of all types of the initial view
but the linguistic ones of DKPro and cTAKES (tokens, sentences, parts of speech ...), or of those that are named. The label is the
feature `value` or `label`, or the only text there is; else the type's name. `identifier` is a concept, and so are cTAKES'
ontology concepts; other plain features are attributes. Types with Governor and Dependent are relations, first the Governor.
Offsets are UTF-16 units in the file. Needs dkpro-cassis: pip install 'bionym[uima]'.

Written: DKPro's NamedEntity, Token and Sentence, a type of relations, and one TypeSystem.xml. Cannot hold, and what then happens:
discontinuous entities, relations of other than two entities, passages, scores, all concepts of an entity but the first, and
attributes whose names are no identifiers of Java are lost; control characters become U+FFFD. All is counted.

Source: OASIS UIMA 1.0; UIMA Java SDK reference, "XMI CAS serialization"; DKPro Core types 1.12.
"""

import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bionym.data import Audit, Document
from bionym.errors import FormatError, InputError, SpanError
from bionym.files import BOM, read_text, stem, write_text
from bionym.formats import _uima
from bionym.formats._file_names import file_names

SUFFIXES = (".xmi",)
ONE_PER_FILE = True
HOLDS = ("tokens", "sentences")
TYPE_SYSTEM = "TypeSystem.xml"
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")


def read(
    path: Path, *, type_system: str | None = None, types: str | None = None, audit: Audit | None = None
) -> Iterator[Document]:
    """The document of one file.

    Args:
        type_system: the file of types; None takes `TypeSystem.xml` (in any case) beside the document, or in a folder above.
        types: names of the types to read, whole or their last parts, with commas between.
    Raises: InputError with the file; MissingExtraError without dkpro-cassis.
    """
    package = _uima.cassis()
    count = audit if audit is not None else Audit()
    system_path = Path(type_system) if type_system else _beside(path)
    system_source, source = _plain(system_path), _plain(path)
    system = _uima.loaded(lambda: package.load_typesystem(system_source), system_path)
    cas = _uima.loaded(lambda: package.load_cas_from_xmi(source, typesystem=system, lenient=True), path)
    try:
        yield _uima.to_document(cas, stem(path), path, types, count)
    except SpanError as error:
        raise InputError(str(error), path=path, fix="Export the file again.") from error


def write(documents: Iterable[Document], path: Path, *, audit: Audit | None = None) -> None:
    """One `.xmi` a document in the folder `path`, and one `TypeSystem.xml`."""
    count = audit if audit is not None else Audit()
    names = file_names(count)
    features: dict[str, None] = {}
    for document in documents:
        cas, _ = _uima.to_cas(document, count)
        write_text(path / f"{names.of(document.id)}.xmi", cas.to_xmi())
        features |= dict.fromkeys(_uima.feature_names(document))
    write_text(path / TYPE_SYSTEM, _uima.type_system(features).to_xml())


def _beside(path: Path) -> Path:
    """The type system of a document."""
    for folder in path.absolute().parents[:4]:
        if folder.is_dir():
            found = sorted(one for one in folder.glob("*.xml") if one.name.lower() == TYPE_SYSTEM.lower())
            if found:
                return found[0]
    fix = "Put it there, or name it with --option type_system=FILE."
    raise InputError(f"there is no {TYPE_SYSTEM} beside it", path=path, fix=fix)


def _plain(path: Path) -> Any:
    """The file as UTF-8 without a declaration; one that could declare entities is refused."""
    text = _DECLARATION.sub("", read_text(path).removeprefix(BOM), count=1)
    if "<!DOCTYPE" in text or "\0" in text:
        found = "a document type, whose entities are never expanded"
        raise FormatError(found, path=path, line=1, fix="Remove it.")
    return io.BytesIO(text.encode("utf-8"))
