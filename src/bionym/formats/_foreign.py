"""Formats of others that Bionym does not read, other names of those that it does, and the way from each to it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from bionym.errors import InputError, UsageError
from bionym.files import read_head
from bionym.formats import _json_kinds


class Foreign(NamedTuple):
    """A format that is not read.

    Args:
        title: its name among people.
        names: what may be asked for, without "-" and "_".
        is_it: whether a file's beginning is its.
        way: what to do.
    """

    title: str
    names: tuple[str, ...]
    is_it: Callable[[str], bool]
    way: str


OTHER_NAMES: Mapping[str, str] = {
    "bionlp": "bionlp_st",
    "bratzip": "zip",
    "conllup": "conllu_plus",
    "csv": "table",
    "datasets": "hf_tokens",
    "docbin": "spacy_docbin",
    "huggingface": "hf_tokens",
    "inception": "webanno_tsv",
    "labelstudiojson": "label_studio",
    "parquet": "table",
    "pubannotationjson": "pubannotation",
    "spacy": "spacy_docbin",
    "standoff": "brat",
    "textae": "pubannotation",
    "tsv": "table",
    "webanno": "webanno_tsv",
    "xmi": "uima_xmi",
}
_FOREIGN = (
    Foreign(
        "GATE XML",
        ("gate", "gatexml"),
        lambda head: "<GateDocument" in head,
        "Save the document from GATE as UIMA CAS or inline XML, or export brat with GATE's Format plugin.",
    ),
    Foreign(
        "FoLiA",
        ("folia",),
        lambda head: "<FoLiA" in head,
        "Convert it with folia2columns (FoLiA-tools) to CoNLL columns.",
    ),
    Foreign(
        "TEI",
        ("tei", "teixml"),
        lambda head: "<TEI" in head or "<teiHeader" in head,
        "Turn the tags of names into inline markup, --format inline.",
    ),
    Foreign(
        "Knowtator XML",
        ("knowtator", "ehost"),
        lambda head: "<annotations textSource=" in head,
        "Convert it to brat or BioC XML.",
    ),
    Foreign(
        "Excel",
        ("excel", "xlsx", "xls"),
        lambda head: head.startswith("PK") and "[Content_Types].xml" in head and "xl/" in head,
        "Save the sheet as CSV, which is --format table.",
    ),
    Foreign(
        "PDF",
        ("pdf",),
        lambda head: head.startswith("%PDF"),
        "Extract its text first, for example with pdftotext.",
    ),
    Foreign(
        "Word",
        ("docx", "word", "doc"),
        lambda head: head.startswith("PK") and "[Content_Types].xml" in head and "word/" in head,
        "Save it as plain text, which is --format text.",
    ),
)


def nearest(name: str) -> UsageError | None:
    """The error for a format's name that is no format of ours but is known to lead to one; None for others."""
    asked = name.lower().replace("-", "").replace("_", "")
    if asked in OTHER_NAMES:
        return UsageError(f"There is no format named {name!r}. Its name here is {OTHER_NAMES[asked]!r}.")
    foreign = next((one for one in _FOREIGN if asked in one.names), None)
    return foreign and UsageError(f"{foreign.title} is not read or written. {foreign.way}")


def way_out(path: Path) -> str:
    """What to do with a file whose format cannot be told from its name, by what it holds; "" if that tells nothing."""
    try:
        head = read_head(path)
    except InputError:
        return ""
    foreign = next((one for one in _FOREIGN if one.is_it(head)), None)
    if foreign:
        return f"It looks like {foreign.title}, which is not read. {foreign.way}"
    kind = _json_kinds.kind(path) if head.lstrip()[:1] in ("{", "[") and head.strip() else ""
    return f"It looks like {kind}: if it is, pass --format {kind}." if kind else ""
