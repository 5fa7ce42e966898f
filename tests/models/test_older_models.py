"""Models that older versions saved are read for ever, and find what they found."""

import json
from pathlib import Path
from typing import Any

import pytest

import bionym
from bionym.data import Document, Entity
from bionym.models import bilstm_crf

GOLD = Path(__file__).parents[1] / "gold"
MODELS = GOLD / "models"
SUFFIX = ".predictions.jsonl"
NAMES = sorted(path.name.removesuffix(SUFFIX) for path in MODELS.glob(f"*{SUFFIX}"))
EXACT = {
    "crf": 1e-6
}  # its numbers are of 64 bits; those of networks are of 32, and added in an order of the processor's own
CLOSE = 2e-5


def asked() -> list[Document]:
    """The documents that the predictions of each model are of: with tokens, with passages, and raw text."""
    diseases = list(bionym.read(GOLD / "conll" / "ncbi.tsv", "conll"))
    chemicals = list(bionym.read(GOLD / "pubtator" / "bc5cdr.PubTator.txt", "pubtator"))
    return [*diseases, *chemicals, *(Document(f"plain {one.id}", one.text) for one in chemicals)]


def expected(name: str) -> list[dict[str, Any]]:
    lines = (MODELS / f"{name}{SUFFIX}").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def place(entity: Entity) -> dict[str, Any]:
    spans = [[span.start, span.end] for span in entity.spans]
    return {"spans": spans, "label": entity.label, "source": entity.attributes.get("source")}


def without_scores(row: dict[str, Any]) -> list[dict[str, Any]]:
    return [{key: value for key, value in entity.items() if key != "score"} for entity in row["entities"]]


NEEDS = {"transformer": [pytest.mark.needs("tokenizers")]}


@pytest.mark.parametrize("name", [pytest.param(name, marks=NEEDS.get(name, [])) for name in NAMES])
def test_an_older_model_finds_what_it_found(name: str) -> None:
    rows = expected(name)
    documents = list(bionym.load(MODELS / name).predict(asked()))
    assert [document.id for document in documents] == [row["id"] for row in rows]
    for document, row in zip(documents, rows, strict=True):
        assert [place(entity) for entity in document.entities] == without_scores(row)
        scores = [entity["score"] for entity in row["entities"]]
        assert [entity.score for entity in document.entities] == pytest.approx(scores, abs=EXACT.get(name, CLOSE))


@pytest.mark.parametrize("name", NAMES)
def test_an_older_model_finds_something(name: str) -> None:
    assert sum(len(row["entities"]) for row in expected(name)) >= 15


@pytest.mark.needs("torch", "onnx")
def test_a_training_goes_on_from_an_older_network_and_from_an_older_pretrained_one(tmp_path: Path) -> None:
    documents = list(bionym.read(GOLD / "conll" / "ncbi.tsv", "conll"))
    for name in ("bilstm_crf", "bilstm_pretrained"):
        settings = [f"init={MODELS / name}", "training.epochs=1", "held_out=0", "weights=float32"]
        made = bionym.train(documents, model="bilstm_crf", settings=settings)
        made.save(tmp_path / name)
        assert bilstm_crf.load(tmp_path / name).labels == ("Disease",)
