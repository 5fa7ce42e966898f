"""Windows over long texts: every token is scored once, where it is furthest from an edge."""

from hypothesis import given
from hypothesis import strategies as some

from bionym.data import Document, Span
from bionym.data.document import Passage
from bionym.models.transformer.contexts import in_context
from bionym.models.transformer.windows import Window, windows
from bionym.text.prepare import tokenized

LENGTHS = some.lists(some.integers(1, 9), max_size=60)
ROOMS = some.integers(1, 24)


def margin(token: int, window: Window, lengths: list[int], room: int) -> float:
    """Subwords from the middle of a token to the nearer edge of a window; the text's own ends are none."""
    sizes = [min(length, room) for length in lengths]
    left = sum(sizes[window.start : token]) + sizes[token] / 2 if window.start else float("inf")
    right = sum(sizes[token : window.end]) - sizes[token] / 2 if window.end < len(lengths) else float("inf")
    return min(left, right)


@given(LENGTHS, ROOMS, some.integers(0, 24))
def test_every_token_is_scored_in_exactly_one_window(lengths: list[int], room: int, overlap: int) -> None:
    found = windows(lengths, room, overlap)
    assert [token for one in found for token in range(one.first, one.last)] == list(range(len(lengths)))
    assert all(one.start <= one.first <= one.last <= one.end for one in found)


@given(LENGTHS, ROOMS, some.integers(0, 24))
def test_every_window_fits(lengths: list[int], room: int, overlap: int) -> None:
    for one in windows(lengths, room, overlap):
        assert sum(min(length, room) for length in lengths[one.start : one.end]) <= room


@given(LENGTHS, ROOMS, some.integers(0, 24))
def test_a_token_is_scored_where_it_is_furthest_from_an_edge(lengths: list[int], room: int, overlap: int) -> None:
    found = windows(lengths, room, overlap)
    for one in found:
        for token in range(one.first, one.last):
            others = [margin(token, other, lengths, room) for other in found if other.start <= token < other.end]
            assert margin(token, one, lengths, room) == max(others)


def test_a_text_that_fits_has_one_window() -> None:
    assert windows([3, 3], 6, 2) == [Window(0, 2, 0, 2)]


def test_a_paragraph_ends_at_a_blank_line_and_with_a_passage() -> None:
    text = "One is here. Two is here.\nThree is here.\n\nFour is here. Five is here."
    document = tokenized(Document("1", text, passages=(Passage(0, 25, "title"), Passage(26, len(text), "abstract"))))
    found = [text[start:end].strip() for start, end in in_context(document, "paragraph").sentences]
    assert found == ["One is here. Two is here.", "Three is here.", "Four is here. Five is here."]


def test_a_document_is_one_context_and_sentences_stay_sentences() -> None:
    document = tokenized(Document("1", "One is here. Two is here."))
    assert in_context(document, "document").sentences == ()
    assert in_context(document, "sentence").sentences == (Span(0, 12), Span(13, 25))
