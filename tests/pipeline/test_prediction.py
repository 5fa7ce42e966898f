"""Prediction as programs use it: one call for what a command, a service and a page do."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import bionym
from bionym.data import Document
from bionym.data.labels import label_map
from bionym.pipeline.prediction import Destination, predict_files
from bionym.protocols import Tagger

GOLD = Path(__file__).parents[1] / "gold"
NOTE = "Breast cancer was found. Breast cancer was treated."


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return bionym.load(GOLD / "models" / "crf").tagger


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "a.txt").write_text(NOTE, encoding="utf-8")
    (folder / "b.txt").write_bytes(b"latin-1: \xe9")
    (folder / "c.txt").write_text("Nothing here.", encoding="utf-8")
    return folder


def test_what_cannot_be_read_is_named_and_the_rest_is_done(tagger: Tagger, notes: Path, tmp_path: Path) -> None:
    outcome = predict_files(tagger, [str(notes)], Destination(str(tmp_path / "out.jsonl")))
    assert [error.path for error in outcome.unreadable] == [notes / "b.txt"]
    written = list(bionym.read(tmp_path / "out.jsonl"))
    assert [document.id for document in written] == ["a", "c"]
    assert outcome.num_documents == 2 and outcome.num_entities == len(written[0].entities) == 2
    assert outcome.num_tokens == sum(len(document.tokens) for document in written)


def test_labels_are_renamed_before_anything_is_counted_or_written(tagger: Tagger, notes: Path, tmp_path: Path) -> None:
    labels = label_map(["Disease=problem"], ["problem"])
    outcome = predict_files(tagger, [str(notes / "a.txt")], Destination(str(tmp_path / "out.jsonl")), labels=labels)
    (document,) = bionym.read(tmp_path / "out.jsonl")
    assert {entity.label for entity in document.entities} == {"problem"} and outcome.num_entities == 2


def marked(documents: Iterable[Document]) -> Iterator[Document]:
    """A step: it keeps every entity, and says where it stands."""
    for document in documents:
        entities = (
            replace(one, attributes={"half": "first" if one.start < 20 else "second"}) for one in document.entities
        )
        yield document.with_entities(entities)


def test_steps_enrich_what_the_tagger_found(tagger: Tagger, notes: Path, tmp_path: Path) -> None:
    destination = Destination(str(tmp_path / "out.jsonl"))
    predict_files(tagger, [str(notes / "a.txt")], destination, steps=[marked])
    (document,) = bionym.read(tmp_path / "out.jsonl")
    assert [entity.attributes["half"] for entity in document.entities] == ["first", "second"]


def test_a_summary_alone_writes_no_documents(tagger: Tagger, notes: Path, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    outcome = predict_files(tagger, [str(notes / "a.txt")], Destination(None, summary=(str(table),)))
    assert outcome.summary is not None and outcome.summary.num_names == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes", "table.csv"]


def test_progress_and_watch_see_every_document(tagger: Tagger, notes: Path, tmp_path: Path) -> None:
    seen: list[tuple[str, int]] = []

    def watch(documents: Iterable[Document]) -> Iterator[Document]:
        for document in documents:
            seen.append((document.id, len(document.entities)))
            yield document

    destination = Destination(str(tmp_path / "out.jsonl"))
    predict_files(tagger, [str(notes)], destination, progress=watch, watch=watch)
    assert seen == [("a", 0), ("c", 0), ("a", 2), ("c", 0)]
