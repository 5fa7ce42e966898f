"""WebAnno TSV 3: one token a line, layers in columns, as WebAnno and INCEpTION export and import it; a document a file.

    #FORMAT=WebAnno TSV 3.3
    #T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value

    #Text=Naloxone reverses severe hypotension.
    1-1<TAB>0-8<TAB>Naloxone<TAB>MESH:D009270<TAB>Chemical<TAB>
    1-3<TAB>18-24<TAB>severe<TAB>*[1]<TAB>Disease[1]<TAB>
    1-4<TAB>25-36<TAB>hypotension<TAB>*[1]<TAB>Disease[1]<TAB>

Read: every layer of spans but the linguistic ones of DKPro (part of speech, lemma ...), or the layer that is named. The label is
the feature `value` or `label`, or the only one; where there is none, or it is empty, the layer's name. `identifier` is a
concept, other features are attributes. Relations tie entities, first the source. Offsets are UTF-16 units, as Java counts;
files that count code points are told by their tokens.

Cannot hold, and what then happens: discontinuous entities, entities without a token, relations of other than two entities,
passages, scores, all concepts of an entity but the first, and attributes whose names have other characters than letters,
digits, "_", "." and "-" are lost; white space at an entity's edge goes; all counted. In reading, chains, links and the layers
that are not read are lost, and counted. INCEpTION imports attributes only where its layer has features of these names.

Source: WebAnno user guide 3.x, appendix "WebAnno TSV 3.2"; INCEpTION user guide, "WebAnno TSV 3.x".
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from bionym.data import Audit, Document
from bionym.errors import InputError, SpanError
from bionym.files import read_head, stem, write_text
from bionym.formats._characters import without_surrogates
from bionym.formats._file_names import file_names
from bionym.formats._webanno_lines import MARK, parse
from bionym.formats._webanno_read import to_document
from bionym.formats._webanno_write import to_text

SUFFIXES = (".tsv",)
ONE_PER_FILE = True
HOLDS = ("tokens", "sentences")


def read(
    path: Path, *, layer: str | None = None, label_feature: str | None = None, audit: Audit | None = None
) -> Iterator[Document]:
    """The document of one file.

    Args:
        layer: the name (or its last part) of the only layer of spans to read.
        label_feature: the feature that is the label.
        audit: counts chains, links and layers that are not read.
    Raises: FormatError with file and line.
    """
    layers, sentences = parse(path)
    count = audit if audit is not None else Audit()
    try:
        yield to_document(stem(path), layers, sentences, path, layer, label_feature, count)
    except SpanError as error:
        raise InputError(str(error), path=path, fix="Check its offsets, or export the file again.") from error


def write(documents: Iterable[Document], path: Path, *, audit: Audit | None = None) -> None:
    """One `.tsv` a document in the folder `path`."""
    count = audit if audit is not None else Audit()
    names = file_names(count)
    for document in documents:
        write_text(path / f"{names.of(document.id)}.tsv", to_text(without_surrogates(document, count), count))


def recognises(path: Path) -> bool:
    """Whether the first line says so."""
    try:
        return read_head(path, 100).startswith(MARK)
    except InputError:
        return False
