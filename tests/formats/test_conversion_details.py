"""What a format alone holds is counted when another format is written."""

import json
from pathlib import Path

import pytest

import bionym
from bionym.data import Audit
from bionym.formats import write

BIGBIO = """[{"id": "0", "document_id": "1", "relations": [],
"passages": [{"id": "p", "type": "title", "text": ["a b"], "offsets": [[0, 3]]}],
"entities": [{"id": "T1", "type": "A", "text": ["a"], "offsets": [[0, 1]], "normalized": []}],
"events": [{"id": "e1"}, {"id": "e2"}], "coreferences": [{"id": "c1"}]}]"""
BIOC = """{"documents": [{"id": "1", "infons": {"x": "1", "y": "2"}, "relations": [],
"passages": [{"offset": 0, "infons": {"type": "title"}, "text": "a b", "sentences": [], "relations": [],
"annotations": [{"id": "T1", "infons": {"type": "A"}, "text": "a", "locations": [{"offset": 0, "length": 1}]},
{"id": "T2", "infons": {"type": "A"}, "text": "", "locations": []}]}]}]}"""


@pytest.mark.parametrize(
    ("format", "name", "content", "counts"),
    [
        ("bigbio", "a.json", BIGBIO, {"event": 2, "coreference": 1}),
        ("bioc_json", "a.json", BIOC, {"infon": 2, "annotation without a place": 1}),
        ("conll", "a.conll", "a NN x B-A\nb NN y O\n", {"column": 2}),
        ("conll", "a.conll", "a B-A\nb O\n", {}),
    ],
)
def test_what_no_other_format_writes_is_counted_as_lost(
    format: str, name: str, content: str, counts: dict[str, int], tmp_path: Path
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    documents = list(bionym.read(tmp_path / name, format))
    other, same = Audit(), Audit()
    write(documents, tmp_path / "out.pubtator", "pubtator", audit=other)
    write(documents, tmp_path / f"out{Path(name).suffix}", format, audit=same)
    assert {what: number for (what, _), number in other.lost.items() if what in {*counts, "column"}} == counts
    assert not same.lost


def test_lines_of_brat_that_say_something_of_no_entity_are_counted_as_lost(tmp_path: Path) -> None:
    (tmp_path / "d.txt").write_text("a b")
    (tmp_path / "d.ann").write_text("T1\tA 0 1\ta\nT2\tA 2 3\tb\n*\tEquiv T1 T2\n#1\tNote T1\tsure\n")
    audit = Audit()
    write(list(bionym.read(tmp_path, "brat")), tmp_path / "out.pubtator", "pubtator", audit=audit)
    assert {what: number for (what, _), number in audit.lost.items()} == {"equivalence": 1, "note": 1}


COMPOSITE = """{"documents": [{"id": "1", "passages": [{"offset": 0, "infons": {"type": "title"}, "text": "a and b",
"annotations": [{"id": "T1", "infons": {"type": "A", "CompositeRole": "CompositeMention"}, "text": "a and b",
"locations": [{"offset": 0, "length": 7}]}, {"id": "T2", "infons": {"type": "A", "CompositeRole": "IndividualMention"},
"text": "b", "locations": [{"offset": 6, "length": 1}]}]}]}]}"""


def test_a_composite_with_one_individual_mention_is_written_back_with_both_roles(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(COMPOSITE, encoding="utf-8")
    write(list(bionym.read(tmp_path / "a.json", "bioc_json")), tmp_path / "out.json", "bioc_json")
    (document,) = json.loads((tmp_path / "out.json").read_text())["documents"]
    (passage,) = document["passages"]
    roles = {one["id"]: one["infons"].get("CompositeRole") for one in passage["annotations"]}
    assert roles == {"T1": "CompositeMention", "T2": "IndividualMention"}
