"""i2b2 2014 XML: what XML does to a text never moves an offset, and no entity is ever expanded."""

import tempfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given

from bionym import formats
from bionym.data import Argument, Audit, Document, Entity, Passage, Relation, Span, entity
from bionym.errors import InputError, UsageError
from bionym.formats import i2b2_xml
from tests.strategies import documents, texts

GOLD = Path(__file__).parents[1] / "gold" / "i2b2_xml"


def note(folder: Path, text: str, tags: str, line_end: str = "\n") -> Path:
    """A file with this text and these tags."""
    body = f"<deIdi2b2>\n<TEXT><![CDATA[{text}]]></TEXT>\n<TAGS>\n{tags}\n</TAGS>\n</deIdi2b2>\n"
    (folder / "x.xml").write_bytes(body.replace("\n", line_end).encode())
    return folder / "x.xml"


def tag(start: int, end: int, text: str) -> str:
    return f'<NAME id="P0" start="{start}" end="{end}" text="{text}" TYPE="DOCTOR" comment=""/>'


def read(path: Path, **options: object) -> Document:
    [document] = i2b2_xml.read(path, **options)
    return document


def written(document: Document, audit: Audit | None = None) -> str:
    with tempfile.TemporaryDirectory() as folder:
        i2b2_xml.write([replace(document, id="x")], Path(folder), audit=audit)
        return (Path(folder) / "x.xml").read_bytes().decode()


def again(document: Document, audit: Audit | None = None) -> Document:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "x.xml").write_bytes(written(document, audit).encode())
        return replace(read(Path(folder) / "x.xml"), id=document.id)


def error_of(path: Path, **options: object) -> str:
    """The message of the error that reading gives: one line, without the note's text."""
    with pytest.raises(InputError) as caught:
        read(path, **options)
    assert "\n" not in str(caught.value)
    assert "Lee" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("path", sorted(GOLD.glob("*.xml")), ids=lambda path: path.stem)
def test_samples_come_back_as_they_are(path: Path) -> None:
    document = read(path)
    assert again(document) == document


def test_the_label_is_the_type_and_the_element_an_attribute() -> None:
    doctor = read(GOLD / "110-01.xml").entities[1]
    assert (doctor.label, doctor.attributes, doctor.id) == ("DOCTOR", {"category": "NAME"}, "P1")


def test_the_label_may_be_the_category() -> None:
    document = read(GOLD / "110-01.xml", label="category")
    assert (document.entities[1].label, document.entities[1].attributes) == ("NAME", {"TYPE": "DOCTOR"})
    assert written(document) == written(read(GOLD / "110-01.xml"))


def test_an_unknown_kind_of_label_is_refused() -> None:
    with pytest.raises(UsageError, match="category"):
        read(GOLD / "110-01.xml", label="categories")


def test_tags_of_the_whole_document_ride_along() -> None:
    document = read(GOLD / "110-02.xml")
    assert [one.label for one in document.entities] == ["MEDICATION"]
    assert '<SMOKER id="DOC1" status="unknown"/>' in written(document)
    assert written(document).index("DOC0") < written(document).index("M0") < written(document).index("</MEDICATION>")


def test_tags_of_mae_without_text_are_about_the_document(tmp_path: Path) -> None:
    document = read(note(tmp_path, "Lee", '<MATCH id="M0" start="-1" end="-1" text="" met="yes"/>'))
    assert document.entities == ()
    assert 'met="yes"' in written(document)


def test_a_predicted_label_gets_its_category() -> None:
    assert '<NAME id="P0" start="0" end="3" text="Lee" TYPE="DOCTOR" comment=""/>' in written(
        Document("x", "Lee", entities=(entity(0, 3, "DOCTOR"),))
    )


@pytest.mark.parametrize("label", ["Disease", "cell-line", "B_cell", "Gene/Protein", "2nd label", "<&>"])
def test_any_label_comes_back(label: str) -> None:
    assert again(Document("x", "Lee", entities=(entity(0, 3, label),))).entities[0].label == label


@pytest.mark.parametrize(
    "text", ["a ]]> b", "]]]]>>", "a\r\nb\rc\n", "<&>\"'", "\U0001d4d0 e\u0301 \u2028", "\ufeffx", "&amp; &#13;"]
)
def test_texts_that_xml_would_change_come_back(text: str) -> None:
    document = Document("x", text, entities=(Entity((Span(0, len(text)),), "A"),))
    assert again(document).text == text
    assert again(document).entities[0].spans == document.entities[0].spans


@pytest.mark.parametrize(("start", "end"), [(7, 10), (5, 8)])
def test_offsets_counted_with_crlf_are_shifted_and_counted(tmp_path: Path, start: int, end: int) -> None:
    audit = Audit()
    document = read(note(tmp_path, "a\nDr\nLee\n", tag(start, end, "Lee"), line_end="\r\n"), audit=audit)
    assert document.mention(document.entities[0]) == "Lee"
    assert audit.num_changed == (start == 7)


def test_a_mention_over_a_line_end_fits_its_attribute(tmp_path: Path) -> None:
    document = read(note(tmp_path, "Ann\nLee", tag(0, 7, "Ann\nLee")))
    assert document.mention(document.entities[0]) == "Ann\nLee"


def test_utf_16_offsets_are_converted(tmp_path: Path) -> None:
    document = read(note(tmp_path, "\U0001d4d0 Lee", tag(3, 6, "Lee")))
    assert document.mention(document.entities[0]) == "Lee"


