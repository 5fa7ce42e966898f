"""Prodigy: spans, tokens and relations come and go; rejected lines are left out and counted."""

import json
from pathlib import Path
from typing import Any

import pytest

from bionym import formats
from bionym.data import Argument, Audit, Document, Relation, entity
from bionym.errors import FormatError

TEXT = "Naloxone treats fever."
DRUG, SIGN = {"start": 0, "end": 8, "label": "Drug"}, {"start": 16, "end": 21, "label": "Sign"}
GOLD = Path(__file__).parents[1] / "gold" / "prodigy" / "spans.jsonl"


def read(folder: Path, *rows: Any, **options: Any) -> list[Document]:
    path = folder / "a.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return list(formats.read(path, "prodigy", **options))


def test_what_was_rejected_or_ignored_is_left_out_and_counted(tmp_path: Path) -> None:
    rows = [{"text": TEXT, "answer": answer, "spans": [DRUG]} for answer in ("accept", "reject", "ignore")]
    audit = Audit()
    assert len(read(tmp_path, *rows, audit=audit)) == 1
    assert audit.lost["document", "was not answered with accept"] == 2
    assert len(read(tmp_path, *rows, answers="all")) == 3


def test_a_relation_ties_the_spans_it_repeats(tmp_path: Path) -> None:
    tie = {"head": 0, "child": 2, "head_span": DRUG, "child_span": SIGN, "label": "treats"}
    (document,) = read(tmp_path, {"text": TEXT, "spans": [DRUG, SIGN], "relations": [tie]})
    by_id = {one.id: document.mention(one) for one in document.entities}
    assert [by_id[end.target] for end in document.relations[0].arguments] == ["Naloxone", "fever"]


def test_written_spans_and_relations_point_at_tokens(tmp_path: Path) -> None:
    tie = Relation("treats", (Argument("Arg1", "a"), Argument("Arg2", "b")), "R1")
    ends = (entity(0, 8, "Drug", id="a"), entity(16, 21, "Sign", id="b"))
    formats.write([Document("1", TEXT, entities=ends, relations=(tie,))], tmp_path / "b.jsonl", "prodigy")
    row = json.loads((tmp_path / "b.jsonl").read_text())
    words = [token["text"] for token in row["tokens"]]
    assert [words[row["relations"][0][end]] for end in ("head", "child")] == ["Naloxone", "fever"]
    assert [words[span["token_start"]] for span in row["spans"]] == ["Naloxone", "fever"]


def test_hashes_and_meta_come_back(tmp_path: Path) -> None:
    formats.write(formats.read(GOLD), tmp_path / "b.jsonl", "prodigy")
    row, source = (json.loads(path.read_text().splitlines()[0]) for path in (tmp_path / "b.jsonl", GOLD))
    assert {key: row[key] for key in ("_input_hash", "meta", "tokens")} == {
        key: source[key] for key in ("_input_hash", "meta", "tokens")
    }


def test_the_name_of_a_document_may_stand_in_its_meta() -> None:
    assert [document.id for document in formats.read(GOLD)] == ["n1"]


def test_a_span_whose_text_stands_elsewhere_is_refused_or_moved(tmp_path: Path) -> None:
    row = {"text": TEXT, "spans": [{**DRUG, "start": 1, "end": 9, "text": "Naloxone"}]}
    with pytest.raises(FormatError, match=r"spans\[0\]: the annotation at \[1, 9\) differs from the text there"):
        read(tmp_path, row)
    (document,) = read(tmp_path, row, repair="nearest")
    assert document.entities[0].extent == (0, 8)


@pytest.mark.parametrize("mention", ["naloxone", "Naloxone ", "Nalo-\nxone"])
def test_a_span_whose_text_is_spelled_otherwise_stays_and_is_counted(mention: str, tmp_path: Path) -> None:
    audit = Audit()
    (document,) = read(tmp_path, {"text": TEXT, "spans": [{**DRUG, "text": mention}]}, audit=audit)
    assert (document.entities[0].extent, audit.num_changed) == ((0, 8), 1)


def test_a_span_whose_text_is_nowhere_is_left_out_under_repair_and_counted(tmp_path: Path) -> None:
    audit = Audit()
    row = {"text": TEXT, "spans": [{**DRUG, "text": "insulin"}, SIGN]}
    (document,) = read(tmp_path, row, repair="nearest", audit=audit)
    assert [document.mention(one) for one in document.entities] == ["fever"]
    assert audit.lost["entity", "its mention does not occur in the text"] == 1
