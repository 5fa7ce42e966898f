"""PubTator rows of other shapes: BioRED's novelty, the type before the offsets, odd rows, odd line ends."""

from pathlib import Path

import pytest

from bionym import formats
from bionym.data import Argument, Audit, Document, Relation
from bionym.errors import FormatError
from bionym.formats import pubtator

HEAD = "1|t|Lead exposure and anemia\n1|a|Lead caused anemia.\n"


def from_text(folder: Path, text: str, **options: object) -> list[Document]:
    path = folder / "some.pubtator"
    path.write_bytes(text.encode())
    return list(pubtator.read(path, **options))  # type: ignore[arg-type]


def rows(folder: Path, *lines: str) -> Document:
    (document,) = from_text(folder, HEAD + "".join(f"{line}\n" for line in lines))
    return document


@pytest.mark.parametrize("novelty", ["Novel", "No"])
def test_the_novelty_of_biored_is_an_attribute(novelty: str, tmp_path: Path) -> None:
    document = rows(tmp_path, f"1\tPositive_Correlation\tD007854\tD000740\t{novelty}")
    arguments = (Argument("Arg1", "D007854"), Argument("Arg2", "D000740"))
    assert document.relations == (Relation("Positive_Correlation", arguments, attributes={"novelty": novelty}),)


def test_novelty_is_written_back_and_goes_through_bioc(tmp_path: Path) -> None:
    text = HEAD + "1\t0\t4\tLead\tChemical\tD1\n1\tAssociation\tD1\tD2\tNovel\n\n"
    (tmp_path / "a.pubtator").write_text(text)
    formats.write(formats.read(tmp_path / "a.pubtator"), tmp_path / "b.json", "bioc_json")
    formats.write(formats.read(tmp_path / "b.json"), tmp_path / "c.pubtator")
    assert (tmp_path / "c.pubtator").read_text() == text


def test_genes_whose_numbers_look_like_offsets_are_still_a_relation(tmp_path: Path) -> None:
    document = rows(tmp_path, "1\tBind\t7157\t672\tNovel", "1\tBind\t10\t672")
    assert [[one.target for one in each.arguments] for each in document.relations] == [["7157", "672"], ["10", "672"]]


@pytest.mark.parametrize(
    "row",
    [
        "1\tT1\tChemical\t0\t4\tLead",
        "1\tT1\tChemical\t0\t4\tLead\tD007854",
        "1\tChemical\t0\t4\tLead",
        "1\tChemical\t0\t4\tLead\tD007854",
        "1\tT1\tChemical\t25\t29\tLead",
    ],
)
def test_an_annotation_with_the_type_before_the_offsets_is_read_if_it_fits(row: str, tmp_path: Path) -> None:
    document = rows(tmp_path, row)
    (entity,) = document.entities
    assert (document.mention(entity), entity.label, document.relations) == ("Lead", "Chemical", ())
    assert entity.id == ("T1" if "T1" in row else "") and entity.concepts == (("D007854",) if "D00" in row else ())


@pytest.mark.parametrize(
    "row",
    [
        "1\tT1\tChemical\t0\t4\tIron",
        "1\tT1\tChemical 0 4\tLead",
        "1\tT1\tChemical\tLead",
        "1\tAssociation\tD1\tD2\tD3",
        "1\tAssociation\tD1\tD2\tNovel\tx",
        "1\tAssociation\tthe lead\tD2",
        "1\tAssociation\t\tD2",
        "1\tTranslation 7488T/C\tHis-to-Arg\tx",
    ],
)
def test_a_row_of_any_other_form_is_refused_with_its_line(row: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"line 3: expected id, start, end.*or id, relation, two concepts"):
        rows(tmp_path, row)


def test_a_relation_that_is_not_of_two_is_lost_and_counted(tmp_path: Path) -> None:
    audit = Audit()
    ends = tuple(Argument(f"Arg{number}", f"D{number}") for number in range(3))
    document = Document("1", "Lead", relations=(Relation("X", ends), Relation("X", ends[:1])))
    formats.write([document], tmp_path / "o.pubtator", audit=audit)
    assert sum(count for (what, _), count in audit.lost.items() if what == "relation") == 2


@pytest.mark.parametrize(
    "text",
    [
        "1|t|Lead exposure\r1|a|iron\r1\t0\t4\tLead\tX\tD1\r",
        "1|t|Lead exposure\r1|a|iron\r1\t0\t4\tLead\tX\tD1",
        "1|t|Lead exposure\r\r1|a|iron\r\r1\t0\t4\tLead\tX\tD1\r\r",
        "1|t|Lead exposure\r\n1|a|iron\r\n1\t0\t4\tLead\tX\tD1\r\n",
    ],
)
def test_carriage_returns_end_lines(text: str, tmp_path: Path) -> None:
    (document,) = from_text(tmp_path, text)
    assert (document.text, [document.mention(one) for one in document.entities]) == ("Lead exposure\niron", ["Lead"])


@pytest.mark.parametrize(
    "text",
    ["1|t|Lead exposure\r1|a|iron\n1\t0\t4\tLead\tX\tD1\n", "1|t|Lead\n1|a|iron\r1\t0\t4\tLead\tX\tD1\n"],
)
def test_mixed_line_ends_are_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="a carriage return within the line"):
        from_text(tmp_path, text)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("jsonl", '{"format": "bionym", "version": 1, "id": "1", "text": "a"}\r{"format": "bionym", "version": 1, "id": "2", "text": "b"}\r'),
        ("bigbio", '{"document_id": "1", "passages": []}\r{"document_id": "2", "passages": []}\r'),
        ("bioc_json", '{"id": "1", "passages": []}\r{"id": "2", "passages": []}\r'),
    ],
)  # fmt: skip
def test_carriage_returns_end_lines_of_json(name: str, content: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{formats.find(name).SUFFIXES[0]}"
    path.write_bytes(content.encode())
    assert [one.id for one in formats.read(path, name)] == ["1", "2"]


def test_carriage_returns_end_lines_of_brat_and_i2b2(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"Severe pain\rand cough")
    (tmp_path / "a.ann").write_bytes(b"T1\tX 0 6\tSevere\rT2\tX 7 11\tpain\r")
    (tmp_path / "a.con").write_bytes(b'c="cough" 2:1 2:1||t="problem"\rc="pain" 1:1 1:1||t="problem"\r')
    for name, expected in (("brat", ["Severe", "pain"]), ("i2b2", ["pain", "cough"])):
        (document,) = formats.read(tmp_path / "a.txt", name)
        assert [document.mention(one) for one in document.entities] == expected


def test_a_broken_id_is_not_quoted(tmp_path: Path) -> None:
    with pytest.raises(FormatError) as caught:
        from_text(tmp_path, "Seen by John Smith|t|Lead\nx\t0\t1\tL\tX\tD\n")
    assert "John" not in str(caught.value)