def test_a_misplaced_tag_is_an_error_or_repaired(tmp_path: Path) -> None:
    path = note(tmp_path, "Dr. Lee", tag(3, 6, "Lee"))
    assert "line 4: P0 [3, 6) differs from the text" in error_of(path)
    assert read(path, repair="nearest").entities[0].spans == (Span(4, 7),)


def test_characters_that_xml_cannot_hold_are_replaced_one_for_one_and_counted() -> None:
    audit = Audit()
    found = again(Document("x", "a\0\x0b Lee", entities=(entity(4, 7, "DOCTOR"),)), audit)
    assert (found.text, found.mention(found.entities[0])) == ("a\ufffd\ufffd Lee", "Lee")
    assert audit.changed["character", "became U+FFFD, since XML cannot hold it"] == 2


def test_what_xml_has_no_place_for_is_lost_and_counted() -> None:
    audit = Audit()
    one = Entity((Span(0, 1), Span(2, 3)), "A", ("D1",), {}, 0.5, "T1")
    tie = Relation("r", (Argument("a", "T1"), Argument("b", "T1")))
    again(Document("x", "a,b", (Passage(0, 3, "title"),), (one,), (tie,)), audit)
    assert sorted(what for what, _ in audit.lost) == ["entity", "identifier", "passage", "relation", "score"]


def test_odd_names_of_attributes_are_changed_or_lost_and_counted() -> None:
    audit = Audit()
    one = replace(entity(0, 1, "A"), attributes={"a b": "1", "start": "9", "1st": "x", "text": "t"})
    assert again(Document("x", "a", entities=(one,)), audit).entities[0].attributes == {"a_b": "1", "_1st": "x"}
    assert (sum(audit.changed.values()), sum(audit.lost.values())) == (2, 2)


@given(texts(max_size=30))
def test_any_text_comes_back(text: str) -> None:
    audit = Audit()
    found = again(Document("x", text), audit).text
    assert found == text or (audit.changed and len(found) == len(text))


@given(documents(discontinuous=False, passages=False, relations=False))
def test_any_document_comes_back(document: Document) -> None:
    audit = Audit()
    found = again(document, audit)
    assert [(one.spans, one.label) for one in found.entities] == [(one.spans, one.label) for one in document.entities]
    ours = [{key: value for key, value in one.attributes.items() if key != "category"} for one in found.entities]
    assert ours == [dict(one.attributes) for one in document.entities]


BOMB = '<!DOCTYPE x [<!ENTITY a "Lee"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "not well-formed XML"),
        (b"Lee", "line 1: not well-formed XML"),
        (b"<deIdi2b2><TEXT>Lee", "not well-formed XML"),
        (b"<deIdi2b2>\n<TEXT>Lee</TAGS></deIdi2b2>", "line 2: not well-formed XML"),
        (b"<deIdi2b2><TEXT>L\x00ee</TEXT></deIdi2b2>", "not well-formed XML"),
        (b"<deIdi2b2><TEXT>L\xe9e</TEXT></deIdi2b2>", "not well-formed XML"),
        (b"<deIdi2b2><TEXT>&lee;</TEXT></deIdi2b2>", "line 1"),
        (f"{BOMB}<x><TEXT>&b;</TEXT><TAGS/></x>".encode(), "declares entities"),
        (f'{BOMB}<x><TEXT/><TAGS><A id="&b;"/></TAGS></x>'.encode(), "declares entities"),
        (b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x><TEXT>&a;</TEXT></x>', "declares entities"),
        (b"<collection><document/></collection>", "there is no element TEXT"),
        (
            b'<x><TEXT>Lee</TEXT><TAGS><A id="A0" start="0" end="9"/></TAGS></x>',
            "A0 [0, 9) ends beyond the 3 characters",
        ),
        (b'<x><TEXT>Lee</TEXT><TAGS><A id="A0" start="3" end="1"/></TAGS></x>', "A0 needs numbers, start before end"),
        (b'<x><TEXT>Lee</TEXT><TAGS><A id="A0" start="a" end="1"/></TAGS></x>', "A0 needs numbers"),
        (b'<x><TEXT>Lee</TEXT><TAGS><A id="A0" start="0"/></TAGS></x>', "A0 needs numbers"),
    ],
)
def test_broken_files_are_named_with_place_and_fix(tmp_path: Path, content: bytes, expected: str) -> None:
    (tmp_path / "x.xml").write_bytes(content)
    assert expected in error_of(tmp_path / "x.xml")


def test_a_deep_bomb_costs_no_time(tmp_path: Path) -> None:
    names = "abcdefghijklmnop"
    lines = [f'<!ENTITY {two} "{f"&{one};" * 10}">' for one, two in pairwise(names)]
    bomb = f'<!DOCTYPE x [<!ENTITY a "Lee">{"".join(lines)}]><x><TEXT>&p;</TEXT><TAGS/></x>'
    (tmp_path / "x.xml").write_text(bomb)
    assert "x.xml, line 1" in error_of(tmp_path / "x.xml")


def test_a_folder_in_place_of_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.xml").mkdir()
    assert "folder" in error_of(tmp_path / "x.xml")


def test_a_file_in_another_encoding_that_says_so_is_read(tmp_path: Path) -> None:
    body = '<?xml version="1.0" encoding="ISO-8859-1"?><x><TEXT>naïve</TEXT><TAGS/></x>'
    (tmp_path / "x.xml").write_bytes(body.encode("latin-1"))
    assert read(tmp_path / "x.xml").text == "naïve"


def test_it_is_told_from_other_xml_by_its_beginning() -> None:
    assert {formats.detect(path) for path in GOLD.glob("*.xml")} == {"i2b2_xml"}
    assert not i2b2_xml.sniff("<?xml version='1.0'?><collection><text>")
