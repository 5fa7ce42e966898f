"""PubAnnotation: bags and chains are discontinuous entities; attributes, modifications and relations have their place."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from bionym import formats
from bionym.data import Audit, Document, Span
from bionym.errors import FormatError
from bionym.formats import pubannotation
from tests.strategies import documents, texts

TEXT = "left and right arm"
GOLD = Path(__file__).parents[1] / "gold" / "pubannotation"
LEFT, ARM = {"begin": 0, "end": 4}, {"begin": 15, "end": 18}


def read(folder: Path, content: Any, **options: Any) -> list[Document]:
    (folder / "a.json").write_text(json.dumps(content))
    return list(formats.read(folder / "a.json", "pubannotation", **options))


@pytest.mark.parametrize("spans", [[LEFT, ARM], [ARM, LEFT]])
def test_a_bag_of_spans_is_one_entity(spans: Any, tmp_path: Path) -> None:
    (document,) = read(tmp_path, {"text": TEXT, "denotations": [{"id": "T1", "span": spans, "obj": "Part"}]})
    assert document.entities[0].spans == (Span(0, 4), Span(15, 18))


def test_fragments_of_a_chain_are_one_entity(tmp_path: Path) -> None:
    parts = [{"id": "T1", "span": LEFT, "obj": "_FRAGMENT"}, {"id": "T2", "span": ARM, "obj": "Part"}]
    chain = [{"id": "R1", "subj": "T2", "pred": "_lexicallyChainedTo", "obj": "T1"}]
    (document,) = read(tmp_path, {"text": TEXT, "denotations": parts, "relations": chain})
    assert [(one.id, one.spans) for one in document.entities] == [("T2", (Span(0, 4), Span(15, 18)))]
    assert document.relations == ()


def test_a_chain_of_three_ends_in_its_head_and_a_ring_in_none(tmp_path: Path) -> None:
    labels = {"T1": "_FRAGMENT", "T2": "_FRAGMENT", "T3": "Part"}
    parts = [
        {"id": name, "span": {"begin": at, "end": at + 2}, "obj": label}
        for at, (name, label) in zip((0, 5, 9), labels.items(), strict=True)
    ]
    chain = [{"subj": head, "pred": "_lexicallyChainedTo", "obj": part} for head, part in (("T2", "T1"), ("T3", "T2"))]
    (document,) = read(tmp_path, {"text": TEXT, "denotations": parts, "relations": chain})
    assert [len(one.spans) for one in document.entities] == [3]
    ring = [{"subj": head, "pred": "_lexicallyChainedTo", "obj": part} for head, part in (("T2", "T1"), ("T1", "T2"))]
    assert len(read(tmp_path, {"text": TEXT, "denotations": parts, "relations": ring})) == 1


def test_attributes_and_modifications_belong_to_their_entity() -> None:
    (document,) = formats.read(GOLD / "bag.json")
    first, second, third = document.entities
    assert (first.concepts, first.score) == (("MESH:D009270",), 0.75)
    assert (dict(second.attributes), dict(third.attributes)) == ({"Negation": "true"}, {"sure": "true"})


def test_a_division_of_an_article_names_the_document_and_divisions_are_passages() -> None:
    (document,) = formats.read(GOLD / "bag.json")
    assert document.id == "1-2"
    assert [(one.start, one.end, one.label) for one in document.passages] == [(0, len(document.text), "title")]


def test_a_track_is_read_by_its_project_and_the_others_are_counted(tmp_path: Path) -> None:
    tracks = [{"project": name, "denotations": [{"span": LEFT, "obj": name}]} for name in ("a", "b")]
    audit = Audit()
    (document,) = read(tmp_path, {"text": TEXT, "tracks": tracks}, project="b", audit=audit)
    assert [one.label for one in document.entities] == ["b"]
    assert audit.lost["track", "is not the one that is read (option project)"] == 1
    with pytest.raises(FormatError, match="there is no track of that project"):
        read(tmp_path, {"text": TEXT, "tracks": tracks}, project="c")


def test_modifications_of_relations_come_back(tmp_path: Path) -> None:
    formats.write(formats.read(GOLD / "bag.json"), tmp_path / "b.json", "pubannotation")
    (row,) = json.loads((tmp_path / "b.json").read_text())
    assert row["modifications"] == [{"id": "M2", "pred": "Speculation", "obj": "R1"}]
    assert row["sourcedb"] == "PubMed"


@given(document=documents(text=texts(), relations=False))
def test_any_document_survives_but_for_values_named_as_ours(
    document: Document, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("round") / "a.json"
    pubannotation.write([document], path)
    (found,) = pubannotation.read(path)
    assert found.text == document.text
    assert [(one.spans, one.label, one.concepts, one.score, dict(one.attributes)) for one in found.entities] == [
        (one.spans, one.label, one.concepts, one.score, dict(one.attributes)) for one in document.entities
    ]
    assert found.passages == document.passages
