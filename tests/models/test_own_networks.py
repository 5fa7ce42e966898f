"""Heads with networks of their own: each corpus is read with the weights that were best for it."""

import json
from pathlib import Path

import pytest

import bionym
from bionym import config as configuration
from bionym.data import Corpus, Document
from bionym.errors import ConfigError, ModelError
from bionym.models import bilstm_crf
from tests.models import small

pytestmark = pytest.mark.needs("torch", "onnx")

GOLD = Path(__file__).parents[1] / "gold"
SMALL = [
    *small.SMALL,
    "training.epochs=6",
    "training.seed=2",  # one by which the corpora are best in different epochs
    "training.learning_rate=0.03",
    "training.schedule=constant",
    "weights=float32",
    "keep=each",
]


@pytest.fixture(scope="module")
def corpora() -> dict[str, Corpus]:
    diseases = tuple(bionym.read(GOLD / "conll" / "ncbi.tsv", "conll"))
    chemicals = tuple(bionym.read(GOLD / "pubtator" / "bc5cdr.PubTator.txt", "pubtator"))
    return {
        "ncbi": Corpus({"train": diseases, "dev": diseases}, allow_leaks=True),
        "cdr": Corpus({"train": chemicals, "dev": chemicals}, allow_leaks=True),
    }


def f1_of(model: bilstm_crf.BiLstmCrf, name: str, documents: tuple[Document, ...]) -> float:
    return bionym.evaluate(documents, model.of_source(name).predict(documents)).f1


def test_each_head_scores_as_in_its_best_epoch_also_when_loaded(corpora: dict[str, Corpus], tmp_path: Path) -> None:
    made = bilstm_crf.fit(corpora, configuration.load(bilstm_crf.Config, None, SMALL))
    assert made.result.best is not None
    made.tagger.save(tmp_path / "model")
    loaded = bilstm_crf.load(tmp_path / "model")
    named = json.loads((tmp_path / "model" / "own.json").read_text(encoding="utf-8"))
    best_of = made.result.best_of
    assert set(named) == {name for name, best in best_of.items() if best.epoch != made.result.best.epoch} != set()
    for name, corpus in corpora.items():
        for model in (made.tagger, loaded):
            assert f1_of(model, name, corpus["dev"]) == pytest.approx(best_of[name].score, abs=0.01)
    documents = corpora["cdr"]["dev"]
    assert list(loaded.predict(documents)) == list(made.tagger.predict(documents))
    sources = {one.attributes["source"] for document in loaded.predict(documents) for one in document.entities}
    assert sources <= {"ncbi", "cdr"} and "cdr" in sources
    (tmp_path / "model" / "own.json").write_text("[1]", encoding="utf-8")
    with pytest.raises(ModelError, match=r"own\.json is damaged"):
        bilstm_crf.load(tmp_path / "model")


def test_one_shared_head_has_no_corpus_to_be_best_for(corpora: dict[str, Corpus]) -> None:
    with pytest.raises(ConfigError, match="'keep' is 'each'"):
        bionym.train(model="bilstm_crf", corpora=corpora, settings=[*SMALL, "heads=shared"])
