"""`Span`: a stretch of text by its offsets."""

from typing import Any, NamedTuple

from bionym.errors import SpanError


class _Offsets(NamedTuple):
    start: int
    end: int


class Span(_Offsets):
    """Half-open `[start, end)` in code points of a document's text; never empty.

    A span is a tuple, so it sorts, hashes and unpacks: `start, end = span`.

    >>> text = "mild fever"
    >>> Span(5, 10).of(text)
    'fever'

    Raises: SpanError if `start` is negative or `end` is not beyond `start`.
    """

    __slots__ = ()

    def __new__(cls, start: int, end: int) -> "Span":
        if not 0 <= start < end:
            raise SpanError(f"A span needs 0 <= start < end, found [{start}, {end})")
        return tuple.__new__(cls, (start, end))

    def of(self, text: str) -> str:
        """The text this span covers."""
        return text[self.start : self.end]

    def overlaps(self, other: "Span") -> bool:
        """Whether the two share at least one character."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: "Span") -> bool:
        """Whether `other` lies within this span (equal spans contain each other)."""
        return self.start <= other.start and other.end <= self.end

    def shift(self, by: int) -> "Span":
        """The same stretch, `by` characters further right."""
        return Span(self.start + by, self.end + by)

    def __repr__(self) -> str:
        return f"Span({self.start}, {self.end})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Span, (self.start, self.end)
