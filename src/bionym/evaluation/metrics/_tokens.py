"""Tokens for metrics that count in them: those of the gold document for both sides, or ours if it has none."""

from collections.abc import Iterable, Iterator, Sequence

from bionym.data import Document, Entity, Span, TokenSpan
from bionym.data.align import Aligned, align
from bionym.errors import InputError
from bionym.evaluation.metrics._matching import distinct
from bionym.evaluation.pairs import Pair
from bionym.text.tokenize import tokenize


def tokens_of(pair: Pair) -> tuple[Span, ...]:
    """The gold document's tokens; if it has none, ours: of its sentences and of all entities, or of the text without either.

    So the tokens of a document are those of its sentences taken one by one.
    """
    gold = pair.gold
    if gold.tokens:
        return gold.tokens
    if not gold.sentences:
        return tokenize(gold.text)
    extents = [entity.extent for document in pair[:2] for entity in document.entities]
    return tuple(_tokens_in(gold.text, (*gold.sentences, *extents)))


def label_tokens(document: Document, tokens: Sequence[Span]) -> Iterator[tuple[int, str]]:
    """Offset and label of every token that an entity touches; one under several labels comes once with each."""
    labels = (
        (tokens[position].start, entity.label)
        for entity in document.entities
        for span in entity.spans
        for position in _positions(align(tokens, span))
    )
    return iter(dict.fromkeys(labels))


def as_runs(document: Document, tokens: Sequence[Span]) -> list[TokenSpan]:
    """The entities as runs of tokens, for what can be tagged: one stretch each, none sharing a token.

    Raises: InputError for any other entity, which tags cannot hold.
    """
    runs: list[TokenSpan] = []
    for entity in distinct(document):
        if entity.is_discontinuous:
            raise _refused(document, entity, "is discontinuous")
        aligned = align(tokens, entity.extent)
        if aligned is None:
            raise _refused(document, entity, "covers no token")
        if runs and aligned.start < runs[-1].end:
            raise _refused(document, entity, "shares a token with another entity")
        runs.append(TokenSpan(aligned.start, aligned.end, entity.label))
    return runs


def _tokens_in(text: str, stretches: Iterable[Span]) -> Iterator[Span]:
    """Tokens of some stretches of a text, in order; each is widened to the white space around it."""
    reach = 0
    for start, end in sorted(stretches):
        start = max(reach, _start_of_word(text, start, reach))
        end = _end_of_word(text, end)
        if end > reach:
            yield from (token.shift(start) for token in tokenize(text[start:end]))
            reach = end


def _start_of_word(text: str, position: int, lowest: int) -> int:
    while position > lowest and not text[position - 1].isspace():
        position -= 1
    return position


def _end_of_word(text: str, position: int) -> int:
    while position < len(text) and not text[position].isspace():
        position += 1
    return position


def _positions(aligned: Aligned | None) -> range:
    return range(aligned.start, aligned.end) if aligned else range(0)


def _refused(document: Document, entity: Entity, problem: str) -> InputError:
    offsets = ", ".join(f"[{span.start}, {span.end})" for span in entity.spans)
    found = f"document {document.id!r}: {entity.label} {offsets} {problem}, and a token holds one tag"
    return InputError(found, fix="Score with the metric token or strict, or convert both sides to conll first.")
