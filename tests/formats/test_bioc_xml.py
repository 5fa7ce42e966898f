"""BioC XML: the same content as PubTator, safe parsing, and a round trip without loss."""

from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from lxml import etree

from bionym import formats
from bionym.data import Argument, Audit, Document, Entity, Passage, Relation, Span, entity
from bionym.errors import FormatError, InputError
from bionym.formats import bioc_xml, pubtator
from tests.strategies import documents

GOLD = Path(__file__).parents[1] / "gold"
SAMPLE = GOLD / "bioc_xml" / "bc5cdr.BioC.xml"
CORPUS = Path(__file__).parents[2].parent / "shared" / "data" / "corpora" / "bc5cdr"
LOCATION = '<location offset="{}" length="{}"/>'
MENTION = f'<annotation id="T1"><infon key="type">Gene</infon>{LOCATION}<text>p53</text></annotation>'


def document_of(*passages: str, more: str = "") -> str:
    inside = "".join(f"<passage>{passage}</passage>" for passage in passages)
    return f"<collection><source/><date/><key/><document><id>1</id>{inside}{more}</document></collection>"


def passage_of(text: str, offset: int = 0, more: str = "") -> str:
    return f"<offset>{offset}</offset><text>{escape(text)}</text>{more}"


def read_text(folder: Path, content: str | bytes, **options: Any) -> list[Document]:
    path = folder / "some.xml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(bioc_xml.read(path, **options))


def again(folder: Path, *given: Document, audit: Audit | None = None) -> list[Document]:
    bioc_xml.write(given, folder / "out.xml", audit=audit)
    return list(bioc_xml.read(folder / "out.xml"))


def content(document: Document) -> Any:
    """What PubTator and BioC both say."""
    entities = [(one.spans, one.label, one.concepts) for one in document.entities]
    return document.id, document.text, entities, [(one.label, one.arguments) for one in document.relations]


def everything(document: Document) -> Any:
    return document, [dict(one.attributes) for one in document.entities], dict(document.meta)


def test_the_sample_carries_what_its_pubtator_form_carries() -> None:
    theirs = list(pubtator.read(GOLD / "pubtator" / "bc5cdr.PubTator.txt"))
    assert [content(one) for one in bioc_xml.read(SAMPLE)] == [content(one) for one in theirs]


def test_every_annotation_of_the_sample_is_written_back(tmp_path: Path) -> None:
    def told(path: Path) -> list[Any]:
        return [
            [sorted(one.attrib.items()), sorted(etree.tostring(part).strip() for part in one)]
            for one in etree.parse(path).iter("annotation")
        ]

    bioc_xml.write(bioc_xml.read(SAMPLE), tmp_path / "out.xml")
    assert told(tmp_path / "out.xml") == told(SAMPLE)


def test_the_sample_survives_with_everything_around_it(tmp_path: Path) -> None:
    found = list(bioc_xml.read(SAMPLE))
    assert [everything(one) for one in again(tmp_path, *found)] == [everything(one) for one in found]
    assert found[0].meta["bioc"]["collection"] == {"source": "PubTator", "date": "0/0/0", "key": "PubTator.key"}


def test_individual_mentions_are_part_of_their_composite() -> None:
    composite = list(bioc_xml.read(SAMPLE))[1].entities[0]
    assert composite.concepts == ("D014786", "D006311")
    assert composite.attributes == {"individual_mentions": "Ocular toxicity|auditory toxicity"}


def test_several_locations_are_one_discontinuous_entity(tmp_path: Path) -> None:
    places = '<location offset="14" length="3"/><location offset="0" length="4"/>'
    mention = f'<annotation id="T1"><infon key="type">Part</infon>{places}<text>left arm</text></annotation>'
    (document,) = read_text(tmp_path, document_of(passage_of("left or right arm", more=mention)))
    assert document.entities[0].spans == (Span(0, 4), Span(14, 17))


def test_passages_stand_at_their_offsets_and_gaps_end_in_a_line_break(tmp_path: Path) -> None:
    (document,) = read_text(tmp_path, document_of(passage_of("ab"), passage_of("cd", 3), passage_of("ef", 8)))
    assert document.text == "ab\ncd  \nef"
    assert [(one.start, one.end) for one in document.passages] == [(0, 2), (3, 5), (8, 10)]


@pytest.mark.parametrize(
    ("unit", "second", "start"),
    [("code points", 5, 5), ("UTF-8 bytes", 9, 9), ("UTF-16 units", 6, 6)],
)
def test_offsets_in_other_units_are_converted(unit: str, second: int, start: int, tmp_path: Path) -> None:
    audit = Audit()
    source = document_of(passage_of("é𝓐ab"), passage_of("𠮷p53", second, MENTION.format(start + width(unit), 3)))
    (document,) = read_text(tmp_path, source, audit=audit)
    assert document.mention(document.entities[0]) == "p53"
    assert document.text == "é𝓐ab\n𠮷p53"
    assert audit.num_changed == (unit != "code points")


