"""Documents as windows of subwords, and gold entities as what heads learn.

Axes: T subwords of a window, N tokens that a window scores.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bionym.data import Audit, Document, Entity
from bionym.data.align import Aligned, align, contiguous, join_cut_sentences, sentence_ranges
from bionym.encoders.subwords import Specials, Subwords
from bionym.models.transformer.contexts import Context, in_context
from bionym.models.transformer.windows import windows
from bionym.text.prepare import tokenized

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Piece:
    """One window, as an encoder reads it.

    Args:
        ids_T: its subwords, with what stands before and behind a text.
        firsts_N, counts_N: where the first subword of each token that is scored here stands, and how many it has.
    """

    ids_T: Integers
    firsts_N: Integers
    counts_N: Integers

    def __len__(self) -> int:
        return len(self.ids_T)


class Text(NamedTuple):
    """What is read together, in one window or several: tokens `[start, end)` of a document, and where each window's own
    begin and end among these."""

    start: int
    end: int
    pieces: tuple[Piece, ...]
    cores: tuple[tuple[int, int], ...]


class Reader:
    """Cuts documents into windows.

    Args:
        window: most subwords of a window, start and end counted; the encoder's own limit holds too.
    """

    def __init__(self, subwords: Subwords, context: Context, *, window: int, overlap: int) -> None:
        specials = subwords.specials
        self.subwords, self.context, self.overlap = subwords, context, overlap
        self.room = max(min(window - len(specials.start) - len(specials.end), specials.room), 1)

    def prepared(self, document: Document, audit: Audit | None = None) -> Document:
        """The document with tokens, and with what is read together for its sentences.

        Args:
            audit: given to learn from its entities: where they cross an edge that is ours, it gives way.
        """
        cut = in_context(tokenized(document), self.context)
        is_ours = not document.tokens
        return join_cut_sentences(cut, audit) if audit is not None and is_ours else cut

    def texts(self, document: Document, audit: Audit | None = None) -> list[Text]:
        """The texts of a prepared document, empty ones too."""
        ids = self.subwords.of_tokens(document)
        num_cut = sum(len(subwords) > self.room for subwords in ids)
        if num_cut and audit is not None:
            audit.change(document.id, "token", "longer than a window: cut in its subwords", count=num_cut)
        return [self._text(ids, start, end) for start, end in sentence_ranges(document)]

    def count_wide(self, document: Document, audit: Audit) -> None:
        """Count the entities that no window can hold whole."""
        sizes = [min(len(subwords), self.room) for subwords in self.subwords.of_tokens(document)]
        for entity in document.entities:
            aligned = align(document.tokens, entity.extent)
            if aligned is not None and sum(sizes[aligned.start : aligned.end]) > self.room:
                audit.change(document.id, entity, "longer than a window of the encoder: never seen whole")

    def _text(self, ids: Sequence[tuple[int, ...]], start: int, end: int) -> Text:
        subwords = [ids_of_token[: self.room] for ids_of_token in ids[start:end]]
        cuts = windows([len(ids_of_token) for ids_of_token in subwords], self.room, self.overlap)
        pieces = tuple(_piece(subwords, *window, self.subwords.specials) for window in cuts)
        return Text(start, end, pieces, tuple((window.first, window.last) for window in cuts))


def pieces_of(texts: Iterable[Text]) -> list[Piece]:
    """The windows of texts, in order."""
    return [piece for text in texts for piece in text.pieces]


def aligned_entities(document: Document, audit: Audit) -> Iterator[tuple[Entity, Aligned]]:
    """Entities as tokens, nested and overlapping ones too. Lost, and counted: discontinuous ones, and those without a token."""
    for entity in document.entities:
        plain = contiguous(document, entity, audit)
        aligned = align(document.tokens, plain.extent) if plain else None
        if plain is None:
            audit.lose(document.id, entity, "discontinuous: tags hold one stretch of tokens")
        elif aligned is None:
            audit.lose(document.id, entity, "covers no token")
        else:
            if not aligned.is_exact:
                audit.change(document.id, entity, "an edge falls inside a token: widened to the token")
            yield entity, aligned


def _piece(ids: Sequence[tuple[int, ...]], start: int, end: int, first: int, last: int, specials: Specials) -> Piece:
    lengths = [len(ids_of_token) for ids_of_token in ids[start:end]]
    places = len(specials.start) + np.concatenate(([0], np.cumsum(lengths)))
    inner = [number for ids_of_token in ids[start:end] for number in ids_of_token]
    ids_T = np.array([*specials.start, *inner, *specials.end], dtype=np.int64)
    core = slice(first - start, last - start)
    return Piece(ids_T, places[:-1][core].astype(np.int64), np.array(lengths[core], dtype=np.int64))
