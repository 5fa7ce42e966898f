"""Lines of CoNLL files that begin a document: `-DOCSTART-`, and the remarks that say so in other dialects."""

import re

DOCUMENT_START = "-DOCSTART-"
_NAMES = r"doc|document|docid|doc[ _-]id|document[ _-]id|pmid|pmcid|article|article[ _-]id|note[ _-]id|filename|file[ _-]name"
_REMARKS = (
    re.compile(r"#\s*newdoc\b(?:\s+id\s*=)?\s*(?P<id>.*)"),  # CoNLL-U
    re.compile(r"#{3,}\s*(?:[A-Za-z]+:\s*)?(?P<id>[^\s#]+)\s*"),  # JNLPBA: ###MEDLINE:95369245
    re.compile(r"#\s*begin document\b\s*\(?(?P<id>[^;)]*)\)?.*", re.IGNORECASE),  # CoNLL-2012
    re.compile(rf"#+\s*(?:{_NAMES})\s*[:=]\s*(?P<id>.+)", re.IGNORECASE),
)
_END = re.compile(r"#\s*end document\b.*", re.IGNORECASE)


def starts_document(line: str) -> bool:
    """Whether a line is a `-DOCSTART-`, in any case."""
    return line[: len(DOCUMENT_START)].upper() == DOCUMENT_START


def remark_starts_document(remark: str) -> bool:
    """Whether a line that is known to be a remark begins a document.

    >>> remark_starts_document("###MEDLINE:95369245"), remark_starts_document("# sent_id = 1")
    (True, False)
    """
    return any(form.fullmatch(remark.rstrip()) for form in _REMARKS)


def remark_ends_document(remark: str) -> bool:
    """Whether a remark says that a document ends, which the next one's beginning says, too."""
    return _END.fullmatch(remark.rstrip()) is not None


def is_same_document(line: str, start: str) -> bool:
    """Whether a line only names once more, as some files do before each sentence, the document that `start` began."""
    return _REMARKS[-1].fullmatch(line.rstrip()) is not None and start_id(line) == start_id(start)


def start_id(line: str) -> str:
    """The id in `-DOCSTART- (ID) O` or in a remark, or nothing."""
    if starts_document(line):
        rest = line[len(DOCUMENT_START) :].split("\t")[0].strip()
        return rest[1:-1] if rest.startswith("(") and rest.endswith(")") else ""
    matches = (form.fullmatch(line.rstrip()) for form in _REMARKS)
    return next((match["id"].strip() for match in matches if match), "")
