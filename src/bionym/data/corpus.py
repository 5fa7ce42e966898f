"""`Corpus`: documents in named splits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

from bionym.data.document import Document
from bionym.errors import InputError


@dataclass(frozen=True, slots=True)
class Corpus:
    """Documents in named splits ("train", "dev", "test"); a document stands in one split only.

    Raises: InputError if two splits share a document, by id or by text.
    """

    splits: Mapping[str, tuple[Document, ...]]
    source: str = ""
    licence: str = ""
    allow_leaks: bool = field(default=False, repr=False)

    def __post_init__(self) -> None:
        leaks = () if self.allow_leaks else find_leaks(self.splits)
        if leaks:
            shown = ", ".join(f"{leak.document_id} ({' and '.join(leak.splits)})" for leak in leaks[:3])
            raise InputError(
                f"{len(leaks)} documents are in more than one split: {shown}",
                fix="Remove them from one side, or allow it (--allow-leaks, allow_leaks=True) and report it with the scores.",
            )

    def __getitem__(self, split: str) -> tuple[Document, ...]:
        return self.splits[split]


@dataclass(frozen=True, slots=True)
class Leak:
    """A document that is in several splits, by its id in the first one."""

    document_id: str
    splits: tuple[str, ...]


def find_leaks(splits: Mapping[str, tuple[Document, ...]]) -> tuple[Leak, ...]:
    """Documents that stand in several splits, the same by text (case and white space aside) or by last part of the id."""
    places: dict[str, dict[str, str]] = {}
    for split, documents in splits.items():
        for document in documents:
            for key in _identities(document):
                places.setdefault(key, {}).setdefault(split, document.id)
    leaks = {tuple(at.values())[0]: Leak(tuple(at.values())[0], tuple(at)) for at in places.values() if len(at) > 1}
    return tuple(leaks[key] for key in sorted(leaks))


def fingerprint(text: str) -> str:
    """A short hash of a text, case and white space aside: equal texts, equal hash."""
    return blake2b(" ".join(text.lower().split()).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _identities(document: Document) -> tuple[str, ...]:
    name = document.id.rsplit("/", 1)[-1]
    return (f"id {name}",) if not document.text.strip() else (f"id {name}", f"text {fingerprint(document.text)}")
