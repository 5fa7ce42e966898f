"""Inline markup: what can nest comes back exactly, what cannot is counted."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionym import formats
from bionym.data import Argument, Audit, Document, Entity, Passage, Relation, Span, entity
from bionym.data.blanks import without_blank_gaps
from bionym.errors import FormatError, InputError
from bionym.formats import bioc_xml, inline
from tests.strategies import documents, texts

GOLD = Path(__file__).parents[1] / "gold"


def read_text(folder: Path, content: str | bytes) -> Document:
    path = folder / "some.tagged"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (document,) = inline.read(path)
    return document


def written(folder: Path, document: Document, audit: Audit | None = None) -> str:
    inline.write([document], folder, audit=audit)
    (path,) = folder.iterdir()
    return path.read_bytes().decode()


def again(folder: Path, document: Document, audit: Audit | None = None) -> Document:
    return read_text(folder, written(folder, document, audit))


def test_the_sample_carries_what_its_bioc_form_carries() -> None:
    (ours,) = inline.read(GOLD / "inline" / "227508.tagged")
    theirs = next(bioc_xml.read(GOLD / "bioc_xml" / "bc5cdr.BioC.xml"))
    assert (ours.text, ours.entities) == (theirs.text, theirs.entities)


def test_tags_become_entities(tmp_path: Path) -> None:
    document = read_text(tmp_path, "no <Disease>mild <Sign>fever</Sign></Disease>.")
    assert document.text == "no mild fever."
    assert document.entities == (entity(3, 13, "Disease"), entity(8, 13, "Sign"))


def test_nested_equal_and_adjacent_entities_come_back(tmp_path: Path) -> None:
    entities = (entity(0, 2, "A"), entity(0, 2, "A"), entity(0, 1, "B"), entity(2, 3, "A"), entity(1, 2, "C"))
    document = Document("1", "abc", entities=entities)
    assert written(tmp_path, document) == "<A><A><B>a</B><C>b</C></A></A><A>c</A>"
    assert again(tmp_path, document).entities == document.entities


def test_markup_characters_of_the_text_are_escaped(tmp_path: Path) -> None:
    document = Document("1", "p < 0.05 & <b> &lt; &#65; \r\n\ufeff")
    assert written(tmp_path, document).startswith("p &lt; 0.05 &amp; &lt;b&gt; &amp;lt; &amp;#65;")
    assert again(tmp_path, document).text == document.text


def test_an_ampersand_that_is_no_reference_is_itself(tmp_path: Path) -> None:
    assert read_text(tmp_path, "A & B &nbsp; &#99999999;").text == "A & B &nbsp; &#99999999;"


@pytest.mark.parametrize("label", ["2nd line", "entity", "a<b>", 'say "x"', "Gene/Protein", "B-cell", "x\ny", " "])
def test_labels_that_are_no_names_stand_in_an_attribute(label: str, tmp_path: Path) -> None:
    document = Document("1", "a", entities=(entity(0, 1, label),))
    assert again(tmp_path, document).entities == document.entities


def test_ids_concepts_scores_and_attributes_come_back(tmp_path: Path) -> None:
    attributes = {"assertion": "absent", "first line": 'a|b<"\n', "score": "high", "": "x"}
    held = Entity((Span(0, 1),), "X", ("D1|D2", "a b"), attributes, 0.125, "T1")
    (found,) = again(tmp_path, Document("1", "a", entities=(held,))).entities
    assert (found, dict(found.attributes)) == (held, attributes)


def test_of_crossing_entities_the_longer_stays_and_the_other_is_counted(tmp_path: Path) -> None:
    audit = Audit()
    document = Document("1", "abcdef", entities=(entity(0, 3, "A"), entity(2, 6, "B"), entity(2, 3, "C")))
    assert written(tmp_path, document, audit) == "ab<B><C>c</C>def</B>"
    assert audit.lost == {("entity", "crosses a longer entity"): 1}


def test_discontinuous_entities_relations_and_passages_are_lost_and_counted(tmp_path: Path) -> None:
    audit = Audit()
    split, tie = Entity((Span(0, 1), Span(2, 3)), "A"), Relation("x", (Argument("a", "b"),))
    written(tmp_path, Document("1", "abc", (Passage(0, 3, "t"),), (split,), (tie,)), audit)
    assert {what: count for (what, _), count in audit.lost.items()} == {"entity": 1, "relation": 1, "passage": 1}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a\n<A>b", "line 2: the tag that opens here is never closed"),
        ("a\n\n</A>", "line 3: a tag is closed that was never opened"),
        ("<A>a<B>b</A></B>", "line 1: another tag is closed here than the one that opens on line 1"),
        ("a < b", "line 1: a < or > that is no tag's"),
        ("a\nb > c", "line 2: a < or > that is no tag's"),
        ("<A", "line 1: a < or > that is no tag's"),
        ("<A x=1>a</A>", "line 1: a < or > that is no tag's"),
        ("<A></A>", "line 1: A span needs 0 <= start < end"),
        ("<entity>a</entity>", "line 1: The entity at Span(0, 1) has no label"),
        ('<A score="high">a</A>', "line 1: score: expected a number"),
        (b"caf\xe9", "line 1: byte 0xe9 is not UTF-8"),
    ],
)
def test_malformed_markup_is_a_one_line_error(content: str | bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError) as caught:
        read_text(tmp_path, content)
    assert message in str(caught.value)
    assert "some.tagged" in str(caught.value)


def test_an_empty_file_a_byte_order_mark_and_nul_bytes_are_no_harm(tmp_path: Path) -> None:
    assert read_text(tmp_path, "").text == ""
    assert read_text(tmp_path, b"\xef\xbb\xbf<A>a\0</A>").entities == (entity(0, 2, "A"),)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="folder"):
        list(inline.read(tmp_path))


def test_the_front_door_writes_a_folder_and_reads_it(tmp_path: Path) -> None:
    formats.write([Document("a/1", "x"), Document("a/2", "y")], tmp_path / "out", "inline")
    assert [(one.id, one.text) for one in formats.read(tmp_path / "out")] == [("a/1", "x"), ("a/2", "y")]


@given(document=documents(text=texts(characters=st.characters()), passages=False, relations=False))
def test_any_document_survives_and_losses_are_counted(
    document: Document, tmp_path_factory: pytest.TempPathFactory
) -> None:
    audit = Audit()
    found = again(tmp_path_factory.mktemp("round"), document, audit)
    assert found.text == document.text
    assert len(document.entities) - len(found.entities) == audit.num_lost
    whole = [without_blank_gaps(document.text, one) for one in document.entities]
    assert all(one in whole for one in found.entities)


@given(document=documents(overlapping=False, discontinuous=False, passages=False, relations=False))
def test_entities_apart_from_each_other_all_survive(
    document: Document, tmp_path_factory: pytest.TempPathFactory
) -> None:
    audit = Audit()
    found = again(tmp_path_factory.mktemp("round"), document, audit)
    assert [(one, dict(one.attributes)) for one in found.entities] == [
        (one, dict(one.attributes)) for one in document.entities
    ]
    assert not audit.lost
