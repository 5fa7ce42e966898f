"""CoNLL-U Plus: columns by name, and every character of the text back."""

from pathlib import Path

import pytest
from hypothesis import given

from bionym import formats
from bionym.data import Audit, Document, entity
from bionym.errors import FormatError
from bionym.formats import conllu_plus
from tests.strategies import documents

GOLD = Path(__file__).parents[1] / "gold" / "conllu_plus" / "notes.conllup"
HEADER = "# global.columns = ID FORM MISC X:NE\n"


def read(folder: Path, content: str, header: str = HEADER, **options: object) -> list[Document]:
    (folder / "a.conllup").write_text(header + content)
    return list(formats.read(folder / "a.conllup", **options))


def mentions(document: Document) -> list[tuple[str, str]]:
    return [(document.mention(one), one.label) for one in document.entities]


def test_text_documents_and_entities_are_read() -> None:
    audit = Audit()
    first, second = formats.read(GOLD, audit=audit)
    assert first.text == "Naloxone reverses hypotension.\n\ndel Clonidine"
    assert mentions(first) == [("Naloxone", "Chemical"), ("hypotension", "Disease"), ("Clonidine", "Chemical")]
    assert [span.of(first.text) for span in first.sentences] == ["Naloxone reverses hypotension.", "del Clonidine"]
    assert (first.id, second.id, mentions(second)) == ("n1", "n2", [("Fever", "Sign")])
    assert {what: count for (what, _), count in audit.lost.items()} == {"column": 2, "remark": 1}


def test_a_word_written_as_several_has_the_tag_of_its_parts(tmp_path: Path) -> None:
    (document,) = read(tmp_path, "1-2\tdel\t_\t_\n1\tde\t_\tB-X\n2\tel\t_\tI-X\n3\tmal\t_\tI-X\n")
    assert (document.id, document.text, mentions(document)) == ("a", "del mal", [("del mal", "X")])


def test_the_column_of_tags_is_told_by_its_name_or_by_the_option(tmp_path: Path) -> None:
    header = "# global.columns = FORM OTHER NER POS\n"
    (document,) = read(tmp_path, "fever\tB-Y\tB-X\tNOUN\n", header)
    assert mentions(document) == [("fever", "X")]
    (document,) = read(tmp_path, "fever\tB-Y\tB-X\tNOUN\n", header, tag_column="OTHER")
    assert mentions(document) == [("fever", "Y")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("1\tfever\t_\n", "line 2: expected 4 columns, found 3"),
        ("1\tfever\t_\tNOUN\n", "line 2: column X:NE holds no tag"),
        ("1\t\t_\tO\n", "line 2: a token is empty"),
        ("x\tfever\t_\tO\n", "line 2: column ID holds no number"),
    ],
)
def test_a_broken_line_is_named(content: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=message):
        read(tmp_path, content)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("fever\tO\n", "expected # global.columns"),
        ("# global.columns = ID NE\n", "without FORM"),
        ("# x\n", "--format conll"),
    ],
)
def test_a_file_without_its_columns_is_refused(header: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=message):
        read(tmp_path, "", header)


def test_a_column_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="there is no column 'Y'"):
        read(tmp_path, "", tag_column="Y")


def test_white_space_is_written_as_udpipe_does(tmp_path: Path) -> None:
    document = Document("1", " Mild  fever.\n", entities=(entity(7, 12, "Sign"),))
    formats.write([document], tmp_path / "b.conllup")
    rows = [line for line in (tmp_path / "b.conllup").read_text().splitlines() if line[:1].isdigit()]
    assert rows == [
        "1\tMild\tSpacesBefore=\\s|SpacesAfter=\\s\\s\tO",
        "2\tfever\tSpaceAfter=No\tB-Sign",
        "3\t.\tSpacesAfter=\\n\tO",
    ]


@given(document=documents(discontinuous=False, overlapping=False, relations=False, passages=False))
def test_the_text_survives(document: Document, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("round") / "a.conllup"
    audit = Audit()
    conllu_plus.write([document], path, audit=audit)
    (found,) = conllu_plus.read(path)
    assert found.text == (document.text if document.text.strip() else "")
    assert len(found.entities) == len(document.entities) - audit.num_lost
