"""Lines and tokens of i2b2: numbered by hand."""

from pathlib import Path

import pytest

from bionym.data import Audit, Document, Entity, Span, entity
from bionym.errors import FormatError
from bionym.formats._i2b2_layout import of_lines, of_tokens, words
from bionym.formats._i2b2_lines import Concept, Place, read_assertions, read_concepts, read_relations

TEXT = "He had  fever .\r\n\nMild pain\n"
FILE = Path("note.con")


def concept(first: tuple[int, int], last: tuple[int, int], text: str = "x") -> Concept:
    return Concept(text, Place(*first), Place(*last))


def test_two_spaces_enclose_an_empty_token_and_an_empty_line_counts() -> None:
    layout = of_lines(TEXT)
    assert [[TEXT[start:end] for start, end in row] for row in layout.rows] == [
        ["He", "had", "", "fever", "."],
        [""],
        ["Mild", "pain"],
    ]
    assert layout.places == [Place(1, 0), Place(1, 1), Place(1, 3), Place(1, 4), Place(3, 0), Place(3, 1)]
    assert [span.of(TEXT) for span in layout.spans] == ["He", "had", "fever", ".", "Mild", "pain"]


def test_words_and_the_sentence_of_each_line_leave_white_space_out() -> None:
    tokens, sentences = words(of_lines(TEXT))
    assert [token.of(TEXT) for token in tokens] == ["He", "had", "fever", ".", "Mild", "pain"]
    assert [sentence.of(TEXT) for sentence in sentences] == ["He had  fever .", "Mild pain"]
    assert of_lines("").rows == ()


@pytest.mark.parametrize(
    ("first", "last", "mention"),
    [((1, 3), (1, 3), "fever"), ((1, 2), (1, 3), "fever"), ((1, 0), (1, 1), "He had"), ((3, 0), (3, 1), "Mild pain")],
)
def test_a_concept_covers_its_first_to_its_last_token(
    first: tuple[int, int], last: tuple[int, int], mention: str
) -> None:
    assert of_lines(TEXT).span(concept(first, last), FILE, 1).of(TEXT) == mention


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [
        ((4, 0), (4, 0), "line 7: there is no line 4: the text has 3, counted from 1"),
        ((0, 0), (1, 0), "there is no line 0"),
        ((3, 0), (3, 2), "line 3 has no token 2: it has 2, counted from 0"),
        ((1, 2), (1, 2), "covers nothing but empty tokens"),
    ],
)
def test_a_concept_beside_the_text_is_refused_by_line(
    first: tuple[int, int], last: tuple[int, int], message: str
) -> None:
    with pytest.raises(FormatError, match=message):
        of_lines(TEXT).span(concept(first, last), FILE, 7)


@pytest.mark.parametrize(
    ("stated", "is_said"),
    [
        ("FEVER .", True),
        ("fever", False),
        ("fever ,", False),
        ("feve@ .", False),
        ("__num__ .", False),
    ],
)
def test_the_stated_text_is_that_of_the_tokens_in_any_case(stated: str, is_said: bool) -> None:
    assert of_lines(TEXT).says(concept((1, 3), (1, 4), stated)) == is_said


def test_what_the_reader_of_cliner_replaces_is_still_said() -> None:
    layout = of_lines("Näch 5mg x")
    assert layout.says(concept((1, 0), (1, 1), "n@ch __num__"))
    assert not layout.says(concept((1, 0), (1, 2), "n@ch __num__ __num__"))


def test_the_text_of_a_concept_over_lines_is_joined_by_spaces() -> None:
    layout = of_lines("a B c\nd e\nf g")
    assert layout.text_of(Place(1, 1), Place(3, 0)) == "b c d e f"
    assert layout.text_of(Place(2, 1), Place(2, 1)) == "e"


def test_an_entity_has_the_places_of_its_tokens() -> None:
    layout, audit, document = of_lines(TEXT), Audit(), Document("d", TEXT)
    assert layout.concept(document, entity(3, 13, "A"), audit) == Concept("had  fever", Place(1, 1), Place(1, 3))
    assert audit.num_changed == audit.num_lost == 0
    assert layout.concept(document, entity(9, 12, "A"), audit) == Concept("fever", Place(1, 3), Place(1, 3))
    assert (audit.num_changed, audit.num_lost) == (1, 0)


@pytest.mark.parametrize(
    "lost",
    [Entity((Span(0, 2), Span(8, 13)), "A"), entity(15, 17, "A"), entity(8, 22, "A")],
    ids=["gap", "blank", "lines"],
)
def test_an_entity_without_a_place_is_lost_and_counted(lost: Entity) -> None:
    audit = Audit()
    assert of_lines(TEXT).concept(Document("d", TEXT), lost, audit) is None
    assert audit.num_lost == 1


def test_a_document_is_written_a_sentence_a_line() -> None:
    tokens = (Span(0, 2), Span(3, 7), Span(8, 10), Span(10, 11))
    document = Document("d", "It fell in.", tokens=tokens, sentences=(Span(3, 7), Span(8, 11)))
    layout, written = of_tokens(document, Audit())
    assert written == "It fell\nin .\n"
    assert layout.rows == (((0, 2), (3, 7)), ((8, 10), (10, 11)))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('c="x" 1:3 1:2||t="A"', "the start 1:3 lies behind the end 1:2"),
        ('c="x" 1:3 1:4', 'found no [|][|]t="'),
        ('c="x" 1:3||t="A"', "found another form"),
    ],
)
def test_a_line_of_another_form_is_refused_with_its_number(line: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "note.con"
    path.write_text(f'c="a" 1:0 1:0||t="A"\n\n{line}\n', encoding="utf-8")
    with pytest.raises(FormatError, match=rf"line 3: .*{message}"):
        list(read_concepts(path))


def test_lines_are_read_as_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_text('c="a" b" 1:0 2:3||t="A"||a="absent"\n', encoding="utf-8")
    (stated,) = read_assertions(path)
    assert (stated.number, stated.concept, stated.label, stated.assertion) == (
        1,
        concept((1, 0), (2, 3), 'a" b'),
        "A",
        "absent",
    )
    assert f"{stated}\n" == path.read_text()
    path.write_text('c="a" 1:0 1:1||r="TrAP"||c="b" 2:2 2:3\n', encoding="utf-8")
    (tied,) = read_relations(path)
    assert (tied.first, tied.label, tied.second) == (concept((1, 0), (1, 1), "a"), "TrAP", concept((2, 2), (2, 3), "b"))
    assert f"{tied}\n" == path.read_text()
