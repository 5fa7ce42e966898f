"""Names of files for documents, in formats that put each into a file of its own."""

from bionym.data import Audit
from bionym.files import FileNames


def file_names(audit: Audit) -> FileNames:
    """Names that are counted where the document's id cannot be told from them."""

    def count(document_id: str) -> None:
        audit.change(document_id, "document id", "the name of its file cannot hold it, or is taken")

    return FileNames(count)
