"""Offsets in other units, mentions beside their place, and texts laid from pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionym.data import Audit, Document, Passage
from bionym.formats import _layout as layout
from bionym.formats._layout import Overlap, Piece, lay, lay_so_that_most_fit
from bionym.formats._mentions import KEPT, MOVED, NOWHERE, Claim, Verdict, fits, settle
from bionym.formats._offsets import CODE_POINTS, UNITS, edges, width
from bionym.formats._slips import settled

TEXT = "é\U0001d4d0x\n5 mg\r\n"
LENGTHS = {
    "code points": len,
    "UTF-8 bytes": lambda text: len(text.encode("utf-8")),
    "UTF-16 units": lambda text: len(text.encode("utf-16-le")) // 2,
    "characters of CRLF lines": lambda text: len(text.replace("\n", "\r\n")),
    "characters of LF lines": lambda text: len(text.replace("\r", "")),
}


@pytest.mark.parametrize("unit", UNITS)
@given(text=st.text(st.sampled_from("aé\n\r\U0001d4d0") | st.characters(exclude_categories=("Cs",)), max_size=8))
def test_the_width_of_a_text_is_its_length_in_the_unit(unit: str, text: str) -> None:
    assert width(text, unit) == LENGTHS[unit](text)


@pytest.mark.parametrize("unit", UNITS)
def test_every_edge_is_found_from_its_offset_in_the_unit(unit: str) -> None:
    found = edges(TEXT, unit)
    for position in range(len(TEXT) + 1):
        offset = LENGTHS[unit](TEXT[:position])
        assert found[offset] == position or (
            found[offset] < position and width(TEXT[found[offset] : position], unit) == 0
        )
    assert set(found) == {LENGTHS[unit](TEXT[:position]) for position in range(len(TEXT) + 1)}


@pytest.mark.parametrize(
    ("claim", "is_fitting"),
    [
        (Claim(((0, 5),), "fever"), True),
        (Claim(((0, 5),), "Fever"), False),
        (Claim(((0, 5),), None), True),
        (Claim(((6, 10),), "pain"), True),
        (Claim(((6, 11),), None), False),
        (Claim(((-1, 5),), None), False),
        (Claim(((5, 5),), None), False),
        (Claim(((0, 2), (6, 8)), "fe  pa"), True),
        (Claim(((0, 2), (6, 8)), "fe pi"), False),
        (Claim(((0, 2), (6, 12)), None), False),
    ],
)
def test_a_claim_fits_where_the_text_holds_its_mention(claim: Claim, is_fitting: bool) -> None:
    assert fits("fever pain", claim) == is_fitting


def test_the_unit_is_the_first_under_which_all_mentions_fit() -> None:
    text = "\U0001d4d0 fever, é pain"
    places = [text.index(word) for word in ("fever", "pain")]
    for unit in ("UTF-8 bytes", "UTF-16 units"):
        starts = [LENGTHS[unit](text[:place]) for place in places]
        claims = [Claim(((starts[0], starts[0] + 5),), "fever"), Claim(((starts[1], starts[1] + 4),), "pain")]
        found = settled(text, claims, repair=False)
        assert found.unit == unit
        assert [verdict and verdict.ranges for verdict in found.verdicts] == [
            ((places[0], places[0] + 5),),
            ((places[1], places[1] + 4),),
        ]
    assert settled(text, [Claim(((0, 1),), "x")], repair=False) == (CODE_POINTS, [None])


@pytest.mark.parametrize(
    ("start", "end", "mention", "place"),
    [
        (0, 5, "fever", (0, 5)),
        (5, 10, "fever", (0, 5)),  # as far as the next, which stands behind
        (6, 11, "fever", (10, 15)),
        (9, 14, "fever", (10, 15)),
        (30, 35, "fever", (10, 15)),
        (-3, 2, "fever", (0, 5)),
        (0, 5, "pain", None),
        (0, 0, "", None),
    ],
)
def test_a_mention_is_moved_to_where_it_stands_nearest(
    start: int, end: int, mention: str, place: tuple[int, int] | None
) -> None:
    (found,) = settle("fever and fever", [Claim(((start, end),), mention)], repair=True)
    assert found is not None
    assert found.ranges == ((place,) if place else ())
    assert found.reason == ("" if place == (start, end) else MOVED if place else found.reason)


def test_a_mention_that_is_nowhere_is_left_out() -> None:
    assert settle("fever and fever", [Claim(((0, 5),), "pain")], repair=True) == [Verdict((), NOWHERE, True)]


def test_a_mention_in_other_letters_stays_where_it_is() -> None:
    for repair in (False, True):
        assert settle("a Fever", [Claim(((2, 7),), "fEVER")], repair=repair) == [Verdict(((2, 7),), KEPT)]


@pytest.mark.parametrize(
    ("gap", "unit", "filling"),
    [
        (0, "code points", ""),
        (1, "code points", "\n"),
        (3, "code points", "  \n"),
        (1, "characters of CRLF lines", " "),
        (2, "characters of CRLF lines", "\n"),
        (3, "characters of CRLF lines", " \n"),
    ],
)
def test_a_gap_is_filled_with_spaces_and_a_line_break_at_its_end(gap: int, unit: str, filling: str) -> None:
    assert layout.filler(gap, unit) == filling
    assert width(filling, unit) == gap


def test_pieces_are_laid_at_their_offsets() -> None:
    laid = lay([Piece(12, "é"), Piece(15, "ab"), Piece(17, "c")], "UTF-8 bytes", begin=10)
    assert laid.text == " \né\nabc"
    assert laid.places == ((2, 3), (4, 6), (6, 7))


def test_pieces_that_overlap_or_lie_too_far_apart_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Overlap) as caught:
        lay([Piece(0, "abc"), Piece(2, "x")], "code points")
    assert caught.value.offset == 2
    monkeypatch.setattr(layout, "MAX_GAP_CHARS", 5)
    assert lay([Piece(5, "x")], "code points").text == "    \nx"
    with pytest.raises(Overlap):
        lay([Piece(6, "x")], "code points")


def test_pieces_are_laid_under_the_unit_in_which_most_mentions_fit() -> None:
    pieces = [Piece(0, "é"), Piece(3, "fever")]
    found = lay_so_that_most_fit(lambda unit: pieces, [Claim(((3, 8),), "fever")])
    assert (found.unit, found.laid.text) == ("code points", "é \nfever")
    assert [claim.ranges for claim in found.claims] == [((3, 8),)]
    bytes_ = lay_so_that_most_fit(lambda unit: [Piece(0, "é"), Piece(3, "éfever")], [Claim(((5, 10),), "fever")])
    assert (bytes_.unit, bytes_.laid.text) == ("UTF-8 bytes", "é\néfever")
    assert [claim.ranges for claim in bytes_.claims] == [((3, 8),)]


def test_pieces_in_which_no_mention_fits_are_laid_in_code_points_and_the_mention_has_no_verdict() -> None:
    claims = [Claim(((0, 5),), "fever")]
    found = lay_so_that_most_fit(lambda unit: [Piece(0, "é"), Piece(3, "fever")], claims)
    assert (found.unit, found.claims) == ("code points", claims)
    assert found.verdicts(claims, found.claims, repair=False) == [None]


def parts(text: str, *passages: tuple[int, int]) -> list[tuple[int, int, bool]]:
    document = Document("d", text, passages=tuple(Passage(start, end, "p") for start, end in passages))
    return [(part.start, part.end, part.passage is not None) for part in layout.cut(document, Audit())]


def test_text_between_passages_is_a_part_unless_it_would_be_filled_so() -> None:
    assert parts("abc\ndef", (0, 3), (4, 7)) == [(0, 3, True), (4, 7, True)]
    assert parts("abc def", (0, 3), (4, 7)) == [(0, 3, True), (3, 4, False), (4, 7, True)]
    assert parts("abc  \ndef x", (4, 4), (6, 9)) == [(0, 4, False), (4, 4, True), (6, 9, True), (9, 11, False)]
    assert parts("") == [(0, 0, False)] and parts("ab") == [(0, 2, False)]


def test_a_passage_that_overlaps_the_one_before_is_lost_and_counted() -> None:
    audit = Audit()
    passages = (Passage(2, 5, "p"), Passage(0, 3, "p"), Passage(3, 6, "p"))
    found = layout.cut(Document("d", "abcdef", passages=passages), audit)
    assert [(part.start, part.end) for part in found] == [(0, 3), (3, 6)]
    assert audit.lost.total() == 1