def width(unit: str) -> int:
    return {"code points": 1, "UTF-8 bytes": 4, "UTF-16 units": 2}[unit]


def test_offsets_that_count_crlf_as_two_are_converted(tmp_path: Path) -> None:
    (document,) = read_text(tmp_path, document_of(passage_of("ab\r\np53", more=MENTION.format(4, 3))))
    assert (document.text, document.entities[0].spans) == ("ab\np53", (Span(3, 6),))


def test_sentences_make_up_a_passage_and_are_written_back(tmp_path: Path) -> None:
    sentences = "<offset>0</offset>" + "".join(
        f"<sentence><offset>{at}</offset><text>{text}</text>{more}</sentence>"
        for at, text, more in ((0, "A cat.", ""), (7, "p53.", MENTION.format(7, 3)))
    )
    (document,) = read_text(tmp_path, document_of(sentences))
    assert (document.text, document.sentences) == ("A cat.\np53.", (Span(0, 6), Span(7, 11)))
    assert everything(again(tmp_path, document)[0]) == everything(document)
    assert (tmp_path / "out.xml").read_text().count("<sentence>") == 2


def test_relations_with_nodes_tie_annotations(tmp_path: Path) -> None:
    relation = '<relation id="R1"><infon key="type">binds</infon><node refid="T1" role="agent"/></relation>'
    (document,) = read_text(tmp_path, document_of(passage_of("p53", more=MENTION.format(0, 3)), more=relation))
    assert document.relations == (Relation("binds", (Argument("agent", "T1"),), "R1"),)
    assert everything(again(tmp_path, document)[0]) == everything(document)


def test_relations_with_nodes_and_further_infons_are_written_as_read(tmp_path: Path) -> None:
    infons = '<infon key="relation">binds</infon><infon key="novelty">yes</infon>'
    relation = f'<relation id="R1">{infons}<node refid="T1" role="agent"/></relation>'
    (document,) = read_text(tmp_path, document_of(passage_of("p53", more=MENTION.format(0, 3)), more=relation))
    again(tmp_path, document)
    assert '<infon key="novelty">yes</infon>' in (tmp_path / "out.xml").read_text()


def test_carriage_returns_and_every_character_of_xml_survive(tmp_path: Path) -> None:
    document = Document("1", "a\r\nb\tc\u2028𠮷<&>]]>", (Passage(0, 14, "title", {"x\r\n": "\ty"}),))
    assert again(tmp_path, document)[0] == document


def test_characters_that_xml_cannot_hold_become_one_other_and_are_counted(tmp_path: Path) -> None:
    audit = Audit()
    (found,) = again(tmp_path, Document("1", "a\0b\ud800c\x1f", entities=(entity(2, 3, "X"),)), audit=audit)
    assert found.text == "a\ufffdb\ufffdc\ufffd"
    assert audit.changed == {("character", "became U+FFFD, since XML cannot hold it"): 3}


def test_what_is_written_has_a_declaration_and_a_document_type(tmp_path: Path) -> None:
    again(tmp_path, Document("1", "a"))
    start = "<?xml version='1.0' encoding='UTF-8'?>\n<!DOCTYPE collection SYSTEM 'BioC.dtd'>\n<collection>"
    assert (tmp_path / "out.xml").read_text().startswith(start)


def test_attributes_named_like_infons_of_bioc_come_back_as_attributes(tmp_path: Path) -> None:
    attributes = {"type": "a", "score": "b", "MESH": "c", "assertion": "d"}
    document = Document("1", "ab", entities=(Entity((Span(0, 2),), "X", (), attributes, 0.5),))
    assert everything(again(tmp_path, document)[0]) == everything(document)


def test_overlapping_passages_of_other_formats_are_lost_and_counted(tmp_path: Path) -> None:
    audit = Audit()
    document = Document("1", "abcd", (Passage(0, 3, "x"), Passage(2, 4, "y")))
    (found,) = again(tmp_path, document, audit=audit)
    assert (found.text, len(found.passages), sum(audit.lost.values())) == ("abcd", 1, 1)


