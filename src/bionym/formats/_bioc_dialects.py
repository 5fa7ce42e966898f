"""BioC trees of other producers, put into the form that `_bioc` reads.

an empty text beside sentences      the sentences are the text
another infon than `type`           the label, where the reader is told its name
passages at the same place          laid one after the other, their annotations with them, if a repair is asked for
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bionym.data import Audit
from bionym.errors import FormatError
from bionym.formats._bioc_infons import OURS
from bionym.formats._json import Record
from bionym.formats._layout import Overlap, Piece, lay
from bionym.formats._offsets import CODE_POINTS, Repair

LABEL = "type"
APART = "passages overlapped or had no offset: laid one after the other"

Tree = dict[str, Any]


def usual(record: Record, audit: Audit, *, label: str, repair: Repair | None) -> Record:
    """A document's tree in the usual form.

    Args:
        label: the infon that holds an annotation's label.
        audit: counts annotations without a label, and passages that were laid elsewhere.
    """
    passages = [_with_sentences(one.value) for one in record.records("passages")]
    tree = {**record.value, "passages": passages} if passages else dict(record.value)
    _label(tree, label, record.text("id", ""), audit)
    usual = Record(tree, record.path, record.line)
    if repair is None or not _overlaps(usual):
        return usual
    audit.change(record.text("id", ""), "passage", APART, count=len(passages))
    return Record({**tree, "passages": list(_apart(usual))}, record.path, record.line)


def _with_sentences(passage: Tree) -> Tree:
    """The passage without its own text if that is blank and its sentences have one."""
    text, sentences = passage.get("text"), passage.get("sentences")
    is_blank = isinstance(text, str) and not text.strip()
    has_other = isinstance(sentences, list) and any(isinstance(one, dict) and one.get("text") for one in sentences)
    return (
        {name: value for name, value in passage.items() if name != "text"} if is_blank and has_other else dict(passage)
    )


def _label(tree: Tree, label: str, document_id: str, audit: Audit) -> None:
    """Every annotation gets its label as `type`; one that has none is counted."""
    num_missing = num_trimmed = 0
    for holder in _holders(tree):
        annotations = holder.get("annotations")
        if not isinstance(annotations, list):
            continue
        holder["annotations"] = [_labelled(one, label) for one in annotations]
        placed = [one for one in holder["annotations"] if isinstance(one, dict) and one.get("locations")]
        num_missing += sum(not _infons(one).get(LABEL) for one in placed)
        num_trimmed += sum(map(_trim, placed))
    if num_trimmed:
        audit.change(document_id, "entity", "white space around its label: trimmed", count=num_trimmed)
    if num_missing:
        audit.change(document_id, "entity", f"no infon {label!r}: labelled Entity", count=num_missing)


def _holders(tree: Tree) -> Iterator[Tree]:
    """The document, its passages and their sentences: copies that stand in the tree."""
    yield tree
    for passage in tree.get("passages") or ():
        yield passage
        if isinstance(passage.get("sentences"), list):
            passage["sentences"] = [dict(one) if isinstance(one, dict) else one for one in passage["sentences"]]
            yield from (one for one in passage["sentences"] if isinstance(one, dict))


def _labelled(annotation: Any, label: str) -> Any:
    if not isinstance(annotation, dict):
        return annotation
    if label == LABEL or not isinstance(annotation.get("infons"), dict):
        return dict(annotation)
    infons = annotation["infons"]
    renamed = {OURS + LABEL if name == LABEL else name: value for name, value in infons.items() if name != label}
    return {**annotation, "infons": {LABEL: infons[label], **renamed} if label in infons else renamed}


def _trim(annotation: Tree) -> bool:
    """Take white space off the label's edges; whether there was any."""
    label = _infons(annotation).get(LABEL)
    if not isinstance(label, str) or not label.strip() or label == label.strip():
        return False
    annotation["infons"] = {**annotation["infons"], LABEL: label.strip()}
    return True


def _infons(annotation: Tree) -> Mapping[str, Any]:
    infons = annotation.get("infons")
    return infons if isinstance(infons, Mapping) else {}


def _overlaps(record: Record) -> bool:
    passages = sorted(record.records("passages"), key=lambda one: one.whole("offset", 0))
    try:
        lay([_piece(one) for one in passages], CODE_POINTS)
    except Overlap:
        return True
    return False


def _piece(passage: Record) -> Piece:
    """The passage's text, if need be that of its sentences. Raises: Overlap."""
    offset = passage.whole("offset", 0)
    if passage.value.get("text") is not None:
        return Piece(offset, passage.text("text"))
    texts = [Piece(one.whole("offset", offset), one.text("text", "")) for one in passage.records("sentences")]
    return Piece(offset, lay(texts, CODE_POINTS, begin=offset).text)


def _apart(record: Record) -> Iterator[Tree]:
    """The passages, each behind the one before with one character between, and what they hold moved with them."""
    at = 0
    for passage in sorted(record.records("passages"), key=lambda one: one.whole("offset", 0)):
        passage = _sentences_apart(passage)
        by = at - passage.whole("offset", 0)
        yield _moved(passage, by)
        at += len(_piece(passage).text) + 1


def _sentences_apart(passage: Record) -> Record:
    """The passage with sentences one after the other, if they make up its text and overlap."""
    try:
        _piece(passage)
    except Overlap:
        at, sentences = passage.whole("offset", 0), []
        for one in passage.records("sentences"):
            sentences.append(_moved(one, at - one.whole("offset", 0)))
            at += len(one.text("text", "")) + 1
        return Record({**passage.value, "sentences": sentences}, passage.path, passage.line)
    return passage


def _moved(holder: Record, by: int) -> Tree:
    """A passage or sentence, and its sentences and annotations, further right."""
    moved = {**holder.value, "offset": holder.whole("offset", 0) + by}
    if "sentences" in holder:
        moved["sentences"] = [_moved(one, by) for one in holder.records("sentences")]
    if "annotations" in holder:
        moved["annotations"] = [_moved_annotation(holder, at, by) for at in range(len(holder.items("annotations")))]
    return moved


def _moved_annotation(holder: Record, number: int, by: int) -> Any:
    """An annotation further right; one of no form that BioC has stays, for the reader to leave out."""
    try:
        annotation = holder.part("annotations", number)
        places = [{**one.value, "offset": one.whole("offset") + by} for one in annotation.records("locations")]
    except FormatError:
        return holder.items("annotations")[number]
    return {**annotation.value, "locations": places} if "locations" in annotation else annotation.value
