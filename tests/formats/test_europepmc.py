"""Europe PMC: annotations are found in a text where there is one, else their snippets are the document."""

import json
from pathlib import Path
from typing import Any

import pytest

from bionym import formats
from bionym.data import Audit, Document, Entity, Passage, Span, entity
from bionym.errors import FormatError

GOLD = Path(__file__).parents[1] / "gold" / "europepmc" / "articles.json"
TEXT = "Fever and ataxia.\nFever was mild."


def annotation(exact: str, prefix: str = "", postfix: str = "", **more: Any) -> dict[str, Any]:
    return {"prefix": prefix, "exact": exact, "postfix": postfix, "type": "Diseases", **more}


def article(folder: Path, *annotations: Any) -> Path:
    (folder / "a.json").write_text(json.dumps([{"source": "MED", "extId": "7", "annotations": annotations}]))
    return folder / "a.json"


def test_without_a_text_the_snippets_are_the_document() -> None:
    (document,) = formats.read(GOLD)
    assert document.text == "Naloxone reverses hypotension\nreverses hypotension after"
    assert [document.mention(one) for one in document.entities] == ["Naloxone", "hypotension"]
    assert [one.label for one in document.passages] == ["Title", "Title"]
    assert document.entities[0].concepts == ("http://purl.obolibrary.org/obo/CHEBI_7459",)


def test_a_text_beside_the_file_is_the_document(tmp_path: Path) -> None:
    (tmp_path / "7.txt").write_text(TEXT)
    (document,) = formats.read(article(tmp_path, annotation("Fever", postfix=" was"), annotation("ataxia")))
    assert document.text == TEXT
    assert [one.start for one in document.entities] == [10, 18]


def test_a_text_may_lie_in_a_folder_of_texts(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "7.txt").write_text(TEXT)
    (document,) = formats.read(article(tmp_path, annotation("ataxia")), texts=[tmp_path / "texts"])
    assert document.text == TEXT


def test_a_mention_that_cannot_be_placed_is_lost_and_counted(tmp_path: Path) -> None:
    (tmp_path / "7.txt").write_text(TEXT)
    audit = Audit()
    given = [annotation("Fever", prefix="no "), annotation("gout"), annotation("ataxia", prefix="no ")]
    (document,) = formats.read(article(tmp_path, *given), audit=audit)
    assert [document.mention(one) for one in document.entities] == ["ataxia"]
    assert audit.num_lost == 2


def test_what_is_written_reaches_to_the_ends_of_the_passage(tmp_path: Path) -> None:
    passages = (Passage(0, 17, "title"), Passage(18, 33, "abstract"))
    document = Document("7", TEXT, passages, (entity(0, 5, "Sign"), entity(10, 16, "Sign"), entity(18, 23, "Sign")))
    formats.write([document], tmp_path / "b.json", "europepmc")
    (again,) = formats.read(tmp_path / "b.json")
    assert (again.text, again.entities, again.passages) == (document.text, document.entities, passages)


def test_text_without_entities_and_gaps_in_entities_are_lost_and_counted(tmp_path: Path) -> None:
    passages = (Passage(0, 17, "title"), Passage(18, 33, "abstract"))
    gapped = Entity((Span(0, 5), Span(10, 16)), "Sign")
    audit = Audit()
    formats.write(
        [Document("7", TEXT, passages, (gapped, entity(0, 5, "Sign")))], tmp_path / "b.json", "europepmc", audit=audit
    )
    assert audit.lost["text", "stands in no passage that has an entity"] == 1
    assert audit.num_lost == 1


def test_an_annotation_without_a_mention_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"annotations\[0\]: exact: expected the mention, found nothing"):
        list(formats.read(article(tmp_path, annotation(""))))