BOMB = "<!DOCTYPE c [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
EXTERNAL = "<!DOCTYPE c [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (BOMB + "]><collection>&i;</collection>", "entities"),
        (BOMB + "]><collection x='&i;'/>", ""),
        (EXTERNAL + "<collection><source>&e;</source></collection>", "entities"),
        (document_of(passage_of("ab"))[:-30], "not well-formed XML"),
        ("<collection><document><id>1</document>", "line 1: not well-formed XML (tag name mismatch)"),
        ("<root/>", "expected the element 'collection', found another"),
        ("", "not well-formed XML"),
        ("no XML", "not well-formed XML"),
        (b"<collection><source>caf\xe9</source></collection>", "not well-formed XML"),
        (document_of(passage_of("a\0b")), "not well-formed XML"),
        (document_of("<offset>x</offset><text>a</text>"), "passages[0]: offset: expected a whole number"),
        (document_of(passage_of("abc"), passage_of("d", 1)), "overlap at offset 1"),
        (document_of(passage_of("a", 99_999_999)), "the gaps between passages are wider than 1,000,000 characters"),
        (document_of(passage_of("ab", more=MENTION.format(0, 3))), "the annotation at [0, 3) of document 1 differs"),
        (document_of(passage_of("p53", more=MENTION.format(-1, 3))), "offset: expected a whole number"),
        (document_of(passage_of("p53", more=MENTION.format(0, 99))), "the annotation at [0, 99) of document 1 differs"),
        (document_of("<unknown/>"), "BioC has no such element here"),
        (document_of("<offset>0</offset><text>a<sup>2</sup></text>"), "the element 'text' holds elements"),
    ],
)
def test_malformed_and_hostile_files_are_one_line_errors(source: str | bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError) as caught:
        read_text(tmp_path, source)
    assert message in str(caught.value)
    assert "some.xml, line 1" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "p53" not in str(caught.value)


def test_errors_name_the_line_of_the_annotation(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"some\.xml, line 4"):
        read_text(tmp_path, document_of(passage_of("a\nb", more="\n\n" + MENTION.format(0, 3))))


def test_repair_moves_an_annotation_to_its_nearest_occurrence(tmp_path: Path) -> None:
    audit = Audit()
    source = document_of(passage_of("p53 and p53", more=MENTION.format(7, 3)))
    (document,) = read_text(tmp_path, source, repair="nearest", audit=audit)
    assert (document.entities[0].spans, audit.num_changed) == ((Span(8, 11),), 1)


def test_comments_and_instructions_do_not_cut_the_text(tmp_path: Path) -> None:
    source = document_of("<offset>0</offset><text>a<!-- x -->b<?y z?><![CDATA[<c>]]></text><!-- x -->")
    assert read_text(tmp_path, source)[0].text == "ab<c>"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="folder"):
        list(bioc_xml.read(tmp_path))


def test_documents_before_a_broken_one_are_read(tmp_path: Path) -> None:
    path = tmp_path / "some.xml"
    path.write_text(document_of(passage_of("x" * 100_000)).replace("</collection>", "") + "<document><id>")
    found = bioc_xml.read(path)
    assert next(found).id == "1"
    with pytest.raises(FormatError):
        next(found)


def test_the_front_door_recognises_it(tmp_path: Path) -> None:
    formats.write([Document("1", "a")], tmp_path / "x.xml.gz", "bioc_xml")
    assert formats.detect(tmp_path / "x.xml.gz") == "bioc_xml"


@given(document=documents())
def test_any_document_survives_as_far_as_xml_holds_its_characters(
    document: Document, tmp_path_factory: pytest.TempPathFactory
) -> None:
    audit = Audit()
    (found,) = again(tmp_path_factory.mktemp("round"), document, audit=audit)
    assert not audit.lost
    altered = sum(left != right for left, right in zip(document.text, found.text, strict=True))
    assert altered == sum(audit.changed.values())
    assert found.entities == document.entities
    assert [dict(one.attributes) for one in found.entities] == [dict(one.attributes) for one in document.entities]
    assert (found.relations, found.passages) == (document.relations, document.passages)


@pytest.mark.corpora
@pytest.mark.parametrize(
    ("split", "num_entities", "num_relations"),
    [("Training", 9385, 1038), ("Development", 9591, 1012), ("Test", 9809, 1066)],
)
def test_bc5cdr_is_the_same_in_pubtator_and_bioc_and_converts_both_ways(
    split: str, num_entities: int, num_relations: int, tmp_path: Path
) -> None:
    ours = list(pubtator.read(CORPUS / f"CDR_{split}Set.PubTator.txt"))
    theirs = list(bioc_xml.read(CORPUS / f"CDR_{split}Set.BioC.xml"))
    assert [content(one) for one in ours] == [content(one) for one in theirs]
    assert sum(len(one.entities) for one in ours) == num_entities
    assert sum(len(one.relations) for one in ours) == num_relations
    assert [content(one) for one in again(tmp_path, *ours)] == [content(one) for one in ours]
    pubtator.write(theirs, tmp_path / "out.pubtator")
    assert [content(one) for one in pubtator.read(tmp_path / "out.pubtator")] == [content(one) for one in ours]
