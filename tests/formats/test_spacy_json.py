"""spaCy's JSON: docs, pairs and paragraphs give the same entities, and spaCy reads what is written."""

import json
from pathlib import Path
from typing import Any

import pytest

from bionym import formats
from bionym.data import Audit, Document, entity
from bionym.errors import FormatError

TEXT = "Naloxone treats fever."
GOLD = Path(__file__).parents[1] / "gold" / "spacy_json"
NESTED = Document("1", TEXT, entities=(entity(0, 15, "Claim"), entity(0, 8, "Drug")))


def read(folder: Path, content: Any, name: str = "a.json", **options: Any) -> list[Document]:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return list(formats.read(path, "spacy_json", **options))


PAIR = [TEXT, {"entities": [[0, 8, "Drug"]]}]
ENT = {"start": 0, "end": 8, "label": "Drug"}
WORDS = [{"orth": "Naloxone", "ner": "U-Drug"}, {"orth": "treats", "ner": "O"}]


@pytest.mark.parametrize(
    "content",
    [
        [PAIR],
        PAIR,
        {"classes": [], "annotations": [PAIR, None]},
        [[TEXT, {"entities": [{"start": 0, "end": 8, "label": "Drug"}]}]],
        {"text": TEXT, "ents": [ENT]},
        [{"text": TEXT, "ents": [ENT], "tokens": []}],
        {"text": TEXT, "ents": [], "spans": {"sc": [ENT]}},
        [{"id": 0, "paragraphs": [{"raw": TEXT, "sentences": [{"tokens": WORDS}]}]}],
    ],
)
def test_each_form_gives_the_entity(content: Any, tmp_path: Path) -> None:
    (document,) = read(tmp_path, content)
    assert document.text == TEXT
    assert [(document.mention(one), one.label) for one in document.entities] == [("Naloxone", "Drug")]


def test_a_pair_may_stand_on_each_line(tmp_path: Path) -> None:
    assert len(read(tmp_path, f"{json.dumps(PAIR)}\n{json.dumps(PAIR)}\n", "a.jsonl")) == 2


def test_a_group_of_spans_is_read_when_named_and_else_counted(tmp_path: Path) -> None:
    content = {"text": TEXT, "ents": [ENT], "spans": {"mine": [{**ENT, "label": "Other"}]}}
    audit = Audit()
    assert len(read(tmp_path, content, audit=audit)[0].entities) == 1
    assert audit.lost["span group", "is not the one that is read (option spans_key)"] == 1
    assert len(read(tmp_path, content, spans_key="mine")[0].entities) == 2


def test_entities_that_overlap_are_written_as_a_group_of_spans(tmp_path: Path) -> None:
    formats.write([NESTED], tmp_path / "b.json", "spacy_json")
    (row,) = json.loads((tmp_path / "b.json").read_text())
    assert (row["ents"], len(row["spans"]["sc"])) == ([], 2)
    assert next(iter(formats.read(tmp_path / "b.json"))).entities == NESTED.entities


def test_spacy_reads_what_is_written(tmp_path: Path) -> None:
    spacy = pytest.importorskip("spacy")
    nlp = spacy.blank("en")
    theirs = nlp(TEXT)
    theirs.set_ents([theirs.char_span(0, 8, "Drug")])
    (ours,) = read(tmp_path, theirs.to_json())
    formats.write([ours], tmp_path / "b.json", "spacy_json")
    (row,) = json.loads((tmp_path / "b.json").read_text())
    again = spacy.tokens.Doc(nlp.vocab).from_json({key: row[key] for key in ("text", "tokens", "ents")})
    assert [(one.text, one.label_) for one in again.ents] == [("Naloxone", "Drug")]


def test_pairs_are_written_when_asked_for(tmp_path: Path) -> None:
    formats.write(read(tmp_path, [PAIR]), tmp_path / "b.jsonl", "spacy_json", form="pairs")
    assert json.loads((tmp_path / "b.jsonl").read_text()) == PAIR


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('"fever"\n"fever"\n', "expected an array or an object"),
        ([[TEXT]], r"expected \[text, \{entities\}\]"),
        ([[TEXT, {"entities": [[0, 8]]}]], r"entities\[0\]: expected \[start, end, label\]"),
        ([{"paragraphs": [{"raw": "x", "sentences": [{"tokens": WORDS}]}]}], "does not stand in the text"),
        ([{"paragraphs": [{"sentences": [{"tokens": [{"orth": "x", "ner": "?"}]}]}]}], "ner: expected O, or B-"),
    ],
)
def test_what_is_none_of_them_is_refused(content: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=message):
        read(tmp_path, content)
